"""Contract 5 for tables without account: the database has the columns that are declared, and no others."""

import re

import pytest
from django.apps import apps
from django.db import connection

from steward.privacy.inventory import Whose
from steward.tenancy.models import account_owned_models
from steward.tenancy.shared_columns import TABLES
from steward.tenancy.shared_tables import REASONS

CATEGORY = re.compile(r"user(\.[a-z_]+)*")
# The SQL of the database itself, not of a migration: what was added by hand is found too.
COLUMNS = """
  SELECT table_name::text, column_name::text FROM information_schema.columns
   WHERE table_schema NOT IN ('pg_catalog', 'information_schema')
     AND table_name NOT IN (SELECT table_name FROM information_schema.views)
"""


@pytest.fixture
def columns(db):
    """{table: its columns}, as the database has them."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS)
        for table, column in cursor.fetchall():
            found.setdefault(table, set()).add(column)
    return found


def test_every_table_without_account_says_what_it_holds():
    assert set(TABLES) == set(REASONS)


@pytest.mark.parametrize("table", TABLES)
def test_it_holds_that_and_nothing_else(table, columns):
    assert columns.get(table, set()) == TABLES[table].columns


@pytest.mark.parametrize("table", TABLES)
def test_models_know_of_every_column(table, columns):
    model = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}.get(table)
    if model is not None:
        assert {field.column for field in model._meta.local_fields} == columns[table]
    else:
        assert table in {"django_migrations", "steward_cache"}, "a table that no model tells of"


def test_no_table_is_there_that_nobody_declared(columns):
    owned = {model._meta.db_table for model in account_owned_models()}
    assert set(columns) - owned == set(TABLES)


@pytest.mark.parametrize("table", TABLES)
def test_what_is_about_somebody_says_about_whom_and_what_for(table):
    for name, holding in TABLES[table].personal.items():
        assert isinstance(holding.whose, Whose), name
        assert CATEGORY.fullmatch(holding.category), name
        assert holding.purpose, name
        assert name not in TABLES[table].others.split(), name
