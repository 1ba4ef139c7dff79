"""Trying mail: once at a time, never lost with a worker, never over another way than the account chose."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError

from steward.events.models import Event
from steward.lib.actor import SYSTEM
from steward.outbox import delivery, maildir
from steward.outbox.actions import NewMail, note_bounce, put_in_outbox, send_again, send_all_again, send_through
from steward.outbox.models import OutgoingMail, State
from steward.privacy.egress.addresses import Destination
from steward.privacy.egress.connectors import Declaration, declare_connector, retire_connector
from steward.privacy.egress.models import Connector
from steward.privacy.egress.replies import DeliveryResult, Outcome, Refusal, Stage
from steward.tenancy.scope import account_scope
from steward.testing.cast import NOON
from steward.testing.jobs import queued

pytestmark = pytest.mark.usefixtures("clock")


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
        send_again(mail, actor=SYSTEM)


def waiting_jobs() -> int:
    return len(queued("outbox.deliver"))


GONE = Refusal(Outcome.PERMANENT, 550, "5.1.1 nobody of that name")
FULL = Refusal(Outcome.TEMPORARY, 452, "4.2.2 mailbox full")
ELI, FARAH, GRY = "eli@example.org", "Farah@example.org", "gry@example.com"


def taken(*accepted: str, **refused: Refusal) -> DeliveryResult:
    """The server has taken the mail for these people; for those of the letters F and G it has not."""
    names = {"farah": FARAH, "gry": GRY}
    by_address = {names[name]: refusal for name, refusal in refused.items()}
    return DeliveryResult(Outcome.SENT, Stage.TEXT, 250, "2.0.0 ok", accepted, by_address)


@pytest.fixture
def answering(settings: Any, monkeypatch: Any, northwind: Any) -> Any:
    """`answering(results...)` has the relay answer so, one try after the other; the list of who was tried."""
    settings.STEWARD_DEMO = False
    settings.STEWARD_SMTP_RELAY = "smtps://relay.example"
    tried: list[tuple[str, ...]] = []

    def answering(*results: DeliveryResult) -> Any:
        waiting = list(results)

        def deliver(_route: Any, envelope: Any, *, is_restricted: bool) -> DeliveryResult:
            tried.append(envelope.recipients)
            return waiting.pop(0)

        monkeypatch.setattr(delivery, "deliver", deliver)
        return tried

    return answering


def test_who_was_refused_for_good_is_told_to_the_end(put, answering, run_jobs, clock):
    mail = put(ELI, FARAH, GRY)
    away = DeliveryResult(Outcome.TEMPORARY, Stage.CONNECT, 0, "connection refused")
    tried = answering(taken(ELI, farah=GONE, gry=FULL), away, taken(GRY))
    run_jobs()
    assert stored(mail).server_words.splitlines() == [
        f"{FARAH}: 550 5.1.1 nobody of that name",
        f"{GRY}: 452 4.2.2 mailbox full",
    ]
    clock(5)
    run_jobs()
    after = stored(mail)
    assert (after.state, after.server_words.splitlines()) == (
        State.DEFERRED,
        [f"{FARAH}: 550 5.1.1 nobody of that name", "connection refused"],
    )
    clock(30)
    run_jobs()
    after = stored(mail)
    assert (after.state, after.reason) == (State.SENT, "partly_refused")
    assert after.server_words == f"{FARAH}: 550 5.1.1 nobody of that name"
    assert tried == [(ELI, FARAH, GRY), (GRY,), (GRY,)]


def test_a_held_mail_keeps_it_too(put, answering, run_jobs, clock, settings):
    mail = put(ELI, FARAH, GRY)
    answering(taken(ELI, farah=GONE, gry=FULL), taken(GRY))
    run_jobs()
    clock(5)
    settings.STEWARD_SMTP_RELAY = ""
    run_jobs()
    assert (stored(mail).state, stored(mail).reason) == (State.HELD, "no_relay")
    settings.STEWARD_SMTP_RELAY = "smtps://relay.example"
    clock(20)
    run_jobs()
    assert (stored(mail).reason, stored(mail).server_words[: len(FARAH)]) == ("partly_refused", FARAH)


def test_when_the_last_one_is_refused_too_all_are_named(put, answering, run_jobs, clock):
    mail = put(ELI, FARAH, GRY)
    last = DeliveryResult(Outcome.PERMANENT, Stage.RECIPIENT, 550, GONE.words, (), {GRY: GONE})
    answering(taken(ELI, farah=GONE, gry=FULL), last)
    run_jobs()
    clock(5)
    run_jobs()
    after = stored(mail)
    assert after.state == State.FAILED
    assert [line.partition(":")[0] for line in after.server_words.splitlines()] == [FARAH, GRY]


def test_words_that_only_look_like_a_refusal_are_let_go(put, answering, run_jobs, clock):
    mail = put(ELI)
    busy = DeliveryResult(Outcome.TEMPORARY, Stage.TEXT, 451, "support@relay.example: 4 too many")
    answering(busy, DeliveryResult(Outcome.SENT, Stage.TEXT, 250, "ok", (ELI,), {}))
    run_jobs()
    clock(5)
    run_jobs()
    assert (stored(mail).reason, stored(mail).server_words) == ("", "250 ok")


def test_a_refusal_and_a_bounce_add_up(put, answering, run_jobs):
    mail = put(ELI, FARAH)
    answering(taken(ELI, farah=GONE))
    run_jobs()
    with account_scope(mail.account_id):
        note_bounce(mail.id, recipients=[ELI, FARAH], bounced=ELI, words="550 later")
    after = stored(mail)
    assert (after.state, after.reason) == (State.FAILED, "bounced")
    assert [line.partition(":")[0] for line in after.server_words.splitlines()] == [FARAH.lower(), ELI]


def test_two_clicks_are_one_mail(put, kept, run_jobs):
    mail = put()
    change(mail, state=State.FAILED, next_attempt_at=None)
    run_jobs()
    again(mail)
    again(mail)
    run_jobs()
    assert len(kept) == 1
    with account_scope(mail.account_id):
        assert Event.objects.filter(kind="mail.retried", object_id=mail.pk).count() == 1


def test_all_of_one_reason_are_tried_again(put, kept, run_jobs):
    mails = [put(), put()]
    other = put()
    for mail in mails:
        change(mail, state=State.HELD, reason="no_relay", next_attempt_at=None)
    change(other, state=State.HELD, reason="fault", next_attempt_at=None)
    with account_scope(mails[0].account_id):
        assert send_all_again(state=State.HELD, reason="no_relay") == 2
        retried = Event.objects.filter(kind="mail.retried").values_list("object_id", flat=True)
        assert set(retried) == {mail.pk for mail in mails}
    run_jobs()
    assert [stored(mail).state for mail in [*mails, other]] == [State.SENT, State.SENT, State.HELD]


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
