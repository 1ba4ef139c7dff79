"""The one source of the current time. Nothing else asks the machine or the database what time it is."""

import os
import time
from datetime import UTC, datetime
from pathlib import Path

_TRIES, _PAUSE = 20, 0.005  # seconds; whoever sets the clock empties the file before they write into it


def now() -> datetime:
    """The current moment, aware, in UTC.

    With `STEWARD_TEST_CLOCK=FILE` (demo and tests only, see `project.settings`) the moment is the one ISO 8601
    line in that file (UTC where it names no zone), read at each call; it does not advance by itself.
    """
    if path := os.environ.get("STEWARD_TEST_CLOCK"):
        return _read(Path(path))
    return machine_now()


def machine_now() -> datetime:
    """What this machine says it is, whatever a test says: for what others hold against a clock of their own, as a store
    does that refuses signatures of another day, and the queue of jobs. Nothing of ours is decided by it.
    """
    return datetime.now(UTC)  # noqa: TID251  the one place


def is_stopped() -> bool:
    """Whether the time is what a test says."""
    return bool(os.environ.get("STEWARD_TEST_CLOCK"))


def _read(file: Path) -> datetime:
    text = file.read_text().strip()
    for _try in range(_TRIES):
        if text:
            break
        time.sleep(_PAUSE)
        text = file.read_text().strip()
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
