"""Closing what has been resolved for long enough."""

from datetime import timedelta

from django.db import transaction

from steward.events.actions import Happening, record_many
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.tickets.actions.numbering import rules_of_account
from steward.tickets.models import Ticket
from steward.tickets.statuses import Status

MOST = 500  # tickets in one transaction


def close_resolved_tickets() -> int:
    """Close up to 500 tickets of the account in scope that were resolved longer ago than its rules say.

    Returns how many. They keep their place in the lists: nothing happened that somebody should look at.
    """
    days = rules_of_account().closes_after_days
    if days is None:
        return 0
    due = Ticket.objects.filter(status=Status.RESOLVED, resolved_at__lte=now() - timedelta(days=days))
    due = due.filter(requester__restricted_at=None)  # nothing is done with them by itself
    with transaction.atomic():
        # Who is just answering one of them keeps it.
        tickets = list(
            due.select_for_update(no_key=True, of=("self",), skip_locked=True).order_by("resolved_at")[:MOST]
        )
        Ticket.objects.filter(pk__in=[ticket.pk for ticket in tickets]).update(status=Status.CLOSED)
        told = {"from": Status.RESOLVED.value, "to": Status.CLOSED.value}
        record_many([Happening("ticket.closed", ticket, told) for ticket in tickets], actor=SYSTEM)
    return len(tickets)
