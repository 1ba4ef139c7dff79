"""Undoing one change of a ticket, named by its event: the inverse verb, unless somebody has changed the same since."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.dateparse import parse_datetime

from steward.events.actions import record
from steward.events.models import Event
from steward.jobs import enqueue
from steward.lib.actor import Actor
from steward.lib.clock import now
from steward.people.access import get_solver
from steward.people.models import Department, Membership
from steward.tickets.actions.assigning import assign_ticket, transfer_ticket
from steward.tickets.actions.statuses import VERBS
from steward.tickets.actions.tagging import tag_ticket, untag_ticket
from steward.tickets.going import going
from steward.tickets.models import Tag, Ticket
from steward.tickets.statuses import Status

UNDOABLE_FOR = timedelta(minutes=1)  # far longer than the offer stands on the screen

_STATUS = frozenset(VERBS.values())
_PLACE = frozenset({"ticket.assigned", "ticket.released", "ticket.transferred"})
_TAGS = frozenset({"ticket.tagged", "ticket.untagged"})
# What else changes the same: answers change the status and may give the ticket to somebody.
_ALSO = {_STATUS: {"message.sent", "message.received", "ticket.woken"}, _PLACE: {"message.sent"}, _TAGS: set()}


class UndoRefused(ValueError):
    """Somebody has changed the same since, or what it was before is there no more."""


def last_change(ticket: Ticket, *, actor: Actor, since: datetime) -> Event | None:
    """The newest change by the actor that can be undone, not older than `since`."""
    mine = Event.objects.filter(object_id=ticket.pk, at__gte=since, actor_kind=actor.kind.value, actor_id=actor.id)
    return mine.filter(kind__in=_STATUS | _PLACE | _TAGS).order_by("-at", "-id").first()


def undo_change(ticket: Ticket, event: Event, *, actor: Actor) -> None:
    """Bring back what the event changed. Raises `UndoRefused`, and then nothing is changed."""
    family = _family(event.kind)
    if event.object_id != ticket.pk or event.at < now() - UNDOABLE_FOR:
        raise UndoRefused("too long ago, or another ticket")
    with transaction.atomic():
        ticket.refresh_from_db(from_queryset=Ticket.objects.select_for_update(no_key=True, of=("self",)))
        if _changed_since(event, family):
            raise UndoRefused("changed since")
        _INVERSES[family](ticket, event, actor)
    ticket.refresh_from_db()


def _family(kind: str) -> frozenset[str]:
    family = next((family for family in (_STATUS, _PLACE, _TAGS) if kind in family), None)
    if family is None:
        raise UndoRefused(f"{kind} cannot be undone")
    return family


def _changed_since(event: Event, family: frozenset[str]) -> bool:
    since = Event.objects.filter(object_id=event.object_id, at__gte=event.at, kind__in=family | _ALSO[family])
    if family is _TAGS:
        since = since.filter(changes__tag=_told(event)["tag"])
    return since.exclude(pk=event.pk).filter(at__gt=event.at).exists()


def _status(ticket: Ticket, event: Event, actor: Actor) -> None:
    told = _told(event)
    if ticket.status != told["to"]:
        raise UndoRefused("another status by now")
    if going([ticket.pk]):
        raise UndoRefused("it is being erased")
    before, was = Status(told["from"]), told.get("was", {})
    until = parse_datetime(was["postponed_until"]) if was.get("postponed_until") else None
    # As if nothing had been: the ticket is where it was in the lists, unless something else has happened in it.
    is_alone = not Event.objects.filter(object_id=ticket.pk, at__gt=event.at).exclude(pk=event.pk).exists()
    changed_at = parse_datetime(was["changed_at"]) if is_alone and "changed_at" in was else ticket.changed_at
    Ticket.objects.filter(pk=ticket.pk).update(
        status=before,
        status_before=was.get("status_before", ""),
        postponed_until=until,
        resolved_at=parse_datetime(was["resolved_at"]) if was.get("resolved_at") else None,
        changed_at=changed_at,
    )
    if until:
        from steward.tickets.tasks import wake  # noqa: PLC0415  tasks call this module

        enqueue(wake, at=until, ticket=ticket.id)
    record(VERBS[before], ticket, actor=actor, changes={"from": told["to"], "to": told["from"], "undoes": event.id})


def _place(ticket: Ticket, event: Event, actor: Actor) -> None:
    told = _told(event)
    if event.kind == "ticket.transferred":
        department = Department.objects.filter(pk=told["from"], archived_at__isnull=True).first()
        if department is None or str(ticket.department_id) != told["to"]:
            raise UndoRefused("moved since, or the department is archived")
        transfer_ticket(ticket, department, actor=actor)
        _give(ticket, told.get("assignee"), actor, now_has=None if "assignee" in told else ticket.assignee_id)
    else:
        now_has = UUID(told["to"]) if told["to"] else None
        _give(ticket, told["from"], actor, now_has=now_has)


def _give(ticket: Ticket, before: str | None, actor: Actor, *, now_has: UUID | None) -> None:
    if ticket.assignee_id != now_has:
        raise UndoRefused("somebody else has it by now")
    if before is None:
        if now_has is None:
            return
        assign_ticket(ticket, None, actor=actor)
        return
    try:
        member = get_solver(ticket.department_id, UUID(before))
    except Membership.DoesNotExist as error:
        raise UndoRefused("who had it cannot have it any more") from error
    assign_ticket(ticket, member, actor=actor)


def _tags(ticket: Ticket, event: Event, actor: Actor) -> None:
    tag = Tag.objects.filter(pk=_told(event)["tag"]).first()
    if tag is None:
        raise UndoRefused("there is no such tag any more")
    verb = untag_ticket if event.kind == "ticket.tagged" else tag_ticket
    verb(ticket, tag, actor=actor)


def _told(event: Event) -> Mapping[str, Any]:
    return event.changes or {}


_INVERSES: Mapping[frozenset[str], Callable[[Ticket, Event, Actor], None]] = {
    _STATUS: _status,
    _PLACE: _place,
    _TAGS: _tags,
}
