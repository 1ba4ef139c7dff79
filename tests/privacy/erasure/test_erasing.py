"""Somebody is erased, and what is theirs is gone."""

import pytest

from steward.contacts.models import Contact
from steward.events.models import Event
from steward.lib.actor import SYSTEM
from steward.lib.ids import new_id
from steward.privacy.erasure.actions import (
    NotPlanned,
    ask_for_plan,
    count_erasure,
    plan_erasure,
    run_erasure,
    start_erasure,
)
from steward.privacy.erasure.models import Erasure
from steward.privacy.erasure.watching import watch_erasures
from steward.privacy.inventory.stores import all_stores
from steward.privacy.recipients.actions import note_told
from steward.privacy.recipients.collecting import prepare
from steward.privacy.recipients.finding import Whom
from steward.privacy.recipients.models import Recipient, Telling
from steward.privacy.requests.persons import person_by_address
from steward.tenancy.scope import account_scope
from steward.testing.jobs import queued, run_jobs
from steward.testing.tickets import make_ticket
from steward.tickets.models import Ticket


@pytest.mark.django_db(transaction=True)
def test_somebody_is_erased(northwind, eli, farah):
    with account_scope(northwind.id):
        make_ticket(eli), make_ticket(farah)
        person = person_by_address(eli.addresses.get().value)
        erasure = plan_erasure(person.extent, actor=SYSTEM)
        assert erasure.planned["tickets.tickets"] == 1
    done = run_erasure(northwind.id, erasure.id)
    assert (done.state, done.left) == (Erasure.State.DONE, {}), done.erased
    with account_scope(northwind.id):
        assert not Contact.objects.filter(pk=eli.pk).exists()
        assert Ticket.objects.get().requester_id == farah.pk
        assert all(not store.find(person.extent) for store in all_stores())


@pytest.mark.django_db(transaction=True)
def test_it_is_carried_out_in_the_background_and_ordered_once(northwind, eli):
    with account_scope(northwind.id):
        make_ticket(eli)
        erasure = plan_erasure(person_by_address(eli.addresses.get().value).extent, actor=SYSTEM)
        start_erasure(erasure, actor=SYSTEM)
        with pytest.raises(NotPlanned):
            start_erasure(erasure, actor=SYSTEM)
    run_jobs()
    with account_scope(northwind.id):
        erasure.refresh_from_db()
        assert (erasure.state, erasure.extent) == (Erasure.State.DONE, None)
        assert not Contact.objects.filter(pk=eli.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_a_plan_that_is_counted_in_the_background_says_the_same(northwind, eli):
    with account_scope(northwind.id):
        make_ticket(eli)
        extent = person_by_address(eli.addresses.get().value).extent
        at_once = plan_erasure(extent, actor=SYSTEM)
        asked = ask_for_plan(extent, actor=SYSTEM)
        with pytest.raises(NotPlanned):
            start_erasure(asked, actor=SYSTEM)
    run_jobs("erasure.count")
    with account_scope(northwind.id):
        asked.refresh_from_db()
        assert (asked.state, asked.counted_percent) == (Erasure.State.PLANNED, 100)
        assert asked.planned == at_once.planned | {"erasure.plans": 1}, "that one, and not itself"
    count_erasure(northwind.id, asked.id)
    with account_scope(northwind.id):
        assert Event.objects.filter(kind="erasure.planned", object_id=asked.id).count() == 1


@pytest.mark.django_db(transaction=True)
def test_counting_that_stopped_begins_anew(northwind, eli, clock):
    with account_scope(northwind.id):
        ask_for_plan(person_by_address(eli.addresses.get().value).extent, actor=SYSTEM)
    watch_erasures()
    assert len(queued("erasure.count")) == 1
    clock(2 * 60)
    watch_erasures()
    assert len(queued("erasure.count")) == 2


@pytest.mark.django_db(transaction=True)
def test_what_was_planned_and_not_found_is_no_success(northwind, eli, farah):
    with account_scope(northwind.id):
        make_ticket(eli)
        erasure = plan_erasure(person_by_address(eli.addresses.get().value).extent, actor=SYSTEM)
        Ticket.objects.update(requester=farah)  # somebody else's meanwhile
        Erasure.objects.update(extent={**erasure.extent, "tickets": []})
    failed = run_erasure(northwind.id, erasure.id)
    assert failed.state == Erasure.State.FAILED
    assert failed.extent is not None  # so that it can be looked into


@pytest.mark.django_db(transaction=True)
def test_what_goes_without_an_erasure_too_is_not_missing(northwind, eli):
    with account_scope(northwind.id):
        person = person_by_address(eli.addresses.get().value)
        letters = prepare(Telling.Of.RESTRICTION, new_id(), Whom(person.names, person.addresses))
        kind = Recipient.Kind.SERVICE
        named = {"names": [], "addresses": list(person.addresses)}
        one = Recipient.objects.create(telling=letters, kind=kind, host="ai.example", identifiers=named)
        other = plan_erasure(person.extent, actor=SYSTEM)
        erasure = plan_erasure(person.extent, actor=SYSTEM)
        assert (erasure.planned["recipients.letters"], erasure.planned["erasure.plans"]) == (1, 1)
        assert note_told(letters, [one.pk], actor=SYSTEM) == 1
        Erasure.objects.filter(pk=other.pk).delete()  # as after a week
    assert run_erasure(northwind.id, erasure.id).state == Erasure.State.DONE


@pytest.mark.django_db(transaction=True)
def test_one_that_failed_forgets_whom_it_was_about_when_they_are_gone(northwind, eli, farah):
    with account_scope(northwind.id):
        failed, others = (
            plan_erasure(person_by_address(one.addresses.get().value).extent, actor=SYSTEM) for one in (eli, farah)
        )
        Erasure.objects.filter(pk__in=[failed.pk, others.pk]).update(state=Erasure.State.FAILED)
        again = plan_erasure(person_by_address(eli.addresses.get().value).extent, actor=SYSTEM)
        assert again.planned["erasure.failed"] == 1
    assert run_erasure(northwind.id, again.id).state == Erasure.State.DONE
    with account_scope(northwind.id):
        failed.refresh_from_db(), others.refresh_from_db()
        assert (failed.state, failed.extent) == (Erasure.State.FAILED, None)
        assert others.extent["contacts"] == [str(farah.pk)]
