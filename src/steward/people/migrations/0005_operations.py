"""What operators may count across accounts, and the log of it that only grows."""

from django.db import migrations

# Counts, states and codes of ours: no address, no subject, no text. The first only for who is an operator now, whom the
# asker has to name in `steward.operator`; the second for monitoring, over all accounts together.
_FUNCTIONS = """
CREATE FUNCTION operations_mail() RETURNS TABLE
    (account_id uuid, state text, reason text, by_relay boolean, mails bigint, since timestamptz)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM people_operator operator
      WHERE operator.user_id = nullif(current_setting('steward.operator', true), '')::uuid) THEN
    RAISE EXCEPTION 'only an operator may ask this' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN QUERY SELECT mail.account_id, mail.state, mail.reason, mail.connector_id IS NULL, count(*), min(mail.created_at)
    FROM outbox_outgoingmail mail WHERE mail.state <> 'sent' GROUP BY 1, 2, 3, 4;
END $$;
CREATE FUNCTION operations_mail_totals() RETURNS TABLE (state text, mails bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT mail.state, count(*) FROM outbox_outgoingmail mail WHERE mail.state <> 'sent' GROUP BY mail.state
$$;
REVOKE ALL ON FUNCTION operations_mail(), operations_mail_totals() FROM PUBLIC;
"""
# Whoever serves may ask, and adds to the log without being able to change it.
_GRANTS = """
DO $$
DECLARE app text;
BEGIN
  FOR app IN SELECT DISTINCT grantee FROM information_schema.role_table_grants
      WHERE table_name = 'people_operatoract' AND privilege_type = 'SELECT' AND grantee <> current_user LOOP
    EXECUTE format('GRANT EXECUTE ON FUNCTION operations_mail(), operations_mail_totals() TO %I', app);
    EXECUTE format('REVOKE UPDATE, DELETE ON people_operatoract FROM %I', app);
  END LOOP;
END $$;
"""
_NO_FUNCTIONS = "DROP FUNCTION operations_mail(); DROP FUNCTION operations_mail_totals();"


class Migration(migrations.Migration):
    dependencies = [("people", "0004_operators"), ("outbox", "0003_unsent")]

    operations = [
        migrations.RunSQL(_FUNCTIONS, _NO_FUNCTIONS),
        migrations.RunSQL(_GRANTS, migrations.RunSQL.noop),
    ]
