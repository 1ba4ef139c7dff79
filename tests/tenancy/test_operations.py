"""The migration operations that secure a table."""

import psycopg
import pytest
from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState
from django.db.migrations.writer import MigrationWriter

from steward.lib.ids import new_id
from steward.tenancy.models import Ref
from steward.tenancy.operations import SecureReference, SecureTable
from steward.testing import environment
from steward.testing.database import connected_as


@pytest.mark.parametrize(
    "operation",
    [SecureTable("Thing"), SecureTable("Thing", own_rows="user_id = id"), SecureReference("Thing", "other")],
)
def test_an_operation_can_be_written_into_a_migration(operation):
    text, imports = MigrationWriter.serialize(operation)
    again = eval(text, {"steward": __import__("steward.tenancy.operations")})  # noqa: S307  what the writer wrote
    assert again.deconstruct() == operation.deconstruct()
    assert imports == {"import steward.tenancy.operations"}
    assert operation.describe().startswith("Secure Thing")


def test_a_reference_is_an_ordinary_field_to_migrations():
    _, path, args, options = Ref("tenancy.Account", on_delete=models.CASCADE).deconstruct()
    assert path == "steward.tenancy.models.Ref"
    assert "db_constraint" not in options
    assert Ref(*args, **options).db_constraint is False


def things():
    """A table and one that refers to it, as a migration would make them."""
    account = ("account", models.ForeignKey("tenancy.Account", models.CASCADE, related_name="+", db_index=False))
    key = ("id", models.UUIDField(primary_key=True, default=new_id))
    return [
        migrations.CreateModel("Thing", [key, account]),
        migrations.CreateModel("Part", [key, account, ("thing", Ref("tests.Thing", models.CASCADE))]),
        SecureTable("Thing"),
        SecureTable("Part"),
    ]


@pytest.mark.django_db(transaction=True)
def test_forwards_and_backwards():
    with connected_as("owner"):
        states = apply_forwards(things())
        assert catalogue() == {
            "tests_part": (True, True, {"account", "migrations", "sealed"}, {"tests_part_account_key"}),
            "tests_thing": (True, True, {"account", "migrations", "sealed"}, {"tests_thing_account_key"}),
        }
        assert "FOREIGN KEY (account_id, thing_id) REFERENCES tests_thing(account_id, id)" in constraints("tests_part")
        for operation, before, after in reversed(states[2:]):
            with connection.schema_editor() as editor:
                operation.database_backwards("tests", editor, after, before)
        assert {line[:2] for line in catalogue().values()} == {(False, False)}
        assert "FOREIGN KEY (account_id, thing_id)" not in constraints("tests_part")


def apply_forwards(operations):
    from django.apps import apps

    state, states = ProjectState.from_apps(apps), []
    with connection.schema_editor() as editor:
        for operation in operations:
            before, state = state, state.clone()
            operation.state_forwards("tests", state)
            operation.database_forwards("tests", editor, before, state)
            states.append((operation, before, state))
    return states


def asked(query, *values):
    with psycopg.connect(environment.maintenance(environment.database_name())) as superuser:
        return superuser.execute(query, values).fetchall()


def catalogue():
    query = """
      SELECT relname::text, relrowsecurity, relforcerowsecurity,
        ARRAY(SELECT polname::text FROM pg_policy WHERE polrelid = c.oid),
        ARRAY(SELECT conname::text FROM pg_constraint WHERE conrelid = c.oid AND contype = 'u')
      FROM pg_class c WHERE relkind = 'r' AND relname LIKE 'tests%%'"""
    return {name: (on, forced, set(policies), set(keys)) for name, on, forced, policies, keys in asked(query)}


def constraints(table):
    query = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass"
    return " ".join(definition for (definition,) in asked(query, table))
