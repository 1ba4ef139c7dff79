"""Who works on a ticket, and where it belongs."""

from uuid import UUID

from django.db import transaction

from steward.events.actions import record
from steward.lib.actor import Actor
from steward.lib.clock import now
from steward.people.access import members_who_can_solve
from steward.people.models import Department, Membership
from steward.tickets.models import SearchEntry, Ticket


def assign_ticket(ticket: Ticket, assignee: Membership | None, *, actor: Actor) -> None:
    """Give the ticket to somebody, or to nobody. Giving it to whoever has it does nothing.

    Nobody takes it from a person whom they did not see to have it: that does nothing, too.
    """
    with transaction.atomic():
        seen, current = ticket.assignee_id, _locked(ticket).assignee_id
        after = assignee.id if assignee else None
        if current != after and not (after is None and current != seen):
            Ticket.objects.filter(pk=ticket.pk).update(assignee=assignee, changed_at=now())
            kind = "ticket.assigned" if assignee else "ticket.released"
            record(kind, ticket, actor=actor, changes={"from": current, "to": after})
    ticket.refresh_from_db()


def transfer_ticket(ticket: Ticket, department: Department, *, actor: Actor) -> None:
    """Move the ticket to another department. Whoever had it keeps it only when they can work on it there, too."""
    with transaction.atomic():
        before = _locked(ticket)
        if before.department_id != department.id:
            keeps = before.assignee_id is not None and _can_solve(before.assignee_id, department.id)
            columns = {"department": department, "changed_at": now()} | ({} if keeps else {"assignee": None})
            Ticket.objects.filter(pk=ticket.pk).update(**columns)
            # The search authorises by department, so its entries move along.
            SearchEntry.objects.filter(ticket=ticket).update(department_id=department.id)
            told = {"from": before.department_id, "to": department.id}
            told |= {"assignee": before.assignee_id} if before.assignee_id and not keeps else {}
            record("ticket.transferred", ticket, actor=actor, changes=told)
    ticket.refresh_from_db()


def _can_solve(member_id: UUID, department_id: UUID) -> bool:
    return members_who_can_solve(department_id).filter(pk=member_id).exists()


def _locked(ticket: Ticket) -> Ticket:
    """The ticket as it is by now: what somebody else is doing to it is waited for."""
    return Ticket.objects.select_for_update(no_key=True, of=("self",)).get(pk=ticket.pk)
