"""A request from its receipt to its end, and what is noted of it."""

from datetime import UTC, datetime, timedelta

import pytest

from steward.contacts.models import Contact
from steward.events.models import Event
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.people.access import actor_of
from steward.privacy.erasure.actions import plan_erasure, run_erasure, start_erasure
from steward.privacy.requests import upkeep
from steward.privacy.requests.actions import (
    NewRequest,
    TooLate,
    advance,
    answer,
    approve,
    ask_for_proof,
    close,
    extend,
    hold,
    open_request,
    plan_erasure_of,
    refuse,
    release,
    say_kind,
    verify,
)
from steward.privacy.requests.models import PrivacyRequest
from steward.privacy.requests.persons import person_by_address
from steward.privacy.requests.states import S, Type, WrongState
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope

RECEIVED = datetime(2026, 3, 10, 12, tzinfo=UTC)
DAY = timedelta(days=1)
Proof, Refusal = PrivacyRequest.Proof, PrivacyRequest.Refusal


@pytest.fixture
def scope(northwind):
    with account_scope(northwind.id):
        yield


@pytest.fixture
def at(stop_clock):
    """`at(3)`: it is three days after the receipt."""

    def put(days):
        stop_clock(RECEIVED + days * DAY)

    put(0)
    return put


def asked(contact, type_=Type.ERASE, **more):
    new = {"received_at": RECEIVED, "subject": contact, "name": "Eli", "address": "Eli@Example.org", "words": "All."}
    return open_request(NewRequest(type_, PrivacyRequest.Channel.AGENT, **(new | more)), actor=SYSTEM)


def approved(contact, type_=Type.ERASE):
    request = asked(contact, type_)
    verify(request, by=Proof.KNOWN, actor=SYSTEM)
    approve(request, actor=SYSTEM)
    return request


def done(contact, type_=Type.ERASE):
    request = approved(contact, type_)
    for state in (S.PLANNED, S.RUNNING, *([S.VERIFYING_ABSENCE] if type_ == Type.ERASE else []), S.LIVE_DONE):
        advance(request, state, actor=SYSTEM)
    return request


def told_of(request):
    """{kind: changes} of what is noted, in its order."""
    return {event.kind: event.changes for event in Event.objects.filter(object_id=request.pk).order_by("id")}


def test_a_request_is_due_in_a_month(scope, at, eli, ada):
    request = open_request(
        NewRequest(Type.ACCESS, PrivacyRequest.Channel.MAIL, RECEIVED, subject=eli), actor=actor_of(ada)
    )
    assert (request.state, request.due_at) == (S.RECEIVED, datetime(2026, 4, 11, tzinfo=UTC))
    assert request.answer_until == request.due_at
    assert request.opened_by_id == ada.id
    told = {"type": "access", "channel": "mail", "due_at": "2026-04-11T00:00:00+00:00"}
    assert told_of(request) == {"privacy_request.received": told}


def test_days_are_those_of_the_account(scope, at, eli, northwind):
    Account.objects.filter(pk=northwind.id).update(time_zone="Asia/Tokyo")
    assert asked(eli, received_at=RECEIVED).due_at == datetime(2026, 4, 10, 15, tzinfo=UTC)


def test_what_comes_tomorrow_cannot_be_noted_today(scope, at, eli):
    with pytest.raises(ValueError, match="received before"):
        asked(eli, received_at=now() + DAY)
    assert not PrivacyRequest.objects.exists()


def test_the_whole_way_of_an_erasure(scope, at, eli):
    request = asked(eli)
    ask_for_proof(request, actor=SYSTEM)
    verify(request, by=Proof.ADDRESS, actor=SYSTEM)
    assert (request.state, request.verified_by) == (S.AWAITING_CONTROLLER, "address")
    assert request.verified_at == RECEIVED
    approve(request, actor=SYSTEM)
    for state in (S.PLANNED, S.RUNNING, S.VERIFYING_ABSENCE, S.LIVE_DONE):
        advance(request, state, actor=SYSTEM)
    answer(request, actor=SYSTEM)
    advance(request, S.BACKUPS_EXPIRING, actor=SYSTEM)
    at(33)
    close(request, actor=SYSTEM)
    assert (request.state, request.answered_at, request.closed_at) == (S.CLOSED, RECEIVED, RECEIVED + 33 * DAY)
    assert (request.name, request.address, request.words) == ("", "", "")
    assert list(told_of(request)) == [
        f"privacy_request.{verb}"
        for verb in ("received", "proof_asked", "verified", "approved", "planned", "started", "looked_after", "done",
                     "answered", "waits_for_backups", "closed")
    ]  # fmt: skip


def test_who_asked_for_something_else_is_still_known(scope, at, eli):
    request = done(eli, Type.ACCESS)
    answer(request, actor=SYSTEM)
    close(request, actor=SYSTEM)
    assert (request.name, request.words) == ("Eli", "All.")


def test_nothing_is_closed_before_the_person_was_told(scope, at, eli):
    request = done(eli, Type.ACCESS)
    with pytest.raises(WrongState):
        close(request, actor=SYSTEM)
    answer(request, actor=SYSTEM)
    with pytest.raises(WrongState):
        answer(request, actor=SYSTEM)


def test_a_step_that_does_not_follow_changes_nothing(scope, at, eli):
    request = asked(eli)
    for step in (
        lambda: approve(request, actor=SYSTEM),
        lambda: advance(request, S.RUNNING, actor=SYSTEM),
        lambda: release(request, actor=SYSTEM),
    ):
        with pytest.raises(WrongState):
            step()
    with pytest.raises(KeyError):
        advance(request, S.APPROVED, actor=SYSTEM)
    request.refresh_from_db()
    assert (request.state, list(told_of(request))) == (S.RECEIVED, ["privacy_request.received"])


def test_who_asks_is_made_sure_of_before_anything(scope, at, eli):
    request = asked(None)
    with pytest.raises(ValueError, match="about somebody"):
        verify(request, by=Proof.KNOWN, actor=SYSTEM)
    verify(request, by=Proof.QUESTIONS, subject=eli, actor=SYSTEM)
    assert request.subject_id == eli.pk


def test_what_is_asked_for_is_said_before_it_is_decided(scope, at, eli):
    request = asked(eli, Type.UNSAID)
    verify(request, by=Proof.KNOWN, actor=SYSTEM)
    with pytest.raises(WrongState):
        approve(request, actor=SYSTEM)
    stale = PrivacyRequest.objects.get(pk=request.pk)
    say_kind(request, Type.RECTIFY, actor=SYSTEM)
    with pytest.raises(WrongState):
        say_kind(stale, Type.ERASE, actor=SYSTEM)
    approve(request, actor=SYSTEM)
    with pytest.raises(WrongState):
        say_kind(request, Type.ERASE, actor=SYSTEM)
    assert (request.type, request.due_at) == (Type.RECTIFY, stale.due_at)
    assert told_of(request)["privacy_request.kind_said"] == {"from": "unsaid", "to": "rectify"}


@pytest.mark.parametrize("words", ["", "  "])
def test_a_refusal_an_extension_and_a_hold_are_explained(scope, at, eli, words):
    request = asked(eli)
    for step in (
        lambda: refuse(request, reason=Refusal.EXCESSIVE, words=words, actor=SYSTEM),
        lambda: extend(request, reason=words, actor=SYSTEM),
        lambda: hold(request, words=words, actor=SYSTEM),
    ):
        with pytest.raises(ValueError, match="explained"):
            step()


def test_a_refusal_is_an_answer_and_the_end(scope, at, eli):
    request = asked(eli)
    refuse(request, reason=Refusal.NOT_PROVEN, words=" Nobody proved it. ", actor=SYSTEM)
    assert (request.state, request.refusal, request.refusal_words) == (S.REFUSED, "not_proven", "Nobody proved it.")
    assert request.answered_at == request.closed_at == RECEIVED
    assert told_of(request)["privacy_request.refused"] == {"reason": "not_proven"}
    with pytest.raises(WrongState):
        extend(request, reason="Many.", actor=SYSTEM)


def test_a_request_is_extended_once_and_within_the_first_month(scope, at, eli):
    request, late = asked(eli), asked(eli)
    at(31)
    extend(request, reason="Many.", actor=SYSTEM)
    assert request.answer_until == request.extended_until == datetime(2026, 6, 11, tzinfo=UTC)
    with pytest.raises(WrongState):
        extend(request, reason="Still many.", actor=SYSTEM)
    at(32)
    with pytest.raises(TooLate):
        extend(late, reason="Many.", actor=SYSTEM)
    late.refresh_from_db()
    assert late.extended_until is None


def test_a_hold_stops_a_request_and_gives_it_back_where_it_was(scope, at, eli):
    request = approved(eli)
    hold(request, words="A court asked.", actor=SYSTEM)
    assert (request.state, request.state_before) == (S.ON_HOLD, S.APPROVED)
    for step in (
        lambda: advance(request, S.PLANNED, actor=SYSTEM),
        lambda: hold(request, words="Again.", actor=SYSTEM),
    ):
        with pytest.raises(WrongState):
            step()
    release(request, actor=SYSTEM)
    assert (request.state, request.state_before, request.hold_words) == (S.APPROVED, "", "")


def test_warnings_come_once_each_and_not_for_what_is_answered(scope, at, eli, northwind):
    request, answered = asked(eli), asked(eli)
    answer(answered, actor=SYSTEM)
    found = [(day, warned(at, day)) for day in (0, 19, 20, 20, 26, 27, 28, 40)]
    assert found == [(0, []), (19, []), (20, [20]), (20, []), (26, []), (27, [27]), (28, []), (40, [])]
    assert told_of(request)["privacy_request.warned"] == {"day": 27, "until": "2026-04-11T00:00:00+00:00"}


def test_an_extension_begins_its_own_warnings(scope, at, eli):
    request = asked(eli)
    assert warned(at, 28) == [28]
    extend(request, reason="Many.", actor=SYSTEM)
    assert [warned(at, day) for day in (28, 82, 83, 90)] == [[], [], [83], [90]]


def warned(at, day):
    """The days that the warnings given on a day name."""
    at(day)
    before = set(Event.objects.values_list("id", flat=True))
    upkeep.warn_of_ends()
    new = Event.objects.exclude(pk__in=before).order_by("id")
    return [event.changes["day"] for event in new if event.kind == "privacy_request.warned"]


def test_every_account_is_warned(at, northwind, contoso, eli, omar):
    for account, contact in ((northwind, eli), (contoso, omar)):
        with account_scope(account.id):
            asked(contact)
    Account.objects.filter(pk=contoso.id).update(state=Account.State.SUSPENDED)
    at(20)
    upkeep.warn_accounts()
    for account in (northwind, contoso):
        with account_scope(account.id):
            assert PrivacyRequest.objects.get().warnings_given == 1


@pytest.mark.django_db(transaction=True)
def test_who_is_erased_is_known_only_until_they_are_answered(northwind, eli, at):
    with account_scope(northwind.id):
        person = person_by_address(eli.addresses.get().value)
        running, old = asked(eli), done(eli, Type.ACCESS)
        answer(old, actor=SYSTEM)
        erasure = plan_erasure(person.extent, actor=SYSTEM)
        assert erasure.planned["requests.askers"] == 1
    ran = run_erasure(northwind.id, erasure.id)
    assert ran.state == "done", (ran.planned, ran.erased, ran.left)
    with account_scope(northwind.id):
        assert not Contact.objects.filter(pk=eli.pk).exists()
        old.refresh_from_db(), running.refresh_from_db()
        assert (old.subject_id, old.name, old.address, old.words) == (None, "", "", "")
        assert (running.subject_id, running.address) == (None, "Eli@Example.org")


@pytest.mark.django_db(transaction=True)
def test_who_was_erased_is_forgotten_with_the_last_backup_though_nobody_closes_the_request(northwind, eli, at):
    with account_scope(northwind.id):
        request = approved(eli)
        erasure = plan_erasure_of(person_by_address(eli.addresses.get().value), actor=SYSTEM, request=request)
        start_erasure(erasure, actor=SYSTEM)
    run_erasure(northwind.id, erasure.id)
    at(31)
    upkeep.close_erasures()
    with account_scope(northwind.id):
        request.refresh_from_db()
        assert (request.state, request.address) == (S.BACKUPS_EXPIRING, "Eli@Example.org"), "nobody was told yet"
        answer(request, actor=SYSTEM)
    for days, state, address in ((29.99, S.BACKUPS_EXPIRING, "Eli@Example.org"), (30, S.CLOSED, "")):
        at(days)
        upkeep.close_erasures()
        with account_scope(northwind.id):
            request.refresh_from_db()
            assert (request.state, request.address, request.name) == (state, address, "Eli" if address else "")


@pytest.mark.django_db(transaction=True)
def test_a_request_that_asks_for_something_else_by_now_keeps_no_erasure_from_its_end(northwind, eli, at):
    with account_scope(northwind.id):
        request = asked(eli)
        erasure = plan_erasure_of(person_by_address(eli.addresses.get().value), actor=SYSTEM)
        start_erasure(erasure, actor=SYSTEM)
        say_kind(request, Type.ACCESS, actor=SYSTEM)
    assert run_erasure(northwind.id, erasure.id).state == "done"
    with account_scope(northwind.id):
        request.refresh_from_db()
        assert (request.state, request.type) == (S.RECEIVED, Type.ACCESS)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", ["held", "held approved", "not decided", "approved"])
def test_an_erasure_that_was_ordered_otherwise_ends_the_request_of_its_person(northwind, eli, at, way):
    with account_scope(northwind.id):
        request = asked(eli) if way in {"held", "not decided"} else approved(eli)
        if way.startswith("held"):
            hold(request, words="A court asked.", actor=SYSTEM)
        # As on the command line: carried out without having been ordered before.
        erasure = plan_erasure_of(person_by_address(eli.addresses.get().value), actor=SYSTEM)
    ran = run_erasure(northwind.id, erasure.id)
    assert ran.state == "done", (ran.planned, ran.erased, ran.left)
    with account_scope(northwind.id):
        request.refresh_from_db()
        assert (request.state, request.erasure_id) == (S.BACKUPS_EXPIRING, erasure.pk)
        last = "waits_for_backups" if way == "approved" else "overtaken"
        assert list(told_of(request))[-1] == f"privacy_request.{last}"
        answer(request, actor=SYSTEM)
        close(request, actor=SYSTEM)
        assert (request.state, request.address, request.hold_words) == (S.CLOSED, "", "")
