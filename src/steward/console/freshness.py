"""Answering the light poll with nothing when nothing changed."""

import hashlib
import re
from typing import Any

from django.http import HttpResponse, HttpResponseNotModified
from django.template.response import TemplateResponse

from steward.console.conversation import PAGE
from steward.console.entrance import ConsoleRequest
from steward.events.queries import timeline_of
from steward.lib.clock import now
from steward.tickets.models import Message, Ticket

# Masked anew in each rendering; alone it is no change.
_TOKENS = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]*"')


def mark_of_ticket(request: ConsoleRequest, ticket: Ticket) -> str:
    """The ETag of what the light poll shows of a ticket, told from two queries: nothing is rendered to answer 304.

    Names of people and rights of others are not looked at; the minute of the clock, by which ages are told, brings
    them in time.
    """
    newest = timeline_of(ticket.id).order_by("-at", "-id").values_list("id", flat=True).first()
    seen = (
        (request.me.id, request.me.language, request.me.role, sorted(request.actor.departments.items())),
        (ticket.code, ticket.changed_at, ticket.message_count, ticket.requester_id, newest),
        _deliveries(ticket),
        now().replace(second=0, microsecond=0),
    )
    return '"' + hashlib.sha256(repr(seen).encode()).hexdigest()[:32] + '"'


def _deliveries(ticket: Ticket) -> list[tuple[Any, ...]]:
    """How it stands with the answers on a page: no event tells that a mail left or did not."""
    sent = Message.objects.filter(ticket=ticket, kind=Message.Kind.OUTGOING).order_by("-at", "-id")
    states = ("state", "reason", "attempts", "next_attempt_at", "finished_at")
    return list(sent.values_list("id", "findings", *(f"outgoing__{name}" for name in states))[:PAGE])


def is_known(request: ConsoleRequest, mark: str) -> bool:
    """Whether the asker has what this ETag stands for (RFC 9110 section 13.1.2)."""
    return request.headers.get("If-None-Match") == mark


def unless_unchanged(request: ConsoleRequest, response: TemplateResponse) -> HttpResponse:
    """The rendered response with an ETag, or 304 (RFC 9110 section 13.1.2) when the asker has it."""
    response.render()
    tag = '"' + hashlib.sha256(_TOKENS.sub(b"", response.content)).hexdigest()[:32] + '"'
    if is_known(request, tag):
        return HttpResponseNotModified(headers={"ETag": tag})
    response["ETag"] = tag
    return response
