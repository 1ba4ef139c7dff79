"""Where backups lie: a folder that belongs to one region, so that nothing of a region is kept outside it."""

import json
from pathlib import Path

from steward.backups.errors import BackupFault
from steward.privacy.keys.durable import write_once

NOTE = "steward-backups.json"


def claim(place: Path, region: str) -> None:
    """Make the folder (0700) and note whose it is, once. Raises `BackupFault` for another region's."""
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_once(place / NOTE, json.dumps({"region": region}).encode() + b"\n")
    except OSError as problem:
        raise BackupFault(f"{place}: {problem.strerror}.") from problem
    theirs = region_of(place)
    if theirs != region:
        raise BackupFault(
            f"{place} holds backups of region “{theirs or 'not said'}”, and this is region “{region or 'not said'}”: "
            "nothing of a region is kept outside it. Choose another folder."
        )


def region_of(place: Path) -> str:
    """The region the folder belongs to, empty where nobody has said. Raises `BackupFault`."""
    try:
        return str(json.loads((place / NOTE).read_bytes())["region"])
    except (OSError, ValueError, TypeError, KeyError) as problem:
        raise BackupFault(f"{place} is no folder of backups: its {NOTE} cannot be read.") from problem


def is_same_disk(one: Path, other: Path) -> bool:
    """Whether two places would be lost together. What is not there yet lies where its folder does."""
    return _device(one) == _device(other)


def _device(path: Path) -> int:
    path = path.absolute()
    while not path.exists():
        path = path.parent
    return path.stat().st_dev
