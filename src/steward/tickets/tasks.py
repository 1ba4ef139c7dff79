"""Work of tickets that is done later."""

from uuid import UUID

from steward.jobs import task
from steward.tickets import actions
from steward.tickets.models import Ticket


@task("tickets.wake")
def wake(account_id: UUID, *, ticket: str) -> None:
    """A postponed ticket comes back."""
    found = Ticket.objects.filter(pk=ticket).first()
    if found is not None:
        actions.wake_ticket(found)
