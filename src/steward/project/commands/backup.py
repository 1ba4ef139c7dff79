"""`steward backup`, and `list`, `check`, `drill`, `expire` of what it made."""

import argparse
import json
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

from steward.backups.drills import note_read, note_restored
from steward.backups.errors import BackupFault
from steward.backups.expiring import expire, overdue
from steward.backups.key_copies import copy_keys, expire_copies, last_copy
from steward.backups.making import make_backup
from steward.backups.manifests import backups_in, read_manifest
from steward.backups.places import Place, place_of
from steward.backups.remote import Remote
from steward.backups.verifying import verify
from steward.privacy.egress.configuration import give_bucket
from steward.privacy.egress.residency import Fault, findings
from steward.privacy.keys.errors import KeyMissing, Tampered
from steward.project import backing_up, settings
from steward.project.commands import session
from steward.project.commands.parsing import parser_for
from steward.project.database import at_hand
from steward.project.failure import Failure
from steward.project.places import note_instructions
from steward.project.rehearsing import clear_left, rehearsed
from steward.project.troubles import in_a_sentence

_ALONE = ("make", "drill")  # they have the database at hand themselves
_FAULTS = (BackupFault, KeyMissing, Tampered, OSError)


def main(arguments: Sequence[str]) -> int:
    options = _parser().parse_args(arguments)
    if not options.to:
        raise Failure("Where to? Name a folder or a bucket with --to, or set STEWARD_BACKUPS.")
    try:
        place = place_of(options.to)
        _allow(place)
        with nullcontext() if isinstance(place, Path) or options.action in _ALONE else session.database():
            return _ACTIONS[options.action](options, place)
    except _FAULTS as problem:
        raise Failure(str(problem)) from problem


def _parser() -> argparse.ArgumentParser:
    parser = parser_for(
        "backup",
        "Back up the database and the files, encrypted; never the keys. Backups are kept for 30 days: `expire` "
        "destroys those past their day, their keys and copies of keys, which the worker also does by itself.",
    )
    parser.add_argument("action", nargs="?", choices=list(_ACTIONS), default="make")
    parser.add_argument(
        "name", nargs="?", help="for `check`: only this backup (all); for `drill`: this one (the newest)"
    )
    parser.add_argument(
        "--to", default=settings.STEWARD_BACKUPS, metavar="PLACE", help="the folder or bucket (STEWARD_BACKUPS)"
    )
    parser.add_argument("--json", action="store_true", help="for `list`: one JSON object per line")
    return parser


def _allow(place: Place) -> None:
    """Whoever types a bucket instructs us to use it."""
    if isinstance(place, Remote):
        give_bucket(place.bucket)


def _refuse_unregistered() -> None:
    """No data of accounts leave for a store that they were not told of. Raises `Failure`."""
    if strangers := [one for one in findings() if one.fault is Fault.BUCKET]:
        raise Failure(" ".join(one.words for one in strangers))


def _make(_options: argparse.Namespace, place: Place) -> int:
    with at_hand(settings.STEWARD_DATA) as server:
        with in_a_sentence():
            source = backing_up.source(server)
            _refuse_unregistered()
        note_instructions()
        folder = make_backup(source, place)
        manifest = read_manifest(folder)
        clear_left(server)  # it holds who was erased since
    size = sum(part.size for part in manifest.parts.values()) / 2**20
    print(f"{folder}: {sum(manifest.rows.values())} rows, {manifest.files} files, {size:.0f} MB, read back and whole.")
    print(f"It is kept until {manifest.expires:%Y-%m-%d %H:%M} UTC.")
    return _copy_its_key()


def _copy_its_key() -> int:
    """Each backup has a key of its own: a copy of the keys that is older cannot open it."""
    last = last_copy()
    if last is None:
        print("Its key is only here. `steward keys backup --to FOLDER` copies it, and from then on each backup does.")
        return 0
    print(f"The keys were copied to {copy_keys(last[1])}.")
    return 0


def _list(options: argparse.Namespace, place: Place) -> int:
    for folder in backups_in(place):
        manifest = read_manifest(folder)
        size = sum(part.size for part in manifest.parts.values())
        told = {
            "backup": manifest.name, "region": manifest.region, "data_centre": manifest.data_centre,
            "created_at": manifest.created_at, "expires_at": manifest.expires_at, "bytes": size,
            "rows": sum(manifest.rows.values()), "files": manifest.files,
        }  # fmt: skip
        line = (
            f"{manifest.name}  {manifest.region or '-'}  {size / 2**20:.0f} MB  until {manifest.expires:%Y-%m-%d %H:%M}"
        )
        print(json.dumps(told) if options.json else line)
    return 0


def _check(options: argparse.Namespace, place: Place) -> int:
    """1 where a backup is not what it says, or one is there that should be gone."""
    wrong, is_any_bad = overdue(place), False
    for folder in [place / options.name] if options.name else list(backups_in(place)):
        try:
            manifest = verify(folder, backing_up.programs_only())
        except _FAULTS as problem:
            wrong.append(f"{folder.name}: {problem}")
            note_read(folder.name, is_good=False)
            is_any_bad = True
        else:
            if not is_any_bad:  # owners of accounts read of the bad one, not of a good one after it
                note_read(folder.name, is_good=True)
            print(
                f"{folder.name}: {sum(manifest.rows.values())} rows and {manifest.files} files, as they were written."
            )
    for words in wrong:
        print(f"error: {words}", file=sys.stderr)
    return 1 if wrong else 0


def _drill(options: argparse.Namespace, place: Place) -> int:
    """Bring one back where nobody serves it; 1 where that cannot be done. Whatever comes of it is noted."""
    with at_hand(settings.STEWARD_DATA) as server, in_a_sentence():
        there = [place / options.name] if options.name else list(backups_in(place))[-1:]
        if not there:
            raise Failure(f"There is no backup in {place}: `steward backup` makes one.")
        name = there[0].name
        try:
            counted = rehearsed(there[0], server)
        except _FAULTS as problem:
            note_restored(name, is_good=False)
            raise Failure(f"{name} could not be brought back: {problem}") from problem
        note_restored(name, is_good=True, counted=counted)
    print(
        f"{name} was brought back as a trial in {counted.seconds} s: {counted.rows} rows and {counted.files} files, as "
        f"they were written; {counted.opened} files were decrypted. All of it is removed again."
    )
    return 0


def _expire(_options: argparse.Namespace, place: Place) -> int:
    for copy in expire_copies():
        print(f"The copy of the keys {copy} is gone.")
    for name in expire(place):
        print(f"{name} and its key are gone.")
    for words in (left := overdue(place)):
        print(f"error: {words}", file=sys.stderr)
    return 1 if left else 0


_ACTIONS = {"make": _make, "list": _list, "check": _check, "drill": _drill, "expire": _expire}
