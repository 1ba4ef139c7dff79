"""The gate: which ways open, that the checked address is the one connected to, and what the ledgers say."""

from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from steward.bench.asking import statements
from steward.events.models import Event
from steward.lib.actor import SYSTEM
from steward.privacy.egress import ledger
from steward.privacy.egress.addresses import Destination, Unresolvable
from steward.privacy.egress.connectors import Declaration, declare_connector, retire_connector
from steward.privacy.egress.decision import EgressDenied, Request
from steward.privacy.egress.gate import InsideTransaction, open_passage, passage, record_remote_images
from steward.privacy.egress.models import Connector, EgressEvent, InstallationEgress
from steward.privacy.egress.resolving import addresses_of
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope

SMTP = Connector.Kind.SMTP
IMAP = Connector.Kind.IMAP


def connect(account_id: UUID, there: Destination, kind: Connector.Kind = SMTP, **given: str) -> Connector:
    declaration = Declaration(kind=kind, destination=there, tls=Connector.Tls.IMPLICIT, **given)
    with account_scope(account_id):
        return declare_connector(declaration, actor=SYSTEM)


def asking(account_id: UUID | None, there: Destination, **changes: Any) -> Request:
    asked: dict[str, Any] = {"purpose": "mail.deliver", "categories": ("user.content",)}
    return Request(account_id=account_id, destination=there, **(asked | changes))


def rows(account_id: UUID) -> list[EgressEvent]:
    with account_scope(account_id):
        return list(EgressEvent.objects.order_by("at"))


def reasons(account_id: UUID) -> list[str]:
    return [row.reason_code for row in rows(account_id)]


PRIVATE = [["127.0.0.1"], ["10.0.0.7"], ["169.254.169.254"], ["100.64.1.1"], ["8.8.8.8", "10.0.0.7"], ["0.0.0.0"]]


@pytest.mark.parametrize("addresses", PRIVATE)
def test_a_name_with_a_private_address_is_refused(names, northwind, addresses: list[str]) -> None:  # type: ignore[no-untyped-def]
    names({"mail.test. A": [addresses]})
    there = Destination("mail.test", 465)
    connect(northwind.id, there)
    with pytest.raises(EgressDenied, match="private_address"):
        open_passage(asking(northwind.id, there))
    assert reasons(northwind.id) == ["private_address"]


@pytest.mark.parametrize(
    "address", ["::1", "::ffff:127.0.0.1", "fe80::1", "fd00::1", "64:ff9b::7f00:1", "2002:7f00:1::"]
)
def test_so_is_one_with_a_private_ipv6_address(names, northwind, address: str) -> None:  # type: ignore[no-untyped-def]
    names({"mail.test. A": [["8.8.8.8"]], "mail.test. AAAA": [[address]]})
    there = Destination("mail.test", 465)
    connect(northwind.id, there)
    with pytest.raises(EgressDenied, match="private_address"):
        open_passage(asking(northwind.id, there))


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "169.254.169.254", "localhost"])
def test_so_is_what_an_account_typed_as_an_address(northwind, host: str) -> None:  # type: ignore[no-untyped-def]
    there = Destination(host, 25)
    connect(northwind.id, there)
    with pytest.raises(EgressDenied, match="private_address"):
        open_passage(asking(northwind.id, there))


def test_the_address_that_was_checked_is_the_one_connected_to(names, actor, northwind, settings) -> None:  # type: ignore[no-untyped-def]
    """DNS rebinding: a harmless address to the check, another one a moment later."""
    listener, other = actor("script", lines=["hello\r\n"]), actor("script", lines=["hello\r\n"])
    server = names({"mail.test. A": [["127.0.0.1"], ["127.0.0.2"]]})
    there = Destination("mail.test", listener.port)
    settings.STEWARD_EGRESS_ALLOW = [f"127.0.0.1:{listener.port}"]
    connect(northwind.id, there)
    with passage(asking(northwind.id, there)) as opened, opened.connect_tcp() as sock:
        assert sock.getpeername() == ("127.0.0.1", listener.port)
        sock.sendall(b"x\r\n")
        sock.makefile("rb").read()
    assert [each["query"] for each in server.heard()] == ["mail.test. A", "mail.test. AAAA"]
    assert listener.heard()
    assert not other.heard()
    names({"mail.test. A": [["127.0.0.2"]]})
    with pytest.raises(EgressDenied, match="private_address"):
        open_passage(asking(northwind.id, there))


def test_the_first_address_that_answers_is_taken(names, actor, northwind, settings) -> None:  # type: ignore[no-untyped-def]
    listener = actor("script", lines=["hello\r\n"])
    names({"mail.test. A": [["127.0.0.1", "127.0.0.0"]]})  # nobody can be reached at the second, which sorts first
    settings.STEWARD_EGRESS_ALLOW = [f"mail.test:{listener.port}"]
    there = Destination("mail.test", listener.port)
    connect(northwind.id, there)
    with passage(asking(northwind.id, there)) as opened, opened.connect_tcp(seconds=2) as sock:
        assert sock.getpeername()[0] == "127.0.0.1"


def test_an_unknown_host_is_not_even_looked_up(names, northwind) -> None:  # type: ignore[no-untyped-def]
    server = names({"mail.test. A": [["8.8.8.8"]]})
    with pytest.raises(EgressDenied, match="unknown_host"):
        open_passage(asking(northwind.id, Destination("mail.test", 465)))
    assert not server.heard()
    (row,) = rows(northwind.id)
    assert (row.traffic, row.is_allowed, row.host, row.bytes) == ("", False, "mail.test", None)


def test_a_mailbox_is_no_way_to_send(names, northwind) -> None:  # type: ignore[no-untyped-def]
    there = Destination("mail.test", 993)
    connect(northwind.id, there, IMAP)
    with pytest.raises(EgressDenied, match="undeclared_call"):
        open_passage(asking(northwind.id, there))


def test_an_undeclared_purpose_is_denied_and_written_down(northwind) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(EgressDenied, match="undeclared_call"):
        open_passage(asking(northwind.id, Destination("mail.test", 465), purpose="mail.advertise"))
    assert reasons(northwind.id) == ["undeclared_call"]


@pytest.mark.parametrize("state", [Account.State.SUSPENDED, Account.State.TERMINATED])
def test_a_suspended_account_sends_nothing(names, northwind, state: str) -> None:  # type: ignore[no-untyped-def]
    names({"mail.test. A": [["8.8.8.8"]]})
    there = Destination("mail.test", 465)
    connect(northwind.id, there)
    for step in (Account.State.SUSPENDED, state):
        Account.objects.filter(pk=northwind.pk).update(state=step)
    with pytest.raises(EgressDenied, match="account_state"):
        open_passage(asking(northwind.id, there))


def test_no_network_inside_a_transaction(northwind) -> None:  # type: ignore[no-untyped-def]
    there = Destination("8.8.8.8", 465)
    with account_scope(northwind.id), pytest.raises(InsideTransaction):
        open_passage(asking(northwind.id, there))


@pytest.mark.django_db(transaction=True)
def test_a_denial_survives_what_the_caller_does_next(northwind) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(EgressDenied):
        try:
            open_passage(asking(northwind.id, Destination("mail.test", 465)))
        finally:
            connection.close()  # nothing is left to commit
    assert reasons(northwind.id) == ["unknown_host"]


@pytest.mark.django_db(transaction=True)
def test_the_row_is_there_before_anything_leaves(northwind, names) -> None:  # type: ignore[no-untyped-def]
    names({"mail.test. A": [["8.8.8.8"]]})
    there = Destination("mail.test", 465)
    connect(northwind.id, there)
    opened = open_passage(asking(northwind.id, there))
    connection.close()
    assert [(row.is_allowed, row.bytes) for row in rows(northwind.id)] == [(True, None)]
    opened.sent = 7
    opened.close()
    opened.sent = 9
    opened.close()
    assert [row.bytes for row in rows(northwind.id)] == [7]


@pytest.mark.django_db(transaction=True)
def test_what_was_read_for_the_last_counts_only_while_it_is_still_so(northwind, settings) -> None:  # type: ignore[no-untyped-def]
    there = Destination("127.0.0.1", 465)
    settings.STEWARD_EGRESS_ALLOW = (str(there),)
    declared = connect(northwind.id, there)

    def asked() -> list[str]:
        with statements() as found:
            open_passage(asking(northwind.id, there)).close()
        return [str(sql).partition("(")[0].removeprefix("SELECT egress_") for sql, _ in found]

    assert asked() == ["stored", "write", "settle"]
    assert asked() == ["write_if", "settle"]
    with account_scope(northwind.id):
        retire_connector(declared, actor=SYSTEM)
    with pytest.raises(EgressDenied, match="not_active"), statements() as found:
        open_passage(asking(northwind.id, there))
    assert len(found) == 3, "it is not as it was: asked anew, and written down with why"
    assert reasons(northwind.id) == ["allowed", "allowed", "not_active"]
    again = connect(northwind.id, there)
    assert asked() == ["stored", "write", "settle"]
    assert [row.connector_id for row in rows(northwind.id)][-1] == again.id
    settings.STEWARD_EGRESS_ALLOW = ()
    with pytest.raises(EgressDenied, match="private_address"):
        open_passage(asking(northwind.id, there))


def changed(account_id: UUID, statement: str) -> None:
    with account_scope(account_id), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM egress_egressevent",
        "UPDATE egress_egressevent SET host = 'other'",
        "UPDATE egress_egressevent SET is_allowed = true",
        "UPDATE egress_egressevent SET bytes = 5, host = 'other'",
        "UPDATE egress_egressevent SET bytes = 5; UPDATE egress_egressevent SET bytes = 6",
        "UPDATE egress_egressevent SET bytes = 5; UPDATE egress_egressevent SET bytes = NULL",
    ],
)
def test_the_ledger_only_grows(northwind, statement: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(EgressDenied):
        open_passage(asking(northwind.id, Destination("mail.test", 465)))
    with account_scope(northwind.id), pytest.raises(DatabaseError, match="only grows"):
        changed(northwind.id, statement)


def test_a_size_noted_inside_something_larger_does_not_hurry_that(northwind) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(EgressDenied):
        open_passage(asking(northwind.id, Destination("mail.test", 465)))
    [row] = rows(northwind.id)
    with account_scope(northwind.id), connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = on")
        ledger.settle(ledger.Entry(row.id, northwind.id), 5)
        cursor.execute("SHOW synchronous_commit")
        assert cursor.fetchone() == ("on",)
    assert [row.bytes for row in rows(northwind.id)] == [5]


def test_it_goes_with_its_account_when_that_is_named(northwind, contoso) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(EgressDenied):
        open_passage(asking(northwind.id, Destination("mail.test", 465)))
    named = "SELECT set_config('steward.purging', '{}', true); DELETE FROM egress_egressevent"
    with account_scope(northwind.id), pytest.raises(DatabaseError, match="only grows"):
        changed(northwind.id, named.format(contoso.id))
    changed(northwind.id, named.format(northwind.id))
    assert not rows(northwind.id)


def test_remote_images_are_written_down_for_each_host(northwind) -> None:  # type: ignore[no-untyped-def]
    with account_scope(northwind.id):
        record_remote_images(
            northwind.id, ["img.example.org", "IMG.example.org", "127.0.0.1", "not a host", "cdn.example"]
        )
    found = [(row.host, row.traffic, row.purpose, row.is_allowed, row.bytes) for row in rows(northwind.id)]
    assert sorted(found) == [
        (host, "B", "mail.remote_images", True, None) for host in ("127.0.0.1", "cdn.example", "img.example.org")
    ]


def test_accounts_do_not_see_each_others_ledger(northwind, contoso) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(EgressDenied):
        open_passage(asking(northwind.id, Destination("mail.test", 465)))
    assert not rows(contoso.id)


def test_a_declaration_replaces_the_one_before(northwind) -> None:  # type: ignore[no-untyped-def]
    there = Destination("mail.test", 465)
    first = connect(northwind.id, there, username="support", password="old")
    second = connect(northwind.id, there, username="support", password="new")
    other = connect(northwind.id, there, username="billing", password="x")
    with account_scope(northwind.id):
        first.refresh_from_db()
        second.refresh_from_db()
        assert first.retired_at
        assert not first.password
        assert (second.retired_at, second.password.reveal()) == (None, "new")
        assert Connector.objects.filter(retired_at=None).count() == 2
        retire_connector(other, actor=SYSTEM)
        retire_connector(other, actor=SYSTEM)
        kinds = [event.kind for event in Event.objects.filter(object_type="egress.connector").order_by("id")]
    assert sorted(kinds) == ["connector.declared"] * 3 + ["connector.retired"] * 2


def test_the_systems_resolver_is_asked_when_no_other_is_named(settings, northwind) -> None:  # type: ignore[no-untyped-def]
    settings.STEWARD_RESOLVER = ""
    assert str(addresses_of(Destination("localhost", 25))[0]) == "127.0.0.1"
    assert ledger._lookups[Destination("system-resolver", 53), "dns.resolve"] == 1
    ledger._lookups.clear()


@pytest.mark.parametrize("answer", ["failure", [["TXT only"]], None])
def test_a_name_that_cannot_be_resolved_may_be_tried_again(names, answer) -> None:  # type: ignore[no-untyped-def]
    names({"mail.test. TXT" if isinstance(answer, list) else "mail.test. A": answer} if answer else {})
    with pytest.raises(Unresolvable):
        addresses_of(Destination("mail.test", 25))


def test_look_ups_are_counted_and_written_together(names, db) -> None:  # type: ignore[no-untyped-def]
    server = names({"mail.test. A": [["8.8.8.8"]], "mail.test. AAAA": [["2001:4860::1"]]}, ttl=300)
    ledger.flush_lookups()  # the minute begins: none of these is written while they are counted
    for _ in range(3):
        addresses_of(Destination("mail.test", 25))
    ledger.flush_lookups()
    ledger.flush_lookups()
    (row,) = InstallationEgress.objects.all()
    assert (row.traffic, row.purpose, row.host, row.port) == ("I", "dns.resolve", "127.0.0.1", server.port)
    assert row.calls == len(server.heard()) == 2  # the rest came from memory
