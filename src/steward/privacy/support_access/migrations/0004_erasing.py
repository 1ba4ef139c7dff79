"""Erasing is granted by a box of its own, and nothing is erased in the name of support by a page."""

from typing import Any

from django.db import migrations, models

# What support does in its own name, it does by pages: notes and states. What takes something for good is no part of
# that, whatever is granted, and whatever a page may come to do by mistake.
DEED = """
CREATE OR REPLACE FUNCTION support_access_deed() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public
AS $$
BEGIN
  IF new.actor_id IS DISTINCT FROM nullif(current_setting('steward.operator', true), '')::uuid
     OR {takes}NOT support_access_lets(ARRAY['tickets'], true) THEN
    RAISE insufficient_privilege USING MESSAGE = 'support may not write in this account';
  END IF;
  RETURN new;
END $$
"""
TAKES = "new.kind ~ '^(erasure|retention|bin)\\.|redacted$|deleted$|purged$' OR "


def forwards(apps: Any, schema_editor: Any) -> None:
    schema_editor.execute(DEED.format(takes=TAKES), params=None)


def backwards(apps: Any, schema_editor: Any) -> None:
    schema_editor.execute(DEED.format(takes=""), params=None)


class Migration(migrations.Migration):
    dependencies = [("support_access", "0003_requests_and_erasures")]

    operations = [
        migrations.AddField(
            model_name="supportgrant",
            name="may_erase",
            field=models.BooleanField(default=False),
        ),
        migrations.AddIndex(
            model_name="supportsession",
            index=models.Index(fields=["account", "user_id", "began_at"], name="support_access_operator"),
        ),
        migrations.RunPython(forwards, backwards),
    ]
