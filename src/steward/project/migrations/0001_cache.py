"""The table of the cache that counts sign-in attempts; a cache in each process would multiply the limits."""

from django.db import migrations

FORWARDS = """
CREATE TABLE steward_cache (cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL);
CREATE INDEX steward_cache_expires ON steward_cache (expires);
"""


class Migration(migrations.Migration):
    dependencies: list[tuple[str, str]] = []

    operations = [migrations.RunSQL(FORWARDS, "DROP TABLE steward_cache")]
