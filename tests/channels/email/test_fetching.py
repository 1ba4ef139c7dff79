"""Fetching from a real IMAP server: every mail once, whatever breaks."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from steward.channels.email.fetching import Fetcher, Fetching, mailboxes
from steward.channels.email.mailbox_reading import Source
from steward.channels.email.models import Arrival, MailboxPosition, RawMail
from steward.channels.email.spool import TOO_LARGE, read
from steward.lib.actor import SYSTEM
from steward.privacy.egress.addresses import Destination
from steward.privacy.egress.connectors import Declaration, declare_connector
from steward.privacy.egress.models import Connector
from steward.tenancy.scope import account_scope

pytestmark = [pytest.mark.system, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def attach(settings: Any, northwind: Any, support_mail: Any) -> Callable[..., Source]:
    """Makes a mailbox on the server the one of support@northwind."""

    def attach(server: Any, password: str = "secret") -> Source:
        settings.STEWARD_EGRESS_ALLOW = [f"127.0.0.1:{server.port}"]
        settings.STEWARD_CA_FILE = str(server.certificate)
        declared = Declaration(
            kind=Connector.Kind.IMAP,
            destination=Destination.of("127.0.0.1", server.port),
            tls=Connector.Tls.IMPLICIT,
            username="eva",
            password=password,
        )
        with account_scope(northwind.id):
            support_mail.imap = declare_connector(declared, actor=SYSTEM)
            support_mail.save()
        (source,) = mailboxes()
        return source

    return attach


@pytest.fixture
def fetch() -> Any:
    """`fetch(source)` reads a mailbox on a thread, until the test ends or `stop`."""
    running: list[Fetcher] = []

    def start(source: Source) -> Fetcher:
        running.append(Fetcher(source))
        running[-1].start()
        return running[-1]

    yield start
    for one in running:
        one.stop()
        one.join(10)


def eventually(condition: Callable[[], Any], seconds: float = 15) -> Any:
    """The first true value of the condition."""
    end = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.05)
    return value


def stored(account: Any) -> list[bytes]:
    with account_scope(account.id):
        return [read(raw) for raw in RawMail.objects.filter(source="imap").order_by("id")]


def position(account: Any) -> MailboxPosition:
    with account_scope(account.id):
        return MailboxPosition.objects.get()


def test_what_lies_there_and_what_comes_is_stored_once_and_marked(
    northwind: Any, dovecot: Any, attach: Any, fetch: Any
) -> None:
    server = dovecot()
    server.deliver(b"Subject: one\r\n\r\nHello\r\n")
    server.deliver(b"Subject: two\r\n\r\n\x00\xff bytes\r\n")
    fetch(attach(server))
    eventually(lambda: len(stored(northwind)) == 2)
    eventually(lambda: server.seen() == 2)
    time.sleep(1)  # by now it waits
    server.deliver(b"Subject: three\r\n\r\ncomes while we wait\r\n")
    eventually(lambda: len(stored(northwind)) == 3, seconds=10)  # IDLE: long before the next look
    assert [mail.split(b"\r\n")[0] for mail in stored(northwind)] == [
        b"Subject: one",
        b"Subject: two",
        b"Subject: three",
    ]
    assert Arrival.objects.count() == 3
    assert position(northwind).last_uid == 3


def test_mail_may_be_left_unread(settings: Any, northwind: Any, dovecot: Any, attach: Any, fetch: Any) -> None:
    settings.STEWARD_IMAP_MARKS_SEEN = False
    server = dovecot()
    server.deliver(b"Subject: one\r\n\r\n")
    reading = fetch(attach(server))
    eventually(lambda: len(stored(northwind)) == 1)
    reading.stop()
    reading.join(5)
    assert server.seen() == 0


def test_bytes_are_bytes(northwind: Any, dovecot: Any, attach: Any, fetch: Any) -> None:
    mail = b"Subject: \xff\xfe\r\n\r\n" + bytes(range(128, 256)) + b"\r\n.\r\n..\r\n" + b"long" * 5000 + b"\r\n"
    server = dovecot()
    server.deliver(mail)
    fetch(attach(server))
    eventually(lambda: stored(northwind) == [mail])


def read_one(account: Any, fetch: Any, source: Any) -> None:
    """Read the mailbox until its first mail is stored, and stop."""
    first = fetch(source)
    eventually(lambda: len(stored(account)) == 1)
    first.stop()
    first.join(5)


def test_reading_again_stores_nothing_again(northwind: Any, dovecot: Any, attach: Any, fetch: Any) -> None:
    server = dovecot()
    server.deliver(b"Subject: one\r\n\r\n")
    source = attach(server)
    read_one(northwind, fetch, source)
    with account_scope(northwind.id):  # as if the process had died between the mail and its position
        MailboxPosition.objects.update(last_uid=0, old_until=0)
    fetch(source)
    eventually(lambda: position(northwind).last_uid == 1)
    assert len(stored(northwind)) == 1
    assert Arrival.objects.count() == 1


def test_another_uidvalidity_is_another_mailbox(northwind: Any, dovecot: Any, attach: Any, fetch: Any) -> None:
    server = dovecot()
    server.deliver(b"Subject: one\r\n\r\n")
    source = attach(server)
    read_one(northwind, fetch, source)
    before = position(northwind).uid_validity
    server.stop()
    time.sleep(1.1)  # UIDVALIDITY is the second in which the mailbox was made
    server.make_mailbox()
    server.deliver(b"Subject: other\r\n\r\n")
    server.start()
    fetch(source)
    eventually(lambda: len(stored(northwind)) == 2)
    assert position(northwind).uid_validity != before
    assert position(northwind).last_uid == 1


def test_too_large_becomes_a_stub_that_names_the_size(
    settings: Any, northwind: Any, dovecot: Any, attach: Any, fetch: Any
) -> None:
    settings.STEWARD_MAX_MAIL = 5000
    server = dovecot()
    server.deliver(b"Subject: holiday pictures\r\n\r\n" + b"x" * 6000 + b"\r\n")
    fetch(attach(server))
    (stub,) = eventually(lambda: stored(northwind))
    assert b"Subject: holiday pictures" in stub
    assert b"xxx" not in stub
    with account_scope(northwind.id):
        assert RawMail.objects.get().client == {TOO_LARGE: "6031"}


def test_a_server_without_idle_is_polled(
    monkeypatch: Any, northwind: Any, dovecot: Any, attach: Any, fetch: Any
) -> None:
    monkeypatch.setattr("steward.channels.email.fetching.POLL_SECONDS", 0.2)
    server = dovecot(has_idle=False)
    fetch(attach(server))
    eventually(lambda: is_open(northwind))
    server.deliver(b"Subject: one\r\n\r\n")
    eventually(lambda: len(stored(northwind)) == 1)


def test_a_wrong_password_is_noted_and_never_logged(
    caplog: Any, northwind: Any, dovecot: Any, attach: Any, fetch: Any
) -> None:
    fetch(attach(dovecot(), password="hush-hush-hush"))
    noted = eventually(lambda: _failed(northwind))
    assert noted.failure == "sign_in"
    assert noted.failing_since is not None
    assert "hush" not in caplog.text


def test_a_server_that_comes_back_is_read_on(
    monkeypatch: Any, northwind: Any, dovecot: Any, attach: Any, fetch: Any
) -> None:
    monkeypatch.setattr("steward.channels.email.fetching.FIRST_PAUSE", 0.2)
    server = dovecot()
    fetch(attach(server))
    eventually(lambda: is_open(northwind))
    server.stop()
    eventually(lambda: _failed(northwind))
    server.deliver(b"Subject: one\r\n\r\n")
    server.start()
    eventually(lambda: len(stored(northwind)) == 1)
    assert position(northwind).failure == ""


def test_a_place_the_gate_refuses_is_noted(
    settings: Any, northwind: Any, dovecot: Any, attach: Any, fetch: Any
) -> None:
    source = attach(dovecot())
    settings.STEWARD_EGRESS_ALLOW = []
    fetch(source)
    assert eventually(lambda: _failed(northwind)).failure == "not_allowed:private_address"


def test_mailboxes_are_minded(monkeypatch: Any, northwind: Any, dovecot: Any, attach: Any) -> None:
    monkeypatch.setattr("steward.channels.email.fetching.LOOK_SECONDS", 0.2)
    server = dovecot()
    server.deliver(b"Subject: one\r\n\r\n")
    fetching = Fetching()
    fetching.start()
    attach(server)  # after the start: it is found all the same
    eventually(lambda: len(stored(northwind)) == 1)
    northwind.state = northwind.State.SUSPENDED
    northwind.save()
    eventually(lambda: not list(mailboxes()))
    time.sleep(1)
    server.deliver(b"Subject: two\r\n\r\n")
    time.sleep(1)
    assert len(stored(northwind)) == 1
    before = time.monotonic()
    fetching.stop(5)
    assert time.monotonic() - before < 5


def is_open(account: Any) -> bool:
    with account_scope(account.id):
        return MailboxPosition.objects.exists()


def _failed(account: Any) -> MailboxPosition | None:
    with account_scope(account.id):
        return MailboxPosition.objects.exclude(failing_since=None).first()
