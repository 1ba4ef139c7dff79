"""The PostgreSQL of the tests: one for all workers and all runs on this machine."""

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import LiteralString

import psycopg
from psycopg import sql

from steward.privacy.egress.wall import allow_child
from steward.project.postgres import start
from steward.testing.environment import ROOT, SERVER, external, maintenance

LOCK = 7226982  # any fixed number: who builds or removes databases waits for others who do
PREFIX = "steward_test_"
IN_USE = ".template"  # in the data directory of a worker: the template it goes back to

Connection = psycopg.Connection[tuple[object, ...]]


@contextmanager
def running_server() -> Iterator[None]:
    """The server runs, started or adopted, until the last of those who use it leaves.

    Each holds a shared lock; whoever can make it exclusive is the last one. The kernel drops the lock of a process
    that was killed; the server it leaves behind is adopted by the next run.
    """
    if external():
        yield
        return
    with (ROOT / "in-use.lock").open("a") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        with allow_child("the database server of the tests"):
            server = start(SERVER, durable=False)
        yield
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        server.stop()


@contextmanager
def maintained() -> Iterator[Connection]:
    """A connection that makes and drops databases; one process at a time."""
    with psycopg.connect(maintenance(), autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        yield connection


def drop_database(connection: Connection, name: str) -> None:
    """Drop a database with whoever is connected to it; one that is not there is no fault."""
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def remove_what_is_left(connection: Connection, *, newest_templates: int = 8) -> None:
    """Remove databases and folders of runs that are over, and all templates but the newest and those of other runs.

    Not on a server that is not ours: there, runs of other machines cannot be told from runs that are over.
    """
    if external():
        return
    for name in names(connection, PREFIX):
        if not _is_alive(name.removeprefix(PREFIX).split("_")[0]):
            drop_database(connection, name)
    for folder in (ROOT / "runs").iterdir():
        if not _is_alive(folder.name):
            shutil.rmtree(folder, ignore_errors=True)  # another run may be at it too
    in_use = set(_in_use())
    for name in (each for each in names(connection, "steward_template_")[:-newest_templates] if each not in in_use):
        drop_database(connection, name)
        shutil.rmtree(ROOT / "templates" / name, ignore_errors=True)
    for name in names(connection, "steward_schema_")[:-newest_templates]:
        drop_database(connection, name)


def _in_use() -> Iterator[str]:
    for path in (ROOT / "runs").glob(f"*/*/{IN_USE}"):
        with contextlib.suppress(FileNotFoundError):  # that run has ended just now
            yield path.read_text()


def names(connection: Connection, prefix: str) -> list[str]:
    """The databases whose names start so, oldest first."""
    query: LiteralString = "SELECT datname::text FROM pg_database WHERE starts_with(datname::text, %s) ORDER BY oid"
    return [str(name) for (name,) in connection.execute(query, [prefix])]


def _is_alive(process: str) -> bool:
    if not process.isdigit():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
