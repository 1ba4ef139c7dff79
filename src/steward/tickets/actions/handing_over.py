"""Tickets of those who leave: an agent, or a department that is archived. Closed tickets stay as they are."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from steward.events.actions import Happening, record_many
from steward.lib.actor import Actor
from steward.people.access import members_who_can_solve
from steward.tickets.models import SearchEntry, Ticket, TicketQuerySet
from steward.tickets.statuses import Status


def living_tickets_of(*, department: UUID | None = None, assignee: UUID | None = None) -> TicketQuerySet:
    """The tickets of a department, or of an agent, that are not closed: all that can still ask for somebody."""
    wanted = {"department": department} if department else {"assignee": assignee}
    tickets: TicketQuerySet = Ticket.objects.filter(**wanted).exclude(status=Status.CLOSED)  # type: ignore[assignment]
    return tickets


def move_tickets(department_id: UUID, to: UUID, *, actor: Actor) -> int:
    """Move what is not closed from one department to another; returns how many.

    An agent who cannot solve there lets go of them. Nothing changes its place in the lists: nobody has written.
    """
    with transaction.atomic():
        tickets = _locked(living_tickets_of(department=department_id))
        ids, solvers = [ticket.pk for ticket in tickets], members_who_can_solve(to).values("pk")
        Ticket.objects.filter(pk__in=ids).exclude(assignee__in=solvers).update(assignee=None)
        Ticket.objects.filter(pk__in=ids).update(department=to)
        SearchEntry.objects.filter(ticket__in=ids).update(department_id=to)  # the search authorises by department
        told = {"from": department_id, "to": to}
        record_many([Happening("ticket.transferred", ticket, told) for ticket in tickets], actor=actor)
    return len(tickets)


def hand_over_tickets(member_id: UUID, to: UUID | None, *, actor: Actor) -> int:
    """Give what an agent has and is not closed to another agent; returns how many tickets that are.

    What the other one cannot solve, or all of it when `to` is None, is given to nobody.
    """
    with transaction.atomic():
        tickets = _locked(living_tickets_of(assignee=member_id))
        solved = {d: to is not None and _can_solve(to, d) for d in {ticket.department_id for ticket in tickets}}
        given = [ticket for ticket in tickets if solved[ticket.department_id]]
        released = [ticket for ticket in tickets if not solved[ticket.department_id]]
        _assign(given, member_id, to, actor)
        _assign(released, member_id, None, actor)
    return len(tickets)


def let_go_of_unsolvable_tickets(member_id: UUID, *, actor: Actor) -> int:
    """An agent who may not solve in a department any more has no tickets there either; returns how many went."""
    with transaction.atomic():
        tickets = _locked(living_tickets_of(assignee=member_id))
        lost = {d for d in {ticket.department_id for ticket in tickets} if not _can_solve(member_id, d)}
        released = [ticket for ticket in tickets if ticket.department_id in lost]
        _assign(released, member_id, None, actor)
    return len(released)


def _locked(tickets: TicketQuerySet) -> list[Ticket]:
    return list(tickets.select_for_update(no_key=True, of=("self",)).order_by("pk"))


def _can_solve(member_id: UUID, department_id: UUID) -> bool:
    return members_who_can_solve(department_id).filter(pk=member_id).exists()


def _assign(tickets: Sequence[Ticket], before: UUID, after: UUID | None, actor: Actor) -> None:
    Ticket.objects.filter(pk__in=[ticket.pk for ticket in tickets]).update(assignee=after)
    kind = "ticket.assigned" if after else "ticket.released"
    record_many([Happening(kind, ticket, {"from": before, "to": after}) for ticket in tickets], actor=actor)
