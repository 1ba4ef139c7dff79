"""Whose a data directory is, and throwing a demo away."""

import shutil
from pathlib import Path

from steward.project.database import alone, started
from steward.project.failure import Failure

MARK = ".demo"
# What Steward puts into its data directory; anything else in there is somebody's and stays.
OURS = (
    "postgres",
    "run",
    "log",
    "keys",
    "files",
    "static",
    "ledger",
    "outbox",
    "metrics",
    "secret",
    "demo.json",
    ".set-up",
    MARK,
)


def claim(data: Path) -> None:
    """Mark the directory as a demo's. Raises `Failure` when it holds a real installation."""
    if (data / "postgres").exists() and not (data / MARK).exists():
        raise Failure(f"{data} holds an installation that is no demo; choose another STEWARD_DATA.")
    data.mkdir(mode=0o711, parents=True, exist_ok=True)
    (data / MARK).touch()


def reset(data: Path) -> None:
    """Remove everything the demo has made. Raises `Failure` while it runs, or where the data are no demo's."""
    if not data.exists():
        return
    if (data / "postgres").exists() and not (data / MARK).exists():
        raise Failure(f"{data} holds an installation that is no demo; nothing was removed.")
    with alone(data):
        if (data / "postgres" / "postmaster.pid").exists():
            started(data).stop()  # left over from a killed supervisor
        for name in OURS:
            _remove(data / name)
    print(f"Removed the demo's data in {data}.", flush=True)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
