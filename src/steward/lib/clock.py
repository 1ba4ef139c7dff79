"""The one source of the current time. Nothing else asks the machine or the database what time it is."""

import os
from datetime import UTC, datetime
from pathlib import Path


def now() -> datetime:
    """The current moment, aware, in UTC.

    With `STEWARD_TEST_CLOCK=FILE` (demo and tests only, see `project.settings`) the moment is the one ISO 8601
    line in that file, read at each call; it does not advance by itself.
    """
    if path := os.environ.get("STEWARD_TEST_CLOCK"):
        return datetime.fromisoformat(Path(path).read_text().strip()).astimezone(UTC)
    return datetime.now(UTC)  # noqa: TID251  the one place
