"""What a ticket page says of the rights a customer asks for: requests that came in it, and a mail that may be one."""

from collections.abc import Iterator
from typing import Any

from steward.console.entrance import ConsoleRequest
from steward.console.lists import ticket_url
from steward.console.settings.privacy.request_shown import clock_of
from steward.privacy.requests.access import REQUESTS_OF, can_answer_requests, can_note_request, requests_of
from steward.privacy.requests.hints import SAID_OF, hint_in
from steward.privacy.requests.models import PrivacyRequest
from steward.privacy.requests.words import STATES, TYPES
from steward.tenancy.reading import Question
from steward.tickets.models import Ticket


def asked_in(request: ConsoleRequest, ticket: Ticket) -> dict[str, Any]:
    """The requests of a ticket with their clocks, the mail that may be one, and what may be done about them."""
    requests, zone = requests_of(ticket), request.account.time_zone
    shown = [
        {"id": one.pk, "type": TYPES[one.type], "state": STATES[one.state], "clock": clock_of(one, zone)}
        for one in requests
    ]
    hint = hint_in(ticket.pk, requests)
    return {
        "requests": shown,
        "hint": hint,
        "type": TYPES[hint.type] if hint and hint.type != PrivacyRequest.Type.UNSAID else "",
        "may_note": can_note_request(request.actor, ticket),
        "may_answer": can_answer_requests(request.me),
        "url": f"{ticket_url(ticket.code)}/privacy-request",
    }


def asked_questions(ticket: Ticket) -> Iterator[Question[Any]]:
    """What `asked_in` asks, to be read ahead."""
    yield REQUESTS_OF.asking(ticket=ticket.pk)
    yield SAID_OF.asking(ticket=ticket.pk)
