"""Taking in what customers write: many messages at a time, in few statements."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from steward.contacts.actions import contacts_for, fold_email
from steward.contacts.models import Contact
from steward.events.actions import Happening, record_many
from steward.files.actions import NewFile, store_files
from steward.lib.actor import SYSTEM, Actor
from steward.tickets.actions.numbering import fresh_codes, rules_of_account
from steward.tickets.conversation import IncomingMessage, preview_of
from steward.tickets.going import going
from steward.tickets.indexing import index_messages
from steward.tickets.models import Attachment, Message, Participant, Ticket, TicketRules
from steward.tickets.sensitive_messages import SENSITIVE, telling
from steward.tickets.statuses import Status, after_customer_wrote


@dataclass(slots=True)
class _Arrival:
    """One incoming message on its way into the tables."""

    incoming: IncomingMessage
    contact: Contact
    ticket: Ticket
    is_new: bool
    message: Message


def receive_messages(incoming: Sequence[IncomingMessage], *, actor: Actor = SYSTEM) -> list[Message]:
    """Store messages from customers, with tickets, contacts, attachments, search entries and events.

    The answer is in the order given. At most one message per existing ticket may be among them.
    """
    with transaction.atomic():
        arrivals = _arrivals(incoming)
        new = [arrival for arrival in arrivals if arrival.is_new]
        Ticket.objects.bulk_create(arrival.ticket for arrival in new)
        for arrival in arrivals:
            if not arrival.is_new:
                _continue(arrival)
        _join(arrivals)
        Message.objects.bulk_create(arrival.message for arrival in arrivals)
        _attach(arrivals)
        index_messages([(arrival.ticket, arrival.message, _searchable(arrival.incoming)) for arrival in arrivals])
        record_many(_happenings(arrivals), actor=actor)
    return [arrival.message for arrival in arrivals]


def _arrivals(incoming: Sequence[IncomingMessage]) -> list[_Arrival]:
    rules = rules_of_account()
    incoming = [_looked_at(each) if rules.looks_for_sensitive else each for each in _held(incoming, rules)]
    contacts = contacts_for({each.sender.email: each.sender.name for each in incoming if each.sender.email})
    codes = fresh_codes(sum(each.ticket is None for each in incoming), rules)
    return [_arrival(each, contacts, codes) for each in incoming]


def _looked_at(incoming: IncomingMessage) -> IncomingMessage:
    """The same with the kinds of what should not lie about in it: looked for once, not each time it is shown."""
    kinds = telling(incoming.body_text)
    return replace(incoming, findings=incoming.findings | {SENSITIVE: kinds}) if kinds else incoming


def _held(incoming: Sequence[IncomingMessage], rules: TicketRules) -> Sequence[IncomingMessage]:
    """The same with their tickets locked and as they are now: one may have been closed since it was looked up."""
    keys = [each.ticket.pk for each in incoming if each.ticket]
    if not keys:
        return incoming
    # In one order everywhere, so that two batches never wait for each other.
    tickets = {
        t.pk: t for t in Ticket.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=keys).order_by("pk")
    }
    lost = going(tickets) | (set(keys) - tickets.keys())
    return [each if each.ticket is None else _continuing(each, tickets, lost, rules) for each in incoming]


def _continuing(
    incoming: IncomingMessage, tickets: Mapping[UUID, Ticket], lost: Set[UUID], rules: TicketRules
) -> IncomingMessage:
    if incoming.ticket is None or incoming.ticket.pk in lost:  # erased, or about to be: what comes now is a new matter
        return replace(incoming, ticket=None, previous=None)
    ticket = tickets[incoming.ticket.pk]
    # What answers by itself (an absence) stays where it came to: nobody waits for anything.
    is_over = ticket.is_closed if incoming.is_automatic else not rules.opens_again(ticket, incoming.at)
    if is_over:
        return replace(incoming, ticket=None, previous=ticket if incoming.is_verified else None)
    return replace(incoming, ticket=ticket)


def _arrival(incoming: IncomingMessage, contacts: dict[str, Contact], codes: list[str]) -> _Arrival:
    contact = contacts.get(fold_email(incoming.sender.email)) or _nameless(incoming)
    ticket = incoming.ticket or _new_ticket(incoming, contact, codes.pop())
    return _Arrival(incoming, contact, ticket, incoming.ticket is None, _message(incoming, contact, ticket))


def _nameless(incoming: IncomingMessage) -> Contact:
    """A contact of its own for a message that names no sender: it belongs to nobody we know."""
    return Contact.objects.create(name=incoming.sender.name, created_at=incoming.at)


def _new_ticket(incoming: IncomingMessage, requester: Contact, code: str) -> Ticket:
    return Ticket(
        code=code,
        subject=incoming.subject,
        status=Status.NEW,
        channel=incoming.channel,
        department_id=incoming.department_id,
        requester=requester,
        previous=incoming.previous,
        preview=preview_of(incoming.own_words),
        language=incoming.language,
        message_count=1,
        created_at=incoming.at,
        changed_at=incoming.at,
    )


def _message(incoming: IncomingMessage, contact: Contact, ticket: Ticket) -> Message:
    return Message(
        ticket=ticket,
        kind=Message.Kind.INCOMING,
        channel=incoming.channel,
        contact=contact,
        sender_name=incoming.sender.name,
        sender_email=incoming.sender.email,
        recipients=incoming.recipients,
        internet_id=incoming.internet_id,
        body_html=incoming.body_html,
        body_text=incoming.body_text,
        is_html=incoming.is_html,
        language=incoming.language,
        is_automatic=incoming.is_automatic,
        is_verified=incoming.is_verified,
        findings=incoming.findings,
        at=incoming.at,
    )


def _continue(arrival: _Arrival) -> None:
    """Move an existing ticket on: a customer has written. An automatic mail changes no status."""
    ticket, incoming = arrival.ticket, arrival.incoming
    status = ticket.status if incoming.is_automatic else after_customer_wrote(ticket.status)
    changes = {"status": status, "changed_at": incoming.at, "message_count": F("message_count") + 1}
    if status == Status.OPEN:
        changes |= {"postponed_until": None, "status_before": "", "resolved_at": None}
    preview = {"preview": preview_of(incoming.own_words), "language": incoming.language}
    Ticket.objects.filter(pk=ticket.pk).update(**preview, **changes)


def _join(arrivals: Iterable[_Arrival]) -> None:
    Participant.objects.bulk_create(
        [
            Participant(
                ticket=arrival.ticket,
                contact=arrival.contact,
                is_requester=arrival.is_new,
                is_verified=arrival.is_new or arrival.incoming.is_verified,
                joined_at=arrival.incoming.at,
            )
            for arrival in arrivals
        ],
        ignore_conflicts=True,  # who takes part already stays as they are
    )


def _attach(arrivals: Iterable[_Arrival]) -> None:
    pairs = [(arrival.message, attachment) for arrival in arrivals for attachment in arrival.incoming.attachments]
    files = store_files(
        NewFile(attachment.content, attachment.content_type, is_kept_elsewhere=True) for _, attachment in pairs
    )
    Attachment.objects.bulk_create(
        Attachment(
            message=message,
            file=file,
            name=attachment.name,
            content_id=attachment.content_id,
            is_inline=attachment.is_inline,
        )
        for (message, attachment), file in zip(pairs, files, strict=True)
    )


def _searchable(incoming: IncomingMessage) -> str:
    return " ".join([incoming.own_words, *(attachment.name for attachment in incoming.attachments)])


def _happenings(arrivals: Iterable[_Arrival]) -> list[Happening]:
    happenings: list[Happening] = []
    for arrival in arrivals:
        ticket = arrival.ticket
        if arrival.is_new:
            happenings.append(
                Happening("ticket.created", ticket, {"channel": ticket.channel, "department": ticket.department_id})
            )
        said: dict[str, Any] = {"message": arrival.message.id, "contact": arrival.contact.id}
        if arrival.incoming.is_automatic:
            said |= {"automatic": True}
        happenings.append(Happening("message.received", ticket, said))
        if not arrival.is_new and not arrival.incoming.is_automatic:
            happenings.extend(_reopened(ticket))
    return happenings


def _reopened(ticket: Ticket) -> list[Happening]:
    after = after_customer_wrote(ticket.status)
    if after == ticket.status:
        return []
    return [Happening("ticket.reopened", ticket, {"from": ticket.status, "to": after.value})]
