"""How far several accounts have come, in one question: who serves streams asks for all of them every two seconds."""

from django.db import migrations

# Counters and nothing else, and only of accounts that the asker can name.
FORWARDS = """
CREATE FUNCTION event_positions(accounts uuid[]) RETURNS TABLE (account_id uuid, reached bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT clock.account_id, clock.position FROM events_eventclock clock WHERE clock.account_id = ANY (accounts)
$$;
REVOKE ALL ON FUNCTION event_positions(uuid[]) FROM PUBLIC;
DO $$
DECLARE app text;
BEGIN
  FOR app IN SELECT DISTINCT grantee FROM information_schema.role_table_grants
      WHERE table_name = 'events_event' AND privilege_type = 'SELECT' AND grantee <> current_user LOOP
    EXECUTE format('GRANT EXECUTE ON FUNCTION event_positions(uuid[]) TO %I', app);
  END LOOP;
END $$;
"""

BACKWARDS = "DROP FUNCTION event_positions(uuid[]);"


class Migration(migrations.Migration):
    dependencies = [("events", "0002_clock")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
