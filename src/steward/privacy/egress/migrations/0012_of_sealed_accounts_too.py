"""The gate keeps its ledger of terminated accounts, too: its functions say that they may look into the account they name."""

from django.db import migrations

_NAMED = "set_config('steward.account', account::text, true)"
_UNSEALED = "set_config('steward.unsealed', account::text, true)"
_REWRITE = """
DO $rewrite$
DECLARE
  each oid;
BEGIN
  FOR each IN SELECT oid FROM pg_proc WHERE pronamespace = 'public'::regnamespace
      AND proname IN ('egress_stored', 'egress_write', 'egress_settle') LOOP
    EXECUTE replace(pg_get_functiondef(each), $old${old}$old$, $new${new}$new$);
  END LOOP;
END $rewrite$;
"""
FORWARDS = _REWRITE.format(old=f"PERFORM {_NAMED};", new=f"PERFORM {_NAMED}, {_UNSEALED};")
BACKWARDS = _REWRITE.format(old=f"PERFORM {_NAMED}, {_UNSEALED};", new=f"PERFORM {_NAMED};")


class Migration(migrations.Migration):
    dependencies = [("egress", "0011_the_row_if_nothing_changed"), ("tenancy", "0008_sealed")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
