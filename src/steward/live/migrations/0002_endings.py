"""Telling who serves streams whose streams end now, whatever code it was that ended a session or changed a right."""

from django.db import migrations

# NOTIFY inside the transaction, unlike that of events: it is rare, and must not be lost. The payload is an id; that of
# a session is the hash under which it is stored.
FORWARDS = """
ALTER TABLE live_presence SET UNLOGGED;
CREATE FUNCTION tell_ending() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE gone jsonb := to_jsonb(old);
BEGIN
  PERFORM pg_notify('steward_endings', TG_ARGV[0] || ':' || (coalesce(gone, to_jsonb(new)) ->> TG_ARGV[1]));
  RETURN NULL;
END $$;
CREATE TRIGGER tell_ending AFTER DELETE ON people_session
  FOR EACH ROW EXECUTE FUNCTION tell_ending('session', 'session_key');
CREATE TRIGGER tell_ending AFTER DELETE OR UPDATE OF password, is_active ON people_user
  FOR EACH ROW EXECUTE FUNCTION tell_ending('user', 'id');
CREATE TRIGGER tell_ending AFTER DELETE OR UPDATE OF role, user_id ON people_membership
  FOR EACH ROW EXECUTE FUNCTION tell_ending('member', 'id');
CREATE TRIGGER tell_ending AFTER INSERT OR DELETE OR UPDATE ON people_departmentmembership
  FOR EACH ROW EXECUTE FUNCTION tell_ending('member', 'membership_id');
CREATE TRIGGER tell_ending AFTER INSERT OR DELETE OR UPDATE ON people_securitypolicy
  FOR EACH ROW EXECUTE FUNCTION tell_ending('account', 'account_id');
CREATE TRIGGER tell_ending AFTER DELETE OR UPDATE OF state ON tenancy_account
  FOR EACH ROW EXECUTE FUNCTION tell_ending('account', 'id');
"""

BACKWARDS = """
DROP FUNCTION tell_ending() CASCADE;
ALTER TABLE live_presence SET LOGGED;
"""


class Migration(migrations.Migration):
    dependencies = [("live", "0001_initial"), ("people", "0002_signing_in")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
