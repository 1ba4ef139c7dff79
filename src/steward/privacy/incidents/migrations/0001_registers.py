"""Incidents, disclosures, and what accounts are told of them."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import steward.lib.ids
from steward.tenancy.operations import SecureTable

# The application adds steps of an incident and cannot change them. Who may is who serves, whatever the role is called.
_ONLY_ADDED_TO = """
DO $$
DECLARE app text;
BEGIN
  FOR app IN SELECT DISTINCT grantee FROM information_schema.role_table_grants
      WHERE table_name = 'people_operatoract' AND privilege_type = 'INSERT' AND grantee <> current_user LOOP
    EXECUTE format('REVOKE UPDATE, DELETE ON incidents_step FROM %I', app);
  END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("people", "0008_forgetting_operator_acts"),
        ("tenancy", "0008_sealed"),
    ]

    operations = [
        migrations.CreateModel(
            name="Disclosure",
            fields=[
                (
                    "id",
                    models.UUIDField(default=steward.lib.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("number", models.PositiveIntegerField(unique=True)),
                ("authority", models.TextField()),
                ("legal_basis", models.TextField()),
                ("demanded_on", models.DateField()),
                ("asked", models.TextField()),
                ("given", models.TextField(blank=True, default="")),
                ("is_secret", models.BooleanField(default=False)),
                ("secret_until", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField()),
                ("created_by", models.UUIDField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Incident",
            fields=[
                ("title", models.TextField(blank=True, default="")),
                (
                    "kinds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(
                            choices=[
                                ("confidentiality", "Data were seen or taken by others"),
                                ("integrity", "Data were changed"),
                                ("availability", "Data were lost or out of reach"),
                            ]
                        ),
                        default=list,
                        size=None,
                    ),
                ),
                ("detected_at", models.DateTimeField()),
                ("nature", models.TextField(blank=True, default="")),
                ("persons_about", models.TextField(blank=True, default="")),
                ("data_about", models.TextField(blank=True, default="")),
                ("contact", models.TextField(blank=True, default="")),
                ("consequences", models.TextField(blank=True, default="")),
                ("measures", models.TextField(blank=True, default="")),
                ("aware_at", models.DateTimeField(blank=True, null=True)),
                (
                    "risk",
                    models.TextField(
                        blank=True,
                        choices=[
                            ("", "Not judged yet"),
                            ("none", "Unlikely to be a risk to people"),
                            ("risk", "A risk to people: the authority has to be told"),
                            ("high", "A high risk: the people have to be told, too"),
                        ],
                        default="",
                    ),
                ),
                ("authority_told_at", models.DateTimeField(blank=True, null=True)),
                ("authority_reference", models.TextField(blank=True, default="")),
                ("authority_why_not", models.TextField(blank=True, default="")),
                (
                    "id",
                    models.UUIDField(default=steward.lib.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("number", models.PositiveIntegerField(unique=True)),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("suspected", "Suspected"),
                            ("confirmed", "Confirmed"),
                            ("dismissed", "Dismissed"),
                            ("contained", "Contained"),
                            ("notified", "Accounts told"),
                            ("closed", "Closed"),
                        ],
                        default="suspected",
                    ),
                ),
                ("state_since", models.DateTimeField()),
                ("warned_at", models.DateTimeField(null=True)),
                ("alarmed_at", models.DateTimeField(null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Letter",
            fields=[
                (
                    "id",
                    models.UUIDField(default=steward.lib.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("about_id", models.UUIDField()),
                ("account_id", models.UUIDField()),
                ("notice_id", models.UUIDField()),
                ("membership_id", models.UUIDField(null=True)),
                ("mail_id", models.UUIDField(unique=True)),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("waiting", "on its way"),
                            ("sent", "sent"),
                            ("bounced", "came back"),
                            ("failed", "could not be sent"),
                        ],
                        default="waiting",
                    ),
                ),
                ("reason", models.TextField(blank=True, default="")),
                ("at", models.DateTimeField()),
                ("settled_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["about_id", "account_id"], name="incidents_letter_about"),
                    models.Index(fields=["notice_id"], name="incidents_letter_notice"),
                    models.Index(
                        condition=models.Q(("state__in", ["waiting", "sent"])),
                        fields=["at"],
                        name="incidents_letter_open",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DisclosedAccount",
            fields=[
                (
                    "id",
                    models.UUIDField(default=steward.lib.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("account_id", models.UUIDField()),
                ("persons", models.PositiveIntegerField(blank=True, null=True)),
                ("records", models.PositiveIntegerField(blank=True, null=True)),
                ("told_at", models.DateTimeField(null=True)),
                (
                    "disclosure",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="accounts", to="incidents.disclosure"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["account_id"], name="incidents_disclosed_account")],
                "constraints": [
                    models.UniqueConstraint(fields=("disclosure", "account_id"), name="incidents_disclosed_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="DisclosureNotice",
            fields=[
                (
                    "id",
                    models.UUIDField(default=steward.lib.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("disclosure_id", models.UUIDField()),
                ("number", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                ("authority", models.TextField()),
                ("legal_basis", models.TextField()),
                ("demanded_on", models.DateField()),
                ("asked", models.TextField()),
                ("given", models.TextField(blank=True, default="")),
                ("persons", models.PositiveIntegerField(null=True)),
                ("records", models.PositiveIntegerField(null=True)),
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
                    models.UniqueConstraint(fields=("account", "disclosure_id"), name="incidents_disclosure_once")
                ],
            },
        ),
        SecureTable("DisclosureNotice"),
        migrations.CreateModel(
            name="DpoContact",
            fields=[
                (
                    "id",
                    models.UUIDField(default=steward.lib.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("name", models.TextField()),
                ("email", models.TextField()),
                ("phone", models.TextField(blank=True, default="")),
                ("changed_at", models.DateTimeField()),
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
                "constraints": [models.UniqueConstraint(fields=("account",), name="incidents_dpo_account")],
            },
        ),
        SecureTable("DpoContact"),
        migrations.CreateModel(
            name="Affected",
            fields=[
                (
                    "id",
                    models.UUIDField(default=steward.lib.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("account_id", models.UUIDField()),
                ("persons", models.PositiveIntegerField(blank=True, null=True)),
                ("records", models.PositiveIntegerField(blank=True, null=True)),
                ("added_at", models.DateTimeField()),
                ("asked_phase", models.PositiveIntegerField(default=0)),
                ("asked_closing", models.BooleanField(default=False)),
                ("phase", models.PositiveIntegerField(default=0)),
                ("told_at", models.DateTimeField(null=True)),
                ("last_told_at", models.DateTimeField(null=True)),
                ("is_told_all", models.BooleanField(default=False)),
                (
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="affected", to="incidents.incident"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["account_id"], name="incidents_affected_account")],
                "constraints": [
                    models.UniqueConstraint(fields=("incident", "account_id"), name="incidents_affected_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                (
                    "id",
                    models.UUIDField(default=steward.lib.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("title", models.TextField(blank=True, default="")),
                (
                    "kinds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(
                            choices=[
                                ("confidentiality", "Data were seen or taken by others"),
                                ("integrity", "Data were changed"),
                                ("availability", "Data were lost or out of reach"),
                            ]
                        ),
                        default=list,
                        size=None,
                    ),
                ),
                ("detected_at", models.DateTimeField()),
                ("nature", models.TextField(blank=True, default="")),
                ("persons_about", models.TextField(blank=True, default="")),
                ("data_about", models.TextField(blank=True, default="")),
                ("contact", models.TextField(blank=True, default="")),
                ("consequences", models.TextField(blank=True, default="")),
                ("measures", models.TextField(blank=True, default="")),
                ("persons", models.PositiveIntegerField(blank=True, null=True)),
                ("records", models.PositiveIntegerField(blank=True, null=True)),
                ("incident_id", models.UUIDField()),
                ("number", models.PositiveIntegerField()),
                ("phase", models.PositiveIntegerField()),
                (
                    "about",
                    models.TextField(
                        choices=[("told", "First notice"), ("updated", "More is known"), ("closed", "It is over")]
                    ),
                ),
                ("at", models.DateTimeField()),
                ("known_since", models.DateTimeField()),
                ("first_at", models.DateTimeField()),
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
                    models.UniqueConstraint(fields=("account", "incident_id", "phase"), name="incidents_notice_once")
                ],
            },
        ),
        SecureTable("Notice"),
        migrations.CreateModel(
            name="OwnIncident",
            fields=[
                (
                    "id",
                    models.UUIDField(default=steward.lib.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("title", models.TextField(blank=True, default="")),
                (
                    "kinds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(
                            choices=[
                                ("confidentiality", "Data were seen or taken by others"),
                                ("integrity", "Data were changed"),
                                ("availability", "Data were lost or out of reach"),
                            ]
                        ),
                        default=list,
                        size=None,
                    ),
                ),
                ("detected_at", models.DateTimeField()),
                ("nature", models.TextField(blank=True, default="")),
                ("persons_about", models.TextField(blank=True, default="")),
                ("data_about", models.TextField(blank=True, default="")),
                ("contact", models.TextField(blank=True, default="")),
                ("consequences", models.TextField(blank=True, default="")),
                ("measures", models.TextField(blank=True, default="")),
                ("persons", models.PositiveIntegerField(blank=True, null=True)),
                ("records", models.PositiveIntegerField(blank=True, null=True)),
                ("aware_at", models.DateTimeField(blank=True, null=True)),
                (
                    "risk",
                    models.TextField(
                        blank=True,
                        choices=[
                            ("", "Not judged yet"),
                            ("none", "Unlikely to be a risk to people"),
                            ("risk", "A risk to people: the authority has to be told"),
                            ("high", "A high risk: the people have to be told, too"),
                        ],
                        default="",
                    ),
                ),
                ("authority_told_at", models.DateTimeField(blank=True, null=True)),
                ("authority_reference", models.TextField(blank=True, default="")),
                ("authority_why_not", models.TextField(blank=True, default="")),
                ("incident_id", models.UUIDField(null=True)),
                (
                    "persons_told",
                    models.TextField(
                        blank=True,
                        choices=[("", "Not decided yet"), ("yes", "They were told"), ("no", "They are not told")],
                        default="",
                    ),
                ),
                ("persons_told_because", models.TextField(blank=True, default="")),
                ("noted_at", models.DateTimeField()),
                ("noted_by", models.UUIDField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
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
                "indexes": [models.Index(fields=["account", "-noted_at"], name="incidents_own_newest")],
                "constraints": [models.UniqueConstraint(fields=("account", "incident_id"), name="incidents_own_once")],
            },
        ),
        SecureTable("OwnIncident"),
        migrations.CreateModel(
            name="Step",
            fields=[
                (
                    "id",
                    models.UUIDField(default=steward.lib.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("at", models.DateTimeField()),
                ("operator_id", models.UUIDField(null=True)),
                ("what", models.TextField()),
                ("words", models.TextField(blank=True, default="")),
                (
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="incidents.incident"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["incident", "id"], name="incidents_step_history")],
            },
        ),
        migrations.RunSQL(_ONLY_ADDED_TO, migrations.RunSQL.noop),
    ]
