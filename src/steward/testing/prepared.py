"""Data directories that take long to make: made once for the sources as they are, and copied for whoever needs one."""

import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import steward
from steward.lib.clock import now
from steward.testing.environment import ROOT

PLACE = ROOT / "prepared"
_KEPT = 3600.0  # seconds: sample data tell of minutes and hours ago
_WITHOUT = {"__pycache__", "testing", "bench"}


def fill(data: Path, name: str, make: Callable[[Path], None]) -> None:
    """Make `data`, which is not there yet, what `make(folder)` makes of a folder that is not there yet.

    `name` says what that is. All that runs in the folder has ended when `make` returns. Whoever calls this may start
    child processes (`privacy.egress.wall`).
    """
    PLACE.mkdir(mode=0o711, exist_ok=True)
    with (ROOT / "prepared.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another worker may be making the same
        kept = PLACE / f"{name}-{_digest()}"
        if not _is_fresh(kept):
            _remove_all_of(name)
            make(kept)
            _mark(kept).touch()
        # With its owner: PostgreSQL serves only what is its user's own.
        subprocess.run(["cp", "-a", str(kept), str(data)], check=True)


def _mark(kept: Path) -> Path:
    """It is beside what is whole: who was killed while making it leaves none."""
    return kept.with_name(f"{kept.name}.whole")


def _is_fresh(kept: Path) -> bool:
    mark = _mark(kept)
    return mark.exists() and now().timestamp() - mark.stat().st_mtime < _KEPT


def _remove_all_of(name: str) -> None:
    for path in PLACE.glob(f"{name}-*.whole"):
        path.unlink()
    for path in PLACE.glob(f"{name}-*"):
        shutil.rmtree(path)


@cache
def _digest() -> str:
    digest = hashlib.sha256()
    for path in sorted(_sources()):
        digest.update(f"{path}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _sources() -> Iterator[Path]:
    for folder, folders, names in os.walk(Path(steward.__file__).parent):
        folders[:] = [each for each in folders if each not in _WITHOUT]
        yield from (Path(folder) / name for name in names if not name.endswith((".mo", ".po", ".pyc")))
