"""The database as a stream, and back, by PostgreSQL's own programs; and how many rows there are on either side.

`pg_dump` under a login that row-level security binds succeeds with an empty dump. So no table may hide rows from the
login, rows are counted in the very snapshot that is dumped, and counted again in what came out.
"""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import IO, LiteralString

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from steward.backups.errors import BackupFault
from steward.privacy.egress import wall

Rows = dict[str, int]
"""How many rows each table has, by its name as `pg_dump` writes it: `public.tickets_ticket`."""

Connection = psycopg.Connection[tuple[object, ...]]

_CHUNK = 1 << 18
_COPY, _END = b"COPY ", b"\\.\n"


@dataclass(frozen=True, slots=True)
class Database:
    """A database, and who asks it: a superuser, or the owner of the tables.

    `programs` is where `pg_dump` and `pg_restore` are; None for those on the PATH.
    """

    conninfo: str
    programs: Path | None = None

    def command(self, program: str, *arguments: str) -> list[str]:
        """The line that starts one of the programs."""
        return [str(self.programs / program) if self.programs else program, *arguments]

    def login(self) -> tuple[str, dict[str, str]]:
        """The connection string without its password, which others could read off the list of processes, and the
        environment that has it."""
        parts = conninfo_to_dict(self.conninfo)
        password = str(parts.pop("password", "") or "")
        environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}
        if "HOME" in os.environ:
            environment["HOME"] = os.environ["HOME"]  # where libpq looks for certificates
        return make_conninfo("", **{name: str(part) for name, part in parts.items()}), environment | (
            {"PGPASSWORD": password} if password else {}
        )


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One moment of a database."""

    key: str  # of pg_export_snapshot
    rows: Rows
    is_bound: bool  # the login stands under row-level security, with policies that show it everything
    version: str


@contextmanager
def snapshot(database: Database) -> Iterator[Snapshot]:
    """A moment that stays the same for all who use its key, while the block lasts. Raises `BackupFault`."""
    with psycopg.connect(database.conninfo) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        key = str(_one(connection, "SELECT pg_export_snapshot()"))
        if hidden := [str(name) for (name,) in connection.execute(_HIDDEN)]:
            raise BackupFault(f"This login would not see all rows of {', '.join(hidden)}: use the owner of the tables.")
        is_bound = bool(_one(connection, _BOUND))
        version = connection.info.parameter_status("server_version") or ""
        yield Snapshot(key, _counted(connection), is_bound, version)


def rows_of(database: Database) -> Rows:
    """How many rows each table has now."""
    with psycopg.connect(database.conninfo) as connection:
        return _counted(connection)


def dumped(database: Database, moment: Snapshot) -> Iterator[bytes]:
    """The database of that moment, in chunks, in pg_dump's custom format. Raises `BackupFault`."""
    login, environment = database.login()
    # Without the option pg_dump refuses to read what a policy could filter; `snapshot` has seen that none does.
    bound = ["--enable-row-security"] if moment.is_bound else []
    command = database.command(
        "pg_dump", "--format=custom", "-Z1", "--no-password", f"--snapshot={moment.key}", *bound, f"--dbname={login}"
    )
    with _running(command, environment) as child:
        assert child.stdout is not None  # noqa: S101  it is a pipe
        while chunk := child.stdout.read(_CHUNK):
            yield chunk


def rows_in(database: Database, chunks: Iterator[bytes]) -> Rows:
    """How many rows of each table a dump holds, by reading all of it. Raises `BackupFault`."""
    command = database.command("pg_restore", "--data-only", "--file=-")
    rows: Rows = {}
    table = ""
    with _fed(command, {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}, chunks) as output:
        for line in output:
            if not table:
                if line.startswith(_COPY):
                    table = line[len(_COPY) : line.index(b" (")].decode()
                    rows[table] = 0
            elif line == _END:
                table = ""
            else:
                rows[table] += 1
    return rows


def is_empty(database: Database) -> bool:
    """Whether there is no table yet."""
    with psycopg.connect(database.conninfo) as connection:
        return not _tables(connection)


def filled(database: Database, chunks: Iterator[bytes]) -> None:
    """Bring a dump into an empty database: all of it, or, whatever happens, nothing. Raises `BackupFault`."""
    _end_earlier(database)
    login, environment = database.login()
    command = database.command(
        "pg_restore", "--single-transaction", "--exit-on-error", "--no-password", f"--dbname={login}"
    )
    with _fed(command, environment, chunks) as output:
        while output.read(_CHUNK):
            pass
    with psycopg.connect(database.conninfo, autocommit=True) as connection:
        connection.execute("ANALYZE")


def _end_earlier(database: Database) -> None:
    """One that was killed may have left a pg_restore that still builds indexes, and would commit into our way."""
    with psycopg.connect(database.conninfo, autocommit=True) as connection:
        connection.execute(_END_EARLIER)


@contextmanager
def _running(
    command: list[str], environment: dict[str, str], *, reads: bool = False
) -> Iterator["subprocess.Popen[bytes]"]:
    """A program of PostgreSQL's. Raises `BackupFault` with its last words when it fails; ends with the block."""
    with tempfile.TemporaryFile() as said:
        try:
            with wall.allow_child("PostgreSQL's own programs dump and restore"):
                child = subprocess.Popen(
                    command,
                    stdin=subprocess.PIPE if reads else subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=said,
                    env=environment,
                    umask=0o077,
                )
        except FileNotFoundError:
            raise BackupFault(f"There is no {Path(command[0]).name}: install PostgreSQL's client programs.") from None
        with child:
            try:
                yield child
            except BaseException:
                child.kill()
                raise
            code = child.wait()
        if code != 0:
            said.seek(0)
            raise BackupFault(f"{Path(command[0]).name} failed: {said.read()[-600:].decode(errors='replace').strip()}")


@contextmanager
def _fed(command: list[str], environment: dict[str, str], chunks: Iterator[bytes]) -> Iterator[IO[bytes]]:
    """What a program answers to these chunks. Chunks that fail kill it: it never takes a part for the whole."""
    faults: list[BaseException] = []
    feeder: Thread | None = None
    try:
        with _running(command, environment, reads=True) as child:
            feeder = Thread(target=_feed, args=(child, chunks, faults), daemon=True)
            feeder.start()
            assert child.stdout is not None  # noqa: S101  it is a pipe
            yield child.stdout
            feeder.join()
    except BackupFault:
        if faults:
            raise faults[0] from None
        raise
    finally:
        if feeder is not None:
            feeder.join()


def _feed(child: "subprocess.Popen[bytes]", chunks: Iterator[bytes], faults: list[BaseException]) -> None:
    assert child.stdin is not None  # noqa: S101  it is a pipe
    try:
        for chunk in chunks:
            child.stdin.write(chunk)
        child.stdin.close()
    except (BrokenPipeError, ValueError):
        return  # it has ended, and its code says whether that was right
    except BaseException as fault:
        child.kill()
        faults.append(fault)


def _counted(connection: Connection) -> Rows:
    # The names are the catalogue's own, quoted by it.
    counts = {name: f"SELECT count(*) FROM {name}".encode() for name in _tables(connection)}  # noqa: S608
    return {name: int(str(_one(connection, query))) for name, query in counts.items()}


def _tables(connection: Connection) -> list[str]:
    return [str(name) for (name,) in connection.execute(_TABLES)]


def _one(connection: Connection, query: LiteralString | bytes) -> object:
    row = connection.execute(query).fetchone()
    return row[0] if row else None


_TABLES = """
    SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
    ORDER BY 1
"""
_BOUND = "SELECT bool_or(row_security_active(oid)) FROM pg_class WHERE relkind = 'r' AND relrowsecurity"
# Tables whose policies bind this login, and that have none which shows it everything, or one that takes some away. What
# seals terminated accounts compares two settings: a login that has neither is shown all.
_HIDDEN = """
    SELECT c.relname FROM pg_class c
    WHERE c.relkind = 'r' AND c.relrowsecurity AND row_security_active(c.oid) AND (
        EXISTS (
            SELECT FROM pg_policy p, unnest(p.polroles) role
            WHERE p.polrelid = c.oid AND NOT p.polpermissive AND p.polname <> 'sealed'
              AND (role = 0 OR pg_has_role(current_user, role, 'usage'))
        )
        OR NOT EXISTS (
            SELECT FROM pg_policy p
            WHERE p.polrelid = c.oid AND p.polpermissive AND p.polcmd IN ('*', 'r')
              AND pg_get_expr(p.polqual, p.polrelid) = 'true'
              AND (SELECT r.oid FROM pg_roles r WHERE r.rolname = current_user) = ANY (p.polroles)
        )
    )
    ORDER BY 1
"""
_END_EARLIER = """
    SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
    WHERE datname = current_database() AND usename = current_user AND application_name = 'pg_restore'
"""
