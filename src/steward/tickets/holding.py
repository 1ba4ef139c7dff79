"""What legal holds reach among tickets: who is held back keeps their tickets, and those of others they wrote in.

A hold on a department keeps the tickets that are in it; one on a period those that lived in it, from their creation to
their last change. That a ticket is moved into the bin is a change, so it is never out of a period again.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet

from steward.contacts.models import ContactAddress
from steward.privacy.holds.models import LegalHold
from steward.privacy.holds.reaching import reach
from steward.privacy.inventory.stores import Extent
from steward.tenancy.scope import current_account_id
from steward.tickets.erasing import named_in, naming
from steward.tickets.models import Message, Ticket

On = LegalHold.On
R = TypeVar("R", bound=Model)


@reach
def _with_them(extent: Extent) -> Iterator[UUID]:
    """The people of tickets, and the tickets of people."""
    if extent.tickets:
        yield from Ticket.objects.filter(pk__in=extent.tickets).values_list("requester", flat=True)
        said = Message.objects.filter(ticket__in=extent.tickets, contact__isnull=False)
        yield from said.order_by().values_list("contact", flat=True).distinct()
    if extent.contacts:
        yield from Ticket.objects.filter(requester__in=extent.contacts).values_list("pk", flat=True)
    # In tickets of others they lose their words, and their names with the mails that have them: those tickets are not
    # kept as they are, whoever they are kept for.
    theirs = Message.objects.filter(Q(contact__in=extent.contacts) | Q(pk__in=naming(extent)))
    visited = set(theirs.exclude(ticket__requester__in=extent.contacts).order_by().values_list("ticket", flat=True))
    own = Ticket.objects.filter(requester__in=extent.contacts).values_list("pk", flat=True) if extent.contacts else ()
    yield from _around({*extent.tickets, *own, *visited})
    if visited:
        yield from visited
        yield from Ticket.objects.filter(pk__in=visited).values_list("requester", flat=True)
        said = Message.objects.filter(ticket__in=visited, contact__isnull=False)
        yield from said.order_by().values_list("contact", flat=True).distinct()


def _around(tickets: Collection[UUID]) -> Iterator[UUID]:
    """What keeps tickets beside themselves and their people: their departments, and the periods they lived in."""
    if not tickets:
        return
    found = Ticket.objects.filter(pk__any_of=list(map(str, tickets)))
    for hold in LegalHold.objects.in_force().filter(on__in=(On.DEPARTMENT, On.PERIOD)):
        if found.filter(kept_by(hold)).exists():
            yield hold.object_id


def kept_by(hold: LegalHold, path: str = "") -> Q:
    """Which tickets a hold on one, on a department, on a period or on the account keeps; `path` leads to the ticket."""
    if hold.on == On.DEPARTMENT:
        return Q(**{f"{path}department": hold.object_id})
    if hold.on == On.TICKET:
        return Q(**{f"{path}pk": hold.object_id})
    begun = {f"{path}created_at__lt": hold.ends_at} if hold.ends_at else {}
    ended = {f"{path}changed_at__gte": hold.begins_at} if hold.begins_at else {}
    return Q(**begun, **ended)


def tickets_kept(hold: LegalHold) -> "QuerySet[Ticket, Any]":
    """The tickets that stay for a hold, whatever rule or purge would take them."""
    if hold.on == On.CONTACT:
        wrote = Message.objects.filter(contact=hold.object_id).values("ticket")
        return Ticket.objects.filter(Q(requester=hold.object_id) | Q(pk__in=wrote))
    return Ticket.objects.filter(kept_by(hold))


def holds_around(contacts: Iterable[UUID]) -> list[LegalHold]:
    """The holds that keep people from being erased, as a page about them tells it: on them, or on tickets of theirs."""
    held = list(LegalHold.objects.in_force().order_by("placed_at", "id"))
    if not held:
        return []
    theirs = tuple(contacts)
    tickets = set(Ticket.objects.filter(requester__in=theirs).values_list("pk", flat=True))
    reached = {current_account_id(), *theirs, *tickets, *_around(tickets)}
    return [hold for hold in held if hold.object_id in reached]


def kept_for_others(contacts: Collection[UUID]) -> set[UUID]:
    """Those who are among the recipients in a ticket that is held: the mails there would go with their address."""
    if not contacts or not LegalHold.objects.in_force().exists():
        return set()
    theirs = ContactAddress.objects.filter(contact__in=list(contacts)).values_list("folded", "contact")
    people: dict[str, UUID] = dict(theirs)
    named = named_in(list(people))
    asked = Ticket.objects.filter(pk__any_of=list({str(ticket) for ticket, _address in named}))
    free = set(free_of_holds(asked).values_list("pk", flat=True))
    return {people[address] for ticket, address in named if ticket not in free}


def free_of_holds(rows: "QuerySet[R]", *, ticket: str | None = "", contact: str = "") -> "QuerySet[R]":
    """Those of the rows that nothing holds back.

    `ticket` is the path to their ticket, empty for tickets themselves, None for what has none. `contact` is the path to
    whom they are about, where that is not said by the ticket.
    """
    held: dict[str, list[UUID]] = {}
    wide = []
    for hold in LegalHold.objects.in_force():
        held.setdefault(hold.on, []).append(hold.object_id)
        wide += [hold] if hold.on in {On.DEPARTMENT, On.PERIOD} else []
    if current_account_id() in held.get(On.ACCOUNT, ()):
        return rows.none()
    if contact and held.get(On.CONTACT):
        rows = rows.exclude(**{f"{contact}__in": held[On.CONTACT]})
    return rows if ticket is None else _free_tickets(rows, f"{ticket}__" if ticket else "", held, wide)


def _free_tickets(
    rows: "QuerySet[R]", path: str, held: dict[str, list[UUID]], wide: Iterable[LegalHold]
) -> "QuerySet[R]":
    if tickets := held.get(On.TICKET):
        rows = rows.exclude(**{f"{path}pk__in": tickets})
    for hold in wide:
        rows = rows.exclude(kept_by(hold, path))
    if contacts := held.get(On.CONTACT):
        wrote = Message.objects.filter(ticket=OuterRef("held_ticket"), contact__in=contacts)
        rows = rows.exclude(**{f"{path}requester__in": contacts})
        told: Any = rows.alias(held_ticket=F(f"{path}pk"))
        rows = told.filter(~Exists(wrote) | Q(held_ticket=None))
    return rows
