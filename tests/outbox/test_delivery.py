"""Trying mail: once at a time, never lost with a worker, never over another way than the account chose."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError

from steward.lib.actor import SYSTEM
from steward.outbox import delivery, maildir
from steward.outbox.actions import NewMail, note_bounce, put_in_outbox, send_again, send_through
from steward.outbox.models import OutgoingMail, State
from steward.privacy.egress.addresses import Destination
from steward.privacy.egress.connectors import Declaration, declare_connector, retire_connector
from steward.privacy.egress.models import Connector
from steward.tenancy.scope import account_scope
from steward.testing.jobs import queued

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock(monkeypatch: Any, tmp_path: Any) -> Any:
    """`clock(minutes)` puts the time so many minutes past noon; it stands still."""
    file = tmp_path / "clock"
    monkeypatch.setenv("STEWARD_TEST_CLOCK", str(file))

    def stop(minutes: float) -> None:
        file.write_text((NOON + timedelta(minutes=minutes)).isoformat())

    stop(0)
    return stop


@pytest.fixture
def put(northwind: Any, settings: Any) -> Any:
    """Puts a mail into the outbox; there is no relay."""
    settings.STEWARD_SMTP_RELAY = ""
    settings.STEWARD_DEMO = False

    def put(*to: str, connector: Connector | None = None) -> OutgoingMail:
        new = NewMail(
            "answer", "1@northwind.localhost", "", to or ("eli@example.org",), b"Subject: x\r\n\r\n", connector
        )
        with account_scope(northwind.id):
            return put_in_outbox([new])[0]

    return put


@pytest.fixture
def smtp(northwind: Any) -> Any:
    """Declares a mail server of Northwind."""

    def smtp(host: str) -> Connector:
        place = Destination.of(host, 465)
        kind, tls = Connector.Kind.SMTP, Connector.Tls.IMPLICIT
        with account_scope(northwind.id):
            return declare_connector(
                Declaration(kind=kind, destination=place, tls=tls, username="ben", password="secret"), actor=SYSTEM
            )

    return smtp


@pytest.fixture
def kept(settings: Any, monkeypatch: Any) -> Any:
    """Mail is kept here; `kept.during = f` has f done during the next try. The list of what was kept."""

    class Kept(list[bytes]):
        during: Any = None

    found = Kept()

    def keep(raw: bytes, **_envelope: Any) -> None:
        meanwhile, found.during = found.during, None
        if meanwhile:
            meanwhile()
        found.append(raw)

    settings.STEWARD_DEMO = True
    monkeypatch.setattr(maildir, "keep", keep)
    return found


def stored(mail: OutgoingMail) -> OutgoingMail:
    with account_scope(mail.account_id):
        return OutgoingMail.objects.select_related("connector").get(pk=mail.pk)


def change(mail: OutgoingMail, **columns: Any) -> None:
    with account_scope(mail.account_id):
        OutgoingMail.objects.filter(pk=mail.pk).update(**columns)


def again(mail: OutgoingMail) -> None:
    with account_scope(mail.account_id):
        send_again(mail)


def waiting_jobs() -> int:
    return len(queued("outbox.deliver"))


def test_two_clicks_are_one_mail(put, kept, run_jobs):
    mail = put()
    change(mail, state=State.FAILED, next_attempt_at=None)
    run_jobs()
    again(mail)
    again(mail)
    run_jobs()
    assert len(kept) == 1


def test_a_click_during_a_try_is_no_second_one(put, kept, run_jobs):
    mail = put()
    change(mail, state=State.DEFERRED)
    kept.during = lambda: (again(mail), delivery.attempt(mail.account_id, mail.id, again=lambda *_: None))
    run_jobs()
    assert len(kept) == 1
    assert stored(mail).state == State.SENT


def test_two_workers_with_one_job_are_one_mail(put, kept, run_jobs):
    mail = put()
    at = stored(mail).next_attempt_at
    kept.during = lambda: delivery.attempt(mail.account_id, mail.id, again=lambda *_: None, due=at)
    run_jobs()
    assert len(kept) == 1


def test_a_job_that_runs_early_does_nothing(put, kept, clock, run_jobs):
    mail = put()
    change(mail, state=State.DEFERRED, next_attempt_at=NOON + timedelta(minutes=10))
    run_jobs()
    assert not kept
    assert not waiting_jobs()


def test_the_mail_of_a_worker_that_died_is_tried_again(put, kept, clock, run_jobs):
    mail = put()

    def die() -> None:
        raise SystemExit("killed")

    kept.during = die
    with pytest.raises(SystemExit):
        run_jobs()
    assert stored(mail).state == State.WAITING
    assert run_jobs() == 1  # its job is run once more at once, and sees that somebody may still be at it
    assert not kept
    clock(16)
    run_jobs()
    assert len(kept) == 1


def test_a_fault_of_ours_holds_the_mail_and_is_told(put, kept, clock, run_jobs):
    mail = put()

    def fail() -> None:
        raise OSError("disk full")

    kept.during = fail
    with pytest.raises(OSError, match="disk full"):
        run_jobs()
    assert (stored(mail).state, stored(mail).reason) == (State.HELD, "fault")
    clock(6)
    run_jobs()
    assert len(kept) == 1


def test_what_cannot_be_opened_is_held(put, kept, run_jobs):
    mail = put()
    change(mail, content=b"not what was stored")
    run_jobs()
    assert (stored(mail).state, stored(mail).reason) == (State.HELD, "unreadable")


def test_who_comes_back_after_the_lease_changes_nothing_of_the_other(put, kept, clock):
    mail = put()
    held = delivery._claimed(mail.account_id, mail.id, None, lambda *_: None)
    clock(20)
    assert delivery._claimed(mail.account_id, mail.id, None, lambda *_: None)
    queued_again = []
    verdict = delivery.Verdict(State.DEFERRED, reason="connect", pause=timedelta(minutes=1))
    delivery._note(held, verdict, lambda *each: queued_again.append(each))
    assert stored(mail).state == State.WAITING
    assert not queued_again
    delivery._note(held, delivery.Verdict(State.SENT), lambda *_: None)
    assert stored(mail).state == State.SENT


def test_clicks_on_a_held_mail_begin_no_more_chains(put, clock, run_jobs):
    mail = put()
    run_jobs()
    for _ in range(5):
        again(mail)
        run_jobs()
    assert stored(mail).reason == "no_relay"
    for round in range(1, 5):
        clock(round * 6)
        run_jobs()
        assert waiting_jobs() == 1


def test_held_tries_do_not_eat_the_patience(put, clock, run_jobs):
    mail = put()
    for round in range(20):
        clock(round * 6)
        run_jobs()
    assert stored(mail).state == State.HELD
    assert stored(mail).attempts == 0


def test_what_waits_for_a_retired_server_is_held_and_says_so(put, smtp, settings, run_jobs):
    server = smtp("mail.shop.example")
    mail = put(connector=server)
    settings.STEWARD_SMTP_RELAY = "smtp://127.0.0.1:9"
    with account_scope(mail.account_id):
        retire_connector(server, actor=SYSTEM)
    run_jobs()
    assert (stored(mail).state, stored(mail).reason) == (State.HELD, "server_retired")


def test_a_server_that_has_mail_cannot_be_deleted(put, smtp):
    server = smtp("mail.shop.example")
    mail = put(connector=server)
    with account_scope(mail.account_id), pytest.raises(ProtectedError):
        server.delete()
    delete = "DELETE FROM egress_connector WHERE id = %s; SET CONSTRAINTS ALL IMMEDIATE"
    with account_scope(mail.account_id), pytest.raises(IntegrityError), transaction.atomic():
        connection.cursor().execute(delete, [server.id])


def test_a_new_server_takes_over_what_is_paused_but_not_what_is_being_tried(put, smtp):
    old, new = smtp("old.shop.example"), smtp("new.shop.example")
    trying, deferred, failed = (put(connector=old) for _ in range(3))
    assert delivery._claimed(trying.account_id, trying.id, None, lambda *_: None)
    change(deferred, state=State.DEFERRED, next_attempt_at=NOON + timedelta(hours=9))
    change(failed, state=State.FAILED, next_attempt_at=None)
    with account_scope(trying.account_id):
        send_through(new, instead_of=[old.id])
    assert stored(trying).next_attempt_at > NOON
    assert stored(deferred).next_attempt_at == NOON
    assert stored(failed).state == State.FAILED
    assert {stored(each).connector for each in (trying, deferred, failed)} == {new}


def bounce(mail: OutgoingMail, address: str, to: tuple[str, ...]) -> OutgoingMail:
    with account_scope(mail.account_id):
        note_bounce(mail.id, recipients=to, bounced=address, words="550 no\nsuch user")
    return stored(mail)


def test_a_mail_to_two_fails_when_both_reports_are_there(put, kept, run_jobs):
    to = ("Eli@example.org", "farah@example.org")
    mail = put(*to)
    run_jobs()
    first = bounce(mail, "farah@example.org", to)
    assert (first.state, first.reason) == (State.SENT, "partly_bounced")
    assert first.server_words == "farah@example.org: 550 no such user"
    assert bounce(mail, "farah@example.org", to).state == State.SENT
    both = bounce(mail, "eli@example.org", to)
    assert (both.state, both.reason) == (State.FAILED, "bounced")
    assert "eli@example.org: 550" in both.server_words


def test_a_report_about_an_address_we_do_not_know(put, kept, run_jobs):
    one, two = put("eli@example.org"), put("eli@example.org", "farah@example.org")
    run_jobs()
    assert bounce(one, "elsewhere@example.net", ("eli@example.org",)).state == State.FAILED
    assert bounce(two, "elsewhere@example.net", ("eli@example.org", "farah@example.org")).state == State.SENT


def test_what_is_still_on_its_way_to_others_goes_on(put):
    to = ("eli@example.org", "farah@example.org")
    mail = put(*to)
    change(mail, state=State.DEFERRED, next_attempt_at=NOON + timedelta(minutes=5), envelope_to=["farah@example.org"])
    after = bounce(mail, "eli@example.org", to)
    assert (after.state, after.next_attempt_at) == (State.DEFERRED, NOON + timedelta(minutes=5))
