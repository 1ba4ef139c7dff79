"""How this installation stands with its backups, its keys' copies and its ledger: what `steward check` says."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from steward.backups.drills import OFTEN, SCRATCH, last_restored
from steward.backups.errors import BackupFault
from steward.backups.expiring import overdue
from steward.backups.key_copies import KEPT, last_copy, past_copies, unreadable_copies
from steward.backups.manifests import KEPT as BACKUPS_KEPT
from steward.backups.manifests import backups_in, made_at
from steward.backups.places import Place, is_same_disk
from steward.backups.redactions import unfollowed_redactions
from steward.backups.remote import Remote
from steward.backups.restoring import being_restored
from steward.backups.stops import missing_stops
from steward.lib.clock import now
from steward.privacy.egress.s3.buckets import Bucket
from steward.privacy.erasure.following import unheard_departures, unheard_of, was_anything_erased
from steward.privacy.erasure.ledger import ledger_path
from steward.privacy.erasure.ledger_lines import LedgerBroken
from steward.privacy.keys.store import kept_backup_keys, key_folder

_ALSO: list[Callable[[], Iterator[str]]] = []
FRESH = timedelta(days=2)  # a backup each night, and one night that failed


@dataclass(frozen=True, slots=True)
class Trouble:
    """A sentence for operators. What is unservable has to be put right before anything is served; a note may stay."""

    words: str
    is_unservable: bool = False
    is_note: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things lie, as the settings say. None: they do not."""

    data: Path
    ledger: Path | None
    backups: Place | None
    files: Bucket | None = None  # None: with the data


def also_unservable(look: Callable[[], Iterator[str]]) -> Callable[[], Iterator[str]]:
    """Decorates what looks how far a row above this one has followed the ledger: a sentence for each thing it has not.

    May raise `LedgerBroken`.
    """
    _ALSO.append(look)
    return look


def unservable(data: Path) -> list[Trouble]:
    """Why nothing may be served: a restore that is not done, or erasures this database has not heard of."""
    return [Trouble(words, is_unservable=True) for words in _unservable(data)]


def troubles(layout: Layout) -> list[Trouble]:
    """Everything there is to say."""
    said = (words for look in _LOOKED_AT for words in _seen(look, layout))
    return [*unservable(layout.data), *map(Trouble, said), *_notes(layout)]


def last_backup(place: Place) -> datetime | None:
    """When the last of the backups in a folder was made."""
    return max((made_at(folder.name) for folder in backups_in(place)), default=None)


def _unservable(data: Path) -> Iterator[str]:
    if mark := being_restored(data):
        yield f"The backup {mark.backup} is only half restored: run `steward restore` with it again."
        return
    try:
        missing, words, stops = unheard_of(), len(unfollowed_redactions()), len(missing_stops())
        departed, also = len(unheard_departures()), [words for look in _ALSO for words in look()]
    except LedgerBroken as problem:
        yield str(problem)
        return
    if behind := len(missing) + words:
        yield (
            f"This database is older than the ledger of erasures: it has not heard of {behind} of them, and who "
            "was erased may be there again. `steward restore --replay` erases them."
        )
    if departed:
        accounts = "one account that is" if departed == 1 else f"{departed} accounts that are"
        yield (
            f"This database is older than the ledger of erasures: it has not heard of {accounts} deleted. "
            "`steward restore --replay` deletes what is there again."
        )
    if stops:
        one, many = "one objection, restriction or ended instruction", "objections, restrictions or ended instructions"
        yield (
            f"This database is older than the ledger: it has not heard of {one if stops == 1 else f'{stops} {many}'}, "
            "and what was stopped could leave again. `steward restore --replay` stops it."
        )
    yield from also


def _seen(look: Callable[[Layout], Iterator[str]], layout: Layout) -> Iterator[str]:
    try:
        yield from look(layout)
    except BackupFault as fault:  # a bucket that does not answer
        yield str(fault)


def _ledger(layout: Layout) -> Iterator[str]:
    if layout.ledger is None:
        yield "STEWARD_LEDGER is not set: the ledger of erasures lies with the data, and would be lost with them."
    elif is_same_disk(layout.ledger, layout.data):
        yield f"STEWARD_LEDGER ({layout.ledger}) lies on the same disk as the data: choose a second place."
    if not ledger_path().exists() and was_anything_erased(now() - BACKUPS_KEPT):
        yield (
            f"There is no ledger of erasures at {ledger_path()}, though people were erased in the last "
            f"{BACKUPS_KEPT.days} days: is the second place mounted? A restored backup would bring them back."
        )


def _backups(layout: Layout) -> Iterator[str]:
    if layout.backups is None:
        yield "STEWARD_BACKUPS is not set: no backup is looked after."
        return
    if is_same_disk(layout.backups, layout.data):
        yield f"STEWARD_BACKUPS ({layout.backups}) lies on the same disk as the data."
    if isinstance(layout.backups, Remote) and layout.files and _is_same(layout.backups.bucket, layout.files):
        yield f"STEWARD_BACKUPS ({layout.backups}) is the bucket of the files: choose another."
    last = last_backup(layout.backups)
    if last is None:
        yield f"There is no backup in {layout.backups}: `steward backup` makes one."
    elif last + FRESH <= now():
        yield f"The last backup is {(now() - last).days} days old."


def _is_same(one: Bucket, other: Bucket) -> bool:
    return (one.destination, one.name) == (other.destination, other.name)


def _expired(layout: Layout) -> Iterator[str]:
    yield from overdue(layout.backups)


def _keys(layout: Layout) -> Iterator[str]:
    last = last_copy()
    if last is None:
        yield "The keys were never copied, and no backup can be read without: `steward keys backup --to FOLDER` copies."
        return
    at, place = last
    if at + KEPT <= now():
        yield f"The last copy of the keys is {(now() - at).days} days old; after {KEPT.days} none may be used."
    elif any(made_at(name) > at for name in kept_backup_keys()):
        yield "The last copy of the keys does not have those of the last backup: `steward keys backup` copies them."
    yield from (f"{copy} is still there, past its day." for copy in past_copies(place))
    for copy in unreadable_copies(place):
        yield f"{copy} cannot be read as a copy of keys: keys that were destroyed since may be in it. Delete it."
    if is_same_disk(place, layout.data):
        yield f"The copies of the keys ({place}) lie on the same disk as the data."
    if layout.backups is not None and is_same_disk(place, layout.backups):
        yield f"The copies of the keys ({place}) lie on the same disk as the backups: keep them apart."


def _trials(layout: Layout) -> Iterator[str]:
    last = last_restored()
    if last is not None and not last.is_good:
        yield f"The backup {last.backup} could not be brought back on {last.tried_at:%Y-%m-%d}: `steward backup drill`."
    if (layout.data / SCRATCH).exists():
        yield "A backup is being brought back as a trial, or that was interrupted: `steward backup drill` cleans up."


def _notes(layout: Layout) -> Iterator[Trouble]:
    last = last_restored()
    if layout.backups is not None and (last is None or last.tried_at + OFTEN <= now()):
        words = f"No backup was brought back as a trial for {OFTEN.days} days: `steward backup drill` does that."
        yield Trouble(words, is_note=True)
    if (key_folder() / "master.key").exists():
        words = "The master key lies with the data: keep a copy of it apart from everything else."
        yield Trouble(words, is_note=True)


_LOOKED_AT: tuple[Callable[[Layout], Iterator[str]], ...] = (_ledger, _backups, _trials, _expired, _keys)
