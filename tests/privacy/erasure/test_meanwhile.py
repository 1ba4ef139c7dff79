"""Whoever is erased writes at the very moment: it goes along, and nothing of it stops the erasure."""

import threading

import pytest
from django.core.files.storage import default_storage
from django.db import connection

from steward.contacts.models import Contact, ContactAddress
from steward.events.models import Event
from steward.files.models import File
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.privacy.erasure.actions import plan_erasure, run_erasure, running, start_erasure
from steward.privacy.erasure.actions.planning import read, steps
from steward.privacy.erasure.models import Erasure
from steward.privacy.erasure.watching import PLANS_KEPT, watch_erasures
from steward.privacy.requests.persons import person_by_address
from steward.tenancy.scope import account_scope
from steward.testing.tickets import make_ticket
from steward.tickets.conversation import NewAttachment
from steward.tickets.models import Ticket

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def planned(northwind, eli, farah):
    make_ticket(eli), make_ticket(farah)
    with account_scope(northwind.id):
        return plan_erasure(person_by_address("eli@example.org").extent, actor=SYSTEM)


def elsewhere(work):
    """Do it over another connection, committed when this returns."""

    def run():
        work()
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


def gone(account, erasure, farah):
    done = run_erasure(account.id, erasure.id)
    assert (done.state, done.left) == (Erasure.State.DONE, {})
    with account_scope(account.id):
        assert Ticket.objects.get().requester_id == farah.pk
        assert not ContactAddress.objects.filter(folded__startswith="eli").exists()
    return done


def test_a_ticket_opened_after_the_plan_goes_along(northwind, eli, farah, planned):
    make_ticket(eli)
    assert gone(northwind, planned, farah).erased["tickets.tickets"] == 2


def test_a_ticket_opened_while_the_person_goes_stops_the_step_and_goes_along(
    northwind, eli, farah, planned, monkeypatch
):
    real, tried = running.write_down, []

    def written(account_id, erasure_id, extent):
        if extent.contacts:
            tried.append(extent)
        if len(tried) == 1 and extent.contacts:
            elsewhere(lambda: make_ticket(eli))
        return real(account_id, erasure_id, extent)

    monkeypatch.setattr(running, "write_down", written)
    gone(northwind, planned, farah)
    assert [len(extent.tickets) for extent in tried] == [0, 1]


def test_an_address_that_came_after_the_plan_goes_along(northwind, eli, farah, planned):
    with account_scope(northwind.id):
        contact = Contact.objects.get(pk=eli.pk)
        ContactAddress.objects.create(contact=contact, value="Eli@Other.example", folded="eli@other.example")
    gone(northwind, planned, farah)


def test_a_worker_that_only_seemed_dead_does_not_hide_what_is_to_be_proven(northwind, eli, farah, planned, monkeypatch):
    make_ticket(eli, attachments=[NewAttachment("bill.txt", b"four lamps", "text/plain")])
    with account_scope(northwind.id):
        key = File.objects.get().storage_key
    real = running.erase_step

    def twice(erasure_id, step):
        real(erasure_id, step)
        real(erasure_id, step)  # the other one, who finds nothing any more

    monkeypatch.setattr(running, "erase_step", twice)
    assert gone(northwind, planned, farah).unproven == {}
    assert not default_storage.exists(key)


def test_what_another_worker_erases_while_one_proves_is_proven_after_it(northwind, planned):
    with account_scope(northwind.id):
        Erasure.objects.update(unproven={"tickets.search": ["0" * 32]})
    real = running.all_stores

    def meanwhile():
        with account_scope(northwind.id):
            Erasure.objects.update(unproven={"tickets.search": ["0" * 32], "tickets.files": ["a/b"]})
        return real()

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(running, "all_stores", meanwhile)
        running._prove(northwind.id, planned.id)
    with account_scope(northwind.id):
        planned.refresh_from_db()
    assert planned.unproven == {"tickets.files": ["a/b"]}


def test_a_worker_that_comes_late_does_not_write_down_again_whom_it_was_about(northwind, eli, farah, planned):
    *_, people = steps(read(planned.extent))
    gone(northwind, planned, farah)
    with account_scope(northwind.id):
        running.erase_step(planned.id, people)
        planned.refresh_from_db()
    assert (planned.extent, planned.unproven) == (None, {})


def test_a_plan_that_is_ordered_in_the_moment_it_would_be_forgotten_is_not_dropped(northwind, planned):
    def watch():
        watch_erasures()
        connection.close()

    watching = threading.Thread(target=watch)
    with account_scope(northwind.id):
        Erasure.objects.update(planned_at=now() - 2 * PLANS_KEPT)
    with account_scope(northwind.id):
        start_erasure(planned, actor=SYSTEM)
        watching.start()
        watching.join(0.5)
    watching.join()
    with account_scope(northwind.id):
        assert Erasure.objects.get().state == Erasure.State.RUNNING
        assert not Event.objects.filter(kind="erasure.dropped").exists(), "its request would not follow it any more"
