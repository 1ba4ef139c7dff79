"""What was erased, kept outside the database: a backup that is restored is older than some of it.

One file of JSON lines, each bound to the one before by SHA-256. It names rows by their ids and addresses by a keyed
hash, so who holds the file learns nobody's name. Written before anything goes: a line too many is replayed in vain, a
line too few would bring somebody back. Lines older than every backup are let go of.
"""

import fcntl
import hashlib
import hmac
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import dropwhile
from pathlib import Path
from typing import Any, BinaryIO, TypeVar
from uuid import UUID

from django.conf import settings

from steward.lib.clock import now
from steward.privacy.erasure.ledger_lines import (
    BEGINNING,
    Certified,
    Departed,
    DepartureCertified,
    DepartureOrdered,
    Entry,
    LedgerBroken,
    Line,
    Position,
    Redacted,
    Stopped,
    Withdrawn,
    beginning_line,
    begun,
    parsed,
)
from steward.privacy.inventory.stores import Extent
from steward.privacy.keys.cipher import derive
from steward.privacy.keys.durable import replace, sync_folder

KEPT = timedelta(days=31)  # one day longer than any backup
_PIECE = 64 * 1024  # bytes read at a time from the end: longer than a line


def ledger_path() -> Path:
    """Where the ledger is: in `STEWARD_LEDGER`, a second place, or beside the data."""
    return Path(settings.STEWARD_LEDGER or Path(settings.STEWARD_DATA) / "ledger") / "erasures.jsonl"


def write_down(account_id: UUID, erasure_id: UUID, extent: Extent) -> Entry:
    """Add one step of an erasure, durably. Raises `LedgerBroken` when the last line cannot be read."""
    return _append(
        Entry,
        account=str(account_id),
        erasure=str(erasure_id),
        tickets=tuple(map(str, extent.tickets)),
        contacts=tuple(map(str, extent.contacts)),
        addresses=tuple(keyed(account_id, extent.addresses)),
        keeps_tickets=extent.keeps_tickets,
        members=tuple(map(str, extent.members)),
    )


def withdraw(account_id: UUID, erasure_id: UUID, step: Extent) -> int:
    """Take back what was written down of a step that a legal hold has stopped; returns how many lines.

    Steps of one erasure share nothing, so whichever has something of this one is it: also as an earlier try, that was
    killed, had written it down. Raises `LedgerBroken`.
    """
    here = {*map(str, step.tickets), *map(str, step.contacts), *map(str, step.members)}
    stopped = [
        entry
        for entry in entries()
        if entry.erasure == str(erasure_id) and here.intersection((*entry.tickets, *entry.contacts, *entry.members))
    ]
    for entry in stopped:
        _append(Withdrawn, account=str(account_id), erasure=str(erasure_id), entry=entry.number)
    return len(stopped)


def write_certificate(account_id: UUID, **known: str) -> Certified:
    """Add what the certificate of an erasure is known by, durably: the fields of `Certified`."""
    return _append(Certified, account=str(account_id), **known)


def write_redaction(
    account_id: UUID,
    redaction_id: UUID,
    message_id: UUID | None,
    words: Iterable[str],
    reason: str,
    *,
    removed: Iterable[UUID] = (),
    ticket_id: UUID | None = None,
) -> Redacted:
    """Add that words of a message were redacted, durably, and which attachments went as a whole.

    Without a message, words of the subject of a ticket. Raises `LedgerBroken` like `write_down`.
    """
    chosen = sorted(set(words))
    return _append(
        Redacted,
        account=str(account_id),
        redaction=str(redaction_id),
        message=str(message_id or ""),
        reason=reason,
        words=tuple(zip(map(len, chosen), keyed(account_id, chosen), strict=True)),
        removed=tuple(map(str, removed)),
        ticket=str(ticket_id or ""),
    )


def write_stop(account_id: UUID, *, what: str, key: str, state: str, said_at: str) -> Stopped:
    """Add what an account said of something that leaves, durably: the fields of `Stopped`."""
    return _append(Stopped, account=str(account_id), what=what, key=key, state=state, said_at=said_at)


def write_departure_order(account_id: UUID, *, said_at: str, leaves_at: str) -> DepartureOrdered:
    """Add that an owner ordered the end of an account, or took that back, durably: the fields of `DepartureOrdered`."""
    return _append(DepartureOrdered, account=str(account_id), said_at=said_at, leaves_at=leaves_at)


def write_departure(account_id: UUID, *, is_ordered: bool, begun_at: str) -> Departed:
    """Add that everything of an account is deleted, durably: before the first of it goes."""
    return _append(Departed, account=str(account_id), is_ordered=is_ordered, begun_at=begun_at)


def write_departed(account_id: UUID, *, deleted_at: str, sha256: str) -> DepartureCertified:
    """Add by what the certificate of a deleted account can be known, durably. Once it is stored."""
    return _append(DepartureCertified, account=str(account_id), deleted_at=deleted_at, sha256=sha256)


def departures() -> dict[UUID, tuple[Departed, DepartureCertified | None]]:
    """The accounts whose deletion has begun, and by what it is known that it ended. Raises `LedgerBroken`."""
    found: dict[UUID, tuple[Departed, DepartureCertified | None]] = {}
    for line in lines():
        if isinstance(line, Departed):
            found[UUID(line.account)] = found.get(UUID(line.account), (line, None))
        elif isinstance(line, DepartureCertified) and (known := found.get(UUID(line.account))):
            found[UUID(line.account)] = known[0], known[1] or line
    return found


def departure_orders() -> dict[UUID, DepartureOrdered]:
    """What owners said last of the end of their accounts. Raises `LedgerBroken` like `entries`."""
    return {UUID(line.account): line for line in lines() if isinstance(line, DepartureOrdered)}


def entries(*, after: int = 0) -> Iterator[Entry]:
    """The steps of erasures in order, from line `after` + 1 on, but for those that were taken back. Raises
    `LedgerBroken` at the first that does not fit.
    """
    told = [line for line in lines() if isinstance(line, Entry | Withdrawn)]
    taken_back = {line.entry for line in told if isinstance(line, Withdrawn)}
    steps = (line for line in told if isinstance(line, Entry) and line.number > after)
    return (line for line in steps if line.number not in taken_back)


def withdrawn() -> Iterator[Withdrawn]:
    """The lines by which steps were taken back. Raises `LedgerBroken` like `entries`."""
    return (line for line in lines() if isinstance(line, Withdrawn))


def certificates() -> dict[UUID, Certified]:
    """What is known of the certificates of erasures, the last of each. Raises `LedgerBroken` like `entries`."""
    return {UUID(line.erasure): line for line in lines() if isinstance(line, Certified)}


def redactions() -> Iterator[Redacted]:
    """The redactions in order. Raises `LedgerBroken` like `entries`."""
    return (line for line in lines() if isinstance(line, Redacted))


def stops() -> Iterator[Stopped]:
    """What accounts said of things that leave, in order. Raises `LedgerBroken` like `entries`."""
    return (line for line in lines() if isinstance(line, Stopped))


def lines() -> Iterator[Line]:
    """All lines in order. Raises `LedgerBroken` at the first that does not follow from the one before."""
    path = ledger_path()
    if not path.exists():
        return
    with path.open() as file:
        last = BEGINNING
        for index, text in enumerate(file, 1):
            if not text.endswith("\n"):
                return  # begun when the power went: nothing was erased for it
            if index == 1 and (start := begun(text)):
                last = start
                continue
            line = parsed(text, index)
            if line.number != last.number + 1 or line.previous != last.digest:
                raise LedgerBroken(index)
            last = line.position
            yield line


def beginning() -> Position:
    """Where the ledger begins: after the lines that were let go of."""
    path = ledger_path()
    if not path.exists():
        return BEGINNING
    with path.open() as file:
        return begun(file.readline()) or BEGINNING


def head() -> Position:
    """Where the ledger ends. Raises `LedgerBroken` like `entries`."""
    last = None
    for last in lines():  # noqa: B007  read to the end: each is checked
        pass
    return last.position if last else beginning()


def trim(before: datetime) -> int:
    """Let go of the lines from before a moment, but for those that follow a younger one; returns how many.

    What stays begins with where it begins, so that it goes on as one chain. Raises `LedgerBroken`: of a ledger that
    was touched nothing is thrown away.
    """
    path = ledger_path()
    if not path.exists():
        return 0
    with _locked(path):
        kept = list(dropwhile(lambda line: datetime.fromisoformat(line.at) < before, lines()))
        earlier = beginning()
        start = Position(kept[0].number - 1, kept[0].previous) if kept else head()
        if start != earlier:
            texts = [beginning_line(start), *(line.line for line in kept)]
            replace(path, "".join(f"{text}\n" for text in texts).encode())
    return start.number - earlier.number


def keyed(account_id: UUID, addresses: Iterable[str]) -> list[str]:
    """HMAC-SHA-256 of folded addresses, under a key of the account: found again by who has the address, not read."""
    key = derive(account_id, "erasure-ledger")
    return [hmac.new(key, address.encode(), hashlib.sha256).hexdigest() for address in addresses]


L = TypeVar("L", bound=Line)


def _append(kind: type[L], **known: Any) -> L:
    path = ledger_path()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _locked(path) as file:
        last = _last_of(file)
        line = kind(number=last.number + 1, previous=last.digest, at=now().isoformat(), **known)
        file.write(line.line.encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)
    return line


@contextmanager
def _locked(path: Path) -> Iterator[BinaryIO]:
    """The file, locked. One that was put in its place while we waited for the lock is the one that counts."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if path.exists() and os.path.samestat(os.fstat(descriptor), path.stat()):
                yield file
                return


def _last_of(file: BinaryIO) -> Position:
    """Where the ledger ends, read from the end of the file; writing goes on behind it.

    A line that was begun when the power went is taken out: nothing was erased for it.
    """
    start, tail = file.seek(0, os.SEEK_END), b""
    while start and tail.count(b"\n") < 2:
        length = min(_PIECE, start)
        start -= length
        file.seek(start)
        tail = file.read(length) + tail
    whole = tail[: tail.rfind(b"\n") + 1]
    if whole != tail:
        file.truncate(start + len(whole))
    file.seek(start + len(whole))
    if not whole:
        return BEGINNING
    text = whole.splitlines()[-1].decode()
    return begun(text) or parsed(text, None).position
