import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import steward.lib.ids
from steward.tenancy.operations import SecureTable

# A published version is what accounts were told: it is never changed and never taken back, only followed by another.
_IMMUTABLE = """
CREATE FUNCTION egress_registry_immutable() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  RAISE EXCEPTION 'a published version of the registry never changes' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE ON egress_registryversion
  FOR EACH ROW EXECUTE FUNCTION egress_registry_immutable();
"""
_MUTABLE = """
DROP TRIGGER immutable ON egress_registryversion;
DROP FUNCTION egress_registry_immutable();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("egress", "0002_append_only"),
        ("tenancy", "0004_countries"),
    ]

    operations = [
        migrations.CreateModel(
            name="RegistryVersion",
            fields=[
                ("number", models.IntegerField(primary_key=True, serialize=False)),
                ("document", models.TextField()),
                ("sha256", models.CharField(max_length=64)),
                ("summary", models.JSONField(default=dict)),
                ("published_at", models.DateTimeField()),
                ("effective_at", models.DateTimeField()),
                ("binds_notice", models.BooleanField(default=True)),
                ("imported_at", models.DateTimeField(null=True)),
                ("drafted_by", models.UUIDField(null=True)),
                ("approved_by", models.UUIDField(null=True)),
                ("alone_because", models.TextField(blank=True, default="")),
            ],
        ),
        migrations.RenameField(
            model_name="egressevent",
            old_name="tenant_dpa_id",
            new_name="agreement_id",
        ),
        migrations.RemoveField(
            model_name="egressevent",
            name="engagement_id",
        ),
        migrations.RemoveField(
            model_name="egressevent",
            name="vendor_dpa_id",
        ),
        migrations.AddField(
            model_name="egressevent",
            name="engagement",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="egressevent",
            name="vendor_agreement",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.CreateModel(
            name="AccountTerms",
            fields=[
                (
                    "id",
                    models.UUIDField(default=steward.lib.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("agreement_id", models.UUIDField()),
                ("notice_days", models.IntegerField(default=30)),
                (
                    "mode",
                    models.TextField(
                        choices=[
                            ("general", "general authorisation: changes are announced, and can be objected to"),
                            ("specific", "specific authorisation: nothing is used before it is agreed to"),
                        ],
                        default="general",
                    ),
                ),
                (
                    "regions",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
                ),
                ("effective_from", models.DateTimeField()),
                ("ends_at", models.DateTimeField(null=True)),
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
                        condition=models.Q(("ends_at", None)), fields=("account",), name="egress_terms_one_without_end"
                    ),
                    models.CheckConstraint(condition=models.Q(("notice_days__gte", 30)), name="egress_terms_notice"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Authorisation",
            fields=[
                (
                    "id",
                    models.UUIDField(default=steward.lib.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("engagement", models.TextField()),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("notified", "told of it"),
                            ("authorised", "agreed to"),
                            ("objected", "objected to"),
                            ("refused", "refused"),
                        ]
                    ),
                ),
                ("version", models.IntegerField()),
                ("reason", models.TextField(blank=True, default="")),
                ("by_kind", models.TextField()),
                ("by_id", models.UUIDField(null=True)),
                ("at", models.DateTimeField()),
                (
                    "resolution",
                    models.TextField(
                        blank=True,
                        choices=[
                            ("feature_off", "the feature stays off"),
                            ("alternative", "another subprocessor does it"),
                            ("vendor_withdrawn", "the subprocessor is not used after all"),
                            ("contract_end", "the contract ends"),
                        ],
                        default="",
                    ),
                ),
                ("resolution_words", models.TextField(blank=True, default="")),
                ("resolved_at", models.DateTimeField(null=True)),
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
                    models.UniqueConstraint(fields=("account", "engagement"), name="egress_authorisation_once")
                ],
            },
        ),
        SecureTable("AccountTerms"),
        SecureTable("Authorisation"),
        migrations.RunSQL(_IMMUTABLE, _MUTABLE),
    ]
