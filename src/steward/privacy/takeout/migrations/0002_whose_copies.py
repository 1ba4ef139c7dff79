"""Which accounts have a copy of everything, or one that is being made: what ends by the clock looks at no others."""

from django.db import migrations, models

# Ids of accounts and nothing else, for the clock looks every ten minutes, and most of ten thousand accounts have none.
FORWARDS = """
CREATE FUNCTION accounts_with_copies() RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT DISTINCT account_id FROM takeout_accountcopy WHERE state IN ('waiting', 'running', 'ready') ORDER BY 1
$$;
REVOKE ALL ON FUNCTION accounts_with_copies() FROM PUBLIC;
DO $$
DECLARE app text;
BEGIN
  FOR app IN SELECT DISTINCT grantee FROM information_schema.role_table_grants
      WHERE table_name = 'takeout_accountcopy' AND privilege_type = 'DELETE' AND grantee <> current_user LOOP
    EXECUTE format('GRANT EXECUTE ON FUNCTION accounts_with_copies() TO %I', app);
  END LOOP;
END $$;
"""

BACKWARDS = "DROP FUNCTION accounts_with_copies()"


class Migration(migrations.Migration):
    dependencies = [("takeout", "0001_copies_of_everything")]

    operations = [
        migrations.AddIndex(
            model_name="accountcopy",
            index=models.Index(
                condition=models.Q(("state__in", ["waiting", "running", "ready"])),
                fields=["account"],
                name="takeout_accountcopy_there",
            ),
        ),
        migrations.RunSQL(FORWARDS, BACKWARDS),
    ]
