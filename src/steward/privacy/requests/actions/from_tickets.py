"""What a customer wrote becomes a request, or is said to be none."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction

from steward.events.actions import record
from steward.lib.actor import Actor
from steward.lib.clock import now
from steward.privacy.requests.actions.taking_in import NewRequest, open_request
from steward.privacy.requests.hints import RULED_OUT, Hint
from steward.privacy.requests.models import PrivacyRequest
from steward.privacy.requests.queries import addresses_of, contact_with, first_words_in
from steward.tickets.models import Message, Ticket

LONGEST_WORDS = 10_000
Channel = PrivacyRequest.Channel


class NotedAlready(RuntimeError):
    """A request of the ticket is not answered yet: what is asked there is about it."""


def wait_for_others(tickets: Collection[UUID]) -> None:
    """Of several who look for requests in these tickets, to note one, each goes on when the one before is through."""
    locked = Ticket.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=list(tickets))
    list(locked.order_by("pk").values_list("pk", flat=True))


def open_request_from(message: Message, type_: PrivacyRequest.Type, *, actor: Actor) -> PrivacyRequest:
    """Note what somebody wrote as a request of theirs. Its month runs from when the mail arrived."""
    new = NewRequest(
        type=type_,
        channel=Channel.MAIL,
        received_at=min(message.at, now()),
        subject=contact_with(message.sender_email),
        name=message.sender_name,
        address=message.sender_email,
        words=message.body_text[:LONGEST_WORDS],
        ticket=message.ticket,
    )
    return open_request(new, actor=actor)


def open_request_in(ticket: Ticket, hint: Hint | None, *, actor: Actor) -> PrivacyRequest:
    """Note what the customer of a ticket asks for: the mail that was pointed out, else their first one; where they have
    not written, that they asked just now. Raises `NotedAlready`.
    """
    with transaction.atomic():
        wait_for_others([ticket.pk])
        if PrivacyRequest.objects.filter(ticket=ticket, answered_at=None).exists():
            raise NotedAlready(ticket.code)
        return _open_in(ticket, hint, actor=actor)


def _open_in(ticket: Ticket, hint: Hint | None, *, actor: Actor) -> PrivacyRequest:
    pointed = Message.objects.filter(pk=hint.message_id, ticket=ticket).first() if hint else None
    message = pointed or first_words_in(ticket)
    if message is not None:
        return open_request_from(message, hint.type if pointed and hint else PrivacyRequest.Type.UNSAID, actor=actor)
    address = next(iter(addresses_of(ticket.requester)), "")
    who = ticket.requester
    new = NewRequest(PrivacyRequest.Type.UNSAID, Channel.AGENT, now(), who, who.name, address, ticket=ticket)
    return open_request(new, actor=actor)


def announce(request: PrivacyRequest, *, actor: Actor) -> None:
    """Tell owners and admins, who answer requests, of one that none of them has noted."""
    record("privacy_request.announced", request, actor=actor, changes={"type": request.type})


def rule_out(ticket: Ticket, hint: Hint, *, actor: Actor) -> None:
    """What was pointed out in a ticket is no request: the hint goes, and it stays known who said so."""
    with transaction.atomic():
        record(RULED_OUT, ticket, actor=actor, changes={"message": hint.message_id})
