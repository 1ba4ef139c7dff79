"""The one search function, owned by the one role that may pass by row-level security, on one table."""

from django.db import migrations

# `vector @@ query` is not leakproof, so under row-level security it cannot use the GIN index. The function reads the
# account from the setting that also drives the policies. EXECUTE plans each query for its own words.
FORWARDS = """
CREATE FUNCTION search_messages(words tsquery, departments uuid[], newest integer)
    RETURNS TABLE (ticket_id uuid, message_id uuid, at timestamptz, rank real)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE mine uuid := nullif(current_setting('steward.account', true), '')::uuid;
BEGIN
  IF mine IS NULL THEN RETURN; END IF;
  RETURN QUERY EXECUTE
    'SELECT entry.ticket_id, entry.message_id, entry.at, ts_rank(entry.vector, $1) FROM tickets_searchentry entry
      WHERE entry.account_id = $2 AND entry.vector @@ $1 AND ($3 IS NULL OR entry.department_id = ANY ($3))
      ORDER BY entry.at DESC LIMIT $4'
    USING words, mine, departments, newest;
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
