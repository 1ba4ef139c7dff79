"""Where the tests run: a place of their own, whatever installation the developer's environment points to.

    /tmp/steward-test-<user>/server       one PostgreSQL for all runs, stopped by the last one that leaves
    /tmp/steward-test-<user>/templates    keys of the accounts in each template
    /tmp/steward-test-<user>/runs         STEWARD_DATA of each worker of each run

`STEWARD_TEST_DATABASE_OWNER_URL` names another server: a login that may make roles and databases.
"""

import getpass
import os
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from steward.project.messages.compiling import compile_changed
from steward.project.postgres import Login, Roles, dsn

# Not below a home directory: run as root, PostgreSQL works under another user, who must be able to reach it. Not
# TMPDIR either, which may be too long for the path of a socket.
ROOT = Path("/tmp") / f"steward-test-{getpass.getuser()}"  # noqa: S108  made 0711 and checked to be ours
SERVER = ROOT / "server"

_PASSWORD = "steward-tests"  # noqa: S105  of roles on a server that is there for tests only
_KEPT = {"STEWARD_TEST_RUN", "STEWARD_TEST_DATABASE_OWNER_URL"}


class NotOurs(RuntimeError):
    """The place for the tests belongs to another user of the machine."""


def set_up() -> None:
    """Point the settings at the tests' own place; to be called before anything reads them."""
    for name in [n for n in os.environ if n.startswith(("STEWARD_", "DATABASE_")) and n not in _KEPT]:
        del os.environ[name]
    if "PYTEST_XDIST_WORKER" not in os.environ or "STEWARD_TEST_RUN" not in os.environ:
        os.environ["STEWARD_TEST_RUN"] = str(os.getpid())
    _make_root()
    compile_changed()
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "steward.project.settings",
        "STEWARD_TESTING": "1",
        "STEWARD_DATA": str(data_directory()),
        "STEWARD_SECRET_KEY": "the tests of all runs share the template, and with it this key",
        "DATABASE_URL": login("app", database_name()),
        "DATABASE_OWNER_URL": login("owner", database_name()),
        "DATABASE_OPS_URL": login("ops", database_name()),
    }


def _make_root() -> None:
    ROOT.mkdir(mode=0o711, exist_ok=True)
    if ROOT.stat().st_uid != os.geteuid():
        raise NotOurs(f"{ROOT} belongs to somebody else: remove it")
    data_directory().mkdir(parents=True, exist_ok=True)


def run() -> str:
    """The run of tests this process belongs to: the process id of the test runner."""
    return os.environ["STEWARD_TEST_RUN"]


def _worker() -> str:
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


def data_directory() -> Path:
    """STEWARD_DATA of this process."""
    return ROOT / "runs" / run() / _worker()


def database_name() -> str:
    """The database of this process."""
    return f"steward_test_{run()}_{_worker()}"


def external() -> str:
    """The connection string of a server that is not ours, or nothing."""
    return os.environ.get("STEWARD_TEST_DATABASE_OWNER_URL", "")


def maintenance(database: str = "postgres") -> str:
    """The login that makes roles and databases."""
    if external():
        given = {} if database == "postgres" else {"dbname": database}
        return make_conninfo(external(), **given)
    return dsn(SERVER, "postgres", database=database)


def login(role: str, database: str) -> str:
    """The connection string of `owner`, `app` or `ops`, as key=value pairs."""
    if external():
        parts = conninfo_to_dict(external()) | {"user": f"steward_{role}", "password": _PASSWORD, "dbname": database}
        return make_conninfo("", **parts)
    return dsn(SERVER, f"steward_{role}", database=database)


def roles() -> Roles:
    """The roles to make: with a password where the socket's `peer` cannot be relied on."""
    if not external():
        return Roles()
    owner, app, ops = (Login(f"steward_{role}", _PASSWORD) for role in ("owner", "app", "ops"))
    return Roles(owner=owner, app=app, ops=ops)
