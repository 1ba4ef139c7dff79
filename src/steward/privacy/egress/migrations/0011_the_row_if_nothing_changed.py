"""A decision that was made by what was read before is written down if, and only if, that is still what is stored."""

from importlib import import_module

from django.db import migrations

_TRIPS = import_module("steward.privacy.egress.migrations.0010_one_statement_a_trip")
_NAMES, _TYPED = _TRIPS._NAMES, _TRIPS._TYPED

# The answer is whether the row was written. Both in one transaction, and planned once for a connection.
_WRITE = f"""
CREATE FUNCTION egress_write_if(expected text, here text, asked text[], answered text[], account uuid, {_TYPED})
    RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  IF encode(sha256(convert_to(egress_stored(account, here, asked, answered), 'UTF8')), 'hex') <> expected THEN
    RETURN false;
  END IF;
  INSERT INTO egress_egressevent (account_id, {_NAMES}) VALUES (account, {_NAMES});
  RETURN true;
END $$;
"""  # noqa: S608  our own names
_NO_WRITE = f"DROP FUNCTION egress_write_if(text, text, text[], text[], uuid, {', '.join(_TRIPS._COLUMNS.values())});"


class Migration(migrations.Migration):
    dependencies = [("egress", "0010_one_statement_a_trip")]

    operations = [migrations.RunSQL(_WRITE, _NO_WRITE)]
