"""Whom a ticket can be given to: a few in the menu, everybody else by name."""

from collections.abc import Iterator
from uuid import UUID

from steward.console.entrance import ConsoleRequest
from steward.people.access import members_who_can_solve
from steward.people.choosing import Choice, few_among
from steward.tickets.access import can
from steward.tickets.models import Ticket
from steward.tickets.statuses import HIDDEN

_LAST = 100  # tickets


def few_assignees(request: ConsoleRequest, ticket: Ticket) -> Choice:
    """Whom the menu offers: all who can solve the ticket when they are few, else those who do so now.

    Supervisors give it to everybody who can, solvers to themselves.
    """
    if can(request.actor, "ticket:assign", ticket):
        return few_among(members_who_can_solve(ticket.department_id), likely_people(request, ticket))
    mine = [request.me] if can(request.actor, "ticket:take", ticket) else []
    return Choice(mine, is_whole=True, count=len(mine))


def likely_people(request: ConsoleRequest, ticket: Ticket) -> Iterator[UUID | None]:
    """Whom one most likely means at this ticket: oneself, whoever has it, and who has tickets of its department."""
    yield request.me.id
    yield ticket.assignee_id
    yield from _last_assignees(ticket.department_id)


def _last_assignees(department_id: UUID) -> list[UUID | None]:
    """Who has the tickets of a department that changed last, the latest first; read from the index of its list."""
    tickets = Ticket.objects.filter(department=department_id).exclude(status__in=HIDDEN)
    return list(tickets.order_by("-changed_at", "-id").values_list("assignee", flat=True)[:_LAST])
