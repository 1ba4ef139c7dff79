"""Archives end before their day when something in them was purged, erased or redacted since."""

from collections.abc import Collection, Set
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from steward.contacts.actions import fold_email
from steward.contacts.models import ContactAddress
from steward.events.actions import record
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.privacy.erasure.models import Erasure
from steward.privacy.exports.actions import delete_export
from steward.privacy.exports.models import Export
from steward.tickets.models import Message, Participant, Ticket

State = Export.State
_WAITED_FOR = timedelta(hours=1)


def is_erasing() -> bool:
    """Whether something of the account in scope is being erased, for an hour at most. An archive would have it."""
    begun = Erasure.objects.filter(state=Erasure.State.RUNNING, started_at__gt=now() - _WAITED_FOR)
    # True: only copies in mailboxes are left of it.
    return any(is_taken is not True for is_taken in begun.values_list("extent__taken", flat=True))


def are_there_any() -> bool:
    """Whether there is an archive in the account, or one is being made."""
    return _there().exists()


def _there() -> "QuerySet[Export]":
    return Export.objects.filter(state__in=[State.RUNNING, State.READY], contact__isnull=False)


def withdraw_exports(tickets: Collection[UUID], *, beside: Collection[UUID] = ()) -> int:
    """Delete the archives that have something of these tickets, and stop those that are being made; returns how many.

    Those of the contacts `beside` go in another way. One that nobody has begun to make will have what is there then.
    """
    there = list(_there().exclude(contact__in=list(beside)).order_by("pk")) if tickets else []
    people = _people_in(list(tickets), {one.contact_id for one in there if one.contact_id})
    return sum(_withdraw(one) for one in there if one.contact_id in people)


def _withdraw(export: Export) -> bool:
    with transaction.atomic():
        if not delete_export(export, actor=SYSTEM):
            return False
        Export.objects.filter(pk=export.pk).update(withdrawn_at=now())
        record("export.withdrawn", export, actor=SYSTEM)
    return True


def _people_in(tickets: list[UUID], people: Set[UUID]) -> set[UUID]:
    """Who of them asked, wrote, takes part or was written to in one of the tickets. Each message is read once."""
    if not people:
        return set()
    asked = Ticket.objects.filter(pk__in=tickets, requester__in=people).values_list("requester", flat=True)
    wrote = Message.objects.filter(ticket__in=tickets, contact__in=people).values_list("contact", flat=True)
    joined = Participant.objects.filter(ticket__in=tickets, contact__in=people).values_list("contact", flat=True)
    found: set[UUID] = {*asked.distinct(), *filter(None, wrote.order_by().distinct()), *joined.distinct()}
    return found | _named_in(tickets, people - found)


def _named_in(tickets: list[UUID], people: Set[UUID]) -> set[UUID]:
    theirs = ContactAddress.objects.filter(contact__in=people).values_list("folded", "contact")
    addresses: dict[str, UUID] = dict(theirs)
    if not addresses:
        return set()
    said = Message.objects.filter(ticket__in=tickets).values_list("recipients", flat=True)
    written = (
        fold_email(person.get("email", ""))
        for recipients in said.iterator(chunk_size=1000)
        for group in recipients.values()
        for person in group
    )
    return {addresses[address] for address in written if address in addresses}
