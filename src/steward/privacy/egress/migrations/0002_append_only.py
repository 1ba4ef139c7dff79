"""The account's ledger of what left only grows."""

from django.db import migrations

# `bytes` is filled in once, when the connection ends. Rows go only with their whole account: whoever deletes that
# names it in `steward.purging` for the length of the transaction.
_APPEND_ONLY = """
CREATE FUNCTION egress_event_append_only() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF current_setting('steward.purging', true) = old.account_id::text THEN
      RETURN old;
    END IF;
  ELSIF old.bytes IS NULL AND to_jsonb(new) - 'bytes' = to_jsonb(old) - 'bytes' THEN
    RETURN new;
  END IF;
  RAISE EXCEPTION 'the egress ledger only grows' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON egress_egressevent
  FOR EACH ROW EXECUTE FUNCTION egress_event_append_only();
"""
_GROW_AND_SHRINK = """
DROP TRIGGER append_only ON egress_egressevent;
DROP FUNCTION egress_event_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("egress", "0001_initial")]

    operations = [migrations.RunSQL(_APPEND_ONLY, _GROW_AND_SHRINK)]
