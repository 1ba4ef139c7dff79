"""What legal holds reach among tickets: who is held back keeps their tickets, and those of others they wrote in."""

from collections.abc import Iterator
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet

from steward.privacy.holds.models import LegalHold
from steward.privacy.holds.reaching import reach
from steward.privacy.inventory.stores import Extent
from steward.tenancy.scope import current_account_id
from steward.tickets.erasing import naming
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
    if visited:
        yield from visited
        yield from Ticket.objects.filter(pk__in=visited).values_list("requester", flat=True)
        said = Message.objects.filter(ticket__in=visited, contact__isnull=False)
        yield from said.order_by().values_list("contact", flat=True).distinct()


def free_of_holds(rows: "QuerySet[R]", *, ticket: str = "") -> "QuerySet[R]":
    """Those of the rows that nothing holds back. `ticket` is the path to their ticket; empty for tickets themselves."""
    held: dict[str, list[UUID]] = {}
    for on, object_id in LegalHold.objects.in_force().values_list("on", "object_id"):
        held.setdefault(on, []).append(object_id)
    if current_account_id() in held.get(On.ACCOUNT, ()):
        return rows.none()
    path = f"{ticket}__" if ticket else ""
    if tickets := held.get(On.TICKET):
        rows = rows.exclude(**{f"{path}pk__in": tickets})
    if contacts := held.get(On.CONTACT):
        wrote = Message.objects.filter(ticket=OuterRef("held_ticket"), contact__in=contacts)
        rows = rows.exclude(**{f"{path}requester__in": contacts})
        told: Any = rows.alias(held_ticket=F(f"{path}pk"))
        rows = told.filter(~Exists(wrote) | Q(held_ticket=None))
    return rows
