"""Restoring: a ticket comes out of the bin, or out of the spam, as it was before."""

from steward.lib.actor import Actor
from steward.tickets.actions.statuses import StatusRefused, change_status
from steward.tickets.models import Ticket
from steward.tickets.statuses import HIDDEN, Status, may_follow


def restore_ticket(ticket: Ticket, *, actor: Actor) -> None:
    """Give a hidden ticket the status it had. Raises `StatusRefused` when it is not hidden, or is being purged."""
    if ticket.status not in HIDDEN:
        raise StatusRefused("it is not in the bin, nor spam")
    change_status(ticket, status_before(ticket), actor=actor, verb="ticket.restored")


def status_before(ticket: Ticket) -> Status:
    """What a hidden ticket was. One that was postponed, or spam before it was deleted, comes back as open."""
    before = Status(ticket.status_before) if ticket.status_before else Status.OPEN
    if before in (*HIDDEN, Status.POSTPONED) or not may_follow(ticket.status, before):
        return Status.OPEN
    return before
