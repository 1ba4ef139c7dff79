"""Mails in tickets that may be requests: pointed out when they arrive, until somebody says whether they are.

What was pointed out and what was said of it are events of the ticket, and go with them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from steward.events.models import Event
from steward.events.queries import timeline_of
from steward.privacy.requests.models import PrivacyRequest
from steward.tenancy.reading import Reading

SUSPECTED, RULED_OUT = "privacy_request.suspected", "privacy_request.ruled_out"


@dataclass(frozen=True, slots=True)
class Hint:
    """A mail that may be a request: which right it seems to ask for, and when it arrived."""

    message_id: UUID
    type: PrivacyRequest.Type
    arrived_at: datetime


def _said(*, ticket: UUID) -> "QuerySet[Event]":
    return timeline_of(ticket).filter(kind__in=[SUSPECTED, RULED_OUT])


SAID_OF = Reading(_said)


def hint_in(ticket: UUID, requests: Sequence[PrivacyRequest]) -> Hint | None:
    """What is pointed out in a ticket and nobody has judged yet. `requests` are those that came in the ticket."""
    last = next(reversed(SAID_OF(ticket=ticket)), None)
    if last is None or last.kind != SUSPECTED or not last.changes:
        return None
    told = last.changes
    hint = Hint(UUID(told["message"]), PrivacyRequest.Type(told["type"]), datetime.fromisoformat(told["since"]))
    is_judged = any(one.answered_at is None or one.received_at >= hint.arrived_at for one in requests)
    return None if is_judged else hint
