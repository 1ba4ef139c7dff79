"""Who works on a ticket, and where it belongs."""

from django.db import transaction

from steward.events.actions import record
from steward.lib.actor import Actor
from steward.lib.clock import now
from steward.people.models import Department, Membership
from steward.tickets.models import SearchEntry, Ticket


def assign_ticket(ticket: Ticket, assignee: Membership | None, *, actor: Actor) -> None:
    """Give the ticket to somebody, or to nobody. Giving it to whoever has it does nothing."""
    before = ticket.assignee_id
    after = assignee.id if assignee else None
    if before == after:
        return
    with transaction.atomic():
        Ticket.objects.filter(pk=ticket.pk).update(assignee=assignee, changed_at=now())
        kind = "ticket.assigned" if assignee else "ticket.released"
        record(kind, ticket, actor=actor, changes={"from": before, "to": after})
    ticket.refresh_from_db()


def transfer_ticket(ticket: Ticket, department: Department, *, actor: Actor) -> None:
    """Move the ticket to another department. Whoever had it keeps it only when they belong there too."""
    before = ticket.department_id
    if before == department.id:
        return
    with transaction.atomic():
        keeps = ticket.assignee is not None and (
            ticket.assignee.sees_all or ticket.assignee.departments.filter(department=department).exists()
        )
        columns = {"department": department, "changed_at": now()} | ({} if keeps else {"assignee": None})
        Ticket.objects.filter(pk=ticket.pk).update(**columns)
        # The search authorises by department, so its entries move along.
        SearchEntry.objects.filter(ticket=ticket).update(department_id=department.id)
        told = {"from": before, "to": department.id}
        told |= {"assignee": ticket.assignee_id} if ticket.assignee_id and not keeps else {}
        record("ticket.transferred", ticket, actor=actor, changes=told)
    ticket.refresh_from_db()
