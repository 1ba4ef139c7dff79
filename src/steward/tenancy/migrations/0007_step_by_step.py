"""No account skips a part of its life, whoever asks for it; what was deleted comes back by nobody's hand."""

from django.db import migrations

_STEPS = """
CREATE FUNCTION tenancy_account_steps() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  IF old.state <> new.state AND (old.state, new.state) NOT IN (
      ('active', 'suspended'), ('suspended', 'active'), ('suspended', 'terminated'), ('terminated', 'active'),
      ('terminated', 'deleted'), ('deleted', 'gone')) THEN
    RAISE EXCEPTION 'an account does not go from % to %', old.state, new.state USING ERRCODE = 'check_violation';
  END IF;
  RETURN new;
END $$;
CREATE TRIGGER step_by_step BEFORE UPDATE OF state ON tenancy_account
  FOR EACH ROW EXECUTE FUNCTION tenancy_account_steps();
"""
_FREE = "DROP TRIGGER step_by_step ON tenancy_account; DROP FUNCTION tenancy_account_steps();"


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0006_mail_while_suspended")]
    operations = [migrations.RunSQL(_STEPS, _FREE)]
