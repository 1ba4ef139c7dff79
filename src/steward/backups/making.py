"""Making a backup."""

import importlib.metadata
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from steward.backups import containers, places
from steward.backups.dumping import Database, Rows, Snapshot, dumped, rows_in, snapshot
from steward.backups.errors import BackupFault
from steward.backups.manifests import Manifest, Part, expires_at, new_name, write_manifest
from steward.backups.packing import pack
from steward.backups.places import Place
from steward.lib.clock import now
from steward.privacy.egress.s3.buckets import Bucket
from steward.privacy.erasure.ledger import head
from steward.privacy.erasure.ledger_lines import Position
from steward.privacy.keys.store import create_backup_key, destroy_backup_key

_DISTRIBUTION = "steward-desk"


@dataclass(frozen=True, slots=True)
class Source:
    """What is backed up: the database, the folder of the files and the bucket with the others, and where all that lies
    (codes; empty: not said).
    """

    database: Database
    files: Path
    region: str = ""
    data_centre: str = ""
    bucket: Bucket | None = None


def make_backup(source: Source, place: Place) -> Place:
    """Make a backup in `place` and read it back; returns where it is. Raises `BackupFault`.

    It is not there before it is whole: what is interrupted leaves a draft without a key.
    """
    places.claim(place, source.region)
    name = new_name(now())
    draft = places.begun(place, name)
    try:
        manifest = _made(source, draft, name, create_backup_key(name))
        write_manifest(draft, manifest)
        return places.finished(draft, place, name)
    except BaseException:
        destroy_backup_key(name)
        with suppress(OSError, BackupFault):  # what went wrong before is what has to be told; upkeep looks again
            places.removed(draft)
        raise


def _made(source: Source, draft: Place, name: str, key: bytes) -> Manifest:
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
        number = pack(source.files, files.file, source.bucket)
    parts = {"database": database.part, "files": files.part}
    _read_back(source.database, draft, name, key, moment.rows)
    return _manifest(source, name, moment, number, parts, last, at.isoformat()).signed(key)


def _manifest(
    source: Source, name: str, moment: Snapshot, files: int, parts: dict[str, Part], last: Position, at: str
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
        ledger=last.number,
        ledger_digest=last.digest,
        steward=importlib.metadata.version(_DISTRIBUTION),
        postgres=moment.version,
    )


def _read_back(database: Database, folder: Place, name: str, key: bytes, expected: Rows) -> None:
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
