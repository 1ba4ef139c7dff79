"""Rows of terminated accounts are for the lifecycle and the upkeep only: a policy on every table that accounts own."""

from typing import Any

from django.db import migrations

from steward.tenancy.operations import IS_OPEN, sealed_policy

# Tables that were secured before this policy was part of securing them.
_WITHOUT = """
SELECT p.polrelid::regclass::text FROM pg_policy p WHERE p.polname = 'account'
   AND NOT EXISTS (SELECT FROM pg_policy s WHERE s.polrelid = p.polrelid AND s.polname = 'sealed') ORDER BY 1
"""
_WITH = "SELECT polrelid::regclass::text FROM pg_policy WHERE polname = 'sealed' ORDER BY 1"


def seal(apps: Any, schema_editor: Any) -> None:
    schema_editor.execute(IS_OPEN)
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(_WITHOUT)
        tables = [row[0] for row in cursor.fetchall()]
    for table in tables:
        schema_editor.execute(sealed_policy(table))


def break_the_seal(apps: Any, schema_editor: Any) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(_WITH)
        tables = [row[0] for row in cursor.fetchall()]
    for table in tables:
        schema_editor.execute(f"DROP POLICY sealed ON {table}")
    schema_editor.execute("DROP FUNCTION tenancy_is_open(uuid)")


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0007_step_by_step")]
    operations = [migrations.RunPython(seal, break_the_seal)]
