"""Which members may be told of some events: in an account of thousands nobody reads them all for each answer."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db.models import Q

from steward.events.models import Event
from steward.lib.actor import ActorKind
from steward.lib.html import mentioned_in
from steward.people.models import DepartmentMembership, Membership, Role
from steward.tickets.models import Message, Ticket


def members_concerned(named: set[UUID], departments: set[UUID]) -> list[Membership]:
    """Those who are named, and everybody who sees one of the departments; with their own departments. Two queries."""
    concerned = Q(pk__in=named)
    if departments:
        belong = DepartmentMembership.objects.filter(department__in=departments).values("membership")
        concerned |= Q(pk__in=belong) | Q(role__in=[Role.OWNER, Role.ADMIN])
    return list(Membership.objects.filter(concerned).only("id", "name", "role").prefetch_related("departments"))


def named_by(
    events: Iterable[Event], tickets: Iterable[Ticket], unsent: Iterable[Message], notes: Iterable[Message]
) -> set[UUID]:
    """Who did something, was given a ticket, has one, wrote what was not delivered, or was chosen in a note."""
    found = [ticket.assignee_id for ticket in tickets] + [message.author_id for message in unsent]
    for event in events:
        if event.actor_kind == ActorKind.AGENT:
            found.append(event.actor_id)
        if event.kind == "ticket.assigned":
            found.append(read_id((event.changes or {}).get("to")))
    return {each for each in found if each} | {each for note in notes for each in mentioned_in(note.body_html)}


def departments_asked(
    events: Iterable[Event], tickets: Mapping[UUID, Ticket], notes: Mapping[UUID, Message]
) -> set[UUID]:
    """Where everybody has to be known: a ticket came to nobody in particular, or somebody's name may be typed."""
    found = set()
    for event in events:
        ticket = tickets.get(event.object_id)
        if ticket and (_is_for_all(event, ticket) or _may_name(event, notes)):
            found.add(ticket.department_id)
    return found


def _is_for_all(event: Event, ticket: Ticket) -> bool:
    return event.kind in {"ticket.created", "ticket.transferred"} and ticket.assignee_id is None


def _may_name(event: Event, notes: Mapping[UUID, Message]) -> bool:
    message = read_id((event.changes or {}).get("message")) if event.kind == "note.added" else None
    note = notes.get(message) if message else None
    return note is not None and "@" in note.body_text


def read_id(text: object) -> UUID | None:
    """An id as events hold it; None for none."""
    return UUID(str(text)) if text else None
