"""Each trip of the gate is one statement, planned once for a connection: it names the account and does its work."""

from importlib import import_module

from django.db import migrations

_BEFORE = import_module("steward.privacy.egress.migrations.0007_own_services")._WITH_PLACE
# What names the account for the transaction is no longer a statement of its own, and changes a setting: so VOLATILE.
_READ = _BEFORE.replace("STABLE", "VOLATILE").replace(
    "BEGIN\n", "BEGIN\n  PERFORM set_config('steward.account', account::text, true);\n", 1
)

_COLUMNS = {
    "id": "uuid", "traffic": "text", "engagement": "text", "purpose": "text", "categories": "text[]", "host": "text",
    "port": "integer", "from_region": "text", "to_country": "text", "is_allowed": "boolean", "reason_code": "text",
    "registry_version": "integer", "vendor_agreement": "text", "agreement_id": "uuid", "connector_id": "uuid",
    "at": "timestamptz",
}  # fmt: skip
_NAMES, _TYPED = ", ".join(_COLUMNS), ", ".join(f"{name} {kind}" for name, kind in _COLUMNS.items())

# With the rights of who asks. The size is noted without waiting for the disk, unless it is part of something larger,
# which is not ours to hurry.
_WRITE = f"""
CREATE FUNCTION egress_write(account uuid, {_TYPED}) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('steward.account', account::text, true);
  INSERT INTO egress_egressevent (account_id, {_NAMES}) VALUES (account, {_NAMES});
END $$;
CREATE FUNCTION egress_settle(account uuid, entry uuid, sent bigint, is_alone boolean) RETURNS void
    LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('steward.account', account::text, true);
  IF is_alone THEN
    PERFORM set_config('synchronous_commit', 'off', true);
  END IF;
  UPDATE egress_egressevent SET bytes = sent WHERE account_id = account AND id = entry AND bytes IS NULL;
END $$;
"""  # noqa: S608  our own names
_NO_WRITE = f"""
DROP FUNCTION egress_settle(uuid, uuid, bigint, boolean);
DROP FUNCTION egress_write(uuid, {", ".join(_COLUMNS.values())});
"""

# The same rule as before: `bytes` once, nothing else ever. Rows are compared as they are: to make JSON of both took longer
# than to change them.
_APPEND_ONLY = """
CREATE OR REPLACE FUNCTION egress_event_append_only() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
  changed record;
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF current_setting('steward.purging', true) = old.account_id::text THEN
      RETURN old;
    END IF;
  ELSIF old.bytes IS NULL THEN
    changed := new;
    changed.bytes := NULL;
    IF changed IS NOT DISTINCT FROM old THEN
      RETURN new;
    END IF;
  END IF;
  RAISE EXCEPTION 'the egress ledger only grows' USING ERRCODE = 'insufficient_privilege';
END $$;
"""
_APPEND_ONLY_BEFORE = (
    import_module("steward.privacy.egress.migrations.0002_append_only")
    ._APPEND_ONLY.partition("CREATE TRIGGER")[0]
    .replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
)


class Migration(migrations.Migration):
    dependencies = [("egress", "0009_said_by_the_environment")]

    operations = [
        migrations.RunSQL(_READ, _BEFORE),
        migrations.RunSQL(_WRITE, _NO_WRITE),
        migrations.RunSQL(_APPEND_ONLY, _APPEND_ONLY_BEFORE),
    ]
