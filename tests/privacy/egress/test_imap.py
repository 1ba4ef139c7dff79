"""Opening mailboxes: TLS first, then the password, and the ledger."""

import threading
from typing import Any

import pytest
from imapclient.exceptions import IMAPClientError, LoginError

from steward.lib.actor import SYSTEM
from steward.privacy.egress import imap
from steward.privacy.egress.addresses import Destination
from steward.privacy.egress.connectors import Declaration, declare_connector
from steward.privacy.egress.decision import EgressDenied
from steward.privacy.egress.imap import PasswordInClear, open_mailbox
from steward.privacy.egress.models import Connector, EgressEvent
from steward.privacy.egress.routes import Route, Tls, connector_route
from steward.tenancy.scope import account_scope


@pytest.fixture
def mailbox(actor, names, trusting, certificate, northwind):  # type: ignore[no-untyped-def]
    """`mailbox("implicit", "password")` starts a server, and gives it and Northwind's route to it."""

    def start(
        tls: str, password: str = "right", *, typed: str = "", presented: str = "", role: str = "imap", **options: Any
    ) -> tuple[Any, Route]:
        options |= {"certificate": presented or certificate, "implicit": tls == "implicit", "password": password}
        there = actor(role, **options)
        names({"imap.test. A": [["127.0.0.1"]], "mail.test. A": [["127.0.0.1"]]})
        here = Destination("mail.test", there.port)
        trusting.STEWARD_EGRESS_ALLOW = [str(here)]
        declaration = Declaration(
            kind=Connector.Kind.IMAP,
            destination=here,
            tls=Connector.Tls(tls),
            username="support",
            password=typed or password,
        )
        with account_scope(northwind.id):
            return there, connector_route(declare_connector(declaration, actor=SYSTEM))

    return start


def rows(account_id: Any) -> list[EgressEvent]:
    with account_scope(account_id):
        return list(EgressEvent.objects.all())


@pytest.mark.parametrize("tls", ["implicit", "starttls"])
def test_a_mailbox_is_opened_over_tls(mailbox, northwind, tls: str) -> None:  # type: ignore[no-untyped-def]
    there, route = mailbox(tls)
    with open_mailbox(route) as opened:
        assert opened.has_capability("IDLE")
        assert [row.bytes for row in rows(northwind.id)] == [None]
    (row,) = rows(northwind.id)
    assert (row.traffic, row.purpose, row.host, row.is_allowed) == ("P", "mail.fetch", "mail.test", True)
    assert row.bytes > 0
    commands = [each["command"] for each in there.heard() if "command" in each]
    if tls == "starttls":
        assert commands.index("STARTTLS") < [c.startswith("LOGIN") for c in commands].index(True)
    assert commands[-1] == "LOGOUT"


def test_another_thread_can_wait_for_mail(mailbox) -> None:  # type: ignore[no-untyped-def]
    _, route = mailbox("implicit")
    told: list[Any] = []
    with open_mailbox(route) as opened:

        def wait() -> None:
            opened.idle()
            told.extend(opened.idle_check(timeout=5))
            opened.idle_done()

        thread = threading.Thread(target=wait)
        thread.start()
        thread.join(10)
    assert told == [(7, b"EXISTS")]


def test_a_wait_can_be_cut_short(mailbox) -> None:  # type: ignore[no-untyped-def]
    _, route = mailbox("implicit")
    opened = open_mailbox(route)
    opened.idle()
    cutter = threading.Timer(0.2, opened.cut)
    cutter.start()
    while opened.idle_check(timeout=20):
        pass  # the mail that was announced before the cut
    cutter.join()
    with pytest.raises((OSError, IMAPClientError)):
        opened.noop()
    opened.cut()
    opened.shutdown()
    opened.cut()


def test_passwords_may_have_any_letters(mailbox) -> None:  # type: ignore[no-untyped-def]
    there, route = mailbox("implicit", "zażółć")
    open_mailbox(route).logout()
    assert [each["credentials"] for each in there.heard() if "credentials" in each] == ["\0support\0zażółć"]


def test_a_wrong_password_says_so_and_leaves_nothing_open(mailbox, northwind) -> None:  # type: ignore[no-untyped-def]
    there, route = mailbox("implicit", typed="wrong")
    with pytest.raises(LoginError, match="wrong password"):
        open_mailbox(route)
    assert [row.bytes is not None for row in rows(northwind.id)] == [True]
    assert there.heard()


def test_a_wrong_certificate_gets_no_password(mailbox, authority, northwind) -> None:  # type: ignore[no-untyped-def]
    for tls in ("implicit", "starttls"):
        there, route = mailbox(tls, presented=authority.issue("other.test"))
        with pytest.raises(OSError, match="certificate verify failed"):
            open_mailbox(route)
        heard = [each.get("command", "") for each in there.heard()]
        assert not any(command.startswith(("LOGIN", "AUTHENTICATE")) for command in heard)
    assert [row.bytes is not None for row in rows(northwind.id)] == [True, True]


def test_there_is_no_mailbox_without_tls(northwind) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(PasswordInClear):
        open_mailbox(Route(account_id=northwind.id, destination=Destination("mail.test", 143), tls=Tls.WHEN_OFFERED))


def test_an_undeclared_mailbox_is_unknown(northwind, contoso, mailbox) -> None:  # type: ignore[no-untyped-def]
    there, route = mailbox("implicit")
    foreign = Route(account_id=contoso.id, destination=route.destination, tls=route.tls)
    with pytest.raises(EgressDenied, match="unknown_host"):
        open_mailbox(foreign)
    assert not there.heard()


def test_a_server_cannot_fill_the_memory(mailbox) -> None:  # type: ignore[no-untyped-def]
    _, route = mailbox("implicit")
    opened = open_mailbox(route)
    with pytest.raises(OSError, match="more than any message has"):
        opened.noop()
    opened.shutdown()


def test_a_server_that_drips_is_left(mailbox, monkeypatch, northwind) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(imap, "OPENING_SECONDS", 0.3)
    _, route = mailbox("implicit", role="script", lines=[], noise="* ")
    with pytest.raises((OSError, IMAPClientError)):
        open_mailbox(route)
    assert [row.is_allowed for row in rows(northwind.id)] == [True]
