"""Archives end before their day when something in them was purged, erased or redacted since."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from steward.contacts.actions import fold_email
from steward.contacts.models import ContactAddress
from steward.events.actions import record
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.privacy.exports.actions import delete_export
from steward.privacy.exports.models import Export
from steward.tickets.models import Message, Participant, Ticket

State = Export.State


def are_there_any() -> bool:
    """Whether there is an archive in the account, or one is being made."""
    return _there().exists()


def _there() -> "QuerySet[Export]":
    return Export.objects.filter(state__in=[State.RUNNING, State.READY], contact__isnull=False)


def withdraw_exports(tickets: Collection[UUID], *, beside: Collection[UUID] = ()) -> int:
    """Delete the archives that have something of these tickets, and stop those that are being made; returns how many.

    Those of the contacts `beside` go in another way. One that nobody has begun to make will have what is there then.
    """
    if not tickets:
        return 0
    found = [one for one in _there().exclude(contact__in=list(beside)).order_by("pk") if _has_some(one, tickets)]
    return sum(map(_withdraw, found))


def _withdraw(export: Export) -> bool:
    with transaction.atomic():
        if not delete_export(export, actor=SYSTEM):
            return False
        Export.objects.filter(pk=export.pk).update(withdrawn_at=now())
        record("export.withdrawn", export, actor=SYSTEM)
    return True


def _has_some(export: Export, tickets: Collection[UUID]) -> bool:
    """Whether whom it is about asked, wrote, takes part or was written to in one of the tickets."""
    keys, contact = list(tickets), export.contact_id
    theirs = Ticket.objects.filter(pk__in=keys, requester=contact)
    wrote = Message.objects.filter(ticket__in=keys, contact=contact)
    joined = Participant.objects.filter(ticket__in=keys, contact=contact)
    return any(rows.exists() for rows in (theirs, wrote, joined)) or _is_named(export, keys)


def _is_named(export: Export, tickets: list[UUID]) -> bool:
    addresses = set(ContactAddress.objects.filter(contact=export.contact_id).values_list("folded", flat=True))
    said = Message.objects.filter(ticket__in=tickets).values_list("recipients", flat=True)
    return any(
        fold_email(person.get("email", "")) in addresses
        for recipients in said.iterator(chunk_size=1000)
        for people in recipients.values()
        for person in people
    )
