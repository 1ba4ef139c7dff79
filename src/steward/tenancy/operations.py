"""Migration operations that put a table under row-level security."""

from collections.abc import Iterator
from typing import Any

from django.db import models
from django.db.migrations.operations.base import Operation, OperationCategory

from steward.tenancy.models import Ref

# Whoever enters an account says which, and that it is not sealed (`scope`): the policy compares the two, which costs
# next to nothing. For who says only which, as a process of the version before does, each table looks the account up.
IS_OPEN = """
CREATE OR REPLACE FUNCTION tenancy_is_open(account uuid) RETURNS boolean LANGUAGE sql STABLE
    SET search_path = pg_catalog, public AS $$
  SELECT NOT EXISTS (SELECT FROM tenancy_account WHERE id = account AND state IN ('terminated', 'deleted', 'gone'))
$$
"""
_UNSEALED = (
    "current_setting('steward.unsealed', true) = current_setting('steward.account', true) "
    "OR tenancy_is_open(nullif(current_setting('steward.account', true), '')::uuid)"
)
_MINE = "account_id = nullif(current_setting('steward.account', true), '')::uuid"


class SecureTable(Operation):
    """Give one account-owned table its policy, `UNIQUE (account_id, id)` and composite foreign keys.

    The project state stays as it is, so the autodetector sees nothing. `own_rows` is an extra SQL condition under
    which rows may be read (never written) whatever account is in scope.
    """

    reversible = True
    reduces_to_sql = True
    category = OperationCategory.SQL

    def __init__(self, name: str, own_rows: str = "") -> None:
        self.name = name
        self.own_rows = own_rows

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return "SecureTable", [self.name], {"own_rows": self.own_rows} if self.own_rows else {}

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Nothing: the model itself does not change."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = to_state.apps.get_model(app_label, self.name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            for statement in self._policies(model, schema_editor.quote_name):
                schema_editor.execute(statement)
            # Deferred: the table referred to may be secured later in the same migration.
            schema_editor.deferred_sql.extend(composite_keys(model, schema_editor.quote_name))

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = from_state.apps.get_model(app_label, self.name)
        table = schema_editor.quote_name(model._meta.db_table)
        for policy in ("account", "migrations", "own_rows", "sealed"):
            schema_editor.execute(f"DROP POLICY IF EXISTS {policy} ON {table}")
        schema_editor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        schema_editor.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
        schema_editor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {_key_name(model)} CASCADE")

    def _policies(self, model: type[models.Model], quote: Any) -> Iterator[str]:
        table = quote(model._meta.db_table)
        yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
        yield f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"
        yield f"CREATE POLICY account ON {table} USING ({_MINE}) WITH CHECK ({_MINE})"
        yield IS_OPEN
        yield sealed_policy(table)
        # FORCE binds the owner too: without this a migration that moves rows would silently move none.
        yield f"CREATE POLICY migrations ON {table} TO CURRENT_ROLE USING (true) WITH CHECK (true)"
        if self.own_rows:
            yield f"CREATE POLICY own_rows ON {table} FOR SELECT USING ({self.own_rows})"
        yield f"ALTER TABLE {table} ADD CONSTRAINT {_key_name(model)} UNIQUE (account_id, id)"

    def describe(self) -> str:
        return f"Secure {self.name} by account"

    @property
    def migration_name_fragment(self) -> str:
        return f"secure_{self.name.lower()}"


def sealed_policy(table: str) -> str:
    """The statement that keeps everybody but the upkeep from rows of terminated accounts, whatever else lets them."""
    return f"CREATE POLICY sealed ON {table} AS RESTRICTIVE USING ({_UNSEALED}) WITH CHECK ({_UNSEALED})"


def _key_name(model: type[models.Model]) -> str:
    return f"{model._meta.db_table}_account_key"


def composite_keys(model: type[models.Model], quote: Any) -> Iterator[str]:
    """The foreign keys of the table as `(account_id, x_id)`, for every `Ref` in it."""
    table = model._meta.db_table
    for field in model._meta.local_fields:
        if isinstance(field, Ref):
            nulls = field.null and field.remote_field.on_delete is not models.PROTECT
            yield composite_key(table, field.column, field.related_model._meta.db_table, quote, nulls=nulls)


def composite_key(table: str, column: str, target: str, quote: Any, *, nulls: bool) -> str:
    """The statement for one composite foreign key; a nullable one lets go of its target when that is deleted.

    Django sets a nullable reference to NULL itself; the database repeats it for rows that Python never saw.
    """
    on_delete = f" ON DELETE SET NULL ({quote(column)})" if nulls else ""
    return (
        f"ALTER TABLE {quote(table)} ADD CONSTRAINT {quote(f'{table}_{column}_account_fk'[-63:])} "
        f"FOREIGN KEY (account_id, {quote(column)}) REFERENCES {quote(target)} (account_id, id){on_delete} "
        "DEFERRABLE INITIALLY DEFERRED"
    )


class SecureReference(Operation):
    """The composite foreign key of a `Ref` added to a table that is secured already."""

    reversible = True
    reduces_to_sql = True
    category = OperationCategory.SQL

    def __init__(self, name: str, field: str) -> None:
        self.name = name
        self.field = field

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return "SecureReference", [self.name, self.field], {}

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Nothing: the field is in the state already."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = to_state.apps.get_model(app_label, self.name)
        field = model._meta.get_field(self.field)
        target = field.related_model._meta.db_table
        statement = composite_key(
            model._meta.db_table, field.column, target, schema_editor.quote_name, nulls=field.null
        )
        schema_editor.deferred_sql.append(statement)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = from_state.apps.get_model(app_label, self.name)
        column = model._meta.get_field(self.field).column
        name = f"{model._meta.db_table}_{column}_account_fk"[-63:]
        schema_editor.execute(f"ALTER TABLE {schema_editor.quote_name(model._meta.db_table)} DROP CONSTRAINT {name}")

    def describe(self) -> str:
        return f"Secure {self.name}.{self.field} by account"
