"""Mail from a pipe: the exit codes mail servers understand."""

import io
import os
import subprocess
import sys
import tracemalloc
from datetime import timedelta
from typing import Any, BinaryIO, cast

import pytest
from django.db import OperationalError, connection

from steward.channels.email import recipients
from steward.channels.email.intake import _accounts_with_mail
from steward.channels.email.models import Arrival, RawMail
from steward.channels.email.pipe import mail_in
from steward.channels.email.spool import read
from steward.lib.actor import SYSTEM
from steward.lifecycle.suspension import resume_account, suspend_account
from steward.tenancy import directory
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope
from steward.testing.cast import NOON

MAIL = b"Subject: hello\r\n\r\nI have \x00 a \xff question\r\n"
TO = "support@northwind.localhost"


@pytest.fixture(autouse=True)
def _fresh() -> None:
    recipients.forget()


def piped(raw: bytes = MAIL, to: str = TO, sender: str = "eli@example.org") -> int:
    return mail_in(to, sender, io.BytesIO(raw))


def stored(account: Any) -> list[RawMail]:
    with account_scope(account.id):
        return list(RawMail.objects.order_by("id"))


def test_a_mail_is_stored_as_it_is(northwind: Any) -> None:
    assert piped() == os.EX_OK
    (row,) = stored(northwind)
    assert read(row) == MAIL
    assert (row.source, row.envelope_from, row.envelope_to) == ("pipe", "eli@example.org", [TO])


def test_the_null_sender_is_empty(northwind: Any) -> None:
    assert piped(sender="<>") == os.EX_OK
    assert stored(northwind)[0].envelope_from == ""


def test_the_same_bytes_again_are_a_retry(northwind: Any) -> None:
    assert [piped(), piped()] == [os.EX_OK, os.EX_OK]
    assert len(stored(northwind)) == 1


def test_the_same_bytes_later_are_another_mail(northwind: Any, time_machine: Any) -> None:
    time_machine.move_to("2030-01-01T12:00:00Z", tick=False)
    assert piped() == os.EX_OK
    time_machine.move_to("2030-01-01T12:11:00Z", tick=False)
    assert piped() == os.EX_OK
    assert len(stored(northwind)) == 2


def test_the_same_bytes_for_another_address_are_another_mail(northwind: Any) -> None:
    assert [piped(), piped(to="billing@northwind.localhost")] == [os.EX_OK, os.EX_OK]
    assert len(stored(northwind)) == 2


@pytest.mark.parametrize("raw", [b"", b"\r\n \n"])
def test_nothing_is_no_mail(northwind: Any, raw: bytes) -> None:
    assert piped(raw) == os.EX_DATAERR
    assert stored(northwind) == []


def test_too_much_is_refused_and_stays_with_the_sender(northwind: Any, settings: Any) -> None:
    settings.STEWARD_MAX_MAIL = len(MAIL) - 1
    assert [piped(), piped()] == [os.EX_DATAERR, os.EX_DATAERR]
    (row,) = stored(northwind)
    assert row.client == {"too_large": str(len(MAIL))}


def test_of_too_much_only_the_beginning_is_held(northwind: Any, settings: Any) -> None:
    class Endless(io.RawIOBase):
        """A header and a gigabyte."""

        left = 2**30

        def read(self, size: int = -1) -> bytes:
            if self.left == 2**30:
                self.left -= 1
                return b"Subject: film\r\n\r\n"
            size = min(size, self.left)
            self.left -= size
            return b"x" * size

    settings.STEWARD_MAX_MAIL = 2**20
    tracemalloc.start()
    assert mail_in(TO, "eli@example.org", cast(BinaryIO, Endless())) == os.EX_DATAERR
    assert tracemalloc.get_traced_memory()[1] < 8 * 2**20
    tracemalloc.stop()
    (row,) = stored(northwind)
    assert int(row.client["too_large"]) >= 2**30
    assert row.size < 40_000


def test_too_much_that_cannot_be_noted_is_for_later(northwind: Any, settings: Any) -> None:
    settings.STEWARD_MAX_MAIL = len(MAIL) - 1
    with connection.execute_wrapper(_broken):
        assert piped() == os.EX_TEMPFAIL


@pytest.mark.parametrize("to", ["nobody@northwind.localhost", "support@elsewhere.example", "support", "", "@", "a@b@c"])
def test_an_unknown_address(northwind: Any, to: str) -> None:
    assert piped(to=to) == os.EX_NOUSER


def test_a_suspended_account_is_for_later(northwind: Any) -> None:
    Account.objects.filter(pk=northwind.id).update(state=Account.State.SUSPENDED)
    assert piped() == os.EX_TEMPFAIL
    assert stored(northwind) == []


@pytest.mark.parametrize(("day", "refuses", "status"), [(13, False, os.EX_OK), (15, False, 69), (0, True, 69)])
def test_mail_to_a_suspended_account_is_held_and_then_refused(
    northwind: Any, stop_clock: Any, day: int, refuses: bool, status: int
) -> None:
    stop_clock(NOON)
    Account.objects.filter(pk=northwind.id).update(refuses_mail=refuses)
    suspend_account(Account.objects.get(pk=northwind.id), actor=SYSTEM)
    directory.forget()
    recipients.forget()
    stop_clock(NOON + timedelta(days=day))
    assert piped() == status
    assert len(stored(northwind)) == Arrival.objects.count() == (status == os.EX_OK)
    assert list(_accounts_with_mail([])) == [], "it waits"
    resume_account(Account.objects.get(pk=northwind.id), actor=SYSTEM)
    directory.forget()
    recipients.forget()
    assert list(_accounts_with_mail([])) == [northwind.id] * (status == os.EX_OK)
    assert piped(b"Subject: new\r\n\r\n") == os.EX_OK


def test_without_a_database_it_is_for_later(northwind: Any, caplog: Any) -> None:
    with connection.execute_wrapper(_broken):
        assert piped() == os.EX_TEMPFAIL
    assert "eli@" not in caplog.text
    assert stored(northwind) == []


def _broken(*_: Any) -> Any:
    raise OperationalError("the server closed the connection")


@pytest.mark.system
@pytest.mark.django_db(transaction=True)
def test_in_a_process_of_its_own(northwind: Any, child_processes: None) -> None:
    code = (
        "import django, sys; django.setup(); from steward.channels.email.pipe import mail_in;"
        f"sys.exit(mail_in({TO!r}, '', sys.stdin.buffer))"
    )
    assert subprocess.run([sys.executable, "-c", code], input=MAIL, check=False).returncode == os.EX_OK
    away = os.environ | {"DATABASE_URL": "host=/nowhere dbname=none user=nobody"}
    assert subprocess.run([sys.executable, "-c", code], input=MAIL, env=away, check=False).returncode == os.EX_TEMPFAIL
    assert len(stored(northwind)) == 1
