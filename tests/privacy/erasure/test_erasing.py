"""Somebody is erased, and what is theirs is gone."""

import pytest

from steward.contacts.models import Contact
from steward.lib.actor import SYSTEM
from steward.privacy.erasure.actions import plan_erasure, run_erasure
from steward.privacy.erasure.models import Erasure
from steward.privacy.inventory.stores import all_stores
from steward.privacy.requests.persons import person_by_address
from steward.tenancy.scope import account_scope
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
