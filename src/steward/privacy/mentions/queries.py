"""The list of mentions, for whoever decides about them."""

from dataclasses import dataclass
from uuid import UUID

from steward.lib.redacting import pattern_of
from steward.privacy.erasure.models import Erasure
from steward.privacy.mentions.models import Mention

AROUND = 90  # characters of the text on either side


@dataclass(frozen=True, slots=True)
class Place:
    """One mention: where it stands, and the words around it."""

    pk: UUID
    code: str
    subject: str
    author: str  # of the message; empty for a subject
    is_note: bool
    before: str
    words: str
    after: str
    is_confirmed: bool


def mentions_of(erasure: Erasure) -> list[Place]:
    """The mentions of a planned erasure, in the order of their tickets."""
    listed = Mention.objects.filter(erasure_id=erasure.pk).select_related("ticket", "message", "message__author")
    return [_place(one) for one in listed.order_by("ticket", "message")]


def _place(mention: Mention) -> Place:
    message, ticket = mention.message, mention.ticket
    text = message.body_text if message else ticket.subject
    found = pattern_of(mention.words).search(text)
    start, end = found.span() if found else (0, 0)
    before, after = _last_words(text[:start]), _first_words(text[end:])
    author = (message.author.name if message.author else message.sender_name) if message else ""
    return Place(
        pk=mention.pk,
        code=ticket.code,
        subject=ticket.subject,
        author=author,
        is_note=message is not None and message.kind == message.Kind.NOTE,
        before=before,
        words=text[start:end],
        after=after,
        is_confirmed=mention.state == Mention.State.CONFIRMED,
    )


def _last_words(text: str) -> str:
    """The end of a text, with whole words where it has spaces."""
    if len(text) <= AROUND:
        return text
    end = text[-AROUND:]
    return "…" + (end.partition(" ")[2] or end)


def _first_words(text: str) -> str:
    if len(text) <= AROUND:
        return text
    begin = text[:AROUND]
    return (begin.rpartition(" ")[0] or begin) + "…"
