"""Small files that are either wholly there, and still there after a power cut, or not there at all."""

import os
import secrets
from pathlib import Path

_OWNER_ONLY = 0o600


def write_once(path: Path, content: bytes) -> bool:
    """Write a new file (mode 0600); False, and nothing changed, when there is one already."""
    temporary = _written_aside(path, content)
    try:
        os.link(temporary, path)  # unlike rename, a link never replaces
    except FileExistsError:
        return False
    finally:
        temporary.unlink()
        sync_folder(path.parent)
    return True


def replace(path: Path, content: bytes) -> None:
    """Write a file (mode 0600) in the place of the one that may be there."""
    _written_aside(path, content).replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable: fsync of a file does not cover its name."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _written_aside(path: Path, content: bytes) -> Path:
    aside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return aside
