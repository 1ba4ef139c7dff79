"""Where a backup is brought back as a trial: a database and a folder beside ours that nobody serves."""

import fcntl
import math
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from time import monotonic
from uuid import UUID

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.sql import SQL, Composed, Identifier

from steward.backups.drills import SCRATCH, Counted
from steward.backups.dumping import Database
from steward.backups.places import Place
from steward.backups.rehearsing import rehearse
from steward.project import backing_up, settings
from steward.project.failure import Failure
from steward.project.postgres import Server
from steward.project.setting_up import prepare_scratch
from steward.tenancy.models import Account


class Running(Failure):
    """Somebody tries one in this moment."""


def rehearsed(folder: Place, server: Server | None) -> Counted:
    """A backup brought back into a database and a folder beside ours, which are gone afterwards.

    What an interrupted trial has left goes first. Raises `BackupFault`, `KeyMissing`, `Tampered`, or `Failure`
    where the login may not make a database.
    """
    began = monotonic()
    ours = backing_up.database_of(server)
    name = f"{_name_of(ours)}_drill"
    with _one_at_a_time() as scratch:
        try:
            _dropped(ours, name)
            prepare_scratch(server, name)
            _shut(ours, name)
            database = Database(make_conninfo(ours.conninfo, dbname=name), ours.programs)
            counted = rehearse(folder, database, scratch, living=_living())
        finally:
            _dropped(ours, name)
            shutil.rmtree(scratch)
    return replace(counted, seconds=math.ceil(monotonic() - began))


def clear_left(server: Server | None) -> None:
    """Remove what a trial has left that was interrupted; nothing while one runs. Raises `Failure`."""
    if not (settings.STEWARD_DATA / SCRATCH).exists():
        return
    with suppress(Running), _one_at_a_time() as scratch:
        ours = backing_up.database_of(server)
        _dropped(ours, f"{_name_of(ours)}_drill")
        shutil.rmtree(scratch)


def _living() -> set[UUID]:
    """The accounts whose key has to be there."""
    gone = (Account.State.DELETED, Account.State.GONE)
    return set(Account.objects.filter(departing_since=None).exclude(state__in=gone).values_list("id", flat=True))


@contextmanager
def _one_at_a_time() -> Iterator[Path]:
    """An empty folder for the files, which is there for as long as the database is, too."""
    scratch = settings.STEWARD_DATA / SCRATCH
    with (settings.STEWARD_DATA / f"{SCRATCH}.lock").open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Running("A backup is being brought back as a trial already.") from None
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(mode=0o700)
        yield scratch


def _name_of(database: Database) -> str:
    with psycopg.connect(database.conninfo) as connection:
        return connection.info.dbname


def _dropped(ours: Database, name: str) -> None:
    _told(ours, SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)))


def _shut(ours: Database, name: str) -> None:
    """Who was erased since is in it: no process that serves may look."""
    with psycopg.connect(ours.conninfo) as connection:
        found = connection.execute("SELECT rolname FROM pg_roles WHERE rolcanlogin AND NOT rolsuper").fetchall()
        mine = connection.execute("SELECT current_user").fetchone()
    others = [SQL("PUBLIC"), *(Identifier(str(role)) for (role,) in found if (role,) != mine)]
    _told(ours, SQL("REVOKE ALL ON DATABASE {} FROM {}").format(Identifier(name), SQL(", ").join(others)))


def _told(database: Database, command: Composed) -> None:
    with psycopg.connect(database.conninfo, autocommit=True) as connection:
        connection.execute(command)
