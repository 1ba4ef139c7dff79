"""Having the database at hand for the time of a command: the embedded server is started, or joined, or left alone."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from steward.privacy.egress import wall
from steward.project.failure import Failure
from steward.project.postgres import PostgresError, Server, start

_LOCK = ".in-use.lock"
_SUPERVISOR = ".supervisor.lock"


class InUse(Failure):
    """Something of Steward runs on this data directory."""


def is_embedded() -> bool:
    """Whether we run PostgreSQL ourselves."""
    return "DATABASE_URL" not in os.environ


@contextmanager
def at_hand(data: Path, *, supervised: bool = False) -> Iterator[Server | None]:
    """The database answers inside. An embedded server that we started is stopped by the last command that used it.

    A supervised process starts and stops nothing: its supervisor does. None for a server of somebody else's.
    """
    if supervised or not is_embedded():
        yield None
        return
    with used(data) as lock:
        server = started(data)
        try:
            yield server
        finally:
            if _is_last(lock):
                server.stop()


def started(data: Path) -> Server:
    """The embedded server, running. Raises `Failure`."""
    with wall.allow_child("PostgreSQL runs as a child of ours"):
        try:
            return start(data)
        except PostgresError as problem:
            raise Failure(str(problem)) from problem


@contextmanager
def used(data: Path) -> Iterator[IO[bytes]]:
    """Say that a process uses the data directory, until the end of the block; the kernel forgets killed ones."""
    data.mkdir(mode=_mode(), parents=True, exist_ok=True)
    with (data / _LOCK).open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        yield lock


@contextmanager
def alone(data: Path) -> Iterator[None]:
    """Nobody else uses the data directory inside. Raises `InUse`."""
    with (data / _LOCK).open("ab") as lock:
        if not _is_last(lock):
            raise InUse(f"Steward is running on {data}; stop it first (Ctrl-C where it runs).")
        yield


@contextmanager
def only_supervisor(data: Path) -> Iterator[None]:
    """Inside, no second supervisor looks after the same data directory. Raises `InUse`."""
    data.mkdir(mode=_mode(), parents=True, exist_ok=True)
    with (data / _SUPERVISOR).open("ab") as lock:
        if not _is_last(lock):
            raise InUse(f"Steward is running on {data} already; STEWARD_DATA chooses another directory.")
        yield


def _is_last(lock: IO[bytes]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _mode() -> int:
    """As root, PostgreSQL's own user has to pass through the directory."""
    return 0o711 if os.geteuid() == 0 else 0o700
