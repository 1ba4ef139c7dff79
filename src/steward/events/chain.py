"""Whether the chain of an account holds: each entry follows from the one before it, and none is missing.

A million entries are read once, by a cursor of the server, and hashed as they come: nothing is held in memory.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import connection

from steward.tenancy.scope import current_account_id

FIRST = b"\0" * 32
_MANY = 5_000  # rows asked for at a time

# As the triggers of the migrations 0002 and 0005 put an entry together; digest and chain before it are added here.
_FIXED = """
concat_ws('|', position, id, account_id, kind, object_type, object_id, actor_kind, coalesce(actor_id::text, ''),
  to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
"""


@dataclass(frozen=True, slots=True)
class Log:
    """A table with a chain, and its clock. `said` are the columns with the digest and what it is of."""

    table: str
    clock: str
    said: str

    @property
    def rows(self) -> str:
        return (
            f"SELECT position, chain, {self.said}, id::text, {_FIXED} FROM {self.table}"  # noqa: S608  our own names
            " WHERE account_id = %s AND position > %s AND position <= %s ORDER BY position"
        )

    @property
    def head(self) -> str:
        """In one statement, so that no commit comes between the clock and the last entry."""
        mine = f"FROM {self.table} WHERE account_id = asked.id"
        return (
            f"SELECT clock.position, clock.chain, clock.first, clock.first_chain, (SELECT max(position) {mine}),"  # noqa: S608
            f" (SELECT count(*) {mine} AND (position IS NULL OR position < 1))"
            f" FROM (SELECT %s::uuid AS id) asked LEFT JOIN {self.clock} clock ON clock.account_id = asked.id"
        )

    @property
    def chains(self) -> str:
        """With the value behind which it begins: the entry that had it is gone."""
        return (
            f"SELECT position, chain FROM {self.table} WHERE account_id = %(account)s AND position = ANY (%(asked)s)"  # noqa: S608
            f" UNION ALL SELECT first, first_chain FROM {self.clock}"
            " WHERE account_id = %(account)s AND first > 0 AND first = ANY (%(asked)s)"
        )


EVENTS = Log("events_event", "events_eventclock", "digest, salt, changes::text")
READS = Log("events_read", "events_readclock", "''::bytea, NULL::bytea, NULL::text")
_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


class Why(StrEnum):
    """What is wrong with an entry."""

    CHANGED = "changed"  # it does not follow from the one before
    CONTENT = "content"  # what it says does not fit its digest
    MISSING = "missing"  # this entry and perhaps more after it were taken out
    CUT = "cut"  # from this entry on the end is gone
    ADDED = "added"  # it stands behind the end
    UNNUMBERED = "unnumbered"  # it stands outside the chain
    REWRITTEN = "rewritten"  # the chain holds, and is another than it was


@dataclass(frozen=True, slots=True)
class Head:
    """A place in the chain: how many entries there are up to it, and the chain's value there."""

    position: int
    chain: bytes


BEGINNING = Head(0, FIRST)


@dataclass(frozen=True, slots=True)
class Fault:
    """The position at which something is wrong, 0 for what has none; `entry` where there is one."""

    position: int
    why: Why
    entry: UUID | None = None


def head(log: Log = EVENTS) -> Head:
    """Where the chain of the account in scope ends, as its clock has it."""
    return _standing(log).end


def beginning(log: Log = EVENTS) -> Head:
    """Behind which entry the chain of the account in scope begins: what was older went."""
    return _standing(log).first


def digest_of(salt: bytes, changes: Any) -> bytes:
    """SHA-256 over the salt and the canonical JSON of the changes (sorted keys, no white space)."""
    return hashlib.sha256(salt + _canonical(changes).encode()).digest()


def link(previous: bytes, fixed: Iterable[object], at: datetime, digest: bytes) -> bytes:
    """The chain's value of an entry as the triggers compute it. `fixed`: the columns up to the actor."""
    columns = [*("" if each is None else str(each) for each in fixed), f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z"]
    return hashlib.sha256(previous + "|".join(columns).encode() + digest).digest()


def faults(after: Head = BEGINNING, *, up_to: Head | None = None, log: Log = EVENTS) -> Iterator[Fault]:
    """What does not verify in the account in scope, behind a place that is known to be good, the first first.

    The chain is read from where it begins at the earliest: what was older went.
    What was erased (changes and salt NULL) verifies by its digest alone. `up_to` is a head read before; what was
    committed since is left for the next time.
    """
    found = _standing(log)
    after = max(after, found.first, key=lambda place: place.position)
    yield from _along(_rows(log, after, up_to or found.end), after, up_to or found.end)
    if found.last > found.end.position:
        yield Fault(found.end.position + 1, Why.ADDED)
    if found.unnumbered:
        yield Fault(0, Why.UNNUMBERED)


def chains_at(positions: Iterable[int], *, log: Log = EVENTS) -> dict[int, bytes]:
    """The chain's value at some positions, of those that there are."""
    with connection.cursor() as cursor:
        cursor.execute(log.chains, {"account": current_account_id(), "asked": list(positions)})
        return {position: bytes(chain) for position, chain in cursor.fetchall()}


@dataclass(frozen=True, slots=True)
class _Standing:
    end: Head
    first: Head
    last: int
    unnumbered: int


def _standing(log: Log) -> _Standing:
    with connection.cursor() as cursor:
        cursor.execute(log.head, [current_account_id()])
        position, chain, first, first_chain, last, unnumbered = cursor.fetchone()
    begin = Head(first, bytes(first_chain)) if first else BEGINNING
    end = BEGINNING if position is None else Head(position, bytes(chain))
    return _Standing(end, begin, last or 0, unnumbered)


def _rows(log: Log, after: Head, end: Head) -> Iterator[tuple[Any, ...]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(log.rows, [current_account_id(), after.position, end.position])
        while rows := cursor.fetchmany(_MANY):
            yield from rows


def _along(rows: Iterable[tuple[Any, ...]], after: Head, end: Head) -> Iterator[Fault]:
    previous, expected, sha256 = after.chain, after.position + 1, hashlib.sha256
    for position, chain, digest, salt, changes, key, fixed in rows:
        if position != expected:
            yield Fault(expected, Why.MISSING)
        elif sha256(previous + fixed.encode() + digest).digest() != chain:
            yield Fault(position, Why.CHANGED, UUID(key))
        elif not _fits(salt, changes, digest):
            yield Fault(position, Why.CONTENT, UUID(key))
        previous, expected = chain, position + 1
    if after.position > end.position:
        yield Fault(end.position + 1, Why.CUT)
    elif expected <= end.position:
        yield Fault(expected, Why.CUT)
    elif previous != end.chain:
        yield Fault(end.position, Why.CHANGED)


def _fits(salt: bytes | None, changes: str | None, digest: bytes) -> bool:
    if salt is None or changes is None:
        return salt is None and changes is None
    return digest_of(salt, json.loads(changes)) == digest
