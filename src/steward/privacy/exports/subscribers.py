"""What happens in tickets ends the archives that have them, in the same transaction; who ordered one is told."""

from collections.abc import Sequence
from uuid import UUID

from steward.events.models import Event
from steward.events.subscriptions import subscribe
from steward.privacy.erasure.actions.planning import read
from steward.privacy.erasure.models import Erasure
from steward.privacy.exports.telling import mail_what_was_withdrawn
from steward.privacy.exports.withdrawing import are_there_any, withdraw_exports
from steward.privacy.inventory.stores import Extent
from steward.tickets.models import Message

_TOGETHER = 1000


@subscribe("message.redacted", "ticket.subject_redacted")
def withdraw_what_has_the_words(events: Sequence[Event]) -> None:
    """The archive has them still."""
    withdraw_exports({event.object_id for event in events})


@subscribe("erasure.started")
def withdraw_what_is_erased(events: Sequence[Event]) -> None:
    """Before anything goes: then it can still be told whose archives have it. Also of tickets that are purged."""
    if not are_there_any():
        return  # mostly: whoever orders an erasure waits for this
    for erasure in Erasure.objects.filter(pk__in=[event.object_id for event in events]):
        extent = read(erasure.extent or {})
        tickets = list(dict.fromkeys((*extent.tickets, *_visited(extent))))
        for start in range(0, len(tickets), _TOGETHER):
            withdraw_exports(tickets[start : start + _TOGETHER], beside=extent.contacts)


def _visited(extent: Extent) -> list[UUID]:
    """Tickets in which they wrote what goes, theirs and others'."""
    if extent.keeps_tickets or not extent.contacts:
        return []
    wrote = Message.objects.filter(contact__in=extent.contacts)
    return list(wrote.order_by().values_list("ticket_id", flat=True).distinct())


subscribe("export.withdrawn")(mail_what_was_withdrawn)
