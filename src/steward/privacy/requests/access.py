"""Who answers the requests of persons, and which they see."""

from uuid import UUID

from django.db.models import QuerySet

from steward.lib.actor import Actor
from steward.people.access import may
from steward.people.models import Membership
from steward.privacy.requests.models import PrivacyRequest
from steward.tenancy.reading import Reading
from steward.tickets.access import can
from steward.tickets.models import Ticket


def can_answer_requests(me: Membership) -> bool:
    """Take in, decide and carry out what persons ask for about their data."""
    return may(me, "request:answer")


def visible_requests(me: Membership) -> "QuerySet[PrivacyRequest]":
    """The requests a member may see: all of the account, or none."""
    requests = PrivacyRequest.objects.select_related("subject", "ticket")
    return requests if can_answer_requests(me) else requests.none()


def _of_ticket(*, ticket: UUID) -> "QuerySet[PrivacyRequest]":
    return PrivacyRequest.objects.filter(ticket=ticket).order_by("-received_at", "-id")


REQUESTS_OF = Reading(_of_ticket)


def requests_of(ticket: Ticket) -> list[PrivacyRequest]:
    """The requests that came in a ticket, the newest first, for whoever sees the ticket: of which kind, and by when
    they are due. Their pages are for those who answer them.
    """
    return REQUESTS_OF(ticket=ticket.pk)


def can_note_request(actor: Actor, ticket: Ticket) -> bool:
    """Say that a customer of the ticket asks for a right over their data, or that a mail that seems to does not."""
    return can(actor, "request:note", ticket)


def get_request(me: Membership, request_id: UUID) -> PrivacyRequest:
    """One request; raises `PrivacyRequest.DoesNotExist`, also for those who may not know of it."""
    return visible_requests(me).get(pk=request_id)
