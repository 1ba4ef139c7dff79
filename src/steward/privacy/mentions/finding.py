"""Looking for somebody in what others wrote: every text and every subject of the account is read, a portion at a time.

Not by the search index: what is quoted is not in it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from steward.contacts.models import Contact
from steward.lib.redacting import SHORTEST, UNSEEN, TooShort, pattern_of
from steward.privacy.inventory.stores import Extent
from steward.privacy.mentions.narrowing import like
from steward.tenancy.scope import current_account_id
from steward.tickets.erasing import erased_messages
from steward.tickets.models import Message, Participant, Ticket

PORTION = 20_000  # rows that are read in one transaction
_HIDDEN = [f"%{letter}%" for letter in UNSEEN]
_BEGINNING, _END_OF_ALL = UUID(int=0), UUID(int=2**128 - 1)
_END = "SELECT id FROM {table} WHERE account_id = %s AND id > %s ORDER BY id OFFSET %s LIMIT 1"
# The database leaves out what cannot name them; of the rest the pattern says whether it does. Only texts with letters
# that nobody sees are compared without these: taking them out of each would take ten times as long.
_NAMING = """
SELECT id, {ticket}, {text} FROM {table}
 WHERE account_id = %s AND id > %s AND id <= %s
   AND (lower({text}) LIKE ANY (%s) OR {ticket} = ANY (%s::uuid[])
        OR octet_length({text}) <> length({text}) AND {text} LIKE ANY (%s)
           AND lower(translate({text}, %s, '')) LIKE ANY (%s)) ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class _Table:
    name: str
    ticket: str  # the column with the id of the ticket
    text: str
    is_message: bool


_MESSAGES = _Table("tickets_message", "ticket_id", "body_text", is_message=True)
_SUBJECTS = _Table("tickets_ticket", "id", "subject", is_message=False)


@dataclass(frozen=True, slots=True)
class Found:
    """A message, or with None the subject of a ticket, and the words in it that name the person."""

    ticket: UUID
    message: UUID | None
    words: tuple[str, ...]  # as they stand there


@dataclass(frozen=True, slots=True)
class Words:
    """What names the people of an extent, and where.

    `whole` are names in either order and addresses: they are looked for everywhere. `parts` are the words of names:
    in tickets in which these people took part it is they who are greeted.
    """

    whole: tuple[str, ...]
    parts: tuple[str, ...]
    took_part_in: frozenset[UUID]
    gone: frozenset[UUID]  # messages and tickets that nothing is left of

    @classmethod
    def of(cls, extent: Extent) -> "Words":
        names = _names(extent)
        return cls(
            tuple(filter(_is_long, [*names, *extent.addresses])),
            tuple(filter(_is_long, [part for name in names for part in name.split()])),
            frozenset(_took_part_in(extent)),
            frozenset({*erased_messages(extent), *extent.tickets}),
        )


class Search:
    """One pass through all messages and then all subjects, in the order of their ids; `portion` goes on with it."""

    def __init__(self, extent: Extent) -> None:
        """In the account in scope, as each portion."""
        self._words = Words.of(extent)
        self._whole, self._parts = _pattern(self._words.whole), _pattern(self._words.parts)
        self._likes = [like(words, is_ascii_alone=_lowers_ascii_alone()) for words in self._words.whole]
        self._tables = [_MESSAGES, _SUBJECTS] if self._words.whole else []
        self._after = _BEGINNING
        self._total = Message.objects.count() + Ticket.objects.count()
        self._read = 0

    @property
    def is_over(self) -> bool:
        return not self._tables

    @property
    def share(self) -> float:
        """How much of it is done, from 0 to 1."""
        return 1.0 if self.is_over else min(self._read / max(self._total, 1), 1.0)

    def portion(self) -> list[Found]:
        """What the next rows hold; nothing when it is over."""
        if self.is_over:
            return []
        table = self._tables[0]
        with connection.cursor() as cursor:
            cursor.execute(_END.format(table=table.name), [current_account_id(), self._after, PORTION - 1])
            end = cursor.fetchone()
            cursor.execute(_naming(table), self._asked(end[0] if end else _END_OF_ALL))
            found = [self._looked_at(table, *row) for row in cursor]
        self._read += PORTION
        if end:
            self._after = end[0]
        else:
            self._tables, self._after = self._tables[1:], _BEGINNING
        return [one for one in found if one]

    def _asked(self, end: UUID) -> "list[UUID | str | list[str] | None]":
        took_part_in = list(map(str, self._words.took_part_in))
        return [current_account_id(), self._after, end, self._likes, took_part_in, _HIDDEN, UNSEEN, self._likes]

    def _looked_at(self, table: _Table, key: UUID, ticket: UUID, text: str) -> Found | None:
        if key in self._words.gone:
            return None
        patterns = (self._whole, self._parts if ticket in self._words.took_part_in else None)
        words = [each for pattern in patterns if pattern for each in _words(pattern, text)]
        return Found(ticket, key if table.is_message else None, tuple(dict.fromkeys(words))) if words else None


def _lowers_ascii_alone() -> bool:
    """Whether the database, on somebody else's server, knows no other letters."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT lower('Ж') <> 'ж'")
        return bool(cursor.fetchone()[0])


def _naming(table: _Table) -> str:
    return _NAMING.format(table=table.name, ticket=table.ticket, text=table.text)


def _words(pattern: "re.Pattern[str]", text: str) -> list[str]:
    return [" ".join(match[0].split()) for match in pattern.finditer(text)]


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
