"""What a bucket with backups said last: a page that shows it never waits for another machine.

It lies in a file of the data directory: it is about this installation, and of no account.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

from steward.backups.errors import BackupFault
from steward.backups.places import place_of
from steward.backups.remote import Remote
from steward.backups.standing import last_backup
from steward.lib.clock import now
from steward.privacy.keys.durable import replace

NOTE = ".backups-seen.json"


@dataclass(frozen=True, slots=True)
class Seen:
    """When was asked, of which place (without its password), and what it said. Moments are ISO 8601 in UTC."""

    at: str
    place: str
    last: str = ""  # when the last backup in it was made; empty: there is none
    fault: str = ""  # why it did not answer

    @property
    def asked_at(self) -> datetime:
        return datetime.fromisoformat(self.at)

    @property
    def last_at(self) -> datetime | None:
        return datetime.fromisoformat(self.last) if self.last else None


def look_at_backups() -> None:
    """Ask the bucket, where backups go to one, and keep what it says. A folder is looked into when somebody asks."""
    place = place_of(settings.STEWARD_BACKUPS) if settings.STEWARD_BACKUPS else None
    if not isinstance(place, Remote):
        return
    try:
        last = last_backup(place)
        seen = Seen(now().isoformat(), str(place), last=last.isoformat() if last else "")
    except BackupFault as fault:
        seen = Seen(now().isoformat(), str(place), fault=str(fault))
    replace(_note(), json.dumps(asdict(seen)).encode())


def last_look(place: Remote) -> Seen | None:
    """What this place said last; None when nobody has asked it yet."""
    try:
        seen = Seen(**json.loads(_note().read_bytes()))
    except (FileNotFoundError, ValueError, TypeError):
        return None
    return seen if seen.place == str(place) else None


def _note() -> Path:
    return Path(settings.STEWARD_DATA) / NOTE
