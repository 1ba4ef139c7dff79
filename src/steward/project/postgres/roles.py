"""The database roles, on the embedded server and on anybody else's (PostgreSQL 15 to 18).

owner   owns the tables, migrates. Passes by row-level security only where a policy lets it.
app     serves. No superuser, no BYPASSRLS, owns nothing, cannot TRUNCATE (which row-level security does not see).
search  cannot log in; owns the one search function, with BYPASSRLS where the server allows it.
ops     named work across accounts, on tables that migrations grant to it one by one.
staff   cannot log in; what app becomes while support looks into an account. It has few rights, each bound to a grant.

`prepare` may be run by a superuser or, on a hosted server, by a login that has CREATEROLE and CREATEDB.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import LiteralString

import psycopg
from psycopg import errors, sql
from psycopg.conninfo import make_conninfo

from steward.project.postgres.errors import PostgresError

LOCK = 7226981  # any fixed number: two set-ups at once wait for each other

Connection = psycopg.Connection[tuple[object, ...]]


@dataclass(frozen=True)
class Login:
    """A role that logs in. Without a password it relies on `peer`, or on what the server already knows."""

    name: str
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Roles:
    """The names in use. On an external server the logins come from DATABASE_OWNER_URL, _URL and _OPS_URL."""

    owner: Login = Login("steward_owner")
    app: Login = Login("steward_app")
    ops: Login = Login("steward_ops")
    search: str = "steward_search"
    staff: str = "steward_staff"


@dataclass(frozen=True)
class Prepared:
    """What the server allowed. `notices` are sentences for the operator."""

    search_bypasses_rls: bool
    notices: tuple[str, ...] = ()


def prepare(conninfo: str, database: str = "steward", *, roles: Roles | None = None) -> Prepared:
    """Make roles, database and grants; run again, it changes nothing.

    `conninfo` leads to a maintenance database (`postgres`), or to `database` itself where it exists already.
    Raises PostgresError when a role cannot be made, or when the application's could pass by row-level security.
    """
    roles = roles or Roles()
    with _connected(conninfo) as connection:
        bypass = _make_roles(connection, roles)
        _make_database(connection, database, roles.owner.name)
    with _connected(make_conninfo(conninfo, dbname=database)) as connection:
        _grant(connection, database, roles)
    return Prepared(bypass, () if bypass else (_notice(roles.search),))


def _notice(search: str) -> str:
    return (
        f"The server does not let this login give BYPASSRLS to {search}: search uses a policy of its own instead. "
        f"Nothing is less safe for it. To have it the usual way, a superuser may run: ALTER ROLE {search} BYPASSRLS."
    )


@contextmanager
def _connected(conninfo: str) -> Iterator[Connection]:
    """A connection in autocommit; nobody else sets up at the same time, until it is closed."""
    try:
        connection = psycopg.connect(conninfo, autocommit=True)
    except psycopg.OperationalError as refused:
        raise PostgresError(f"The database server does not let us in: {refused}") from None
    with connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        yield connection


def _make_roles(connection: Connection, roles: Roles) -> bool:
    """All five roles, and their memberships. Returns whether the search role has BYPASSRLS."""
    for login in (roles.owner, roles.app, roles.ops):
        _make_login(connection, login)
    for login in (roles.app, roles.ops):
        _refuse_powers(connection, login.name, roles)
    bypass = _make_search(connection, roles.search)
    _let_become(connection, roles.search, roles.owner.name)
    _make_staff(connection, roles)
    # The login that sets up holds the owner's rights, or it could not connect to the database it has made.
    _let_become(connection, roles.owner.name, _me(connection), inherit="TRUE")
    return bypass


def _make_login(connection: Connection, login: Login) -> None:
    if _exists(connection, login.name):
        return
    password = sql.SQL(" PASSWORD {}").format(login.password) if login.password else sql.SQL("")
    command = sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(login.name)) + password
    try:
        connection.execute(command)
    except errors.InsufficientPrivilege:
        raise PostgresError(
            f"The role {login.name} does not exist and {_me(connection)} may not create it: "
            "let the server's administrator create it, or give that login CREATEROLE."
        ) from None


def _refuse_powers(connection: Connection, name: str, roles: Roles) -> None:
    """The serving roles must stand under row-level security: take superuser and BYPASSRLS away, or stop."""
    query = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = %s"
    if _one(connection, query, name):
        try:
            connection.execute(sql.SQL("ALTER ROLE {} NOSUPERUSER NOBYPASSRLS").format(sql.Identifier(name)))
        except errors.InsufficientPrivilege:
            raise PostgresError(
                f"The role {name} is a superuser or has BYPASSRLS, so one account could read another's data: "
                "use another role."
            ) from None
    if name == roles.owner.name or _is_member(connection, name, roles.owner.name):
        raise PostgresError(
            f"The role {name} must neither be nor belong to the owner of the tables, {roles.owner.name}."
        )
    if _exists(connection, roles.search) and _is_member(connection, name, roles.search):
        raise PostgresError(f"The role {name} must not belong to {roles.search}, which may pass by row-level security.")


def _make_search(connection: Connection, name: str) -> bool:
    role = sql.Identifier(name)
    if not _exists(connection, name):
        connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(role))
    query = "SELECT rolbypassrls FROM pg_roles WHERE rolname = %s"
    if not _one(connection, query, name):
        try:
            connection.execute(sql.SQL("ALTER ROLE {} BYPASSRLS").format(role))
        except errors.InsufficientPrivilege:
            return False
    return True


def _make_staff(connection: Connection, roles: Roles) -> None:
    """The role that app may become and whose rights it never has beside its own: policies are about the one it is."""
    role, app = sql.Identifier(roles.staff), sql.Identifier(roles.app.name)
    if not _exists(connection, roles.staff):
        try:
            connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(role))
        except errors.InsufficientPrivilege:
            raise PostgresError(
                f"The role {roles.staff} does not exist and {_me(connection)} may not create it: "
                f"a superuser has to run CREATE ROLE {roles.staff} NOLOGIN."
            ) from None
    if not _has_membership_options(connection):  # there it is the member who inherits, or not
        _execute(connection, sql.SQL("ALTER ROLE {} NOINHERIT").format(app), f"ALTER ROLE {roles.app.name} NOINHERIT")
    _let_become(connection, roles.staff, roles.app.name)
    if _one(connection, "SELECT pg_has_role(%s, %s, 'USAGE')", roles.app.name, roles.staff):
        raise PostgresError(
            f"The role {roles.app.name} holds the rights of {roles.staff} all the time, so its policies would bind "
            f"every page: a superuser has to run GRANT {roles.staff} TO {roles.app.name} WITH INHERIT FALSE."
        )


def _execute(connection: Connection, command: sql.Composed, told: str) -> None:
    try:
        connection.execute(command)
    except errors.InsufficientPrivilege:
        raise PostgresError(f"{_me(connection)} may not do it: a superuser has to run {told}.") from None


def _let_become(connection: Connection, role: str, member: str, *, inherit: LiteralString = "FALSE") -> None:
    """`member` may SET ROLE to `role`, to hand objects over to it; with `inherit` it holds its rights all the time."""
    if role == member or _may_become(connection, member, role):
        return
    # Before 16 a membership has no options of its own; BYPASSRLS is an attribute and never inherited, in any version.
    options = sql.SQL(" WITH INHERIT " + inherit + ", SET TRUE" if _has_membership_options(connection) else "")
    grant = sql.SQL("GRANT {} TO {}").format(sql.Identifier(role), sql.Identifier(member)) + options
    try:
        connection.execute(grant)
    except errors.InsufficientPrivilege:
        raise PostgresError(
            f"{_me(connection)} may not grant {role} to {member}: a superuser has to run GRANT {role} TO {member}."
        ) from None


def _make_database(connection: Connection, database: str, owner: str) -> None:
    if _one(connection, "SELECT count(*) FROM pg_database WHERE datname = %s", database):
        return
    command = sql.SQL("CREATE DATABASE {} OWNER {} ENCODING 'UTF8' TEMPLATE template0")
    try:
        connection.execute(command.format(sql.Identifier(database), sql.Identifier(owner)))
    except errors.InsufficientPrivilege:
        raise PostgresError(
            f"The database {database} does not exist and {_me(connection)} may not create it: "
            f"create it with the owner {owner}."
        ) from None


def _grant(connection: Connection, database: str, roles: Roles) -> None:
    """Rights inside the database; the owner of the database may give all of them."""
    query = "SELECT pg_get_userbyid(datdba)::text FROM pg_database WHERE datname = %s"
    owner = str(_one(connection, query, database))
    names = {
        "database": sql.Identifier(database),
        "owner": sql.Identifier(roles.owner.name),
        "app": sql.Identifier(roles.app.name),
        "ops": sql.Identifier(roles.ops.name),
        "search": sql.Identifier(roles.search),
        "staff": sql.Identifier(roles.staff),
    }
    try:
        with _acting_as(connection, owner):
            for command in OWNERSHIP:
                connection.execute(sql.SQL(command).format(**names))
        with _acting_as(connection, roles.owner.name):
            for command in DEFAULTS:
                connection.execute(sql.SQL(command).format(**names))
    except errors.InsufficientPrivilege as refused:
        raise PostgresError(f"The database {database} does not belong to {roles.owner.name}: {refused}") from None


@contextmanager
def _acting_as(connection: Connection, role: str) -> Iterator[None]:
    """As `role` where we may be it: a superuser's own default privileges would not count for the owner's tables."""
    if _may_become(connection, _me(connection), role):
        connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role)))
    try:
        yield
    finally:
        connection.execute("RESET ROLE")


# TEMPORARY goes too: a temporary table could stand before a real one in the search path of a function.
OWNERSHIP = (
    "REVOKE CONNECT, TEMPORARY ON DATABASE {database} FROM PUBLIC",
    "GRANT CONNECT ON DATABASE {database} TO {app}, {ops}",
    "GRANT CONNECT, CREATE, TEMPORARY ON DATABASE {database} TO {owner}",
    "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
    "GRANT USAGE, CREATE ON SCHEMA public TO {owner}",
    "GRANT USAGE ON SCHEMA public TO {app}, {ops}, {staff}",
    # CREATE is what PostgreSQL asks of a role before it may own a function; nobody can log in as this one.
    "GRANT USAGE, CREATE ON SCHEMA public TO {search}",
)
DEFAULTS = (
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app}",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {app}",
)


def _one(connection: Connection, query: str, *values: object) -> object:
    row = connection.execute(sql.SQL(query), values).fetchone()
    return row[0] if row else None


def _me(connection: Connection) -> str:
    return str(_one(connection, "SELECT current_user::text"))


def _exists(connection: Connection, role: str) -> bool:
    return bool(_one(connection, "SELECT count(*) FROM pg_roles WHERE rolname = %s", role))


def _is_member(connection: Connection, member: str, role: str) -> bool:
    return bool(_one(connection, "SELECT pg_has_role(%s, %s, 'MEMBER')", member, role))


def _may_become(connection: Connection, member: str, role: str) -> bool:
    """Whether SET ROLE would be allowed; from 16 on that is an option of the membership."""
    if member == role:
        return True
    right = "SET" if _has_membership_options(connection) else "MEMBER"
    return bool(_one(connection, "SELECT pg_has_role(%s, %s, %s)", member, role, right))


def _has_membership_options(connection: Connection) -> bool:
    return connection.info.server_version >= 160000
