"""Copies of the keys, kept apart from backups, and for seven days only: a key that was destroyed has to stay so.

A copy holds the keys as they lie in the key folder, each wrapped by the master key, which is in no copy.
"""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from steward.backups.errors import BackupFault
from steward.lib.clock import now
from steward.privacy.keys.durable import replace, sync_folder, write_once
from steward.privacy.keys.master import FILE_NAME as MASTER
from steward.privacy.keys.store import INSTALLATION, installation_key, key_folder

KEPT = timedelta(days=7)
FORM = 1
NOTE = ".copied.json"  # in the key folder: when and where to the last copy went
_STAMP = "%Y%m%dT%H%M%SZ"
_UNREADABLE = (OSError, ValueError, TypeError, KeyError)
_NAME = re.compile(r"keys-(\d{8}T\d{6}Z)\.json")


def copy_keys(place: Path) -> Path:
    """Write a copy to a folder, and destroy those past their day there. Raises `BackupFault`, `KeyMissing`."""
    installation_key()  # the master key opens what is copied
    at = now().astimezone(UTC)
    keys = {path.stem: json.loads(path.read_bytes()) for path in _files()}
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        copy = place / f"keys-{at:{_STAMP}}.json"
        replace(copy, json.dumps({"form": FORM, "at": at.isoformat(), "keys": keys}).encode() + b"\n")
    except OSError as problem:
        raise BackupFault(f"{place}: {problem.strerror}.") from problem
    replace(key_folder() / NOTE, json.dumps({"at": at.isoformat(), "place": str(place.absolute())}).encode())
    expire_copies(place)
    return copy


def put_back(copy: Path) -> int:
    """Write the keys of a copy that are missing here; returns how many. Those here stay. Raises `BackupFault`."""
    made = _made_at(copy)
    if made + KEPT <= now():
        raise BackupFault(f"{copy} is older than {KEPT.days} days: keys that were destroyed since would be back.")
    try:
        read = json.loads(copy.read_bytes())
        keys: dict[str, object] = read["keys"]
        if read["form"] != FORM or INSTALLATION not in keys or not all(re.fullmatch(r"[\w-]+", name) for name in keys):
            raise ValueError("not a copy of keys")
    except (OSError, ValueError, TypeError, KeyError) as problem:
        raise BackupFault(f"{copy} cannot be read as a copy of keys.") from problem
    folder = key_folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return sum(write_once(folder / f"{name}.key", json.dumps(entry).encode() + b"\n") for name, entry in keys.items())


@dataclass(frozen=True, slots=True)
class TakenOut:
    """From how many copies a key was taken; None where their place is out of reach: they are useless after seven days.

    `unread` are the names of those that could not be read, or not be written: it may be in them still.
    """

    number: int | None
    unread: tuple[str, ...] = ()


def take_out(name: str) -> TakenOut:
    """Take one key out of every copy where the last one went: it is destroyed, and none is to bring it back."""
    last = last_copy()
    if last is None:
        return TakenOut(0)
    try:
        copies = _copies(last[1])
    except OSError:
        return TakenOut(None)
    if not last[1].is_dir():
        return TakenOut(None)
    number, unread = 0, []
    for copy in copies:
        try:
            number += _is_taken_out(copy, name)
        except _UNREADABLE:
            unread.append(copy.name)
    return TakenOut(number, tuple(unread))


def unreadable_copies(place: Path) -> list[Path]:
    """Those in a folder of which nobody can say what is in them; a place that cannot be reached has none."""
    return [copy for copy in _copies(place) if not _is_readable(copy)]


def _is_readable(copy: Path) -> bool:
    try:
        _keys_in(copy)
    except _UNREADABLE:
        return False
    return True


def _is_taken_out(copy: Path, name: str) -> bool:
    read = _keys_in(copy)
    if read["keys"].pop(name, None) is None:
        return False
    replace(copy, json.dumps(read).encode() + b"\n")
    return True


def _keys_in(copy: Path) -> dict[str, dict[str, object]]:
    """A copy as it was read; raises one of `_UNREADABLE`."""
    read: dict[str, dict[str, object]] = json.loads(copy.read_bytes())
    if not isinstance(read["keys"], dict):
        raise TypeError("not a copy of keys")
    return read


def _copies(place: Path) -> list[Path]:
    return [path for path in sorted(place.glob("keys-*.json")) if _NAME.fullmatch(path.name)]


def expire_copies(place: Path | None = None) -> list[Path]:
    """Destroy copies past their day, in the folder or where the last one went; returns which."""
    last = last_copy()
    place = place or (last[1] if last else None)
    gone = past_copies(place) if place else []
    for copy in gone:
        copy.unlink(missing_ok=True)
    if gone and place:
        sync_folder(place)
    return gone


def past_copies(place: Path) -> list[Path]:
    """Copies that should not be there any more."""
    return [path for path in _copies(place) if _made_at(path) + KEPT <= now()]


def last_copy() -> tuple[datetime, Path] | None:
    """When the last copy was made, and the folder it went to."""
    try:
        note = json.loads((key_folder() / NOTE).read_bytes())
        return datetime.fromisoformat(note["at"]), Path(note["place"])
    except FileNotFoundError:
        return None


def _files() -> list[Path]:
    return [path for path in sorted(key_folder().glob("*.key")) if path.name != MASTER]


def _made_at(copy: Path) -> datetime:
    found = _NAME.fullmatch(copy.name)
    if found is None:
        raise BackupFault(f"{copy.name} is not the name of a copy of keys: keys-…Z.json.")
    return datetime.strptime(found[1], _STAMP).replace(tzinfo=UTC)
