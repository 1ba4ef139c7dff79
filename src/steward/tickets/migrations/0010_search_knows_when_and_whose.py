"""The search index knows when a message was and whose it is, so that hits nobody wants are not even looked at."""

from importlib import import_module

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

# Beside the words, the index has keys: of the account and of the department, each with the day, with stretches of 8 and
# of 64 days, and with no time at all. A word and a few such keys are brought together inside the index, which leaps over
# what is in one alone: neither the word's hits of other years or departments nor those of other accounts are read.
# Everything in the index must be immutable; uuid_hash_extended stays the same (hash partitions rest on it).
KEYS = """
CREATE OR REPLACE FUNCTION search_day(at timestamptz) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN (at AT TIME ZONE 'UTC')::date - date '2000-01-01';
CREATE OR REPLACE FUNCTION search_key(whose uuid, level integer, day integer) RETURNS bigint
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN uuid_hash_extended(whose, (level::bigint << 40) + (day >> (3 * level)));
CREATE OR REPLACE FUNCTION search_keys(account uuid, department uuid, at timestamptz) RETURNS bigint[]
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN ARRAY[
    search_key(account, 0, search_day(at)), search_key(department, 0, search_day(at)),
    search_key(account, 1, search_day(at)), search_key(department, 1, search_day(at)),
    search_key(account, 2, search_day(at)), search_key(department, 2, search_day(at)),
    search_key(account, 10, 0), search_key(department, 10, 0)
  ];
-- The keys that each entry of these accounts or departments has one of, from `low` to `high`; at any time without `low`.
CREATE OR REPLACE FUNCTION search_keys_between(whose uuid[], low timestamptz, high timestamptz) RETURNS bigint[]
    LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, public AS $$
DECLARE
  day integer := search_day(low); last integer := search_day(high);
  level integer; levels integer[]; days integer[];
BEGIN
  IF low IS NULL THEN
    RETURN (SELECT array_agg(search_key(each, 10, 0)) FROM unnest(whose) each);
  END IF;
  WHILE day <= last LOOP
    level := CASE WHEN day & 63 = 0 AND day + 63 <= last THEN 2 WHEN day & 7 = 0 AND day + 7 <= last THEN 1 ELSE 0 END;
    levels := levels || level;
    days := days || day;
    day := day + (1 << (3 * level));
  END LOOP;
  RETURN (SELECT array_agg(search_key(each, part.level, part.day))
    FROM unnest(levels, days) part (level, day), unnest(whose) each);
END $$;
"""
NO_KEYS = """
DROP FUNCTION search_keys_between(uuid[], timestamptz, timestamptz);
DROP FUNCTION search_keys(uuid, uuid, timestamptz);
DROP FUNCTION search_key(uuid, integer, integer);
DROP FUNCTION search_day(timestamptz);
"""

# Only the newest hits are wanted. How many of the newest 4,000 entries hit tells how far back the others should be; the
# index finds them there, and again farther back while some are missing. To find one hit costs 3 microseconds, to read an
# entry only to see that it is none 0.5.
# Beginnings of words cost more: the index gathers all words that begin so, of any time, before it looks at the keys, 0.25
# microseconds a hit. So the newest entries are read first, and the others too where reading on for 2,000 hits is cheaper
# than gathering: up to the square root of an 18,000th of the table, in stretches of 4,000 entries (7 of a million), and
# half as far again for an agent, for whom the hits of other departments are gathered as well.
# OFFSET 0 keeps the planner from reading in the order of time whatever the words. A stretch shorter than a day has no key
# of its own: an account that has thousands of messages a day reads its newest ones. More than eight departments make
# more keys than they save.
FUNCTION = """
SET LOCAL ROLE steward_search;  -- whose it is; the owner of the tables may become it and does not hold its rights
CREATE OR REPLACE FUNCTION search_messages(words tsquery, departments uuid[], newest integer)
    RETURNS TABLE (ticket_id uuid, message_id uuid, at timestamptz, rank real)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public SET work_mem = '16MB' AS $$
DECLARE
  mine uuid := nullif(current_setting('steward.account', true), '')::uuid;
  whose uuid[] := CASE WHEN cardinality(departments) <= 8 THEN departments ELSE ARRAY[mine] END;
  entries text := 'SELECT entry.ticket_id, entry.message_id, entry.at, ts_rank(entry.vector, $1)
    FROM tickets_searchentry entry
    WHERE entry.account_id = $2 AND ($3 IS NULL OR entry.department_id = ANY ($3)) AND entry.at >= $5 AND entry.at < $6';
  walk text := entries || ' AND (entry.vector @@ $1) IS TRUE ORDER BY entry.at DESC LIMIT $4';
  jump text := 'SELECT * FROM (' || entries || ' AND entry.vector @@ $1
    AND search_keys(entry.account_id, entry.department_id, entry.at) && $7 OFFSET 0) hit ORDER BY hit.at DESC LIMIT $4';
  has_beginnings boolean := words::text LIKE '%:*%';
  high timestamptz; edge timestamptz; low timestamptz; oldest timestamptz;
  missing integer := newest; got integer; found integer; tries integer := 0;
  seen float; first float; reach float; walkable float; is_walk boolean;
BEGIN
  SELECT min(entry.at), max(entry.at) + interval '1 microsecond' INTO oldest, high
    FROM tickets_searchentry entry WHERE entry.account_id = mine;
  SELECT entry.at INTO edge FROM tickets_searchentry entry WHERE entry.account_id = mine
    ORDER BY entry.at DESC OFFSET 4000 LIMIT 1;
  SELECT sqrt(greatest(reltuples, 1000000) / CASE WHEN departments IS NULL THEN 18000 ELSE 8000 END) INTO walkable
    FROM pg_class WHERE oid = 'tickets_searchentry'::regclass;
  low := coalesce(edge, oldest);
  edge := high;
  first := extract(epoch FROM high - low);
  is_walk := has_beginnings OR first < 86400;
  found := 0;
  WHILE missing > 0 AND edge > oldest LOOP
    IF is_walk THEN
      RETURN QUERY EXECUTE walk USING words, mine, departments, missing, low, edge;
    ELSE
      RETURN QUERY EXECUTE jump USING words, mine, departments, missing, low, edge,
        search_keys_between(whose, CASE WHEN low > oldest THEN low END, edge);
    END IF;
    GET DIAGNOSTICS got = ROW_COUNT;
    found := found + got;
    missing := missing - got;
    edge := low;
    -- Farther than the others should be, by more the fewer were found; at least as far again, and each time still farther.
    seen := extract(epoch FROM high - edge);
    reach := seen * greatest(missing * (1 + 3 / sqrt(found + 1)) / (found + 0.1), 1) * 2 ^ tries;
    low := CASE WHEN found < 5 OR reach >= extract(epoch FROM edge - oldest) THEN oldest
      ELSE edge - make_interval(secs => reach) END;
    is_walk := has_beginnings AND seen / first * missing / (found + 0.1) <= walkable;
    tries := tries + 1;
  END LOOP;
END $$;
RESET ROLE;
"""
FUNCTION_BEFORE = import_module("steward.tickets.migrations.0006_search_walks_farther")


class Migration(migrations.Migration):
    # Concurrently, so that an installation that is at work meanwhile takes in mail and finds it.
    atomic = False
    dependencies = [("tickets", "0009_language_of_messages")]

    operations = [
        migrations.RunSQL(KEYS, NO_KEYS),
        # What an interrupted run left behind is of no use, and in the way.
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS tickets_search_words", migrations.RunSQL.noop),
        AddIndexConcurrently(
            model_name="searchentry",
            index=GinIndex(
                models.F("vector"),
                models.Func("account", "department_id", "at", function="search_keys"),
                name="tickets_search_words",
            ),
        ),
        migrations.RunSQL(FUNCTION, FUNCTION_BEFORE.FUNCTION.replace("FARTHEST", "20")),
        RemoveIndexConcurrently(model_name="searchentry", name="tickets_search_vector"),
        RemoveIndexConcurrently(model_name="searchentry", name="tickets_search_times"),
    ]
