"""What is held stays, for as long as it is held, and who asks is told why."""

from dataclasses import replace
from datetime import timedelta
from threading import Event, Thread

import pytest
from django.db import connection

from steward.channels.email.models import RawMail
from steward.contacts.models import Contact
from steward.events.models import Event as Happened
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.lib.ids import new_id
from steward.privacy.erasure.actions import plan_erasure, run_erasure, start_erasure
from steward.privacy.erasure.models import Erasure
from steward.privacy.holds.access import holds_told_of
from steward.privacy.holds.actions import Held, HoldRefused, lift_hold, place_hold, refuse_held
from steward.privacy.holds.models import LegalHold
from steward.privacy.holds.periods import Period
from steward.privacy.inventory.stores import Extent
from steward.privacy.requests.persons import person_by_address
from steward.tenancy.scope import account_scope
from steward.testing.cast import NOON
from steward.testing.tickets import make_message, make_ticket
from steward.tickets.actions import change_status
from steward.tickets.holding import free_of_holds, holds_around, tickets_kept
from steward.tickets.models import Attachment, Message, Ticket
from steward.tickets.statuses import Status

On, Basis = LegalHold.On, LegalHold.Basis
DAY = 24 * 60  # minutes, as `clock` takes them


@pytest.fixture
def theirs(eli, farah):
    """Eli's ticket, one of Farah's in which Eli wrote, and one that is Farah's alone."""
    own, shared, others = make_ticket(eli), make_ticket(farah), make_ticket(farah)
    make_message(shared, sender=eli)
    return own, shared, others


def hold(on, object_id, **options):
    return place_hold(on, object_id, basis=Basis.CLAIMS, actor=SYSTEM, **options)


def refuses(extent):
    try:
        plan_erasure(extent, actor=SYSTEM)
    except Held as held:
        return [each.pk for each in held.holds]
    return []


@pytest.mark.parametrize("on", [On.ACCOUNT, On.CONTACT, On.TICKET])
def test_what_a_hold_reaches(northwind, eli, farah, theirs, on):
    own, shared, others = theirs
    with account_scope(northwind.id):
        placed = hold(on, {On.ACCOUNT: northwind.id, On.CONTACT: eli.pk, On.TICKET: shared.pk}[on])
        kept = {
            "Eli's": refuses(Extent(tickets=(own.pk,))),
            "shared": refuses(Extent(tickets=(shared.pk,))),
            "Farah's": refuses(Extent(tickets=(others.pk,))),
            "Eli": refuses(Extent(contacts=(eli.pk,))),
            "Farah": refuses(Extent(contacts=(farah.pk,))),
        }
        free = set(free_of_holds(Ticket.objects.all()).values_list("pk", flat=True))
    by_hold = {
        On.ACCOUNT: {"Eli's", "shared", "Farah's", "Eli", "Farah"},
        On.CONTACT: {"Eli's", "shared", "Eli"},  # to erase Farah leaves what Eli wrote
        On.TICKET: {"shared", "Eli", "Farah"},  # what Eli wrote there would go, and it is Farah's
    }
    assert {name for name, holds in kept.items() if holds == [placed.pk]} >= by_hold[on]
    assert {name for name, holds in kept.items() if not holds} >= {"Farah's"} - by_hold[on]
    tickets = {"Eli's": own.pk, "shared": shared.pk, "Farah's": others.pk}
    assert free == {key for name, key in tickets.items() if name not in by_hold[on]}


def test_a_department_keeps_the_tickets_in_it_and_who_is_in_them(northwind, eli, farah, theirs, billing):
    own, shared, others = theirs
    with account_scope(northwind.id):
        Ticket.objects.filter(pk=shared.pk).update(department=billing)
        placed = hold(On.DEPARTMENT, billing.pk)
        assert [refuses(Extent(tickets=(each.pk,))) for each in theirs] == [[], [placed.pk], []]
        assert refuses(person_by_address("eli@example.org").extent) == [placed.pk], "they wrote in one"
        assert set(free_of_holds(Ticket.objects.all())) == {own, others}
        assert set(tickets_kept(placed)) == {shared}
        assert holds_around([farah.pk]) == [placed]
        assert holds_around([eli.pk]) == [], "the page of a person tells what keeps their own tickets"


def test_a_period_keeps_what_lived_in_it_and_the_bin_is_no_way_out(northwind, eli, farah, clock):
    clock()
    before = make_ticket(eli)
    clock(3 * DAY)
    within = make_ticket(eli)
    clock(6 * DAY)
    after = make_ticket(farah)
    period = Period(NOON + timedelta(days=1), NOON + timedelta(days=5))
    with account_scope(northwind.id):
        placed = hold(On.PERIOD, new_id(), period=period)
        assert [refuses(Extent(tickets=(each.pk,))) for each in (before, within, after)] == [[], [placed.pk], []]
        assert refuses(person_by_address("eli@example.org").extent) == [placed.pk]
        change_status(within, Status.DELETED, actor=SYSTEM)
        assert set(free_of_holds(Ticket.objects.all())) == {before, after}
        rows = RawMail.objects.create(
            source="smtp", source_key="1", received_at=now(), size=1, content=b"x", body_digest=b"", state="known"
        )
        assert list(free_of_holds(RawMail.objects.all(), ticket="message__ticket")) == [rows], "it became no message"
        told = holds_told_of(within.pk, begun=within.created_at, ended=now())
        assert (told, holds_told_of(after.pk, begun=after.created_at, ended=after.changed_at)) == ([placed], [])
        lift_hold(placed, actor=SYSTEM)
        hold(On.PERIOD, new_id(), period=Period(NOON + timedelta(days=5), None), until=now() + timedelta(minutes=1))
        assert set(free_of_holds(Ticket.objects.all())) == {before}
        assert holds_told_of(after.pk, begun=after.created_at, ended=after.changed_at) != []
        clock(6 * DAY + 1)
        assert holds_told_of(after.pk, begun=after.created_at, ended=after.changed_at) == [], "it is over"


@pytest.mark.parametrize("period", [None, Period(None, None), Period(NOON, NOON)])
def test_a_period_that_is_none_is_refused(northwind, period):
    with account_scope(northwind.id), pytest.raises(HoldRefused):
        hold(On.PERIOD, new_id(), period=period)


def test_who_is_in_tickets_that_are_kept_for_somebody_else_is_not_taken_out_of_them(northwind, eli, farah, theirs):
    _, shared, others = theirs
    with account_scope(northwind.id):
        placed = hold(On.CONTACT, farah.pk)
        assert refuses(Extent(contacts=(eli.pk,))) == [placed.pk], "they wrote in one"
        Message.objects.filter(ticket=shared, contact=eli).delete()
        extent = person_by_address("eli@example.org").extent
        assert refuses(extent) == []
        Message.objects.filter(ticket=others).update(recipients={"cc": [{"email": "Eli@example.org", "name": "Eli"}]})
        assert refuses(extent) == [placed.pk], "the mail as it came would go with their address"
        many = replace(extent, addresses=(*(f"nobody-{number}@example.org" for number in range(9)), *extent.addresses))
        assert refuses(many) == [placed.pk], "of many it is looked otherwise"
        assert refuses(replace(many, addresses=many.addresses[:9], contacts=())) == []


def test_who_has_no_ticket_is_kept_and_so_is_the_name_on_a_ticket_that_is(northwind, eli, farah):
    farahs = make_ticket(farah)
    with account_scope(northwind.id):
        on_eli, on_ticket = hold(On.CONTACT, eli.pk), hold(On.TICKET, farahs.pk)
        person, other = (person_by_address(one.addresses.get().value) for one in (eli, farah))
        assert person.tickets == ()
        assert refuses(person.extent) == refuses(person.nameless_extent) == [on_eli.pk]
        assert refuses(other.nameless_extent) == [on_ticket.pk]


def test_rows_of_held_tickets_are_known_by_their_path(northwind, eli, theirs):
    with account_scope(northwind.id):
        hold(On.CONTACT, eli.pk)
        assert not free_of_holds(Attachment.objects.all(), ticket="message__ticket").exists()


def test_a_hold_ends_by_itself_or_is_lifted(northwind, eli, clock):
    with account_scope(northwind.id):
        extent = Extent(contacts=(eli.pk,))
        first = hold(On.CONTACT, eli.pk, until=now() + timedelta(minutes=10))
        second = hold(On.CONTACT, eli.pk)
        assert refuses(extent) == [first.pk, second.pk]
        clock(10)
        assert refuses(extent) == [second.pk]
        lift_hold(second, actor=SYSTEM)
        lift_hold(second, actor=SYSTEM)
        assert refuses(extent) == []
        kinds = Happened.objects.filter(kind__startswith="hold.").order_by("id").values_list("kind", flat=True)
        assert list(kinds) == ["hold.placed", "hold.placed", "hold.lifted"]


def test_a_hold_that_is_over_is_none(northwind, eli, clock):
    with account_scope(northwind.id), pytest.raises(HoldRefused):
        hold(On.CONTACT, eli.pk, until=now())


def test_a_hold_of_another_account_holds_nothing(northwind, contoso, eli):
    with account_scope(contoso.id):
        hold(On.CONTACT, eli.pk)
    with account_scope(northwind.id):
        assert refuses(Extent(contacts=(eli.pk,))) == []


def test_what_was_planned_before_is_not_ordered(northwind, eli):
    with account_scope(northwind.id):
        erasure = plan_erasure(Extent(contacts=(eli.pk,)), actor=SYSTEM)
        hold(On.CONTACT, eli.pk)
        with pytest.raises(Held):
            start_erasure(erasure, actor=SYSTEM)


@pytest.mark.django_db(transaction=True)
def test_what_runs_stops_before_what_is_held(northwind, eli):
    with account_scope(northwind.id):
        make_ticket(eli)
        erasure = plan_erasure(person_by_address(eli.addresses.get().value).extent, actor=SYSTEM)
        hold(On.CONTACT, eli.pk)
    stopped = run_erasure(northwind.id, erasure.id)
    assert stopped.state == Erasure.State.FAILED
    assert stopped.left == {"legal_holds": 1}
    with account_scope(northwind.id):
        assert Contact.objects.filter(pk=eli.pk).exists()
        assert Ticket.objects.filter(requester=eli).exists()


@pytest.mark.django_db(transaction=True)
def test_a_hold_waits_for_the_step_that_runs_and_the_next_one_knows(northwind, eli):
    """Else it could be placed between the look at the holds and the erasure, and hold what is gone already."""
    is_placed = Event()
    placing = Thread(target=place_beside, args=(northwind, eli, is_placed))
    with account_scope(northwind.id):
        refuse_held(Extent(contacts=(eli.pk,)))
        placing.start()
        assert not is_placed.wait(0.3)
    placing.join()
    assert is_placed.is_set()
    with account_scope(northwind.id), pytest.raises(Held):
        refuse_held(Extent(contacts=(eli.pk,)))


@pytest.mark.django_db(transaction=True)
def test_two_steps_do_not_wait_for_each_other(northwind, eli, farah):
    with account_scope(northwind.id):
        refuse_held(Extent(contacts=(eli.pk,)))
        beside = Thread(target=look_beside, args=(northwind, farah))
        beside.start()
        beside.join(5)
        assert not beside.is_alive()


def place_beside(account, contact, is_placed):
    with account_scope(account.id):
        hold(On.CONTACT, contact.pk)
        is_placed.set()
    connection.close()


def look_beside(account, contact):
    with account_scope(account.id):
        refuse_held(Extent(contacts=(contact.pk,)))
    connection.close()
