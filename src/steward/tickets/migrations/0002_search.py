"""The one search function, owned by the one role that may pass by row-level security, on one table."""

from django.db import migrations

# `vector @@ query` is not leakproof, so under row-level security it cannot use the GIN index. The function reads the
# account from the setting that also drives the policies. EXECUTE plans each query for its own words.
# Only the newest hits are wanted, so it first walks back through the newest entries; from how many of them hit it knows
# how far back it has to look. Near: it walks on. Far: the GIN index finds the hits, and as rows lie on disk in the order
# of time, the BRIN index keeps it from reading those that are older than needed. `IS TRUE` hides the condition from GIN.
FORWARDS = """
CREATE FUNCTION search_messages(words tsquery, departments uuid[], newest integer)
    RETURNS TABLE (ticket_id uuid, message_id uuid, at timestamptz, rank real)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  mine uuid := nullif(current_setting('steward.account', true), '')::uuid;
  entries text := 'SELECT entry.ticket_id, entry.message_id, entry.at, ts_rank(entry.vector, $1)
    FROM tickets_searchentry entry
    WHERE entry.account_id = $2 AND ($3 IS NULL OR entry.department_id = ANY ($3)) AND entry.at >= $5 AND entry.at < $6';
  walk text := entries || ' AND (entry.vector @@ $1) IS TRUE ORDER BY entry.at DESC LIMIT $4';
  jump text := entries || ' AND entry.vector @@ $1 ORDER BY entry.at DESC LIMIT $4';
  high timestamptz; edge timestamptz; low timestamptz; oldest timestamptz;
  missing integer := newest; got integer; stretches numeric;
BEGIN
  SELECT min(entry.at), max(entry.at) + interval '1 microsecond' INTO oldest, high
    FROM tickets_searchentry entry WHERE entry.account_id = mine;
  SELECT entry.at INTO edge FROM tickets_searchentry entry WHERE entry.account_id = mine
    ORDER BY entry.at DESC OFFSET 4000 LIMIT 1;
  edge := coalesce(edge, oldest);
  RETURN QUERY EXECUTE walk USING words, mine, departments, missing, edge, high;
  GET DIAGNOSTICS got = ROW_COUNT;
  missing := missing - got;
  stretches := missing::numeric / greatest(got, 1);  -- of 4,000 entries, until there are enough hits
  IF edge > oldest AND missing > 0 AND stretches <= 10 THEN
    low := greatest(oldest, edge - (high - edge) * (stretches * 2)::float);
    RETURN QUERY EXECUTE walk USING words, mine, departments, missing, low, edge;
    GET DIAGNOSTICS got = ROW_COUNT;
    missing := missing - got;
    edge := low;
  ELSIF edge > oldest AND missing > 0 AND got >= 5 THEN
    low := greatest(oldest, edge - (high - edge) * (stretches * 1.4)::float);
    RETURN QUERY EXECUTE jump USING words, mine, departments, missing, low, edge;
    GET DIAGNOSTICS got = ROW_COUNT;
    missing := missing - got;
    edge := low;
  END IF;
  IF edge > oldest AND missing > 0 THEN
    RETURN QUERY EXECUTE jump USING words, mine, departments, missing, oldest, edge;
  END IF;
END $$;
REVOKE ALL ON FUNCTION search_messages(tsquery, uuid[], integer) FROM PUBLIC;
DO $$
DECLARE app text; bypasses boolean;
BEGIN
  FOR app IN SELECT DISTINCT grantee FROM information_schema.role_table_grants
      WHERE table_name = 'tickets_searchentry' AND privilege_type = 'SELECT' AND grantee <> current_user LOOP
    EXECUTE format('GRANT EXECUTE ON FUNCTION search_messages(tsquery, uuid[], integer) TO %I', app);
  END LOOP;
  SELECT rolbypassrls INTO bypasses FROM pg_roles WHERE rolname = 'steward_search';
  GRANT SELECT ON tickets_searchentry TO steward_search;
  ALTER FUNCTION search_messages(tsquery, uuid[], integer) OWNER TO steward_search;
  IF NOT bypasses THEN
    CREATE POLICY search ON tickets_searchentry FOR SELECT TO steward_search USING (true);
  END IF;
END $$;
"""

BACKWARDS = "DROP FUNCTION search_messages(tsquery, uuid[], integer);"


class Migration(migrations.Migration):
    dependencies = [("tickets", "0001_initial")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
