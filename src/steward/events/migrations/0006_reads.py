"""Who read what: a table of its own, numbered and chained like events."""

import django.db.models.deletion
from django.db import migrations, models

import steward.lib.ids
from steward.tenancy.operations import SecureTable

# As `number_event` does it. Nothing of a read is ever erased apart from the rest, so there is no digest.
FORWARDS = """
CREATE FUNCTION number_read() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public AS $$
DECLARE n bigint; link bytea;
BEGIN
  INSERT INTO events_readclock AS clock (id, account_id, position, chain, first, first_chain, sealed)
    VALUES (gen_random_uuid(), new.account_id, 1, decode(repeat('00', 32), 'hex'), 0,
      decode(repeat('00', 32), 'hex'), 0)
    ON CONFLICT (account_id) DO UPDATE SET position = clock.position + 1
    RETURNING position, chain INTO n, link;
  link := sha256(link || convert_to(concat_ws('|', n, new.id, new.account_id, new.kind, new.object_type,
    new.object_id, new.actor_kind, coalesce(new.actor_id::text, ''),
    to_char(new.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')), 'UTF8'));
  UPDATE events_readclock SET chain = link WHERE account_id = new.account_id;
  UPDATE events_read SET position = n, chain = link WHERE id = new.id;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION number_read() FROM PUBLIC;
CREATE CONSTRAINT TRIGGER number_read AFTER INSERT ON events_read
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION number_read();
ALTER TABLE events_readclock SET (fillfactor = 50);

-- Lets go of the oldest reads of the account in scope; the chain then begins behind them. Thirty days always stay,
-- whoever asks.
CREATE FUNCTION forget_reads(before timestamptz) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public AS $$
DECLARE mine uuid := nullif(current_setting('steward.account', true), '')::uuid; young bigint; past events_read; n bigint;
BEGIN
  before := least(before, statement_timestamp() - interval '30 days');
  SELECT position INTO young FROM events_read WHERE account_id = mine AND at >= before ORDER BY position LIMIT 1;
  SELECT * INTO past FROM events_read WHERE account_id = mine AND (young IS NULL OR position < young)
    ORDER BY position DESC LIMIT 1;
  IF past.id IS NULL THEN RETURN 0; END IF;
  UPDATE events_readclock SET first = past.position, first_chain = past.chain WHERE account_id = mine;
  DELETE FROM events_read WHERE account_id = mine AND position <= past.position;
  GET DIAGNOSTICS n = ROW_COUNT;
  RETURN n;
END $$;
REVOKE ALL ON FUNCTION forget_reads(timestamptz) FROM PUBLIC;

-- Ids of accounts alone: whose reads went on since their end was noted.
CREATE FUNCTION unsealed_reads() RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT account_id FROM events_readclock WHERE sealed <> position ORDER BY account_id
$$;
REVOKE ALL ON FUNCTION unsealed_reads() FROM PUBLIC;

DO $$
DECLARE app text;
BEGIN
  FOR app IN SELECT DISTINCT grantee FROM information_schema.role_table_grants
      WHERE table_name = 'events_event' AND privilege_type = 'SELECT' AND grantee <> current_user LOOP
    EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON events_read, events_readclock FROM %I', app);
    EXECUTE format('REVOKE INSERT ON events_readclock FROM %I', app);
    EXECUTE format('GRANT UPDATE (sealed) ON events_readclock TO %I', app);
    EXECUTE format('GRANT EXECUTE ON FUNCTION forget_reads(timestamptz), unsealed_reads() TO %I', app);
  END LOOP;
END $$;
"""

BACKWARDS = """
DROP FUNCTION unsealed_reads(); DROP FUNCTION forget_reads(timestamptz);
DROP TRIGGER number_read ON events_read; DROP FUNCTION number_read();
"""


def _owned(*fields: tuple[str, models.Field]) -> list[tuple[str, models.Field]]:
    return [
        ("id", models.UUIDField(default=steward.lib.ids.new_id, editable=False, primary_key=True, serialize=False)),
        *fields,
        (
            "account",
            models.ForeignKey(
                db_index=False,
                editable=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="tenancy.account",
            ),
        ),
    ]


class Migration(migrations.Migration):
    dependencies = [("events", "0005_who_and_what_are_found")]

    operations = [
        migrations.CreateModel(
            name="Read",
            fields=_owned(
                ("kind", models.TextField()),
                ("object_type", models.TextField()),
                ("object_id", models.UUIDField()),
                ("actor_kind", models.TextField()),
                ("actor_id", models.UUIDField(null=True)),
                ("at", models.DateTimeField()),
                ("position", models.BigIntegerField(null=True)),
                ("chain", models.BinaryField(null=True)),
            ),
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["account", "object_id", "position"], name="events_read_object"),
                    models.Index(fields=["account", "actor_id", "position"], name="events_read_actor"),
                ],
                "constraints": [models.UniqueConstraint(fields=("account", "position"), name="events_read_position")],
            },
        ),
        migrations.CreateModel(
            name="ReadClock",
            fields=_owned(
                ("position", models.BigIntegerField()),
                ("chain", models.BinaryField()),
                ("first", models.BigIntegerField(default=0)),
                ("first_chain", models.BinaryField(default=bytes(32))),
                ("sealed", models.BigIntegerField(default=0)),
            ),
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [models.UniqueConstraint(fields=("account",), name="events_readclock_account")],
            },
        ),
        SecureTable("Read"),
        SecureTable("ReadClock"),
        migrations.RunSQL(FORWARDS, BACKWARDS),
    ]
