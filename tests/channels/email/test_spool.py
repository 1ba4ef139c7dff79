"""The spool: encrypted, once for each key, all or nothing."""

import hashlib
import os
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from steward.channels.email.models import Arrival, RawMail
from steward.channels.email.spool import CHANNEL, Spooled, read, store
from steward.privacy.keys.errors import KeyMissing
from steward.privacy.keys.store import set_up_keys
from steward.tenancy.scope import account_scope


def mail(account_id: UUID, raw: bytes = b"Subject: hello\r\n\r\n", **changes: Any) -> Spooled:
    values: dict[str, Any] = {
        "source": RawMail.Source.SMTP,
        "source_key": uuid4().hex,
        "envelope_from": "eli@example.org",
        "envelope_to": ("support@northwind.localhost",),
        "client": {"ip": "192.0.2.1", "helo": "mx.example.org"},
    }
    return Spooled(account_id=account_id, raw=raw, **(values | changes))


def rows(account: Any) -> list[RawMail]:
    with account_scope(account.id):
        return list(RawMail.objects.order_by("id"))


@pytest.mark.parametrize(
    "raw", [b"", b"\0", bytes(range(256)), b"\xff\xfe no charset\r\n.\r\n", b"x" * 300_000], ids=lambda raw: len(raw)
)
def test_bytes_come_back_as_they_were(northwind: Any, raw: bytes) -> None:
    store([mail(northwind.id, raw, trace=b"Received: by us\r\n")])
    (row,) = rows(northwind)
    assert read(row) == b"Received: by us\r\n" + raw
    assert row.size == len(raw)
    assert row.state == RawMail.State.WAITING


def test_the_digest_is_of_the_body(northwind: Any) -> None:
    store([mail(northwind.id, b"Received: this way\r\n\r\nbody"), mail(northwind.id, b"Received: that\r\n\r\nbody")])
    assert {bytes(row.body_digest) for row in rows(northwind)} == {hashlib.sha256(b"body").digest()}


def test_what_lies_in_the_table_is_encrypted(northwind: Any) -> None:
    store([mail(northwind.id, b"Subject: my secret\r\n\r\n")])
    assert b"secret" not in bytes(rows(northwind)[0].content)


def test_each_mail_waits_to_be_taken(northwind: Any) -> None:
    store([mail(northwind.id), mail(northwind.id)])
    waiting = Arrival.objects.order_by("id")
    assert [arrival.raw_id for arrival in waiting] == [row.id for row in rows(northwind)]
    assert {arrival.account_id for arrival in waiting} == {northwind.id}


def test_a_repeated_key_is_one_mail(northwind: Any) -> None:
    first = mail(northwind.id, source_key="once")
    store([first])
    store([first, mail(northwind.id, source_key="twice")])
    assert [row.source_key for row in rows(northwind)] == ["once", "twice"]
    assert Arrival.objects.count() == 2


def test_one_key_in_two_accounts_is_two_mails(northwind: Any, contoso: Any) -> None:
    store([mail(northwind.id, source_key="same"), mail(contoso.id, source_key="same")])
    assert [len(rows(account)) for account in (northwind, contoso)] == [1, 1]


@pytest.mark.parametrize("typed", ["a\0b@example.org", "a\udcffb@example.org", "ä@example.org"])
def test_an_envelope_of_any_characters_is_stored(northwind: Any, typed: str) -> None:
    store([mail(northwind.id, envelope_from=typed, envelope_to=(typed,), client={"ip": "", "helo": typed})])
    assert "@example.org" in rows(northwind)[0].envelope_from


def test_what_belongs_to_it_is_undone_with_it(northwind: Any) -> None:
    def fail() -> None:
        raise RuntimeError("full disk")

    with pytest.raises(RuntimeError, match="full disk"):
        store([mail(northwind.id)], along_with=fail)
    assert rows(northwind) == []
    assert not Arrival.objects.exists()


def test_what_belongs_to_it_concerns_one_account(northwind: Any, contoso: Any) -> None:
    with pytest.raises(ValueError, match="one account"):
        store([mail(northwind.id), mail(contoso.id)], along_with=lambda: None)


def test_without_a_key_nothing_is_stored(northwind: Any, settings: Any, tmp_path: Path) -> None:
    settings.STEWARD_DATA = tmp_path
    set_up_keys()  # the master key, but none of an account
    with pytest.raises(KeyMissing):
        store([mail(northwind.id)])
    assert rows(northwind) == []


@pytest.mark.django_db(transaction=True)
def test_listeners_are_woken_after_the_commit(northwind: Any) -> None:
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as listening:
        listening.execute(f"LISTEN {CHANNEL}")
        store([mail(northwind.id), mail(northwind.id)])
        woken = list(listening.notifies(timeout=5, stop_after=1))
    assert [note.payload for note in woken] == [str(northwind.id)]


def test_nothing_of_a_mail_shows(northwind: Any) -> None:
    shown = repr(mail(northwind.id, b"Subject: my secret\r\n\r\n"))
    assert "secret" not in shown
    assert "eli@" not in shown
    assert "192.0.2.1" not in shown
