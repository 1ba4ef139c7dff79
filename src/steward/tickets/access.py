"""Who may see a ticket and what they may do with it."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db.models import QuerySet

from steward.events.models import Event
from steward.lib.actor import Actor
from steward.people.access import departments_seen_by, may_in, members_who_see
from steward.people.models import Membership
from steward.tenancy.reading import Reading
from steward.tickets.models import Attachment, Message, Tag, Ticket, TicketQuerySet
from steward.tickets.statuses import Status


def visible_tickets(actor: Actor) -> TicketQuerySet:
    """The tickets of the departments the actor belongs to; of all of them for owners and admins."""
    return visible_in(**departments_seen_by(actor))


def visible_in(departments: Sequence[UUID] | None = None) -> TicketQuerySet:
    """The tickets of these departments; of all of them for None."""
    tickets: TicketQuerySet = Ticket.objects.all()  # type: ignore[assignment]
    return tickets if departments is None else tickets.filter(department__in=departments)


def _with_code(*, code: str, departments: Sequence[UUID] | None = None) -> TicketQuerySet:
    return visible_in(departments).select_related("department", "assignee", "requester").filter(code=code)


_TICKET = Reading(_with_code)


def get_ticket(actor: Actor, code: str) -> Ticket:
    """The ticket with this code; raises `Ticket.DoesNotExist` also when the actor may not see it."""
    if "\0" in code:  # PostgreSQL would not even look
        raise Ticket.DoesNotExist
    found = _TICKET(code=code, **departments_seen_by(actor))
    if not found:
        raise Ticket.DoesNotExist
    return found[0]


def hidden_tickets(actor: Actor, status: Status, codes: Iterable[str]) -> list[Ticket]:
    """Those of the tickets with these codes that the actor sees and that have this status, in the order of ids."""
    asked = [code for code in codes if "\0" not in code]
    found = visible_tickets(actor).filter(status=status, code__in=asked)
    return list(found.select_related("department", "requester").order_by("id"))


def codes_of(tickets: Iterable[UUID]) -> dict[UUID, str]:
    """The codes of those of the tickets that there are, for whoever sees all of them."""
    return dict(Ticket.objects.filter(pk__in=list(tickets)).values_list("pk", "code"))


def who_sees(ticket: Ticket) -> QuerySet[Membership]:
    """Everybody who may see a ticket, in no order."""
    return members_who_see(ticket.department_id)


def get_message(actor: Actor, message_id: UUID) -> Message:
    """A message of a visible ticket; raises `Message.DoesNotExist`."""
    messages = Message.objects.select_related("ticket", "outgoing")
    if not actor.sees_all:
        messages = messages.filter(ticket__department__in=list(actor.departments))
    return messages.get(pk=message_id)


def get_attachment(actor: Actor, attachment_id: UUID) -> Attachment:
    """An attachment in a visible ticket; raises `Attachment.DoesNotExist`."""
    attachments = Attachment.objects.select_related("file", "message")
    if not actor.sees_all:
        attachments = attachments.filter(message__ticket__department__in=list(actor.departments))
    return attachments.get(pk=attachment_id)


def get_tag(tag_id: UUID | None) -> Tag:
    """A tag of the account, which everybody in it may see; raises `Tag.DoesNotExist`, for no id as well."""
    if tag_id is None:
        raise Tag.DoesNotExist
    return Tag.objects.get(pk=tag_id)


def get_own_change(actor: Actor, ticket: Ticket, event_id: UUID | None) -> Event:
    """What the actor has done to a ticket; raises `Event.DoesNotExist`, for what others did as well."""
    mine = Event.objects.filter(object_id=ticket.pk, actor_kind=actor.kind.value, actor_id=actor.id)
    if event_id is None:
        raise Event.DoesNotExist
    return mine.get(pk=event_id)


def can(actor: Actor, permission: str, ticket: Ticket) -> bool:
    """Whether the actor has one of the permissions of `people.permissions.IN_DEPARTMENT` for a ticket they see."""
    return may_in(actor, permission, ticket.department_id)
