"""Old entries go, and the chain holds: it says itself behind which entry it begins, what else is gone is missed."""

from datetime import timedelta

import psycopg
import pytest
from django.apps import apps

from steward.contacts.actions import contact_for
from steward.events.actions import record
from steward.events.chain import Why, beginning, faults, head
from steward.events.models import Event
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.lib.ids import new_id
from steward.lifecycle.opening import Owner, open_account
from steward.privacy.audit.letting_go import ALONE, Gone
from steward.privacy.audit.models import AuditPolicy
from steward.privacy.audit.policy import Choice, change_policy, policy
from steward.privacy.audit.reading import Wanted, events_of
from steward.privacy.audit.upkeep import anchor_everywhere, let_entries_go
from steward.privacy.audit.verifying import verify
from steward.privacy.holds.actions import lift_hold, place_hold
from steward.privacy.holds.models import LegalHold
from steward.tenancy.scope import account_scope
from steward.testing import environment
from steward.testing.cast import NOON
from steward.testing.tickets import make_ticket
from steward.tickets.models import Ticket

pytestmark = pytest.mark.django_db(transaction=True)
KEPT = timedelta(days=1095)
SECOND = timedelta(seconds=1)


@pytest.fixture
def old(stop_clock):
    """An account that was opened a second too long ago, and anchored today: a few settings, a ticket, and what was done
    with another that is gone; and something that happened a second later.
    """
    stop_clock(NOON - KEPT - SECOND)
    account = open_account("fabrikam", name="Fabrikam", owner=Owner("flo@fabrikam.example", "Flo", None))
    with account_scope(account.id):
        record("account.changed", account, actor=SYSTEM, changes={"fields": ["name"]})
    with account_scope(account.id):
        make_ticket(contact_for("gus@customer.example", "Gus"))
    with account_scope(account.id):
        record("ticket.purged", Ticket(pk=new_id()), actor=SYSTEM, changes={"reason": "bin"})
    stop_clock(NOON - KEPT + SECOND)
    with account_scope(account.id):
        record("account.changed", account, actor=SYSTEM, changes={"fields": ["language"]})
    stop_clock(NOON)
    anchor_everywhere()
    return account


def entries(account):
    """Position, kind and what it says of each entry that is there."""
    with account_scope(account.id):
        return list(Event.objects.order_by("position").values_list("position", "kind", "changes"))


def of_kind(account, kind):
    return [entry for entry in entries(account) if entry[1] == kind]


def as_owner_of_the_database(statements):
    with psycopg.connect(environment.login("owner", environment.database_name())) as owner:
        owner.execute(statements)


def test_what_is_old_and_about_nothing_that_is_there_goes(old, stop_clock):
    [(first, *_), *_] = of_kind(old, "ticket.created")
    before = entries(old)
    assert let_entries_go() == Gone(whole=first - 1, said=1)
    after = entries(old)
    assert after[0][0] == first, "the beginning is gone up to the ticket that is there"
    assert [entry for entry in after if entry[0] < before[-1][0] and entry[1] != "ticket.purged"] == before[
        first - 1 : -2
    ], "the ticket has its history"
    assert [changes for *_, changes in of_kind(old, "ticket.purged")] == [None]
    assert of_kind(old, "account.changed") == [(before[-1][0], "account.changed", {"fields": ["language"]})]
    with account_scope(old.id):
        told = [event.kind for event in events_of(Wanted())]
        assert told == ["audit.entries_forgotten", "account.changed"], "the page tells what is young"
        assert (beginning().position, list(faults())) == (first - 1, [])
    outcome = verify(old.id, is_whole=True)
    assert (outcome.first, outcome.gone, outcome.lost_anchor) == (None, first - 1, 0)
    assert let_entries_go() == Gone()
    with account_scope(old.id):
        Ticket.objects.all().delete()
    stop_clock(NOON + 2 * SECOND)  # and what was a second too young is not any more
    assert let_entries_go().whole == before[-1][0] - first + 1
    assert [kind for _, kind, _ in entries(old)] == ["audit.entries_forgotten"] * 2
    assert verify(old.id, is_whole=True).first is None
    assert anchor_everywhere() > 0
    assert verify(old.id, is_whole=False).first is None


def test_nothing_goes_that_is_held_or_not_anchored_or_does_not_hold(old, northwind):
    with account_scope(old.id):
        hold = place_hold(LegalHold.On.ACCOUNT, old.id, basis=LegalHold.Basis.CLAIMS, actor=SYSTEM)
    before = entries(old)
    assert let_entries_go() == Gone()
    with account_scope(old.id):
        lift_hold(hold, actor=SYSTEM)
        assert change_policy(Choice(True, 365, 3650), actor=SYSTEM)
        assert not change_policy(Choice(True, 365, 3650), actor=SYSTEM)
    assert let_entries_go() == Gone(), "the account keeps them for ten years"
    with account_scope(old.id):
        AuditPolicy.objects.update(entries_days=1095)
    as_owner_of_the_database("UPDATE events_event SET kind = 'ticket.closed' WHERE kind = 'ticket.purged'")
    assert verify(old.id, is_whole=True).first
    assert let_entries_go() == Gone(), "it is kept as evidence"
    as_owner_of_the_database("UPDATE events_event SET kind = 'ticket.purged' WHERE kind = 'ticket.closed'")
    assert verify(old.id, is_whole=True).first is None
    assert entries(old)[: len(before)] == before
    with account_scope(old.id):
        assert policy().entries_days == 1095
    assert let_entries_go().whole > 0


NEXT = "(SELECT min(position) FROM events_event WHERE account_id = '{0}')"
CUT = "DELETE FROM events_event WHERE account_id = '{0}' AND position = " + NEXT
MOVED = (
    "UPDATE events_eventclock c SET (first, first_chain) = (SELECT position, chain FROM events_event e"
    " WHERE e.account_id = c.account_id AND position = " + NEXT + ") WHERE account_id = '{0}'"
)


@pytest.mark.parametrize("is_cut_before", [False, True], ids=["the first", "one more"])
@pytest.mark.parametrize("statements", [[CUT], [MOVED, CUT]], ids=["cut", "cut, and the clock put there"])
def test_a_cut_that_the_chain_does_not_tell_of_is_found(old, statements, is_cut_before):
    if is_cut_before:
        let_entries_go()
    with account_scope(old.id):
        begin = beginning().position
    for statement in statements:
        as_owner_of_the_database(statement.format(old.id))
    found = verify(old.id, is_whole=True).fault
    assert found
    assert (found.position, found.why) == (begin + 1, Why.MISSING)


def test_the_database_itself_keeps_thirty_days(northwind):
    with account_scope(northwind.id):
        for _ in range(3):
            record("account.changed", northwind, actor=SYSTEM)
        AuditPolicy.objects.create(entries_days=0)
    anchor_everywhere()
    with account_scope(northwind.id):
        oldest = Event.objects.order_by("position").values_list("at", flat=True)[0]
        assert oldest > now() - timedelta(days=30)
        end = head()
    let_entries_go()
    with account_scope(northwind.id):
        assert (beginning().position, head().position >= end.position) == (0, True)
    assert verify(northwind.id, is_whole=True).first is None


def test_the_models_that_keep_no_entries_are_models():
    assert {apps.get_model(label)._meta.label_lower for label in ALONE} == ALONE
