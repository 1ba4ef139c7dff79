"""The events of one transaction are numbered together: one by one, each waits for all before it in the clock's row."""

from importlib import import_module

from django.db import migrations

# A transaction sees no unnumbered events but its own, and their ids grow. Those are looked up by id, as beside the numbers
# every event that ever had none has left an entry; `coalesce` keeps the planner from going there.
# An event that somehow has a smaller id is numbered when its own turn comes.
FORWARDS = """
CREATE OR REPLACE FUNCTION number_event() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public
    SET plan_cache_mode = force_generic_plan SET enable_sort = off SET enable_bitmapscan = off AS $$
DECLARE n bigint; link bytea; each record;
BEGIN
  IF new.position IS NOT NULL THEN -- nobody gives one to an event
    UPDATE events_event SET position = NULL WHERE id = new.id;
  END IF;
  FOR each IN SELECT * FROM events_event
      WHERE (SELECT position IS NULL FROM events_event WHERE id = new.id)
        AND account_id = new.account_id AND id >= new.id AND coalesce(position, 0) = 0
      ORDER BY id LOOP
    IF n IS NULL THEN
      INSERT INTO events_eventclock AS clock (id, account_id, position, chain)
        VALUES (gen_random_uuid(), new.account_id, 0, decode(repeat('00', 32), 'hex'))
        ON CONFLICT (account_id) DO UPDATE SET position = clock.position
        RETURNING position, chain INTO n, link;
    END IF;
    n := n + 1;
    link := sha256(link || convert_to(concat_ws('|', n, each.id, each.account_id, each.kind, each.object_type,
      each.object_id, each.actor_kind, coalesce(each.actor_id::text, ''),
      to_char(each.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')), 'UTF8') || each.digest);
    UPDATE events_event SET position = n, chain = link WHERE id = each.id;
  END LOOP;
  IF n IS NOT NULL THEN
    UPDATE events_eventclock SET position = n, chain = link WHERE account_id = new.account_id;
  END IF;
  RETURN NULL;
END $$;
"""

_CLOCK = import_module("steward.events.migrations.0002_clock").FORWARDS
BACKWARDS = _CLOCK.partition("REVOKE")[0].replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


class Migration(migrations.Migration):
    dependencies = [("events", "0003_positions")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
