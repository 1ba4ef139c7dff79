"""Positions and the hash chain of events, given at COMMIT."""

from django.db import migrations

# The clock row is the last lock a transaction takes: taken in the middle it would deadlock with ticket locks, and
# numbers taken from a sequence become visible out of order, so that a reader who asks for "after N" misses some.
FORWARDS = """
CREATE FUNCTION number_event() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public AS $$
DECLARE n bigint; link bytea;
BEGIN
  INSERT INTO events_eventclock AS clock (id, account_id, position, chain)
    VALUES (gen_random_uuid(), new.account_id, 1, decode(repeat('00', 32), 'hex'))
    ON CONFLICT (account_id) DO UPDATE SET position = clock.position + 1
    RETURNING position, chain INTO n, link;
  link := sha256(link || convert_to(concat_ws('|', n, new.id, new.account_id, new.kind, new.object_type,
    new.object_id, new.actor_kind, coalesce(new.actor_id::text, ''),
    to_char(new.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')), 'UTF8') || new.digest);
  UPDATE events_eventclock SET chain = link WHERE account_id = new.account_id;
  UPDATE events_event SET position = n, chain = link WHERE id = new.id;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION number_event() FROM PUBLIC;
CREATE CONSTRAINT TRIGGER number_event AFTER INSERT ON events_event
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION number_event();
ALTER TABLE events_eventclock SET (fillfactor = 50);
"""

# Append-only for everybody who serves: only what erasure nulls may change.
GRANTS = """
DO $$
DECLARE app text;
BEGIN
  FOR app IN SELECT DISTINCT grantee FROM information_schema.role_table_grants
      WHERE table_name = 'events_event' AND privilege_type = 'UPDATE' AND grantee <> current_user LOOP
    EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON events_event, events_eventclock FROM %I', app);
    EXECUTE format('REVOKE INSERT ON events_eventclock FROM %I', app);
    EXECUTE format('GRANT UPDATE (changes, salt) ON events_event TO %I', app);
  END LOOP;
END $$;
"""

BACKWARDS = "DROP TRIGGER number_event ON events_event; DROP FUNCTION number_event();"


class Migration(migrations.Migration):
    dependencies = [("events", "0001_initial")]

    operations = [
        migrations.RunSQL(FORWARDS, BACKWARDS),
        migrations.RunSQL(GRANTS, migrations.RunSQL.noop),
    ]
