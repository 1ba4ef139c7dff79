"""Words that were published stay as they are; of a record only its end is written, once, and to whom it belongs."""

from django.db import migrations

_ONLY_ENDS = """
CREATE FUNCTION consent_text_stays() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  RAISE EXCEPTION 'the words of a consent are never changed' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER stays BEFORE UPDATE ON consent_purposetext FOR EACH ROW EXECUTE FUNCTION consent_text_stays();

CREATE FUNCTION consent_record_only_ends() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
  ending text[] := ARRAY['ended_at', 'ended_how', 'ended_note', 'ended_by_kind', 'ended_by_id'];
BEGIN
  IF to_jsonb(new) - ending - 'contact_id' = to_jsonb(old) - ending - 'contact_id'
     AND (new.contact_id IS NOT NULL OR old.contact_id IS NULL)
     AND (old.ended_at IS NULL OR to_jsonb(new) - 'contact_id' = to_jsonb(old) - 'contact_id') THEN
    RETURN new;
  END IF;
  RAISE EXCEPTION 'of a consent only its end is written, once' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER only_ends BEFORE UPDATE ON consent_consentrecord
  FOR EACH ROW EXECUTE FUNCTION consent_record_only_ends();
"""
_MAY_CHANGE = """
DROP TRIGGER only_ends ON consent_consentrecord;
DROP FUNCTION consent_record_only_ends();
DROP TRIGGER stays ON consent_purposetext;
DROP FUNCTION consent_text_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("consent", "0001_initial")]

    operations = [migrations.RunSQL(_ONLY_ENDS, _MAY_CHANGE)]
