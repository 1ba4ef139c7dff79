"""Making a backup."""

import importlib.metadata
import shutil
from collections import deque
from dataclasses import dataclass
from pathlib import Path

from steward.backups import containers, places
from steward.backups.dumping import Database, Rows, Snapshot, dumped, rows_in, snapshot
from steward.backups.errors import BackupFault
from steward.backups.manifests import Manifest, Part, expires_at, new_name, write_manifest
from steward.backups.packing import pack
from steward.lib.clock import now
from steward.privacy.erasure.ledger import FIRST, Entry, entries
from steward.privacy.keys.durable import sync_folder
from steward.privacy.keys.store import create_backup_key, destroy_backup_key

DRAFT = ".part"
_DISTRIBUTION = "steward-desk"


@dataclass(frozen=True, slots=True)
class Source:
    """What is backed up: the database, the folder of the object store, and where both lie (codes; empty: not said)."""

    database: Database
    files: Path
    region: str = ""
    data_centre: str = ""


def make_backup(source: Source, place: Path) -> Path:
    """Make a backup in `place` and read it back; returns its folder. Raises `BackupFault`.

    It is not there before it is whole: what is interrupted leaves a draft without a key.
    """
    places.claim(place, source.region)
    name = new_name(now())
    draft = place / f".{name}{DRAFT}"
    draft.mkdir(mode=0o700)
    try:
        manifest = _made(source, draft, name, create_backup_key(name))
        write_manifest(draft, manifest)
        draft.rename(place / name)
        sync_folder(place)
    except BaseException:
        destroy_backup_key(name)
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return place / name


def _made(source: Source, draft: Path, name: str, key: bytes) -> Manifest:
    # In this order: an erasure that ends later is in the ledger after this line, so it is replayed; and every file
    # that a row of the snapshot names is there before the row, so it is packed unless it was erased since.
    last, at = head(), now()
    with (
        snapshot(source.database) as moment,
        containers.writing(draft / "database", backup=name, key=key) as database,
    ):
        for chunk in dumped(source.database, moment):
            database.file.write(chunk)
    with containers.writing(draft / "files", backup=name, key=key) as files:
        number = pack(source.files, files.file)
    parts = {"database": database.part, "files": files.part}
    _read_back(source.database, draft, name, key, moment.rows)
    return _manifest(source, name, moment, number, parts, last, at.isoformat()).signed(key)


def _manifest(
    source: Source, name: str, moment: Snapshot, files: int, parts: dict[str, Part], last: Entry | None, at: str
) -> Manifest:
    return Manifest(
        name=name,
        region=source.region,
        data_centre=source.data_centre,
        created_at=at,
        expires_at=expires_at(name).isoformat(),
        key=f"backup-{name}",
        rows=moment.rows,
        files=files,
        parts=parts,
        ledger=last.number if last else 0,
        ledger_digest=last.digest if last else FIRST,
        steward=importlib.metadata.version(_DISTRIBUTION),
        postgres=moment.version,
    )


def _read_back(database: Database, folder: Path, name: str, key: bytes, expected: Rows) -> None:
    """What was written holds what was there: the one way to know that a backup is none in name only."""
    with containers.reading(folder / "database", backup=name, key=key) as chunks:
        compare(rows_in(database, chunks), expected)


def compare(found: Rows, expected: Rows) -> None:
    """Raises `BackupFault`, naming the tables, where there are not as many rows as there should be."""
    wrong = [
        f"{table} has {found.get(table, 0)} rows instead of {expected.get(table, 0)}"
        for table in sorted({*found, *expected})
        if found.get(table) != expected.get(table)
    ]
    if wrong:
        raise BackupFault(f"The backup does not hold what the database does: {'; '.join(wrong[:5])}.")


def head() -> Entry | None:
    """The last line of the ledger of erasures."""
    return next(iter(deque(entries(), maxlen=1)), None)
