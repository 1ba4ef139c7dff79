"""How many notices a version made, for operators: numbers alone, across accounts."""

from django.db import migrations

_FUNCTION = """
CREATE FUNCTION operations_notices(asked integer) RETURNS TABLE
    (accounts bigint, people bigint, mails bigint, undelivered bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM people_operator operator
      WHERE operator.user_id = nullif(current_setting('steward.operator', true), '')::uuid) THEN
    RAISE EXCEPTION 'only an operator may ask this' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN QUERY SELECT count(DISTINCT notice.id),
      count(*) FILTER (WHERE delivery.channel = 'product' AND delivery.about = 'announced'),
      count(*) FILTER (WHERE delivery.channel = 'mail' AND delivery.about = 'announced'),
      count(*) FILTER (WHERE delivery.channel = 'mail' AND delivery.about = 'announced'
                         AND delivery.result IN ('bounced', 'failed'))
    FROM subprocessors_changenotice notice
    LEFT JOIN subprocessors_noticedelivery delivery
      ON delivery.account_id = notice.account_id AND delivery.notice_id = notice.id
   WHERE notice.version = asked;
END $$;
REVOKE ALL ON FUNCTION operations_notices(integer) FROM PUBLIC;
"""
_GRANTS = """
DO $$
DECLARE app text;
BEGIN
  FOR app IN SELECT DISTINCT grantee FROM information_schema.role_table_grants
      WHERE table_name = 'people_operatoract' AND privilege_type = 'SELECT' AND grantee <> current_user LOOP
    EXECUTE format('GRANT EXECUTE ON FUNCTION operations_notices(integer) TO %I', app);
  END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("subprocessors", "0003_notices_and_objections"),
        ("people", "0008_forgetting_operator_acts"),
    ]

    operations = [
        migrations.RunSQL(_FUNCTION, "DROP FUNCTION operations_notices(integer);"),
        migrations.RunSQL(_GRANTS, migrations.RunSQL.noop),
    ]
