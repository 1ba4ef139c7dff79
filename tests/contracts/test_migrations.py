"""Every app has one newest migration, and those of the registry can be taken back and brought in again."""

from collections import Counter

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from steward.testing.database import connected_as

BEFORE_THE_REGISTRY = {
    "agreements": "zero",
    "subprocessors": "zero",
    "notifications": "0002",
    "outbox": "0003",
    "egress": "0002",
    "tenancy": "0003",
}


def test_every_app_has_one_newest_migration() -> None:
    leaves = Counter(app for app, _name in MigrationLoader(None).graph.leaf_nodes())
    assert {app: count for app, count in leaves.items() if count > 1} == {}


@pytest.mark.timeout(400)  # a minute of a processor
@pytest.mark.django_db(transaction=True)
def test_what_the_registry_added_goes_away_without_a_trace_and_comes_back() -> None:
    with connected_as("owner"):
        whole = traces()
        for app, target in BEFORE_THE_REGISTRY.items():
            call_command("migrate", app, target, verbosity=0)
        assert not {name for name in traces() if name.startswith(("agreements_", "subprocessors_", "egress_registry"))}
        call_command("migrate", verbosity=0)
        assert traces() == whole


def traces() -> set[str]:
    """Names of tables, functions, triggers and policies."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " UNION SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
            " UNION SELECT tgrelid::regclass || ' ' || tgname FROM pg_trigger WHERE NOT tgisinternal"
            " UNION SELECT tablename || ' ' || policyname FROM pg_policies"
        )
        return {row[0] for row in cursor.fetchall()}
