"""Where tickets keep what people wrote, and how it goes."""

import json
from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast, Lower

from steward.contacts.actions import fold_email
from steward.files.erasing import Files
from steward.files.models import File
from steward.outbox.models import OutgoingMail
from steward.privacy.inventory.stores import Extent, Key, Rank, Rows, register
from steward.tickets.conversation import preview_of
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


def erased_messages(extent: Extent) -> QuerySet[Message]:
    """Messages that go, and those of which nothing but the place stays."""
    return Message.objects.filter(Q(ticket__in=extent.tickets) | Q(contact__in=extent.contacts))


def _drafts(extent: Extent) -> QuerySet[Draft]:
    return Draft.objects.filter(ticket__in=extent.tickets)


def _attached_here_only(extent: Extent) -> QuerySet[File]:
    """Files that nothing which stays is attached to: what was sent and then taken back is in a message and a draft."""
    attached = Attachment.objects.filter(message__in=erased_messages(extent))
    drafted = DraftAttachment.objects.filter(draft__in=_drafts(extent))
    here = Q(pk__in=attached.values("file")) | Q(pk__in=drafted.values("file"))
    stays = (
        Attachment.objects.filter(file=OuterRef("pk")).exclude(pk__in=attached.values("pk")),
        DraftAttachment.objects.filter(file=OuterRef("pk")).exclude(pk__in=drafted.values("pk")),
    )
    return File.objects.filter(here, *(~Exists(each) for each in stays))


class Tombstones:
    """Messages of somebody in tickets of others: their place stays, so that the others' words keep their order."""

    name, rank = "tickets.tombstones", Rank.MESSAGES
    models = frozenset({Message._meta.label})

    def find(self, extent: Extent) -> list[Key]:
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


class Recipients:
    """Among whom messages of others went: who is erased is no more one of them."""

    name, rank = "tickets.recipients", Rank.MESSAGES
    models = frozenset({Message._meta.label})

    def find(self, extent: Extent) -> list[Key]:
        return list(naming(extent).order_by("pk").values_list("pk", flat=True))

    def erase(self, keys: Sequence[Key], extent: Extent) -> int:
        messages = list(Message.objects.filter(pk__in=list(keys)).only("recipients"))
        for message in messages:
            message.recipients = {role: _without(people, extent) for role, people in message.recipients.items()}
        Message.objects.bulk_update(messages, ["recipients"], batch_size=500)
        return len(messages)

    def settle(self, keys: Sequence[Key]) -> None:
        """Nothing: the names are gone with the commit."""

    def left(self, keys: Sequence[Key], extent: Extent) -> int:
        return naming(extent).filter(pk__in=list(keys)).count()


def naming(extent: Extent) -> QuerySet[Message]:
    """Messages that stay and were written by others, with one of the addresses among their recipients."""
    if not extent.addresses:
        return Message.objects.none()
    written = Message.objects.annotate(written=Lower(Cast("recipients", TextField())))
    named = reduce(or_, (Q(written__contains=json.dumps(address, ensure_ascii=False)) for address in extent.addresses))
    return written.filter(named).exclude(ticket__requester__in=extent.contacts).exclude(pk__in=erased_messages(extent))


def _without(people: list[dict[str, str]], extent: Extent) -> list[dict[str, str]]:
    return [person for person in people if fold_email(person.get("email", "")) not in extent.addresses]


_EMPTY: dict[str, Any] = {
    "contact": None, "sender_name": "", "sender_email": "", "recipients": {}, "internet_id": "", "body_html": "",
    "body_text": "", "language": "", "is_html": False, "findings": {"erased": True},
}  # fmt: skip


def _renew_preview(ticket: Ticket) -> None:
    newest = Message.objects.filter(ticket=ticket).exclude(kind=Message.Kind.NOTE).order_by("-at", "-id")
    text, language = newest.values_list("body_text", "language").first() or ("", "")
    Ticket.objects.filter(pk=ticket.pk).update(preview=preview_of(text), language=language)


register(
    Rows(
        "tickets.search", SearchEntry, Rank.COPIES,
        lambda e: SearchEntry.objects.filter(message__in=erased_messages(e)),
    ),
    Rows("tickets.tags", TicketTag, Rank.PARTS, lambda e: TicketTag.objects.filter(ticket__in=e.tickets)),
    Rows(
        "tickets.participants", Participant, Rank.PARTS,
        lambda e: Participant.objects.filter(Q(ticket__in=e.tickets) | Q(contact__in=e.contacts)),
    ),
    Rows(
        "tickets.attachments", Attachment, Rank.PARTS,
        lambda e: Attachment.objects.filter(message__in=erased_messages(e)),
    ),
    Rows(
        "tickets.draft_attachments", DraftAttachment, Rank.PARTS,
        lambda e: DraftAttachment.objects.filter(draft__in=_drafts(e)),
    ),
    Rows("tickets.drafts", Draft, Rank.MESSAGES, _drafts),
    Rows("tickets.messages", Message, Rank.MESSAGES, lambda e: Message.objects.filter(ticket__in=e.tickets)),
    Tombstones(),
    Recipients(),
    Rows(
        "tickets.answers", OutgoingMail, Rank.MAILS,
        lambda e: OutgoingMail.objects.filter(pk__in=erased_messages(e).values("outgoing")),
    ),
    Files("tickets.files", _attached_here_only),
    Rows("tickets.tickets", Ticket, Rank.TICKETS, lambda e: Ticket.objects.filter(pk__in=e.tickets)),
)  # fmt: skip
