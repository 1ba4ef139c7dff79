"""Support that was let see matters of privacy sees requests, erasures and holds, by codes and times; and no audit."""

from collections.abc import Iterator
from typing import Any

from django.db import migrations

READABLE = (
    (
        "requests_privacyrequest",
        "id, account_id, type, channel, state, verified_by, received_at, due_at, extended_until, refusal, answered_at, "
        "closed_at",
    ),
    ("erasure_erasure", 'id, account_id, "of", state, planned_at, started_at, finished_at, backups_end_at'),
)
# Opened until now, and shown nowhere.
AUDIT = (
    ("events_event", "id, account_id, kind, object_type, object_id, actor_kind, actor_id, at, position"),
    ("events_read", "*"),
)
_POLICY = (
    "CREATE POLICY staff ON {} AS RESTRICTIVE FOR SELECT TO steward_staff "
    "USING ((SELECT support_access_lets('{{privacy}}')))"
)


def _open(tables: Any) -> Iterator[str]:
    for table, columns in tables:
        yield f"GRANT SELECT {'' if columns == '*' else f'({columns})'} ON {table} TO steward_staff"
        yield _POLICY.format(table)


def _shut(tables: Any) -> Iterator[str]:
    for table, columns in tables:
        yield f"DROP POLICY staff ON {table}"
        which = "" if columns == "*" else f"({columns})"
        yield f"REVOKE SELECT {which} ON {table} FROM steward_staff"  # noqa: S608  our own names


def forwards(apps: Any, schema_editor: Any) -> None:
    for statement in (*_open(READABLE), *_shut(AUDIT)):
        schema_editor.execute(statement)


def backwards(apps: Any, schema_editor: Any) -> None:
    for statement in (*_open(AUDIT), *_shut(READABLE)):
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [
        ("support_access", "0002_staff"),
        ("erasure", "0005_customers_by_a_rule"),
        ("requests", "0004_what_is_no_request"),
    ]

    operations = [migrations.RunPython(forwards, backwards)]
