"""Where backups lie: a folder, or a bucket, that belongs to one region: nothing of a region is kept outside it."""

import json
import shutil
from pathlib import Path

from steward.backups.errors import BackupFault
from steward.backups.remote import Remote
from steward.privacy.egress.addresses import BadDestination
from steward.privacy.egress.s3.buckets import is_bucket, parse_bucket
from steward.privacy.keys.durable import sync_folder, write_once

Place = Path | Remote
NOTE = "steward-backups.json"
DRAFT = ".part"
LAST = "manifest.json"  # what comes last and goes last: with it a folder of a bucket is a backup


def place_of(text: str) -> Place:
    """The place that a setting or an argument names. Raises `BackupFault`."""
    if not is_bucket(text):
        return Path(text).absolute()
    try:
        return Remote((), parse_bucket(text))
    except BadDestination as fault:
        raise BackupFault(f"The address of the bucket cannot be used: {fault}.") from None


def claim(place: Place, region: str) -> None:
    """Make the folder (0700) and note whose it is, once. Raises `BackupFault` for another region's."""
    note = json.dumps({"region": region}).encode() + b"\n"
    try:
        if isinstance(place, Remote):
            if not (place / NOTE).is_file():
                (place / NOTE).write_bytes(note)
        else:
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_once(place / NOTE, note)
    except OSError as problem:
        raise BackupFault(f"{place}: {problem.strerror}.") from problem
    theirs = region_of(place)
    if theirs != region:
        raise BackupFault(
            f"{place} holds backups of region “{theirs or 'not said'}”, and this is region “{region or 'not said'}”: "
            "nothing of a region is kept outside it. Choose another place."
        )


def region_of(place: Place) -> str:
    """The region the folder belongs to, empty where nobody has said. Raises `BackupFault`."""
    try:
        return str(json.loads((place / NOTE).read_bytes())["region"])
    except (OSError, ValueError, TypeError, KeyError) as problem:
        raise BackupFault(f"{place} holds no backups: its {NOTE} cannot be read.") from problem


def begun(place: Place, name: str) -> Place:
    """Where a backup is written that is not whole yet: nobody takes it for one."""
    if isinstance(place, Remote):
        return place / name
    draft = place / f".{name}{DRAFT}"
    draft.mkdir(mode=0o700)
    return draft


def finished(draft: Place, place: Place, name: str) -> Place:
    """Now it is a backup, and stays one after a power cut."""
    if isinstance(draft, Path) and isinstance(place, Path):
        draft.rename(place / name)
        sync_folder(place)
    return place / name


def removed(folder: Place) -> None:
    """Let a backup go, or what there is of one."""
    if isinstance(folder, Remote):
        folder.remove(LAST)
    else:
        shutil.rmtree(folder)
        sync_folder(folder.parent)


def is_same_disk(one: Place, other: Place) -> bool:
    """Whether two places would be lost together. What is not there yet lies where its folder does."""
    return isinstance(one, Path) and isinstance(other, Path) and _device(one) == _device(other)


def _device(path: Path) -> int:
    path = path.absolute()
    while not path.exists():
        path = path.parent
    return path.stat().st_dev
