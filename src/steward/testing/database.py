"""The template, built once for each state of the schema and the cast, and the copies of it.

Built in two steps, each kept: the migrated schema, which takes long, and the cast in a copy of it.
"""

import contextlib
import hashlib
import importlib.metadata
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.test import override_settings
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

import steward
from steward.events import telling
from steward.privacy.keys.store import set_up_keys
from steward.project.postgres import prepare
from steward.testing.cast import make_cast
from steward.testing.environment import ROOT, database_name, login, maintenance, roles
from steward.testing.server import IN_USE, Connection, drop_database, maintained, names, remove_what_is_left

# What they are made by: their names change with any of it.
_OF_SCHEMA = ("**/migrations/*.py", "tenancy/*.py", "lib/ids.py", "privacy/keys/*.py", "testing/database.py")
_OF_CAST = ("testing/cast.py", "testing/environment.py", "events/*.py", "people/**/*.py", "contacts/*.py")
_LIBRARIES = ("django", "django-allauth", "procrastinate")


# Access of support lasts by the later of two clocks, ours and that of the database. Tests stop ours where they like.
_NOW = """
CREATE OR REPLACE FUNCTION support_access_now() RETURNS timestamptz LANGUAGE sql STABLE
    SET search_path = pg_catalog, public AS $$
  SELECT nullif(current_setting('steward.now', true), '')::timestamptz
$$
"""


@cache
def template() -> str:
    """The name of the template for the code as it is now."""
    return f"steward_template_{_digest(*_OF_SCHEMA, *_OF_CAST)}"


@cache
def schema() -> str:
    """The name of the database that holds the tables of the code as it is now, and no rows."""
    return f"steward_schema_{_digest(*_OF_SCHEMA)}"


def _digest(*patterns: str) -> str:
    digest = hashlib.sha256(maintenance().encode())  # another server has other accounts, with other keys
    source = Path(steward.__path__[0])
    for path in sorted({path for pattern in patterns for path in source.glob(pattern)}):
        digest.update(str(path.relative_to(source)).encode() + b"\0" + path.read_bytes())
    for library in _LIBRARIES:
        digest.update(f"{library} {importlib.metadata.version(library)}".encode())
    return digest.hexdigest()[:16]


def provide_database() -> None:
    """A fresh copy of the template, with its keys, for this process."""
    with maintained() as maintenance_connection:
        if template() not in names(maintenance_connection, template()):
            remove_what_is_left(maintenance_connection)
            _build(maintenance_connection)
        _copy(maintenance_connection)
        (settings.STEWARD_DATA / IN_USE).write_text(template())
    shutil.copytree(ROOT / "templates" / template(), settings.STEWARD_DATA, dirs_exist_ok=True)


def restore_database() -> None:
    """Undo what a test committed: a new copy is quicker than emptying all tables, and has the cast in it."""
    connection.close()
    with maintained() as maintenance_connection:
        _copy(maintenance_connection)


@contextmanager
def lasting() -> Iterator[None]:
    """What is made herein stands until the end; each test within is rolled back to it.

    A transaction around those of the tests, so nothing within may commit: not for tests with `transaction=True`.
    """
    outermost = transaction.atomic()
    outermost._from_testcase = True  # type: ignore[attr-defined]  # a scope may open in it, as it may in the transaction of a test
    with outermost:
        yield
        transaction.set_rollback(True)


def remove_database() -> None:
    """Leave nothing of this process behind, no thread either that would speak of a database that is gone."""
    telling.finish()
    connection.close()
    with maintained() as maintenance_connection:
        drop_database(maintenance_connection, database_name())
    shutil.rmtree(settings.STEWARD_DATA)
    with contextlib.suppress(OSError):  # other workers of the run are not done yet
        settings.STEWARD_DATA.parent.rmdir()


def _copy(maintenance_connection: Connection, source: str = "", target: str = "") -> None:
    """Make a database as another one is: by default the one of this process, as the template is."""
    source, target = source or template(), target or database_name()
    drop_database(maintenance_connection, target)
    command = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {} STRATEGY file_copy")
    owner = roles().owner.name
    maintenance_connection.execute(command.format(*map(sql.Identifier, (target, source, owner))))
    # Rights on the database itself are not copied with it.
    for right in ("REVOKE CONNECT, TEMPORARY ON DATABASE {} FROM PUBLIC", "GRANT CONNECT ON DATABASE {} TO {}, {}"):
        grantees = [target, roles().app.name, roles().ops.name][: right.count("{}")]
        maintenance_connection.execute(sql.SQL(right).format(*map(sql.Identifier, grantees)))


def _build(maintenance_connection: Connection) -> None:
    if schema() not in names(maintenance_connection, schema()):
        with _draft_of(schema(), maintenance_connection) as draft:
            prepare(maintenance(), draft, roles=roles())
            with connected_as("owner", draft):
                call_command("migrate", verbosity=0)
                with connection.cursor() as cursor:
                    cursor.execute(_NOW)
    folder = ROOT / "templates" / template()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with _draft_of(template(), maintenance_connection) as draft:
        _copy(maintenance_connection, schema(), draft)
        with connected_as("app", draft), override_settings(STEWARD_DATA=folder):
            set_up_keys()
            make_cast()


@contextmanager
def _draft_of(name: str, maintenance_connection: Connection) -> Iterator[str]:
    """Under another name until it is whole: a build that was killed leaves no half database."""
    draft = f"{name}_draft"
    drop_database(maintenance_connection, draft)
    yield draft
    # What our own side connections (notices after a commit) still hold.
    held = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
    maintenance_connection.execute(held, [draft])
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    maintenance_connection.execute(rename.format(sql.Identifier(draft), sql.Identifier(name)))


@contextmanager
def connected_as(role: str, database: str = "") -> Iterator[None]:
    """Django's connection as `owner`, `app` or `ops` for a while; not inside a transaction."""
    parts = conninfo_to_dict(login(role, database or database_name()))
    connection.close()
    before = dict(connection.settings_dict)
    connection.settings_dict.update(
        NAME=str(parts["dbname"]), USER=str(parts["user"]), PASSWORD=str(parts.get("password", ""))
    )
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)
