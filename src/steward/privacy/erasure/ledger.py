"""What was erased, kept outside the database: a backup that is restored is older than some of it.

One file of JSON lines, each bound to the one before by SHA-256. It names rows by their ids and addresses by a keyed
hash, so who holds the file learns nobody's name. Written before anything goes: a line too many is replayed in vain, a
line too few would bring somebody back.
"""

import fcntl
import hashlib
import hmac
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from django.conf import settings

from steward.lib.clock import now
from steward.privacy.inventory.stores import Extent
from steward.privacy.keys.cipher import derive
from steward.privacy.keys.durable import sync_folder

FIRST = "0" * 64
_PIECE = 64 * 1024  # bytes read at a time from the end: longer than a line


class LedgerBroken(Exception):
    """A line of the ledger is missing or was changed: `line` is the first that does not fit (1 for the first)."""

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line} of the ledger of erasures does not follow from the one before it")
        self.line = line


@dataclass(frozen=True, slots=True)
class Entry:
    """One step of an erasure. `number` counts from 1, `at` is ISO 8601 in UTC, `addresses` are HMAC-SHA-256 in hex."""

    number: int
    account: str
    erasure: str
    tickets: tuple[str, ...]
    contacts: tuple[str, ...]
    addresses: tuple[str, ...]
    at: str
    previous: str
    keeps_tickets: bool = False

    @property
    def line(self) -> str:
        return json.dumps(asdict(self), separators=(",", ":"), sort_keys=True)

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.line.encode()).hexdigest()

    @property
    def extent(self) -> Extent:
        """What went. Addresses are found again from their contacts."""
        return Extent(
            tickets=tuple(map(UUID, self.tickets)),
            contacts=tuple(map(UUID, self.contacts)),
            keeps_tickets=self.keeps_tickets,
        )


def ledger_path() -> Path:
    """Where the ledger is: in `STEWARD_LEDGER`, a second place, or beside the data."""
    return Path(settings.STEWARD_LEDGER or Path(settings.STEWARD_DATA) / "ledger") / "erasures.jsonl"


def write_down(account_id: UUID, erasure_id: UUID, extent: Extent) -> Entry:
    """Add one line, durably. Raises `LedgerBroken` when the last one cannot be read."""
    path = ledger_path()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _locked(path) as file:
        last = _last_of(file)
        entry = Entry(
            number=last.number + 1 if last else 1,
            account=str(account_id),
            erasure=str(erasure_id),
            tickets=tuple(map(str, extent.tickets)),
            contacts=tuple(map(str, extent.contacts)),
            addresses=tuple(keyed(account_id, extent.addresses)),
            at=now().isoformat(),
            previous=last.digest if last else FIRST,
            keeps_tickets=extent.keeps_tickets,
        )
        file.write(entry.line.encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)
    return entry


def entries(*, after: int = 0) -> Iterator[Entry]:
    """The lines in order, from the one after `after` on. Raises `LedgerBroken` at the first that does not fit."""
    path = ledger_path()
    if not path.exists():
        return
    previous = FIRST
    with path.open() as file:
        for number, line in enumerate(file, 1):
            entry = _entry(line, number)
            if entry.number != number or entry.previous != previous:
                raise LedgerBroken(number)
            previous = entry.digest
            if number > after:
                yield entry


def keyed(account_id: UUID, addresses: Iterable[str]) -> list[str]:
    """HMAC-SHA-256 of folded addresses, under a key of the account: found again by who has the address, not read."""
    key = derive(account_id, "erasure-ledger")
    return [hmac.new(key, address.encode(), hashlib.sha256).hexdigest() for address in addresses]


@contextmanager
def _locked(path: Path) -> Iterator[BinaryIO]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file


def _last_of(file: BinaryIO) -> Entry | None:
    """The last entry, read from the end of the file; writing goes on behind it.

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
    return _entry(whole.splitlines()[-1].decode(), None) if whole else None


def _entry(line: str, number: int | None) -> Entry:
    """Raises `LedgerBroken` with the number; of the last line it is the one it has itself, as far as can be seen."""
    try:
        read = json.loads(line)
        lists = {name: tuple(read[name]) for name in ("tickets", "contacts", "addresses")}
        return Entry(**{**read, **lists})
    except (ValueError, TypeError, KeyError) as error:
        raise LedgerBroken(number or 0) from error
