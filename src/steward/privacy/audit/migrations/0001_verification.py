"""How far chains are known to be good, and which are broken, for whoever runs the installation."""

import django.db.models.deletion
from django.db import migrations, models

import steward.lib.ids
from steward.tenancy.operations import SecureTable

# Ids of accounts and positions: what `steward check` says, without going through every account.
FORWARDS = """
CREATE FUNCTION broken_audits() RETURNS TABLE (account_id uuid, fault_at bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT row.account_id, row.fault_at FROM audit_verification row WHERE row.broken_at IS NOT NULL ORDER BY 1
$$;
REVOKE ALL ON FUNCTION broken_audits() FROM PUBLIC;
DO $$
DECLARE app text;
BEGIN
  FOR app IN SELECT DISTINCT grantee FROM information_schema.role_table_grants
      WHERE table_name = 'events_event' AND privilege_type = 'SELECT' AND grantee <> current_user LOOP
    EXECUTE format('GRANT EXECUTE ON FUNCTION broken_audits() TO %I', app);
  END LOOP;
END $$;
"""

BACKWARDS = "DROP FUNCTION broken_audits();"


class Migration(migrations.Migration):
    initial = True

    dependencies = [("tenancy", "0005_regions_are_kept"), ("events", "0003_positions")]

    operations = [
        migrations.CreateModel(
            name="Verification",
            fields=[
                (
                    "id",
                    models.UUIDField(default=steward.lib.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("position", models.BigIntegerField(default=0)),
                ("chain", models.BinaryField(default=bytes(32))),
                ("checked_at", models.DateTimeField(null=True)),
                ("whole_at", models.DateTimeField(null=True)),
                ("anchored", models.BigIntegerField(default=0)),
                ("anchored_at", models.DateTimeField(null=True)),
                ("broken_at", models.DateTimeField(null=True)),
                ("fault_at", models.BigIntegerField(null=True)),
                (
                    "fault",
                    models.TextField(
                        blank=True,
                        choices=[
                            ("changed", "changed"),
                            ("content", "content"),
                            ("missing", "missing"),
                            ("cut", "cut"),
                            ("added", "added"),
                            ("unnumbered", "unnumbered"),
                            ("rewritten", "rewritten"),
                        ],
                        default="",
                    ),
                ),
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
                "indexes": [
                    models.Index(
                        condition=models.Q(("broken_at__isnull", False)),
                        fields=["account"],
                        name="audit_verification_broken",
                    )
                ],
                "constraints": [models.UniqueConstraint(fields=("account",), name="audit_verification_account")],
            },
        ),
        SecureTable("Verification"),
        migrations.RunSQL(FORWARDS, BACKWARDS),
    ]
