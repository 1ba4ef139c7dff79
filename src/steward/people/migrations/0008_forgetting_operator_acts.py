"""Old entries of the operators' log are forgotten, and only old ones."""

from django.db import migrations

# Whoever serves may not delete from the log. This forgets what is older than asked for, and never what is younger than
# thirty days, whoever asks.
_FUNCTION = """
CREATE FUNCTION operations_forget_acts(older_than interval) RETURNS bigint
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE forgotten bigint;
BEGIN
  IF older_than < interval '30 days' THEN
    RAISE EXCEPTION 'the operators'' log is kept for thirty days at least' USING ERRCODE = 'insufficient_privilege';
  END IF;
  DELETE FROM people_operatoract WHERE at < pg_catalog.now() - older_than;
  GET DIAGNOSTICS forgotten = ROW_COUNT;
  RETURN forgotten;
END $$;
REVOKE ALL ON FUNCTION operations_forget_acts(interval) FROM PUBLIC;
"""
_GRANTS = """
DO $$
DECLARE app text;
BEGIN
  FOR app IN SELECT DISTINCT grantee FROM information_schema.role_table_grants
      WHERE table_name = 'people_operatoract' AND privilege_type = 'INSERT' AND grantee <> current_user LOOP
    EXECUTE format('GRANT EXECUTE ON FUNCTION operations_forget_acts(interval) TO %I', app);
  END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0007_known_browsers")]

    operations = [
        migrations.RunSQL(_FUNCTION, "DROP FUNCTION operations_forget_acts(interval);"),
        migrations.RunSQL(_GRANTS, migrations.RunSQL.noop),
    ]
