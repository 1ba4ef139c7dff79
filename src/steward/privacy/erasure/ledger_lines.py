"""The lines of the ledger of erasures: JSON, each with the SHA-256 of the one before it."""

import hashlib
import json
from dataclasses import asdict, dataclass, field, fields
from typing import Any
from uuid import UUID

from steward.privacy.inventory.stores import Extent

FIRST = "0" * 64
# Of a field that lines did not have once: where it holds nothing it is left out, so that older lines keep their digest.
_LATER = {"is_later": True}


class LedgerBroken(Exception):
    """A line of the ledger is missing or was changed: `line` is the first that does not fit (1 for the first)."""

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line} of the ledger of erasures does not follow from the one before it")
        self.line = line


@dataclass(frozen=True, slots=True)
class Position:
    """A place in the ledger: how many lines there were up to it, and the digest of the last of them."""

    number: int
    digest: str


BEGINNING = Position(0, FIRST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line. `number` counts from 1, also past lines that are gone; `at` is ISO 8601 in UTC."""

    number: int
    account: str
    at: str
    previous: str

    @property
    def line(self) -> str:
        kind = next(name for name, each in _KINDS.items() if type(self) is each)
        absent = {one.name for one in fields(self) if one.metadata.get("is_later") and not getattr(self, one.name)}
        told = {name: value for name, value in asdict(self).items() if name not in absent}
        return json.dumps(told | {"kind": kind}, separators=(",", ":"), sort_keys=True)

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.line.encode()).hexdigest()

    @property
    def position(self) -> Position:
        return Position(self.number, self.digest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(Line):
    """One step of an erasure. `addresses` are HMAC-SHA-256 in hex."""

    erasure: str
    tickets: tuple[str, ...]
    contacts: tuple[str, ...]
    addresses: tuple[str, ...]
    keeps_tickets: bool = False
    members: tuple[str, ...] = ()

    @property
    def extent(self) -> Extent:
        """What went. Addresses are found again from their contacts."""
        return Extent(
            tickets=tuple(map(UUID, self.tickets)),
            contacts=tuple(map(UUID, self.contacts)),
            keeps_tickets=self.keeps_tickets,
            members=tuple(map(UUID, self.members)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Redacted(Line):
    """Words that were made unreadable in a message and its files, or in the subject of a ticket.

    Each by its length in characters and its HMAC-SHA-256 in hex. `removed` are the attachments that went as a whole. A
    later line of the same `redaction` takes the place of an earlier one.
    """

    redaction: str
    message: str  # empty: it is about the subject of `ticket`
    reason: str
    words: tuple[tuple[int, str], ...]
    removed: tuple[str, ...] = field(default=(), metadata=_LATER)
    ticket: str = field(default="", metadata=_LATER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn(Line):
    """A step that was written down and not carried out: a legal hold came first. `entry` is the number of its line."""

    erasure: str
    entry: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Certified(Line):
    """An erasure ended, and this is what its certificate can be known by. Moments are ISO 8601 in UTC."""

    erasure: str
    of: str
    sha256: str
    asked_by_kind: str
    asked_by_id: str
    planned_at: str
    started_at: str
    live_done_at: str
    backups_end_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped(Line):
    """Something is not to leave any more, or may again: `what` the account spoke of, by its `key`, and what it said.

    `said_at` is the moment in ISO 8601. The last line about a thing is the one that counts.
    """

    what: str
    key: str
    state: str
    said_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Departed(Line):
    """Everything an account holds is deleted; `begun_at` (ISO 8601) is when that began."""

    is_ordered: bool
    begun_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartureOrdered(Line):
    """An owner ordered that everything goes at `leaves_at`, or took that back: then it is empty. ISO 8601 in UTC.

    The last line about an account is the one that counts.
    """

    said_at: str
    leaves_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartureCertified(Line):
    """Nothing of the account was left, and that was certified."""

    deleted_at: str
    sha256: str


_KINDS: dict[str, type[Line]] = {
    "erasure": Entry, "redaction": Redacted, "withdrawn": Withdrawn, "certificate": Certified, "stop": Stopped,
    "departure": Departed, "departure_certificate": DepartureCertified, "departure_order": DepartureOrdered,
}  # fmt: skip


def beginning_line(start: Position) -> str:
    """The first line of a ledger whose older lines were let go of."""
    return json.dumps({"begins_after": asdict(start)}, separators=(",", ":"))


def begun(text: str) -> Position | None:
    """Where the ledger begins, if that is what its first line says."""
    try:
        return Position(**json.loads(text)["begins_after"])
    except (ValueError, TypeError, KeyError):
        return None


def parsed(text: str, index: int | None) -> Line:
    """Raises `LedgerBroken` with the number of the line in the file, 0 where it is not known."""
    try:
        read = {name: _fixed(value) for name, value in json.loads(text).items()}
        return _KINDS[read.pop("kind")](**read)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise LedgerBroken(index or 0) from error


def _fixed(value: Any) -> Any:
    return tuple(map(_fixed, value)) if isinstance(value, list) else value
