"""When a backup was last read back whole, and what came of it: a backup nobody ever read may be none.

Kept in a file of the data directory, as what a bucket said (`looking`): it is about the installation and of no account.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

from steward.lib.clock import now
from steward.privacy.keys.durable import replace

NOTE = ".backup-drill.json"


@dataclass(frozen=True, slots=True)
class Drill:
    """One try. `at` is ISO 8601 in UTC; `backup` its name; `is_restored`: brought back, not only read."""

    at: str
    backup: str
    is_good: bool
    is_restored: bool = False

    @property
    def tried_at(self) -> datetime:
        return datetime.fromisoformat(self.at)


def note_drill(backup: str, *, is_good: bool, is_restored: bool = False) -> None:
    """Keep that a backup was read to its end, or brought back, just now."""
    drill = Drill(now().isoformat(), backup, is_good, is_restored)
    replace(_note(), json.dumps(asdict(drill)).encode())


def last_drill() -> Drill | None:
    """The last try; None when there was none, or what was kept cannot be read."""
    try:
        return Drill(**json.loads(_note().read_bytes()))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def _note() -> Path:
    return Path(settings.STEWARD_DATA) / NOTE
