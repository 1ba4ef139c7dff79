"""Bringing a backup back where nobody serves it: the one way to know that it could be brought back.

Into an empty database and an empty folder, both of which whoever calls this removes. Nothing is replayed there and
nobody is let in: who was erased since is in it for so long.
"""

from collections.abc import Callable, Container
from pathlib import Path
from typing import BinaryIO, cast
from uuid import UUID

from steward.backups import containers
from steward.backups.drills import Counted
from steward.backups.dumping import Database, filled, rows_of
from steward.backups.errors import BackupFault
from steward.backups.making import compare
from steward.backups.manifests import Manifest, trusted
from steward.backups.packing import unpack
from steward.backups.places import Place
from steward.files.storage import context_of
from steward.privacy.keys.errors import KeyMissing
from steward.privacy.keys.store import account_key
from steward.privacy.keys.streaming import decrypt_chunks


def rehearse(folder: Place, database: Database, files: Path, *, living: Callable[[], Container[UUID]]) -> Counted:
    """Bring all of it back, count it against the manifest, and decrypt every file; `seconds` is for the caller to add.

    `living` says which accounts are not deleted: their keys have to be there. It is asked when one is missing, for an
    account may be deleted meanwhile. Raises `BackupFault`, `KeyMissing` or `Tampered`.
    """
    manifest, key = trusted(folder)
    with containers.reading(folder / "database", backup=manifest.name, key=key) as chunks:
        filled(database, chunks)
    compare(rows_of(database), manifest.rows)
    with containers.reading(folder / "files", backup=manifest.name, key=key) as chunks:
        found = unpack(containers.as_file(chunks), files)
    return Counted(sum(manifest.rows.values()), _expected(found, manifest), _opened(files, living))


def _expected(found: int, manifest: Manifest) -> int:
    if found != manifest.files:
        raise BackupFault(f"The backup holds {found} files instead of {manifest.files}.")
    return found


def _opened(files: Path, living: Callable[[], Container[UUID]]) -> int:
    """How many files were decrypted to their end. Those of accounts that are deleted since cannot be, and must not."""
    opened = 0
    for folder in sorted(path for path in files.iterdir() if path.is_dir()):
        account_id = UUID(folder.name)
        try:
            key = account_key(account_id)
        except KeyMissing:
            if account_id in living():
                raise
            continue
        for path in (path for path in folder.rglob("*") if path.is_file()):
            _read(account_id, path, path.relative_to(files).as_posix(), key)
            opened += 1
    return opened


def _read(account_id: UUID, path: Path, storage_key: str, key: bytes) -> None:
    with path.open("rb") as file:
        for _ in decrypt_chunks(account_id, cast(BinaryIO, file), context=context_of(storage_key), key=key):
            pass
