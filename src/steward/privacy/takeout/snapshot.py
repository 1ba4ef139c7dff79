"""One moment of an account, that stays the same while it is read: rows as JSON, one after the other.

A connection of its own, so that how far it is can be said meanwhile. PostgreSQL writes the JSON: a line never becomes
objects of Python, and a table of any size takes no memory.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from django.apps import apps
from django.db import models
from psycopg import sql

from steward.events.connecting import connection_string
from steward.privacy.takeout.contents import HEX, LEFT_FILES, Table, is_owned
from steward.tenancy.scope import ENTER

_BLOCK = 64 * 1024
# Times in UTC, lengths of time as ISO 8601 has them, whatever the server is set to; and as much time as it takes.
_FORMS = (
    "SET LOCAL timezone = 'UTC'; SET LOCAL intervalstyle = 'iso_8601'; "
    "SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL statement_timeout = 0"
)

_FILES = """
SELECT id, storage_key, size, created_at, coalesce((
    SELECT name FROM tickets_attachment AS a WHERE a.account_id = {account} AND a.file_id = f.id LIMIT 1), '')
  FROM files_file AS f WHERE {given} ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file as its row says it was in that moment."""

    id: UUID
    storage_key: str
    size: int
    created_at: datetime
    name: str  # as it was sent; empty where nobody named it


@contextmanager
def snapshot(account_id: UUID) -> Iterator["Snapshot"]:
    """This moment of an account, a sealed one too: whoever opens it has asked who may."""
    with psycopg.connect(connection_string()) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        connection.execute(_FORMS.encode())
        connection.execute(ENTER.encode(), {"account": str(account_id), "upkeep": True})
        yield Snapshot(connection, account_id)


class Snapshot:
    """The moment. One thing is read after the other."""

    def __init__(self, connection: "psycopg.Connection[Any]", account_id: UUID) -> None:
        self._connection, self._account_id = connection, account_id

    def count(self, table: Table) -> int:
        """How many rows there are; asked of the table alone, so that lines can be compared with it."""
        return self._number(self._statement("count(*)", table))

    def count_files(self) -> tuple[int, int]:
        """How many files are given, and their bytes."""
        query = sql.SQL("SELECT count(*), coalesce(sum(size), 0) FROM files_file AS f WHERE {}").format(self._given())
        row = self._connection.execute(query).fetchone()
        assert row is not None  # noqa: S101  an aggregate
        return int(row[0]), int(row[1])

    def rows(self, table: Table) -> Iterator[tuple[bytes, int]]:
        """Lines of JSON, in the order of their ids, in blocks of some 64 KiB; and how many lines a block has."""
        columns = sql.SQL(", ").join(_column(field) for field in table.fields)
        inner = self._statement(columns, table) + sql.SQL(" ORDER BY {}").format(_name(table.model._meta.pk))
        held, number = bytearray(), 0
        for (line,) in self._copied(sql.SQL("SELECT to_json(r)::text FROM ({}) AS r").format(inner), "text"):
            held += line.encode() + b"\n"
            number += 1
            if len(held) >= _BLOCK:
                yield bytes(held), number
                held, number = bytearray(), 0
        if number:
            yield bytes(held), number

    def mails(self, table: str, at: str) -> Iterator[tuple[UUID, bytes, datetime]]:
        """Id, encrypted bytes and time of every mail of a table; `at` is the column of the time."""
        query = sql.SQL("SELECT id, content, {} FROM {} WHERE account_id = {} ORDER BY id")
        wanted = query.format(sql.Identifier(at), sql.Identifier(table), self._account)
        yield from self._copied(wanted, "uuid", "bytea", "timestamptz")

    def files(self) -> Iterator[StoredFile]:
        """Every file that is given."""
        query = sql.SQL(_FILES).format(account=self._account, given=self._given())
        yield from (StoredFile(*row) for row in self._copied(query, "uuid", "text", "int8", "timestamptz", "text"))

    @property
    def _account(self) -> sql.Literal:
        return sql.Literal(str(self._account_id))

    def _given(self) -> sql.Composable:
        """The condition that leaves out the files that are themselves copies."""
        return sql.SQL("f.account_id = {}").format(self._account) + sql.SQL("").join(
            sql.SQL(" AND NOT EXISTS (SELECT FROM {table} AS o WHERE o.account_id = {account} AND o.file_id = f.id)")
            .format(table=sql.Identifier(_table_of(label)), account=self._account)
            for label in LEFT_FILES
        )  # fmt: skip

    def _statement(self, what: "sql.Composable | LiteralString", table: Table) -> sql.Composed:
        selected = sql.SQL(what) if isinstance(what, str) else what
        name = sql.Identifier(table.model._meta.db_table)
        return sql.SQL("SELECT {} FROM {} AS t WHERE {}").format(selected, name, self._mine(table))

    def _mine(self, table: Table) -> sql.Composable:
        if table.name == "tenancy.Account":
            return sql.SQL("id = {}").format(self._account)
        if table.name == "people.User":
            people = "id IN (SELECT user_id FROM people_membership WHERE account_id = {})"
            return sql.SQL(people).format(self._account)
        assert is_owned(table) or "account_id" in _columns(table.model), table.name  # noqa: S101
        return sql.SQL("account_id = {}").format(self._account)

    def _copied(self, query: sql.Composable, *types: str) -> Iterator[tuple[Any, ...]]:
        """Rows one by one: COPY holds none of them, however many there are."""
        statement = sql.SQL("COPY ({}) TO STDOUT (FORMAT BINARY)").format(query)
        with self._connection.cursor() as cursor, cursor.copy(statement) as copied:
            copied.set_types(types)
            yield from copied.rows()

    def _number(self, query: sql.Composed) -> int:
        row = self._connection.execute(query).fetchone()
        assert row is not None  # noqa: S101  a count
        return int(row[0])


def _column(field: "models.Field[Any, Any]") -> sql.Composable:
    """A column as JSON can have it: bytes as hexadecimal digits, decimal numbers as text, so that none is rounded."""
    name = _name(field)
    if f"{field.model._meta.label}.{field.name}" in HEX:
        return sql.SQL("encode({name}, 'hex') AS {name}").format(name=name)
    return sql.SQL("{name}::text AS {name}").format(name=name) if isinstance(field, models.DecimalField) else name


def _name(field: "models.Field[Any, Any]") -> sql.Identifier:
    return sql.Identifier(str(field.column))


def _columns(model: type[models.Model]) -> set[str]:
    return {str(field.column) for field in model._meta.local_concrete_fields}


def _table_of(label: str) -> str:
    return str(apps.get_model(label.rpartition(".")[0])._meta.db_table)
