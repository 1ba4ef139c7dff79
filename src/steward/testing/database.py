"""The template, built once for each state of the schema and the cast, and the copies of it."""

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
from django.db import connection
from django.test import override_settings
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

import steward
from steward.privacy.keys.store import set_up_keys
from steward.project.postgres import prepare
from steward.testing.cast import make_cast
from steward.testing.environment import ROOT, database_name, login, maintenance, roles
from steward.testing.server import Connection, drop_database, maintained, names, remove_what_is_left

# What the template is made by: its name changes with any of them.
_SOURCES = ("**/migrations/*.py", "testing/*.py", "tenancy/*.py", "events/*.py", "people/**/*.py", "contacts/*.py")
_LIBRARIES = ("django", "django-allauth", "procrastinate")


@cache
def template() -> str:
    """The name of the template for the code as it is now."""
    digest = hashlib.sha256(maintenance().encode())  # another server has other accounts, with other keys
    source = Path(steward.__path__[0])
    for path in sorted({path for pattern in _SOURCES for path in source.glob(pattern)}):
        digest.update(str(path.relative_to(source)).encode() + b"\0" + path.read_bytes())
    for library in _LIBRARIES:
        digest.update(f"{library} {importlib.metadata.version(library)}".encode())
    return f"steward_template_{digest.hexdigest()[:16]}"


def provide_database() -> None:
    """A fresh copy of the template, with its keys, for this process."""
    with maintained() as maintenance_connection:
        if template() not in names(maintenance_connection, template()):
            remove_what_is_left(maintenance_connection)
            _build(maintenance_connection)
        _copy(maintenance_connection)
    shutil.copytree(ROOT / "templates" / template(), settings.STEWARD_DATA, dirs_exist_ok=True)


def restore_database() -> None:
    """Undo what a test committed: a new copy is quicker than emptying all tables, and has the cast in it."""
    connection.close()
    with maintained() as maintenance_connection:
        _copy(maintenance_connection)


def remove_database() -> None:
    """Leave nothing of this process behind."""
    connection.close()
    with maintained() as maintenance_connection:
        drop_database(maintenance_connection, database_name())
    shutil.rmtree(settings.STEWARD_DATA)
    with contextlib.suppress(OSError):  # other workers of the run are not done yet
        settings.STEWARD_DATA.parent.rmdir()


def _copy(maintenance_connection: Connection) -> None:
    drop_database(maintenance_connection, database_name())
    command = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {} STRATEGY file_copy")
    owner = roles().owner.name
    maintenance_connection.execute(command.format(*map(sql.Identifier, (database_name(), template(), owner))))
    # Rights on the database itself are not copied with it.
    for right in ("REVOKE CONNECT, TEMPORARY ON DATABASE {} FROM PUBLIC", "GRANT CONNECT ON DATABASE {} TO {}, {}"):
        grantees = [database_name(), roles().app.name, roles().ops.name][: right.count("{}")]
        maintenance_connection.execute(sql.SQL(right).format(*map(sql.Identifier, grantees)))


def _build(maintenance_connection: Connection) -> None:
    """Under another name until it is whole: a build that was killed leaves no half template."""
    draft, folder = f"{template()}_draft", ROOT / "templates" / template()
    drop_database(maintenance_connection, draft)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    prepare(maintenance(), draft, roles=roles())
    with connected_as("owner", draft):
        call_command("migrate", verbosity=0)
    with connected_as("app", draft), override_settings(STEWARD_DATA=folder):
        set_up_keys()
        make_cast()
    # What our own side connections (notices after a commit) still hold.
    held = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
    maintenance_connection.execute(held, [draft])
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    maintenance_connection.execute(rename.format(sql.Identifier(draft), sql.Identifier(template())))


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
