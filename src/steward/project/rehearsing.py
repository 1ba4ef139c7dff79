"""Where a backup is brought back as a trial: a database and a folder beside ours that nobody serves.

The folder is there before the database and goes after it: whoever looks for what was interrupted looks for the folder.
"""

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
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.sql import SQL, Composed, Identifier, Literal

from steward.backups.drills import SCRATCH, Counted
from steward.backups.dumping import Database
from steward.backups.places import Place
from steward.backups.rehearsing import rehearse
from steward.project import backing_up, settings
from steward.project.failure import Failure
from steward.project.postgres import Server
from steward.project.setting_up import prepare_scratch
from steward.tenancy.models import Account

_MARK = "steward backup drill"  # the comment of a database that a trial has made: no other is removed
_FIRST_OF_USERS = 16384  # below it are the OIDs of what PostgreSQL makes itself (FirstNormalObjectId)


class Running(Failure):
    """Somebody tries one in this moment."""


def rehearsed(folder: Place, server: Server | None) -> Counted:
    """A backup brought back into a database and a folder beside ours, which are gone afterwards.

    What an interrupted trial has left goes first. Raises `BackupFault`, `KeyMissing`, `Tampered`, or `Failure`
    where the login may not make a database, or where somebody else has one of that name.
    """
    began = monotonic()
    ours = backing_up.database_of(server)
    database = _trial_of(ours)
    name = _name_of(database)
    with _one_at_a_time() as scratch:
        _clear(ours, scratch)
        scratch.mkdir(mode=0o700)
        try:
            prepare_scratch(server, name)
            _mark(ours, name)
            _shut(ours, name)
            counted = rehearse(folder, database, scratch, living=_living)
        finally:
            _clear(ours, scratch)
    return replace(counted, seconds=math.ceil(monotonic() - began))


def clear_left(server: Server | None) -> None:
    """Remove what a trial has left that was interrupted; nothing while one runs. Raises `Failure` like `rehearsed`."""
    if not (settings.STEWARD_DATA / SCRATCH).exists():
        return
    with suppress(Running), _one_at_a_time() as scratch:
        _clear(backing_up.database_of(server), scratch)


def _living() -> set[UUID]:
    """The accounts whose key has to be there."""
    gone = (Account.State.DELETED, Account.State.GONE)
    return set(Account.objects.filter(departing_since=None).exclude(state__in=gone).values_list("id", flat=True))


@contextmanager
def _one_at_a_time() -> Iterator[Path]:
    """Where the folder for the files is while one is tried."""
    scratch = settings.STEWARD_DATA / SCRATCH
    with (settings.STEWARD_DATA / f"{SCRATCH}.lock").open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Running("A backup is being brought back as a trial already.") from None
        yield scratch


def _trial_of(ours: Database) -> Database:
    with psycopg.connect(ours.conninfo) as connection:
        name = f"{connection.info.dbname}_drill"
    return Database(make_conninfo(ours.conninfo, dbname=name), ours.programs)


def _name_of(database: Database) -> str:
    return str(conninfo_to_dict(database.conninfo)["dbname"])


def _clear(ours: Database, scratch: Path) -> None:
    trial = _trial_of(ours)
    _refuse_strange(ours, trial)
    _told(ours, SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(_name_of(trial))))
    if scratch.exists():
        shutil.rmtree(scratch)


def _mark(ours: Database, name: str) -> None:
    _told(ours, SQL("COMMENT ON DATABASE {} IS {}").format(Identifier(name), Literal(_MARK)))


def _refuse_strange(ours: Database, trial: Database) -> None:
    """What a trial has made bears its mark; killed before it was set, there is nothing in it. Raises `Failure`."""
    query = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"
    with psycopg.connect(ours.conninfo) as connection:
        found = connection.execute(query, [_name_of(trial)]).fetchone()
    if found is None or found[0] == _MARK or _is_empty(trial):
        return
    raise Failure(
        f"There is a database {_name_of(trial)} that no trial of a backup has made. It stays as it is: rename it, or "
        "remove it yourself if nobody needs it, and begin again."
    )


def _is_empty(database: Database) -> bool:
    """Whether no table, view or sequence is in it; not, where we are not let in."""
    try:
        with psycopg.connect(database.conninfo) as connection:
            query = "SELECT 1 FROM pg_class WHERE oid >= %s LIMIT 1"
            return connection.execute(query, [_FIRST_OF_USERS]).fetchone() is None
    except psycopg.OperationalError:
        return False


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
