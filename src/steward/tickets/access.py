"""Who may see a ticket and what they may do with it."""

from uuid import UUID

from steward.lib.actor import Actor
from steward.people.models import DepartmentRole
from steward.tickets.models import Attachment, Message, Ticket, TicketQuerySet

_SOLVING = frozenset({DepartmentRole.SOLVER, DepartmentRole.SUPERVISOR, DepartmentRole.MANAGER})
_SUPERVISING = frozenset({DepartmentRole.SUPERVISOR, DepartmentRole.MANAGER})


def visible_tickets(actor: Actor) -> TicketQuerySet:
    """The tickets of the departments the actor belongs to; of all of them for owners and admins."""
    tickets: TicketQuerySet = Ticket.objects.all()  # type: ignore[assignment]
    return tickets if actor.sees_all else tickets.filter(department__in=list(actor.departments))


def get_ticket(actor: Actor, code: str) -> Ticket:
    """The ticket with this code; raises `Ticket.DoesNotExist` also when the actor may not see it."""
    if "\0" in code:  # PostgreSQL would not even look
        raise Ticket.DoesNotExist
    return visible_tickets(actor).select_related("department", "assignee", "requester", "previous").get(code=code)


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


def _role_in(actor: Actor, ticket: Ticket) -> str | None:
    return DepartmentRole.MANAGER if actor.sees_all else actor.departments.get(ticket.department_id)


def can_solve(actor: Actor, ticket: Ticket) -> bool:
    """Answer, leave notes, change the status, take the ticket."""
    return _role_in(actor, ticket) in _SOLVING


def can_supervise(actor: Actor, ticket: Ticket) -> bool:
    """Give the ticket to others and move it to another department."""
    return _role_in(actor, ticket) in _SUPERVISING
