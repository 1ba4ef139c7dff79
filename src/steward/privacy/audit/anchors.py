"""Where the chains end, written down outside the database: whoever cuts one there, or writes it anew, is found out.

A file of JSON lines for each day (UTC), only ever appended to. Each day's file is about every account, so that one can
go without another becoming less. It names accounts by their ids and holds nothing else about anybody.
"""

import fcntl
import json
import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path
from uuid import UUID

from django.conf import settings

from steward.lib.clock import now
from steward.privacy.keys.durable import sync_folder

KEPT = timedelta(days=31)
_OURS, _ID = '{"account":"', 36  # how a line begins, and how many letters the id has that follows
_TAIL = 8192  # bytes in which there is a whole line
_RECENT = 2  # files: the account that is in neither has not been anchored for more than a day


@dataclass(frozen=True, slots=True)
class Anchor:
    """The head of an account's chain at a moment (ISO 8601, UTC); `chain` in hex.

    `is_restored`: the database was brought back from a backup, and what was anchored behind this is void. 0: all of it.
    """

    account: str
    position: int
    chain: str
    at: str
    is_restored: bool = False


def folder() -> Path:
    """Where the anchors are: in `STEWARD_LEDGER`, the second place, or beside the data."""
    return Path(settings.STEWARD_LEDGER or Path(settings.STEWARD_DATA) / "ledger") / "anchors"


def write_anchors(anchors: Iterable[Anchor], *, at: datetime) -> None:
    """Append to the file of the day, durably. Raises `OSError` where the second place cannot be written to."""
    text = "".join(json.dumps(asdict(anchor), separators=(",", ":")) + "\n" for anchor in anchors)
    if not text:
        return
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(_file_of(at), os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        # A line that was begun when the power went stays as it is, and ours begins on a new one.
        file.write((b"" if _ends_whole(file.fileno()) else b"\n") + text.encode())
        file.flush()
        os.fsync(file.fileno())
    sync_folder(folder())


def anchors_of(account_id: UUID, *, carried: Iterable[Anchor] = ()) -> list[Anchor]:
    """Every anchor of an account that still counts, the oldest first, one for each position.

    `carried` are those in another place, too: what is there and not here counts, and a restore that is said here.
    """
    here = (anchor for path in files_of_days() for anchor in _read(path, only=str(account_id)))
    # Each is a moment's, so the same one twice stands together; what was said first at a moment comes first.
    return _counting(sorted((*here, *carried), key=_moment))


def anchors_of_many(accounts: Collection[UUID], *, carried: Mapping[str, Iterable[Anchor]]) -> dict[UUID, list[Anchor]]:
    """The same of some hundred accounts, for which every file is read once; `carried` by the account's id."""
    here: dict[str, list[Anchor]] = {str(account): list(carried.get(str(account), ())) for account in accounts}
    for path in files_of_days():
        for anchor in _read(path, among=here):
            here[anchor.account].append(anchor)
    return {account: _counting(sorted(here[str(account)], key=_moment)) for account in accounts}


def newest_anchors() -> dict[str, Anchor]:
    """The newest anchor of each account that was anchored in the last days, by the account's id."""
    return {anchor.account: anchor for path in files_of_days()[-_RECENT:] for anchor in _read(path)}


def newest_anchor() -> Anchor | None:
    """The one that was written last, of whichever account: from the end, for the file of a day may be long."""
    for path in reversed(files_of_days()):
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - _TAIL))
            lines = file.read().splitlines()
        found = next(filter(None, map(parsed, reversed(lines))), None)
        if found is not None:
            return found
    return None


def oldest_anchors(carried: Iterable[Anchor] = ()) -> dict[str, int]:
    """The lowest position of each account that is anchored still, void or not, by the account's id."""
    found: dict[str, int] = {}
    here = (anchor for path in files_of_days() for anchor in _read(path))
    for anchor in (anchor for anchor in chain(here, carried) if anchor.position):
        found[anchor.account] = min(anchor.position, found.get(anchor.account, anchor.position))
    return found


def forget_old_anchors() -> int:
    """Let go of the files of days that are long past, but for the newest; returns how many."""
    oldest = _file_of(now() - KEPT).name
    past = [path for path in files_of_days()[:-1] if path.name < oldest]
    for path in past:
        path.unlink()
    return len(past)


def _counting(anchors: Iterable[Anchor]) -> list[Anchor]:
    found: dict[int, Anchor] = {}
    for anchor in anchors:
        if anchor.is_restored:
            found = {position: each for position, each in found.items() if position <= anchor.position}
        if anchor.position:
            # The first that was written counts: a later one of the same place that differs is the forgery.
            found.setdefault(anchor.position, anchor)
    return [found[position] for position in sorted(found)]


def _read(path: Path, *, only: str = "", among: Collection[str] | None = None) -> Iterator[Anchor]:
    with path.open() as file:
        for line in file:
            if only not in line or not (among is None or _is_among(line, among)):
                continue
            anchor = parsed(line)
            if anchor and (among is None or anchor.account in among):
                yield anchor


def _is_among(line: str, accounts: Collection[str]) -> bool:
    """Whether it may be of one of them, by where we write the account: the rest of most lines need not be parsed."""
    return not line.startswith(_OURS) or line[len(_OURS) : len(_OURS) + _ID] in accounts


def _moment(anchor: Anchor) -> datetime:
    return datetime.fromisoformat(anchor.at)


def parsed(line: str | bytes) -> Anchor | None:
    """The anchor that a line says; None for what is none: begun when the power went, or touched.

    The database knows that it should be there.
    """
    try:
        anchor = Anchor(**json.loads(line))
        datetime.fromisoformat(anchor.at)
        return anchor if isinstance(anchor.position, int) else None
    except (ValueError, TypeError):
        return None


def files_of_days() -> list[Path]:
    """The files, the oldest day first."""
    return sorted(folder().glob("????-??-??.jsonl"))


def _file_of(at: datetime) -> Path:
    return folder() / f"{at:%Y-%m-%d}.jsonl"


def _ends_whole(descriptor: int) -> bool:
    size = os.fstat(descriptor).st_size
    return size == 0 or os.pread(descriptor, 1, size - 1) == b"\n"
