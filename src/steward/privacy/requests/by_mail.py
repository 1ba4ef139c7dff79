"""Mails that are requests, because they came to a privacy address, and mails that may be, by their words.

The month runs from when the mail arrived, whenever it is looked at. One statement for a batch of mails of which none is
either.
"""

from collections.abc import Collection, Sequence
from uuid import UUID

from django.db.models.functions import Left

from steward.channels.email.privacy_addresses import PRIVACY_ADDRESS
from steward.events.actions import record
from steward.lib.actor import SYSTEM
from steward.privacy.requests.actions.from_tickets import announce, open_request_from, wait_for_others
from steward.privacy.requests.hints import SUSPECTED
from steward.privacy.requests.models import PrivacyRequest
from steward.privacy.requests.recognising import right_in
from steward.tickets.models import Message

_BEGIN = 5000  # characters that are read of each mail; more than are looked at
Type = PrivacyRequest.Type


def look_at_mails(messages: Collection[UUID]) -> None:
    """Open what is asked, and point out what may be."""
    asking: list[tuple[Message, Type | None]] = []
    for message in _begun(messages):
        right, is_private = _right_in(message), bool(message.findings.get(PRIVACY_ADDRESS))
        if right or is_private:
            asking.append((message, right))
    if asking:
        tickets = {message.ticket_id for message, _right in asking}
        wait_for_others(tickets)  # two mails of one ticket may be looked at by two workers
        known = _requests_in(tickets)
        for message, right in asking:
            _take_up(message, right, known.get(message.ticket_id, []))


def _begun(messages: Collection[UUID]) -> list[Message]:
    """The mails with their beginnings alone: a mail may be long, and a batch has many."""
    found = Message.objects.filter(pk__in=messages).select_related("ticket").order_by("pk")
    return list(found.annotate(begin=Left("body_text", _BEGIN)).defer("body_html", "body_text"))


def _right_in(message: Message) -> Type | None:
    """The subject counts in the first mail: later ones repeat it."""
    is_first = message.at == message.ticket.created_at
    return right_in(message.ticket.subject if is_first else "", getattr(message, "begin", ""))


def _requests_in(tickets: Collection[UUID]) -> dict[UUID, list[PrivacyRequest]]:
    known: dict[UUID, list[PrivacyRequest]] = {}
    for request in PrivacyRequest.objects.filter(ticket__in=tickets):
        if request.ticket_id:
            known.setdefault(request.ticket_id, []).append(request)
    return known


def _take_up(message: Message, right: Type | None, known: Sequence[PrivacyRequest]) -> None:
    """A new matter at a privacy address is a request, and so is what plainly asks for a right in a ticket that goes on.

    Where there was one before, words that may be another one are pointed out; while it is open they are about it.
    """
    is_new = message.at == message.ticket.created_at and message.ticket.previous_id is None
    if message.findings.get(PRIVACY_ADDRESS) and (is_new or right) and not known:
        request = open_request_from(message, right or Type.UNSAID, actor=SYSTEM)
        announce(request, actor=SYSTEM)
    elif right and all(one.answered_at for one in known):
        told = {"message": message.pk, "type": right.value, "since": message.at.isoformat()}
        record(SUSPECTED, message.ticket, actor=SYSTEM, changes=told)
