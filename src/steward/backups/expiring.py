"""The end of backups: thirty days after they were made they are gone, and their keys before them."""

from collections.abc import Iterator
from datetime import timedelta

from steward.backups import places
from steward.backups.manifests import backups_in, expires_at, is_name, made_at, read_manifest
from steward.backups.places import DRAFT, Place
from steward.backups.remote import Remote
from steward.lib.clock import now
from steward.privacy.keys.store import destroy_backup_key, kept_backup_keys

_INTERRUPTED = timedelta(days=1)  # no backup takes that long


def expire(place: Place | None) -> list[str]:
    """Destroy what is past its day, here and as keys of backups that lie anywhere else; returns the names.

    The key goes first: from then on no copy of the backup can be read. By the name, not by what a manifest says.
    """
    gone = [name for name in kept_backup_keys() if is_name(name) and is_past(name)]
    for name in gone:
        destroy_backup_key(name)
    if place is not None and place.is_dir():
        for folder in [*_past(place), *_drafts(place)]:
            destroy_backup_key(_name(folder))
            places.removed(folder)
            gone.append(_name(folder))
    return sorted(set(gone))


def remove(folder: Place) -> None:
    """Destroy one backup before its day."""
    destroy_backup_key(folder.name)
    places.removed(folder)


def is_past(name: str) -> bool:
    """Whether the backup of this name must be gone by now."""
    return expires_at(name) <= now()


def overdue(place: Place | None) -> list[str]:
    """Every sentence that has to be said about backups that should not be there: empty when all is as promised."""
    found = [f"The key of {name} is still there, and its backup is past its day." for name in _past_keys()]
    if place is not None and place.is_dir():
        found += [f"{folder} is still there, past its day." for folder in _past(place)]
        found += [f"{folder} was left by a backup that was interrupted." for folder in _drafts(place)]
        found += list(_elsewhere(place))
    return found


def _past_keys() -> list[str]:
    return [name for name in kept_backup_keys() if is_name(name) and is_past(name)]


def _past(place: Place) -> list[Place]:
    return [folder for folder in backups_in(place) if is_past(folder.name)]


def _drafts(place: Place) -> list[Place]:
    """What killed backups have left."""
    found: list[Place]
    if isinstance(place, Remote):
        inside = place.inside()
        names = {name for name, objects in inside.items() if places.LAST not in objects} | (
            set(place.begun()) - set(inside)
        )
        found = [place / name for name in sorted(names) if is_name(name)]
    else:
        found = [path for path in sorted(place.glob(f".*{DRAFT}")) if is_name(_name(path))]
    return [path for path in found if made_at(_name(path)) + _INTERRUPTED <= now()]


def _elsewhere(place: Place) -> Iterator[str]:
    folders = list(backups_in(place))
    region = places.region_of(place) if folders else ""
    for folder in folders:
        if (theirs := read_manifest(folder).region) != region:
            yield f"{folder} is a backup of region “{theirs}” in a folder of region “{region}”."


def _name(folder: Place) -> str:
    return folder.name.removeprefix(".").removesuffix(DRAFT)
