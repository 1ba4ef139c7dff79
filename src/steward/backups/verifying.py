"""Whether a backup is what its manifest says, without bringing it back."""

from steward.backups import containers
from steward.backups.dumping import Database, rows_in
from steward.backups.errors import BackupFault
from steward.backups.making import compare
from steward.backups.manifests import Manifest, trusted
from steward.backups.places import Place


def verify(folder: Place, database: Database) -> Manifest:
    """Read all of it: digests, encryption, rows. Of `database` only the programs are used.

    Raises `BackupFault`, `KeyMissing` or `Tampered`.
    """
    manifest, key = trusted(folder)
    for name, part in manifest.parts.items():
        if not (folder / name).is_file() or containers.measured(folder / name) != part:
            raise BackupFault(f"{folder / name} is not what was written there.")
    with containers.reading(folder / "database", backup=manifest.name, key=key) as chunks:
        compare(rows_in(database, chunks), manifest.rows)
    with containers.reading(folder / "files", backup=manifest.name, key=key) as chunks:
        for _ in chunks:
            pass
    return manifest
