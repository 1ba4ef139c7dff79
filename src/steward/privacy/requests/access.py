"""Who answers the requests of persons, and which they see."""

from uuid import UUID

from django.db.models import QuerySet

from steward.people.access import may
from steward.people.models import Membership
from steward.privacy.requests.models import PrivacyRequest


def can_answer_requests(me: Membership) -> bool:
    """Take in, decide and carry out what persons ask for about their data."""
    return may(me, "request:answer")


def visible_requests(me: Membership) -> "QuerySet[PrivacyRequest]":
    """The requests a member may see: all of the account, or none."""
    requests = PrivacyRequest.objects.select_related("subject", "ticket")
    return requests if can_answer_requests(me) else requests.none()


def get_request(me: Membership, request_id: UUID) -> PrivacyRequest:
    """One request; raises `PrivacyRequest.DoesNotExist`, also for those who may not know of it."""
    return visible_requests(me).get(pk=request_id)
