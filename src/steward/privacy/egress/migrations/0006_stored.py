"""What the gate asks of an account, in one trip and planned once: to plan it takes longer than to do it."""

from django.db import migrations

# With the rights of who asks: what row-level security hides from them stays hidden. The account is one parameter, so
# that the plan is the same for all.
FORWARDS = """
CREATE FUNCTION egress_stored(account uuid, here text, asked text[], answered text[]) RETURNS text
    LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (
    SELECT json_build_object(
      'state', a.state, 'opened_at', a.created_at, 'region', r.code, 'countries', r.countries,
      'is_here', here IN ('', d.code)
        OR EXISTS (SELECT FROM tenancy_datacentre h WHERE h.code = here AND h.region_id = d.region_id),
      'head', (SELECT json_build_array(number, sha256) FROM egress_registryversion ORDER BY number DESC LIMIT 1),
      'servers', ARRAY(
        SELECT json_build_array(kind, host, port, purposes, retired_at IS NULL)
          FROM egress_connector WHERE account_id = a.id AND host = ANY(asked) ORDER BY id),
      'agreement', (
        SELECT json_build_object('agreement_id', agreement_id, 'notice_days', notice_days, 'mode', mode,
          'effective_from', effective_from, 'ends_at', ends_at, 'regions', regions,
          'countries', ARRAY(SELECT unnest(b.countries) FROM tenancy_region b WHERE b.code = ANY(t.regions) ORDER BY 1))
          FROM egress_accountterms t WHERE account_id = a.id ORDER BY effective_from DESC, id DESC LIMIT 1),
      'notices', ARRAY(
        SELECT json_build_array(effective_from, notice_days)
          FROM egress_accountterms WHERE account_id = a.id ORDER BY effective_from, id),
      'answers', ARRAY(
        SELECT json_build_array(engagement, state, version)
          FROM egress_authorisation WHERE account_id = a.id AND state = ANY(answered) ORDER BY engagement))::text
      FROM tenancy_account a
      JOIN tenancy_datacentre d ON d.code = a.data_centre_id
      JOIN tenancy_region r ON r.code = d.region_id
     WHERE a.id = account
  );
END $$;
"""

BACKWARDS = "DROP FUNCTION egress_stored(uuid, text, text[], text[]);"


class Migration(migrations.Migration):
    dependencies = [("egress", "0005_reading"), ("tenancy", "0005_regions_are_kept")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
