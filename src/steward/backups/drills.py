"""When a backup was last read back whole, and last brought back as a trial, and what came of it.

A backup nobody ever brought back may be none. Kept in a file of the data directory, as what a bucket said (`looking`):
it is about the installation and of no account.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from steward.lib.clock import now
from steward.privacy.keys.durable import replace

NOTE = ".backup-drill.json"
SCRATCH = ".backup-drill"  # a folder of the data directory while one is tried; left by one that was interrupted
OFTEN = timedelta(days=90)  # how old the last trial may be
_READ, _RESTORED = "read", "restored"


@dataclass(frozen=True, slots=True)
class Counted:
    """What a backup that was brought back held, and how long that took. None: that was not measured."""

    rows: int = 0
    files: int = 0
    opened: int | None = None  # of the files, the decrypted: not those of accounts whose key is destroyed since
    seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Drill:
    """One try. `at` is ISO 8601 in UTC, when it ended; `backup` its name; `counted` of one that was brought back."""

    at: str
    backup: str
    is_good: bool
    counted: Counted = Counted()

    @property
    def tried_at(self) -> datetime:
        return datetime.fromisoformat(self.at)


def note_read(backup: str, *, is_good: bool) -> None:
    """Keep that a backup was read to its end just now."""
    _note(_READ, Drill(now().isoformat(), backup, is_good))


def note_restored(backup: str, *, is_good: bool, counted: Counted | None = None) -> None:
    """Keep that one was brought back just now, as a trial or because it was needed, or could not be."""
    _note(_RESTORED, Drill(now().isoformat(), backup, is_good, counted or Counted()))


def last_read() -> Drill | None:
    """The last time one was read; None when there was none, or what was kept cannot be read."""
    return _kept(_READ)


def last_restored() -> Drill | None:
    """The last time one was brought back; None likewise."""
    return _kept(_RESTORED)


def _note(of: str, drill: Drill) -> None:
    replace(_file(), json.dumps({**_all(), of: asdict(drill)}).encode())


def _kept(of: str) -> Drill | None:
    try:
        told = dict(_all()[of])
        drill = Drill(**{**told, "counted": Counted(**told["counted"])})
        return drill if drill.tried_at else None
    except (KeyError, ValueError, TypeError):
        return None


def _all() -> dict[str, Any]:
    try:
        kept = json.loads(_file().read_bytes())
    except (FileNotFoundError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}


def _file() -> Path:
    return Path(settings.STEWARD_DATA) / NOTE
