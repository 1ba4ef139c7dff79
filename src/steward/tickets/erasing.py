"""Where tickets keep what people wrote, and how it goes."""

import json
from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast, Lower

from steward.contacts.actions import fold_email
from steward.events.erasing import Changes
from steward.events.models import Event
from steward.files.erasing import Files
from steward.files.models import File
from steward.outbox.erasing import Addressed, about
from steward.outbox.models import OutgoingMail
from steward.privacy.inventory.stores import Extent, Key, Rank, Rows, once, register, takes_in
from steward.tenancy.scope import current_account_id
from steward.tickets.addressees import Addressees
from steward.tickets.conversation import preview_of
from steward.tickets.indexing import forget_words
from steward.tickets.models import (
    Attachment,
    Draft,
    DraftAttachment,
    Message,
    Participant,
    SearchEntry,
    Ticket,
    TicketTag,
)


@takes_in
def _tickets_since(extent: Extent) -> Extent:
    """Also those that somebody opened after it was planned to erase them."""
    if extent.keeps_tickets or not extent.contacts:
        return extent
    theirs = Ticket.objects.filter(requester__in=extent.contacts).order_by("pk")
    return replace(extent, tickets=(*extent.tickets, *theirs.values_list("pk", flat=True)))


@once
def erased_messages(extent: Extent) -> list[UUID]:
    """Messages that go, and those of which nothing but the place stays."""
    messages = Message.objects.none()
    if extent.tickets:
        messages |= Message.objects.filter(ticket__in=extent.tickets)
    if extent.contacts and not extent.keeps_tickets:
        messages |= Message.objects.filter(contact__in=extent.contacts)
    return list(messages.order_by("pk").values_list("pk", flat=True))


@once
def unnamed_messages(extent: Extent) -> list[UUID]:
    """Messages whose words stay, and whose sender is taken off them."""
    if not extent.keeps_tickets or not extent.contacts:
        return []
    return list(Message.objects.filter(contact__in=extent.contacts).order_by("pk").values_list("pk", flat=True))


@once
def naming(extent: Extent) -> list[UUID]:
    """Messages that stay, with one of the addresses among their recipients. Reads every message of the account."""
    if not extent.addresses:
        return []
    found = _naming_many(extent.addresses) if len(extent.addresses) > _FEW else _naming_few(extent.addresses)
    return sorted(found.difference(erased_messages(extent)))


def _naming_few(addresses: Sequence[str]) -> set[UUID]:
    written = Message.objects.annotate(written=Lower(Cast("recipients", TextField())))
    named = reduce(or_, (Q(written__contains=json.dumps(address, ensure_ascii=False)) for address in addresses))
    return set(written.filter(named).values_list("pk", flat=True))


def _naming_many(addresses: Sequence[str]) -> set[UUID]:
    """Where each is looked for in each text, a message is read hundreds of times."""
    with connection.cursor() as cursor:
        cursor.execute(_NAMING, [current_account_id(), list(addresses)])
        return {key for (key,) in cursor.fetchall()}


def named_in(addresses: Sequence[str]) -> list[tuple[UUID, str]]:
    """The tickets in which folded addresses are among the recipients of a message: each with the address."""
    with connection.cursor() as cursor:
        cursor.execute(_NAMED, [current_account_id(), list(addresses)])
        return [(ticket, address) for ticket, address in cursor.fetchall()]


_NAMED = """
SELECT DISTINCT ticket_id, lower(said #>> '{}')
  FROM tickets_message, jsonb_path_query(recipients, '$.** ? (@.type() == "string")') AS said
 WHERE account_id = %s AND lower(said #>> '{}') = ANY(%s)
"""
_FEW = 3
_NAMING = """
SELECT id FROM tickets_message
 WHERE account_id = %s
   AND EXISTS (SELECT FROM jsonb_path_query(recipients, '$.** ? (@.type() == "string")') AS said
                WHERE lower(said #>> '{}') = ANY(%s))
"""


@once
def _drafts(extent: Extent) -> list[UUID]:
    """Drafts that go: those in tickets that go, new tickets that are to nobody else, and all of a member's own."""
    going = [] if not extent.tickets else list(Draft.objects.filter(ticket__in=extent.tickets))
    if extent.addresses and not extent.keeps_tickets:
        new = Draft.objects.filter(ticket=None).exclude(to="")
        going += [draft for draft in new if Addressees(draft.to).are_all_among(extent.addresses)]
    if extent.members:
        going += list(Draft.objects.filter(author__in=extent.members))
    return list(dict.fromkeys(draft.pk for draft in going))


def _attached_here_only(extent: Extent) -> QuerySet[File]:
    """Files that nothing which stays is attached to: what was sent and then taken back is in a message and a draft."""
    messages, drafts = erased_messages(extent), _drafts(extent)
    attached = Attachment.objects.filter(message__in=messages).values_list("file", flat=True)
    drafted = DraftAttachment.objects.filter(draft__in=drafts).values_list("file", flat=True)
    stays = (
        Attachment.objects.filter(file=OuterRef("pk")).exclude(message__in=messages),
        DraftAttachment.objects.filter(file=OuterRef("pk")).exclude(draft__in=drafts),
    )
    return File.objects.filter(~Exists(stays[0]), ~Exists(stays[1]), pk__in=[*attached, *drafted])


class Tombstones:
    """Messages of somebody in tickets of others: their place stays, so that the others' words keep their order."""

    name, rank = "tickets.tombstones", Rank.MESSAGES
    models = frozenset({Message._meta.label})

    def find(self, extent: Extent) -> list[Key]:
        if extent.keeps_tickets or not extent.contacts:
            return []
        theirs = Message.objects.filter(contact__in=extent.contacts).exclude(ticket__requester__in=extent.contacts)
        return list(theirs.order_by("pk").values_list("pk", flat=True))

    def erase(self, keys: Sequence[Key], extent: Extent) -> int:
        messages = Message.objects.filter(pk__in=list(keys))
        tickets = set(messages.values_list("ticket", flat=True))
        number = messages.update(**_EMPTY)
        for ticket in Ticket.objects.filter(pk__in=tickets):
            _renew_preview(ticket)
        return number

    def settle(self, keys: Sequence[Key]) -> None:
        """Nothing: the words are gone with the commit."""

    def left(self, keys: Sequence[Key], extent: Extent) -> int:
        empty = {name: value for name, value in _EMPTY.items() if name != "contact"}
        messages = Message.objects.filter(pk__in=list(keys))
        return messages.count() - messages.filter(contact__isnull=True, **empty).count()


class Senders:
    """Messages of somebody whose tickets stay: the words stay, and who wrote them does not."""

    name, rank = "tickets.senders", Rank.MESSAGES
    models = frozenset({Message._meta.label})

    def find(self, extent: Extent) -> list[Key]:
        return list(unnamed_messages(extent))

    def erase(self, keys: Sequence[Key], extent: Extent) -> int:
        messages = Message.objects.filter(pk__in=list(keys))
        names = {pk: told for pk, *told in messages.values_list("pk", "sender_name", "sender_email")}
        number = messages.update(**_UNNAMED)
        forget_words(names)
        return number

    def settle(self, keys: Sequence[Key]) -> None:
        """Nothing: the names are gone with the commit."""

    def left(self, keys: Sequence[Key], extent: Extent) -> int:
        messages = Message.objects.filter(pk__in=list(keys))
        return messages.count() - messages.filter(**_UNNAMED).count()


class Recipients:
    """Among whom messages of others went: who is erased is no more one of them, nor found by their address."""

    name, rank = "tickets.recipients", Rank.MESSAGES
    models = frozenset({Message._meta.label})

    def find(self, extent: Extent) -> list[Key]:
        return list(naming(extent))

    def erase(self, keys: Sequence[Key], extent: Extent) -> int:
        messages = list(Message.objects.filter(pk__in=list(keys)).only("recipients"))
        names: dict[UUID, list[str]] = {}
        for message in messages:
            staying = {role: _without(people, extent) for role, people in message.recipients.items()}
            gone = [p for role, people in message.recipients.items() for p in people if p not in staying[role]]
            names[message.pk] = [word for person in gone for word in (person.get("name", ""), person["email"])]
            message.recipients = staying
        Message.objects.bulk_update(messages, ["recipients"], batch_size=500)
        forget_words(names)
        return len(messages)

    def settle(self, keys: Sequence[Key]) -> None:
        """Nothing: the names are gone with the commit."""

    def left(self, keys: Sequence[Key], extent: Extent) -> int:
        messages = Message.objects.filter(pk__in=list(keys)).values_list("recipients", flat=True)
        return sum(any(_without(people, extent) != people for people in each.values()) for each in messages)


class DraftAddressees:
    """To whom drafts that stay are meant to go."""

    name, rank = "tickets.draft_addressees", Rank.MESSAGES
    models = frozenset({Draft._meta.label})

    def find(self, extent: Extent) -> list[Key]:
        if not extent.addresses:
            return []
        addressed = Draft.objects.exclude(pk__in=_drafts(extent)).exclude(to="", cc="")
        return [draft.pk for draft in addressed if _names(draft, extent)]

    def erase(self, keys: Sequence[Key], extent: Extent) -> int:
        drafts = list(Draft.objects.filter(pk__in=list(keys)))
        for draft in drafts:
            draft.to = Addressees(draft.to).without(extent.addresses)
            draft.cc = Addressees(draft.cc).without(extent.addresses)
        return Draft.objects.bulk_update(drafts, ["to", "cc"])

    def settle(self, keys: Sequence[Key]) -> None:
        """Nothing: the names are gone with the commit."""

    def left(self, keys: Sequence[Key], extent: Extent) -> int:
        return sum(_names(draft, extent) for draft in Draft.objects.filter(pk__in=list(keys)))


def _names(draft: Draft, extent: Extent) -> bool:
    return any(Addressees(field).name_any(extent.addresses) for field in (draft.to, draft.cc))


def _without(people: list[dict[str, str]], extent: Extent) -> list[dict[str, str]]:
    return [person for person in people if fold_email(person.get("email", "")) not in extent.addresses]


_UNNAMED: dict[str, Any] = {"sender_name": "", "sender_email": "", "internet_id": ""}
_EMPTY: dict[str, Any] = _UNNAMED | {
    "contact": None, "recipients": {}, "body_html": "", "body_text": "", "language": "", "is_html": False,
    "findings": {"erased": True},
}  # fmt: skip


def _renew_preview(ticket: Ticket) -> None:
    newest = Message.objects.filter(ticket=ticket).exclude(kind=Message.Kind.NOTE).order_by("-at", "-id")
    text, language = newest.values_list("body_text", "language").first() or ("", "")
    Ticket.objects.filter(pk=ticket.pk).update(preview=preview_of(text), language=language)


def _participants(extent: Extent) -> "QuerySet[Participant] | None":
    """Whose tickets stay takes part in them still, without a name."""
    people = () if extent.keeps_tickets else extent.contacts
    if not people:
        return Participant.objects.filter(ticket__in=extent.tickets) if extent.tickets else None
    return Participant.objects.filter(Q(ticket__in=extent.tickets) | Q(contact__in=people))


def _answers(extent: Extent) -> QuerySet[OutgoingMail]:
    """Mails that messages became, and those that were sent by themselves when a ticket came in."""
    sent = Message.objects.filter(pk__in=erased_messages(extent), outgoing__isnull=False)
    return OutgoingMail.objects.filter(Q(pk__in=list(sent.values_list("outgoing", flat=True))) | about(extent.tickets))


def _answers_to_others(extent: Extent) -> list[Key]:
    """Also those that are on their way to the others only: who was refused is not in the envelope any more."""
    sent = Message.objects.filter(pk__in=naming(extent), outgoing__isnull=False).order_by("outgoing")
    return list(sent.values_list("outgoing", flat=True))


def _events_naming(extent: Extent) -> "QuerySet[Event] | None":
    """Events of tickets of others that say by its id which contact something came from."""
    if extent.keeps_tickets or not extent.contacts:
        return None
    wrote = Message.objects.filter(contact__in=extent.contacts).values_list("ticket", flat=True)
    takes_part = Participant.objects.filter(contact__in=extent.contacts).values_list("ticket", flat=True)
    people = [str(contact) for contact in extent.contacts]
    return Event.objects.filter(object_id__in={*wrote, *takes_part}, changes__contact__in=people)


register(
    Changes("tickets.events", _events_naming),
    Rows(
        "tickets.search", SearchEntry, Rank.COPIES,
        lambda e: SearchEntry.objects.filter(message__in=erased_messages(e)),
    ),
    Rows(
        "tickets.tags", TicketTag, Rank.PARTS,
        lambda e: TicketTag.objects.filter(ticket__in=e.tickets) if e.tickets else None,
    ),
    Rows("tickets.participants", Participant, Rank.PARTS, _participants),
    Rows(
        "tickets.attachments", Attachment, Rank.PARTS,
        lambda e: Attachment.objects.filter(message__in=erased_messages(e)),
    ),
    Rows(
        "tickets.draft_attachments", DraftAttachment, Rank.PARTS,
        lambda e: DraftAttachment.objects.filter(draft__in=_drafts(e)),
    ),
    Rows("tickets.drafts", Draft, Rank.MESSAGES, lambda e: Draft.objects.filter(pk__in=_drafts(e))),
    Rows(
        "tickets.messages", Message, Rank.MESSAGES,
        lambda e: Message.objects.filter(ticket__in=e.tickets) if e.tickets else None,
    ),
    Tombstones(),
    Senders(),
    Recipients(),
    DraftAddressees(),
    Rows("tickets.answers", OutgoingMail, Rank.MAILS, _answers),
    Addressed("tickets.shared_answers", _answers_to_others),
    Files("tickets.files", _attached_here_only),
    Rows(
        "tickets.tickets", Ticket, Rank.TICKETS,
        lambda e: Ticket.objects.filter(pk__in=e.tickets) if e.tickets else None,
    ),
)  # fmt: skip
