"""Changing the status of a ticket."""

from datetime import datetime
from typing import Any

from django.db import transaction

from steward.events.actions import record
from steward.jobs import enqueue
from steward.lib.actor import SYSTEM, Actor
from steward.lib.clock import now
from steward.tickets.going import going
from steward.tickets.models import Ticket
from steward.tickets.statuses import HIDDEN, Status, after_postponement, may_follow

VERBS = {
    Status.NEW: "ticket.restored",
    Status.OPEN: "ticket.reopened",
    Status.ANSWERED: "ticket.marked_answered",
    Status.POSTPONED: "ticket.postponed",
    Status.RESOLVED: "ticket.resolved",
    Status.CLOSED: "ticket.closed",
    Status.SPAM: "ticket.marked_spam",
    Status.DELETED: "ticket.deleted",
}


_MOMENTS = ("changed_at", "postponed_until", "resolved_at")


class StatusRefused(ValueError):
    """The ticket's status does not lead to the one asked for."""


class MomentRefused(StatusRefused):
    """A ticket is postponed to a moment to come; none was given, or one that is past."""


def change_status(
    ticket: Ticket, status: Status, *, actor: Actor, until: datetime | None = None, verb: str = ""
) -> None:
    """Give the ticket another status. The status it has already changes nothing; raises `StatusRefused`.

    `until` is when a postponed ticket comes back, without which none is postponed; `verb` names the event where the
    status alone does not.
    """
    if status == Status.POSTPONED and until is None:
        raise MomentRefused("a ticket that is postponed needs a moment to come back")
    with transaction.atomic():
        current = Ticket.objects.select_for_update(no_key=True, of=("self",)).get(pk=ticket.pk)
        if current.status == status and status != Status.POSTPONED:
            return
        if current.status != status and not may_follow(current.status, status):
            raise StatusRefused(f"{current.status} does not lead to {status}")
        if current.status in HIDDEN and going([current.pk]):
            raise StatusRefused("it is being erased")
        changes = _columns(current, status, until)
        Ticket.objects.filter(pk=ticket.pk).update(**changes)
        record(verb or VERBS[status], ticket, actor=actor, changes=_told(current, status, until))
    ticket.refresh_from_db()


def _columns(current: Ticket, status: Status, until: datetime | None) -> dict[str, Any]:
    columns: dict[str, Any] = {"status": status, "changed_at": now(), "postponed_until": None}
    if status == Status.POSTPONED:
        columns |= {"postponed_until": until, "status_before": current.status_before or current.status}
    elif status in HIDDEN:
        columns["status_before"] = current.status
    else:
        columns["status_before"] = ""
    if status == Status.RESOLVED:
        columns["resolved_at"] = now()
    elif status not in (*HIDDEN, Status.CLOSED):
        columns["resolved_at"] = None
    return columns


def _told(current: Ticket, after: Status, until: datetime | None) -> dict[str, Any]:
    told: dict[str, Any] = {"from": current.status, "to": after.value}
    moments = {name: at.isoformat() for name in _MOMENTS if (at := getattr(current, name))}
    was = moments | ({"status_before": current.status_before} if current.status_before else {})
    told |= {"was": was}  # so that it can be undone
    return told | {"until": until.isoformat()} if until else told


def resolve_ticket(ticket: Ticket, *, actor: Actor) -> None:
    """Mark the work done. Resolving a resolved ticket does nothing."""
    change_status(ticket, Status.RESOLVED, actor=actor)


def postpone_ticket(ticket: Ticket, *, until: datetime, actor: Actor) -> None:
    """Put the ticket away until a moment to come; then it is open again, or new if it had never been answered."""
    if until <= now():
        raise MomentRefused("the moment to come back is past")
    from steward.tickets.tasks import wake  # noqa: PLC0415  tasks call this module

    with transaction.atomic():
        change_status(ticket, Status.POSTPONED, actor=actor, until=until)
        enqueue(wake, at=until, ticket=ticket.id)


def wake_ticket(ticket: Ticket) -> None:
    """Bring a postponed ticket back once its time has come; one that was postponed again sleeps on."""
    if ticket.status != Status.POSTPONED or ticket.postponed_until is None or ticket.postponed_until > now():
        return
    change_status(ticket, after_postponement(ticket.status_before), actor=SYSTEM, verb="ticket.woken")
