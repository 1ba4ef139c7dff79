"""Whoever is erased writes at the very moment: it goes along, and nothing of it stops the erasure."""

import threading

import pytest
from django.db import connection

from steward.contacts.models import Contact, ContactAddress
from steward.lib.actor import SYSTEM
from steward.privacy.erasure.actions import plan_erasure, run_erasure, running
from steward.privacy.erasure.models import Erasure
from steward.privacy.requests.persons import person_by_address
from steward.tenancy.scope import account_scope
from steward.testing.tickets import make_ticket
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
