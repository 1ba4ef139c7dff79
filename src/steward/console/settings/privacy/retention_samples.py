"""Some of what a rule of retention would take, to look at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from steward.console.lists import ticket_url
from steward.contacts.models import Contact
from steward.contacts.queries import first_addresses
from steward.privacy.requests.models import PrivacyRequest
from steward.privacy.requests.words import STATES, TYPES
from steward.privacy.retention.models import Kind
from steward.tickets.models import Ticket

_OF_TICKETS = gettext_lazy("The oldest tickets of these")
SAMPLES: Mapping[Kind, Promise] = {
    Kind.TICKETS: _OF_TICKETS,
    Kind.FILES: _OF_TICKETS,
    Kind.RAW_MAIL: _OF_TICKETS,
    Kind.CONTACTS: gettext_lazy("Those who have had no ticket for the longest"),
    Kind.REQUESTS: gettext_lazy("Those that were closed first"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One of them: `words` lead to `url`, where there is one; `beside` is a code or an address, left to right."""

    words: str
    beside: str
    at: datetime | None
    url: str = ""
    status: str = ""


def sample_shown(kind: Kind, rows: Sequence[Any]) -> list[Line]:
    """The rows of a forecast as lines."""
    if kind == Kind.CONTACTS:
        addresses = first_addresses({each.pk for each in rows})
        return [_contact(each, addresses.get(each.pk, "")) for each in rows]
    return [_request(each) if kind == Kind.REQUESTS else _ticket(each) for each in rows]


def _ticket(ticket: Ticket) -> Line:
    words = ticket.subject or ticket.code
    return Line(words, ticket.code, ticket.changed_at, ticket_url(ticket.code), ticket.status)


def _contact(contact: Contact, address: str) -> Line:
    return Line(contact.name or address, address if contact.name else "", contact.alone_since)


def _request(request: PrivacyRequest) -> Line:
    words = f"{TYPES[request.type]} · {STATES[request.state]}"
    return Line(words, "", request.closed_at, reverse("console:settings-privacy-request", args=[request.pk]))
