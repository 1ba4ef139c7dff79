"""The key files in `$STEWARD_DATA/keys`: one for each account, the installation, each backup; and the master key."""

import os
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from django.conf import settings

from steward.privacy.keys.durable import sync_folder
from steward.privacy.keys.errors import KeyMissing
from steward.privacy.keys.master import make_master_key, parse_master_key, read_master_key
from steward.privacy.keys.unwrapped import Unwrapped
from steward.privacy.keys.wrapping import rewrap_file, unwrap_file, write_new_key

INSTALLATION = "installation"
BACKUP = "backup-"  # before the name of a backup
_unwrapped = Unwrapped(capacity=256, seconds=60)


def set_up_keys() -> None:
    """Make the key folder (0700), the master key and the installation's own key, as far as they are not there."""
    folder = key_folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not _configured():
        make_master_key(folder)
    write_new_key(_path(INSTALLATION), _master(), INSTALLATION)


def create_account_key(account_id: UUID) -> None:
    """Make the data key of a new account; a key that is there is kept."""
    write_new_key(_path(str(account_id)), _master(), str(account_id))


def destroy_account_key(account_id: UUID) -> None:
    """Make everything encrypted for the account unreadable, at once and for every process.

    The file is overwritten before it goes. Copies that the disk or a backup keeps are useless only to those without
    the master key, which is why backups of the key folder live at most 7 days.
    """
    _destroy(str(account_id))


def account_key(account_id: UUID) -> bytes:
    """The 32-byte data key of the account; raises `KeyMissing` (never made or destroyed) or `Tampered`."""
    return _key(str(account_id))


def installation_key() -> bytes:
    """The 32-byte key for what belongs to no account; raises `KeyMissing` or `Tampered`."""
    return _key(INSTALLATION)


def create_backup_key(backup: str) -> bytes:
    """Make the key of one backup, which is under no other, and return its 32 bytes."""
    write_new_key(_path(BACKUP + backup), _master(), BACKUP + backup)
    return backup_key(backup)


def backup_key(backup: str) -> bytes:
    """The 32-byte key of a backup; raises `KeyMissing` (never made or destroyed) or `Tampered`."""
    return _key(BACKUP + backup)


def destroy_backup_key(backup: str) -> None:
    """Make a backup unreadable, wherever copies of it lie. Destroying what is destroyed does nothing."""
    _destroy(BACKUP + backup)


def kept_backup_keys() -> list[str]:
    """The backups there is a key for, oldest first."""
    return sorted(path.stem.removeprefix(BACKUP) for path in key_folder().glob(f"{BACKUP}*.key"))


def rotate_master(old: bytes, new: bytes) -> int:
    """Wrap every key by a new master key; returns how many were rewrapped.

    The caller then puts the new master key in place of the old one. Each file is replaced atomically and says which
    master key wrapped it, so after a crash the same call goes on where it stopped. Data keys stay as they are.
    """
    return sum(rewrap_file(path, path.stem, old, new) for path in sorted(key_folder().glob("*.key")) if _wraps(path))


def key_folder() -> Path:
    """Where the keys are."""
    return Path(settings.STEWARD_DATA) / "keys"


def _destroy(name: str) -> None:
    path = _path(name)
    _unwrapped.forget(path)
    try:
        with path.open("r+b") as file:
            file.write(b"\0" * path.stat().st_size)
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
    except FileNotFoundError:
        return  # destroying what is destroyed does nothing
    sync_folder(path.parent)


def _wraps(path: Path) -> bool:
    return path.name != "master.key"


def _key(name: str) -> bytes:
    path = _path(name)
    return _unwrapped.get(path, lambda: unwrap_file(path, _master(), name))


def _path(name: str) -> Path:
    return key_folder() / f"{name}.key"


def _configured() -> str:
    return getattr(settings, "STEWARD_MASTER_KEY", "") or ""


def _master() -> bytes:
    text = _configured()
    return _parsed(text) if text else read_master_key(key_folder())


_parsed = lru_cache(maxsize=2)(parse_master_key)

__all__ = ["KeyMissing", "account_key", "create_account_key", "destroy_account_key", "installation_key"]
