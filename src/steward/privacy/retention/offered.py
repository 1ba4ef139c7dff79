"""What we offer to an account that has no rules yet. Nothing of it is on until somebody says so."""

from dataclasses import dataclass

from steward.privacy.retention.models import Kind, Since
from steward.tickets.statuses import Status


@dataclass(frozen=True, slots=True)
class Offer:
    """A rule as most would have it, for the whole account."""

    kind: Kind
    days: int
    since: Since
    status: str = ""


OFFERED = (
    Offer(Kind.TICKETS, 30, Since.ACTIVITY, Status.DELETED),
    Offer(Kind.TICKETS, 30, Since.ACTIVITY, Status.SPAM),
    Offer(Kind.TICKETS, 3 * 365, Since.ACTIVITY, Status.CLOSED),
    Offer(Kind.FILES, 365, Since.ACTIVITY, Status.CLOSED),
    Offer(Kind.RAW_MAIL, 90, Since.ARRIVAL),
    Offer(Kind.CONTACTS, 365, Since.ALONE),
    Offer(Kind.REQUESTS, 3 * 365, Since.CLOSING),  # so long somebody may ask how they were answered
)
