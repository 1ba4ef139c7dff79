"""What becomes of accounts that are deleted, and the one function that may take their rows: also what only grows."""

import django.db.models.deletion
from django.db import migrations, models

import steward.lib.ids

# With the rights of the owner, for the application may neither delete events nor what left. It takes rows of one account
# and one table: of an account that is terminated and whose deletion has begun, for whoever came in for its upkeep. By
# ranges of the primary key, so that nothing that is gone is passed over again: gives how many went, and the last of them.
_DELETE = """
CREATE FUNCTION lifecycle_delete_rows(rows_of regclass, after uuid, most integer, OUT gone bigint, OUT last uuid)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE whose uuid := nullif(current_setting('steward.unsealed', true), '')::uuid;
BEGIN
  IF whose IS NULL OR NOT EXISTS (SELECT FROM tenancy_account a JOIN lifecycle_departure d ON d.account_id = a.id
      WHERE a.id = whose AND a.state = 'terminated' AND a.departing_since IS NOT NULL AND d.deleted_at IS NULL) THEN
    RAISE EXCEPTION 'this account is not being deleted' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = rows_of AND polname = 'account') THEN
    RAISE EXCEPTION '% is of no account', rows_of USING ERRCODE = 'insufficient_privilege';
  END IF;
  PERFORM set_config('steward.purging', whose::text, true);
  EXECUTE format('SELECT id FROM %1$s WHERE account_id = $1 AND id > $2 ORDER BY id OFFSET $3 - 1 LIMIT 1', rows_of)
    INTO last USING whose, after, most;
  last := coalesce(last, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
  EXECUTE format('DELETE FROM %1$s WHERE account_id = $1 AND id > $2 AND id <= $3', rows_of) USING whose, after, last;
  GET DIAGNOSTICS gone = ROW_COUNT;
END $$;
REVOKE ALL ON FUNCTION lifecycle_delete_rows(regclass, uuid, integer) FROM PUBLIC;
DO $$
DECLARE app text;
BEGIN
  FOR app IN SELECT DISTINCT grantee FROM information_schema.role_table_grants
      WHERE table_name = 'lifecycle_invoice' AND privilege_type = 'DELETE' AND grantee <> current_user LOOP
    EXECUTE format('GRANT EXECUTE ON FUNCTION lifecycle_delete_rows(regclass, uuid, integer) TO %I', app);
  END LOOP;
END $$;
"""
_GONE = "DROP FUNCTION lifecycle_delete_rows(regclass, uuid, integer)"
# What owners have ordered already is carried out now that it can be.
_ORDERED = "UPDATE lifecycle_standing SET leaves_at = deletion_ordered_at WHERE deletion_ordered_at IS NOT NULL"


class Migration(migrations.Migration):
    dependencies = [
        ("lifecycle", "0003_orders_of_the_owner"),
        ("tenancy", "0009_deleted_and_gone"),
    ]

    operations = [
        migrations.CreateModel(
            name="Departure",
            fields=[
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="departure",
                        serialize=False,
                        to="tenancy.account",
                    ),
                ),
                ("is_ordered", models.BooleanField(default=False)),
                ("begun_at", models.DateTimeField()),
                ("counted_at", models.DateTimeField(null=True)),
                ("told", models.BinaryField(default=b"")),
                ("before", models.JSONField(default=dict)),
                ("erased", models.JSONField(default=dict)),
                ("reached_table", models.TextField(blank=True, default="")),
                ("reached_id", models.UUIDField(null=True)),
                ("key_destroyed_at", models.DateTimeField(null=True)),
                ("key_copies", models.IntegerField(null=True)),
                ("deleted_at", models.DateTimeField(null=True)),
                ("backups_end_at", models.DateTimeField(null=True)),
                ("gone_at", models.DateTimeField(null=True)),
                ("fault", models.TextField(blank=True, default="")),
            ],
        ),
        migrations.AddField(
            model_name="standing",
            name="leaves_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name="standing",
            name="suspended_because",
            field=models.TextField(
                blank=True,
                choices=[("trial", "Trial"), ("unpaid", "Unpaid"), ("operator", "Operator"), ("owner", "Owner")],
                default="",
            ),
        ),
        migrations.CreateModel(
            name="AccountCertificate",
            fields=[
                ("number", models.BigAutoField(primary_key=True, serialize=False)),
                ("of", models.TextField(choices=[("deleted", "Deleted"), ("gone", "Gone")])),
                ("content", models.TextField()),
                ("sha256", models.CharField(max_length=64)),
                ("made_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="certificates", to="tenancy.account"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("account", "of"), name="lifecycle_accountcertificate_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="KeptInvoice",
            fields=[
                (
                    "id",
                    models.UUIDField(default=steward.lib.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("number", models.TextField()),
                ("issued_to", models.TextField()),
                ("amount", models.DecimalField(decimal_places=2, max_digits=12)),
                ("currency", models.CharField(max_length=3)),
                ("issued_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("state", models.TextField()),
                ("settled_at", models.DateTimeField(null=True)),
                ("kept_until", models.DateTimeField(db_index=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tenancy.account"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("account", "number"), name="lifecycle_keptinvoice_number")
                ],
            },
        ),
        migrations.RunSQL(_DELETE, _GONE),
        migrations.RunSQL(_ORDERED, migrations.RunSQL.noop),
    ]
