"""The oldest events of an account may go: the chain says behind which it begins then."""

from django.db import migrations, models

# Thirty days always stay, whoever asks. The clock comes last: whoever commits an event waits for it.
FORWARDS = """
CREATE FUNCTION forget_events(up_to bigint) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public AS $$
DECLARE mine uuid := nullif(current_setting('steward.account', true), '')::uuid; young bigint; past events_event; n bigint;
BEGIN
  SELECT position INTO young FROM events_event WHERE account_id = mine AND position BETWEEN 1 AND up_to
    AND at >= statement_timestamp() - interval '30 days' ORDER BY position LIMIT 1;
  SELECT * INTO past FROM events_event WHERE account_id = mine
    AND position BETWEEN 1 AND least(up_to, coalesce(young - 1, up_to)) ORDER BY position DESC LIMIT 1;
  IF past.id IS NULL THEN RETURN 0; END IF;
  DELETE FROM events_event WHERE account_id = mine AND position BETWEEN 1 AND past.position;
  GET DIAGNOSTICS n = ROW_COUNT;
  UPDATE events_eventclock SET first = past.position, first_chain = past.chain WHERE account_id = mine;
  RETURN n;
END $$;
REVOKE ALL ON FUNCTION forget_events(bigint) FROM PUBLIC;
DO $$
DECLARE app text;
BEGIN
  FOR app IN SELECT DISTINCT grantee FROM information_schema.role_table_grants
      WHERE table_name = 'events_event' AND privilege_type = 'INSERT' AND grantee <> current_user LOOP
    EXECUTE format('GRANT EXECUTE ON FUNCTION forget_events(bigint) TO %I', app);
  END LOOP;
END $$;
"""

BACKWARDS = "DROP FUNCTION forget_events(bigint);"


class Migration(migrations.Migration):
    dependencies = [("events", "0007_reads_of_a_kind")]

    operations = [
        migrations.AddField("eventclock", "first", models.BigIntegerField(db_default=0, default=0)),
        migrations.AddField("eventclock", "first_chain", models.BinaryField(db_default=bytes(32), default=bytes(32))),
        migrations.RunSQL(FORWARDS, BACKWARDS),
    ]
