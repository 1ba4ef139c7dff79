"""Looking for somebody in what others wrote: candidates come from the search index and the texts, which decide."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.db import connection

from steward.contacts.models import Contact
from steward.lib.fold import words_for_index
from steward.lib.redacting import SHORTEST, TooShort, pattern_of
from steward.privacy.inventory.stores import Extent
from steward.tenancy.scope import current_account_id
from steward.tickets.erasing import erased_messages
from steward.tickets.models import Message, Participant, Ticket

MOST = 500  # messages that an agent is shown
_AT_ONCE = 200
_CANDIDATES = """
SELECT message_id FROM tickets_searchentry
 WHERE account_id = %s AND vector @@ %s::tsquery ORDER BY at DESC LIMIT %s
"""
# What is quoted in a mail is not in the index: the newest texts are read themselves.
_QUOTED = """
SELECT id FROM (SELECT id, body_text FROM tickets_message WHERE account_id = %s ORDER BY id DESC LIMIT %s) AS newest
 WHERE body_text ILIKE ANY (%s) ORDER BY id DESC LIMIT %s
"""
_NEWEST = 100_000  # messages
_READ = 20_000  # candidates that are looked into: more than that share the words of a name


@dataclass(frozen=True, slots=True)
class Found:
    """A message, or with None the subject of a ticket, and the words in it that name the person."""

    ticket: UUID
    message: UUID | None
    words: tuple[str, ...]


def mentions_in(extent: Extent) -> list[Found]:
    """Where the people of an extent are named in what stays, the newest first.

    By whole name in either order and by each address; in tickets in which they took part by each part of the name,
    too: there it is they who are greeted.
    """
    whole = list(filter(_is_long, [*_names(extent), *extent.addresses]))
    parts = list(filter(_is_long, [part for name in _names(extent) for part in name.split()]))
    seen: dict[UUID, Found] = {}
    subjects: dict[UUID, Found] = {}
    gone = set(erased_messages(extent))
    for words, within in ((whole, None), (parts, _took_part_in(extent))):
        pattern = _pattern(words)
        if pattern is None or within == set():
            continue
        for message in _messages(words, gone, within):
            _look(message, pattern, seen, subjects)
    return _together(list(seen.values()), subjects)[:MOST]


def _together(messages: list[Found], subjects: dict[UUID, Found]) -> list[Found]:
    """The subject of a ticket goes with a message of it that is a mention: redacting takes the whole ticket."""
    found = []
    for one in messages:
        subject = subjects.pop(one.ticket, None)
        words = (*one.words, *(subject.words if subject else ()))
        found.append(replace(one, words=tuple(dict.fromkeys(words))))
    return [*found, *subjects.values()]


def _look(message: Message, pattern: "re.Pattern[str]", seen: dict[UUID, Found], subjects: dict[UUID, Found]) -> None:
    in_text = _words(pattern, message.body_text)
    if in_text:
        before = seen[message.pk].words if message.pk in seen else ()
        seen[message.pk] = Found(message.ticket_id, message.pk, tuple(dict.fromkeys((*before, *in_text))))
    elif (in_subject := _words(pattern, message.ticket.subject)) and message.ticket_id not in subjects:
        subjects[message.ticket_id] = Found(message.ticket_id, None, in_subject)


def _words(pattern: "re.Pattern[str]", text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(" ".join(match[0].split()) for match in pattern.finditer(text)))


def _pattern(words: Iterable[str]) -> "re.Pattern[str] | None":
    """None where there are no words."""
    try:
        return pattern_of(words)
    except TooShort:
        return None


def _is_long(words: str) -> bool:
    """Long enough to mean one person."""
    return sum(map(str.isalnum, words)) >= SHORTEST


def _names(extent: Extent) -> list[str]:
    """Names as they are written, and with the last word first."""
    known = Contact.objects.filter(pk__in=extent.contacts).exclude(name="").values_list("name", flat=True)
    found = []
    for name in known:
        first, _, last = " ".join(name.split()).rpartition(" ")
        found += [name, f"{last} {first}"] if first else [name]
    return list(dict.fromkeys(found))


def _took_part_in(extent: Extent) -> set[UUID]:
    wrote = Message.objects.filter(contact__in=extent.contacts).values_list("ticket", flat=True)
    beside = Participant.objects.filter(contact__in=extent.contacts).values_list("ticket", flat=True)
    theirs = Ticket.objects.filter(requester__in=extent.contacts).values_list("pk", flat=True)
    return {*wrote, *beside, *(theirs if extent.keeps_tickets else ())}.difference(extent.tickets)


def _messages(words: Sequence[str], gone: set[UUID], within: set[UUID] | None) -> Iterator[Message]:
    if within is None:
        keys = [key for key in _candidates(words) if key not in gone]
    else:
        inside = Message.objects.filter(ticket__in=within).order_by("-at").values_list("pk", flat=True)
        keys = [key for key in inside[:_READ] if key not in gone]
    for start in range(0, len(keys), _AT_ONCE):
        found = Message.objects.filter(pk__in=keys[start : start + _AT_ONCE]).select_related("ticket")
        yield from found.defer("body_html").order_by("-at")


def _candidates(words: Sequence[str]) -> list[UUID]:
    """Messages that hold all words of one of the names or addresses, wherever."""
    asked = [" & ".join(f"'{word}'" for word in words_for_index(each).split()[:8]) for each in words]
    query = " | ".join(f"({one})" for one in asked if one)
    if not query:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_CANDIDATES, [current_account_id(), query, _READ])
        indexed = [key for (key,) in cursor.fetchall()]
        cursor.execute(_QUOTED, [current_account_id(), _NEWEST, [*map(_like, words)], _READ])
        return list(dict.fromkeys([*indexed, *(key for (key,) in cursor.fetchall())]))


def _like(words: str) -> str:
    """What finds every text with the words, and others: by the longest of them, as lines break between words."""
    longest = max(words.split(), key=len)
    escaped = longest.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
