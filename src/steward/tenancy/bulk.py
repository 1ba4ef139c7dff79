"""Inserting many rows in one statement whose values travel beside it, in binary.

Django writes values into the statement, which PostgreSQL then has to read letter by letter: with mails of 20 KB that
was a third of its work. Here each column is one array, and the statement is the same for any number of rows.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connection, models
from psycopg import Cursor


def insert(rows: Sequence[models.Model], *, ignore_conflicts: bool = False) -> bool:
    """Insert rows of one model. False, with nothing done, when a value is an array or computed by the database."""
    fields = rows[0]._meta.concrete_fields
    columns = [[field.get_db_prep_save(field.pre_save(row, True), connection) for row in rows] for field in fields]
    if any(hasattr(value, "as_sql") for column in columns for value in column):
        return False
    if any((field.db_type(connection) or "").endswith("[]") for field in fields):
        return False  # unnest would take arrays of arrays apart
    connection.ensure_connection()
    wrapped = connection.make_debug_cursor if connection.queries_logged else connection.make_cursor
    with wrapped(Cursor(connection.connection)) as cursor:  # type: ignore[arg-type]  # it wraps any
        cursor.execute(_statement(rows[0], fields, ignore_conflicts=ignore_conflicts), columns)
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias
    return True


def _statement(row: models.Model, fields: Sequence[Any], *, ignore_conflicts: bool) -> str:
    quote = connection.ops.quote_name
    names = ", ".join(quote(field.column) for field in fields)
    arrays = ", ".join(f"%b::{field.db_type(connection)}[]" for field in fields)
    end = " ON CONFLICT DO NOTHING" if ignore_conflicts else ""
    return f"INSERT INTO {quote(row._meta.db_table)} ({names}) SELECT * FROM unnest({arrays}){end}"  # noqa: S608  our own names
