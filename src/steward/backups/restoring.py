"""Bringing a backup back into an empty place: files, then the database in one transaction.

A mark in the data directory says what is being restored, so that nothing serves before the end, and that the same
command goes on when it was killed.
"""

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from steward.backups import containers
from steward.backups.dumping import Database, filled, is_empty, rows_of
from steward.backups.errors import BackupFault
from steward.backups.making import compare
from steward.backups.manifests import Manifest, trusted
from steward.backups.packing import unpack
from steward.backups.places import Place
from steward.privacy.erasure.ledger import beginning, head, ledger_path, lines
from steward.privacy.keys.durable import replace, sync_folder

MARK = ".restoring.json"


class Stage(StrEnum):
    """How far it is."""

    FILES = "files"
    DATABASE = "database"
    REPLAY = "replay"


@dataclass(frozen=True, slots=True)
class Mark:
    """What is being restored."""

    backup: str
    stage: Stage


def being_restored(data: Path) -> Mark | None:
    """What is half restored in a data directory, if anything."""
    try:
        read = json.loads((data / MARK).read_bytes())
        return Mark(str(read["backup"]), Stage(read["stage"]))
    except FileNotFoundError:
        return None


def check_ledger(manifest: Manifest) -> None:
    """Raises `BackupFault` where the ledger ends before this backup was made: it cannot say who went since."""
    wanted = manifest.ledger_digest
    if manifest.ledger and wanted != beginning().digest and all(line.digest != wanted for line in lines()):
        raise BackupFault(
            f"The ledger of erasures at {ledger_path()} ends with line {head().number}, and has not the one "
            f"that was its last when this backup was made ({manifest.ledger}). Put it back first (STEWARD_LEDGER): "
            "without it whoever was erased since would be there again."
        )


def check_target(manifest: Manifest, data: Path, files: Path, database: Database) -> None:
    """Raises `BackupFault` where there is something already, unless it is what an earlier try has brought back."""
    earlier = being_restored(data)
    if earlier is not None:
        if earlier.backup != manifest.name:
            raise BackupFault(
                f"{earlier.backup} is half restored in {data}: finish that, or choose another STEWARD_DATA."
            )
        return
    if files.exists() and any(files.iterdir()):
        raise BackupFault(f"{files} is not empty: restore into a data directory of its own (STEWARD_DATA).")
    if not is_empty(database):
        raise BackupFault("The database is not empty: restore into a new one.")


def restore_files(folder: Place, data: Path, files: Path) -> None:
    """Mark the data directory, and write the files. Raises `BackupFault`."""
    manifest, key = trusted(folder)
    earlier = being_restored(data)
    if earlier is not None and earlier.stage is not Stage.FILES:
        return
    _mark(data, manifest.name, Stage.FILES)
    with containers.reading(folder / "files", backup=manifest.name, key=key) as chunks:
        found = unpack(containers.as_file(chunks), files)
    if found != manifest.files:
        raise BackupFault(f"The backup holds {found} files instead of {manifest.files}.")
    _mark(data, manifest.name, Stage.DATABASE)


def restore_database(folder: Place, data: Path, database: Database) -> None:
    """Fill an empty database and count what is in it. After it the ledger has to be followed."""
    manifest, key = trusted(folder)
    mark = being_restored(data)
    if mark is not None and mark.stage is Stage.REPLAY:
        return
    if is_empty(database):  # or it was filled, and we were killed before we could say so
        with containers.reading(folder / "database", backup=manifest.name, key=key) as chunks:
            filled(database, chunks)
    compare(rows_of(database), manifest.rows)
    _mark(data, manifest.name, Stage.REPLAY)


def finish(data: Path) -> None:
    """Everything is back, and who was erased is gone again: it may serve."""
    (data / MARK).unlink(missing_ok=True)
    sync_folder(data)


def _mark(data: Path, backup: str, stage: Stage) -> None:
    replace(data / MARK, json.dumps(asdict(Mark(backup, stage))).encode())
