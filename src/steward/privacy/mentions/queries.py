"""The list of mentions, for whoever decides about them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.db.models import QuerySet

from steward.lib.redacting import pattern_of
from steward.privacy.erasure.models import Erasure
from steward.privacy.mentions.models import Mention
from steward.tickets.holding import free_of_holds

PAGE = 100  # mentions that are read at a time
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
    is_held: bool  # a legal hold keeps it as it is


@dataclass(frozen=True, slots=True)
class Page:
    """Some of what is listed, with how many there are in all and how many of these are confirmed."""

    places: Sequence[Place]
    number: int  # from 1
    total: int
    confirmed: int

    @property
    def pages(self) -> int:
        return max(-(-self.total // PAGE), 1)

    @property
    def first(self) -> int:
        return (self.number - 1) * PAGE + 1

    @property
    def last(self) -> int:
        return min(self.number * PAGE, self.total)

    @property
    def before(self) -> int | None:
        return self.number - 1 if self.number > 1 else None

    @property
    def after(self) -> int | None:
        return self.number + 1 if self.number < self.pages else None


def mentions_of(erasure: Erasure) -> list[Place]:
    """The mentions of a planned erasure, in the order of their tickets."""
    return [_place(one) for one in _listed(erasure)]


def page_of_mentions(erasure: Erasure, number: int) -> Page:
    """A page of the same; the last one where there are fewer."""
    total = Mention.objects.filter(erasure_id=erasure.pk).count()
    confirmed = Mention.objects.filter(erasure_id=erasure.pk, state=Mention.State.CONFIRMED).count()
    page = Page((), min(max(number, 1), max(-(-total // PAGE), 1)), total, confirmed)
    rows = list(_listed(erasure)[page.first - 1 : page.last])
    free = set(
        free_of_holds(Mention.objects.filter(pk__in=[one.pk for one in rows]), ticket="ticket").values_list(
            "pk", flat=True
        )
    )
    return replace(page, places=[_place(one, is_held=one.pk not in free) for one in rows])


def _listed(erasure: Erasure) -> "QuerySet[Mention]":
    listed = Mention.objects.filter(erasure_id=erasure.pk).select_related("ticket", "message", "message__author")
    return listed.order_by("ticket", "message")


def _place(mention: Mention, *, is_held: bool = False) -> Place:
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
        is_held=is_held,
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
