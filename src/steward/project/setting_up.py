"""From nothing, or from an older version, to a database, keys and static files that can serve."""

import os
import subprocess
import sys

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from steward.privacy.egress import wall
from steward.privacy.egress.database import resolve_database
from steward.project.failure import Failure
from steward.project.postgres import Login, PostgresError, Roles, Server, prepare


def set_up(server: Server | None) -> None:
    """Make roles and grants, migrate, make the keys, collect static files; run again, it changes nothing.

    `server` is the embedded one, or None for the one that DATABASE_OWNER_URL names. Raises `Failure`.
    """
    prepare_database(server)
    _as_owner()


def prepare_database(server: Server | None) -> None:
    """Make roles, the database and grants, and no tables; run again, it changes nothing. Raises `Failure`."""
    try:
        notices = _prepared(server)
    except PostgresError as problem:
        raise Failure(str(problem)) from problem
    for notice in notices:
        print(notice, file=sys.stderr)


def prepare_scratch(server: Server | None, database: str) -> None:
    """The same for another database of that server, which nobody serves. Raises `Failure`."""
    try:
        _prepared(server, database)
    except PostgresError as problem:
        raise Failure(str(problem)) from problem


def _prepared(server: Server | None, database: str = "") -> tuple[str, ...]:
    if server is not None:
        return prepare(server.dsn("postgres", database="postgres"), database or "steward").notices
    owner = resolve_database(_url("DATABASE_OWNER_URL"))
    roles = Roles(
        owner=_login("DATABASE_OWNER_URL"),
        app=_login("DATABASE_URL"),
        ops=_login("DATABASE_OPS_URL") if "DATABASE_OPS_URL" in os.environ else Roles.ops,
    )
    return prepare(_entrance(owner), database or str(conninfo_to_dict(owner)["dbname"]), roles=roles).notices


def _entrance(owner: str) -> str:
    """The database itself where it exists, else the server's own, from which it can be made."""
    try:
        psycopg.connect(owner).close()
    except psycopg.OperationalError:
        return make_conninfo(owner, dbname="postgres")
    return owner


def _url(variable: str) -> str:
    if variable not in os.environ:
        raise Failure(f"{variable} is needed to set up a database of your own; docs/operate/settings.md tells more.")
    return os.environ[variable]


def _login(variable: str) -> Login:
    parts = conninfo_to_dict(_url(variable))
    return Login(str(parts["user"]), str(parts["password"]) if parts.get("password") else None)


def _as_owner() -> None:
    """The rest happens in a child, as the owner of the tables: no process that serves ever has that role."""
    with wall.allow_child("migrations run under another database role"):
        child = subprocess.run(
            [sys.executable, "-m", "steward.project.migrating"],
            env={**os.environ, "STEWARD_DB_ROLE": "owner"},
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is ours to answer
            check=False,
        )
    if child.returncode != 0:
        raise Failure("The database could not be brought up to date; the lines above say why. Nothing was half done.")
