import django.db.models.deletion
from django.db import migrations, models

import steward.lib.ids
from steward.tenancy.operations import SecureTable

# A data centre whose country is ZZ was never said to be anywhere: to say it for the first time moves nobody.
_KEPT = """
CREATE FUNCTION tenancy_account_region_kept() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  before_region text;
  before_country text;
  after_region text;
BEGIN
  SELECT region_id, country INTO before_region, before_country FROM tenancy_datacentre WHERE code = old.data_centre_id;
  SELECT region_id INTO after_region FROM tenancy_datacentre WHERE code = new.data_centre_id;
  IF after_region IS DISTINCT FROM before_region AND before_country <> 'ZZ' AND NOT EXISTS (
      SELECT 1 FROM tenancy_regionmoveorder
      WHERE account_id = new.id AND from_region = before_region AND to_region = after_region AND state = 'ordered') THEN
    RAISE EXCEPTION 'the account has not ordered a move to region %', after_region
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN new;
END $$;
REVOKE ALL ON FUNCTION tenancy_account_region_kept() FROM PUBLIC;
CREATE TRIGGER region_kept BEFORE UPDATE OF data_centre_id ON tenancy_account
  FOR EACH ROW EXECUTE FUNCTION tenancy_account_region_kept();

CREATE FUNCTION tenancy_data_centre_stays() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF (new.region_id, new.country) IS DISTINCT FROM (old.region_id, old.country) AND old.country <> 'ZZ'
      AND EXISTS (SELECT 1 FROM tenancy_account WHERE data_centre_id = old.code) THEN
    RAISE EXCEPTION 'accounts lie in data centre %, which stays where it is', old.code
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN new;
END $$;
REVOKE ALL ON FUNCTION tenancy_data_centre_stays() FROM PUBLIC;
CREATE TRIGGER stays BEFORE UPDATE OF region_id, country ON tenancy_datacentre
  FOR EACH ROW EXECUTE FUNCTION tenancy_data_centre_stays();

CREATE FUNCTION tenancy_move_order_kept() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF current_setting('steward.purging', true) = old.account_id::text THEN
      RETURN old;
    END IF;
  ELSIF old.state = 'ordered' AND to_jsonb(new) - '{state,ended_at}'::text[] = to_jsonb(old) - '{state,ended_at}'::text[]
  THEN
    RETURN new;
  END IF;
  RAISE EXCEPTION 'what was ordered stays as it was ordered' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER kept BEFORE UPDATE OR DELETE ON tenancy_regionmoveorder
  FOR EACH ROW EXECUTE FUNCTION tenancy_move_order_kept();
"""
_FREE = """
DROP TRIGGER kept ON tenancy_regionmoveorder;
DROP FUNCTION tenancy_move_order_kept();
DROP TRIGGER stays ON tenancy_datacentre;
DROP FUNCTION tenancy_data_centre_stays();
DROP TRIGGER region_kept ON tenancy_account;
DROP FUNCTION tenancy_account_region_kept();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("tenancy", "0004_countries"),
    ]

    operations = [
        migrations.CreateModel(
            name="RegionMoveOrder",
            fields=[
                (
                    "id",
                    models.UUIDField(default=steward.lib.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("from_region", models.TextField()),
                ("to_region", models.TextField()),
                ("ordered_by", models.UUIDField()),
                ("factor", models.TextField()),
                ("document", models.TextField()),
                ("sha256", models.CharField(max_length=64)),
                ("ordered_at", models.DateTimeField()),
                (
                    "state",
                    models.TextField(
                        choices=[("ordered", "Ordered"), ("withdrawn", "Withdrawn"), ("done", "Done")],
                        default="ordered",
                    ),
                ),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenancy.account",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "ordered")), fields=("account",), name="tenancy_one_move_ordered"
                    )
                ],
            },
        ),
        SecureTable("RegionMoveOrder"),
        migrations.RunSQL(_KEPT, _FREE),
    ]
