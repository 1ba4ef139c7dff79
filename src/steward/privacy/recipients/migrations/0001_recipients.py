"""Who is to be told of what was done about a person, and who was."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import steward.lib.ids
import steward.tenancy.models
from steward.tenancy.operations import SecureTable

_ID = models.UUIDField(default=steward.lib.ids.new_id, editable=False, primary_key=True, serialize=False)


def _account() -> models.ForeignKey:  # type: ignore[type-arg]
    return models.ForeignKey(
        db_index=False,
        editable=False,
        on_delete=django.db.models.deletion.CASCADE,
        related_name="+",
        to="tenancy.account",
    )


class Migration(migrations.Migration):
    initial = True

    dependencies = [("tenancy", "0005_regions_are_kept")]

    operations = [
        migrations.CreateModel(
            name="Telling",
            fields=[
                ("id", _ID.clone()),
                (
                    "of",
                    models.TextField(
                        choices=[
                            ("erasure", "Erasure"),
                            ("rectification", "Rectification"),
                            ("restriction", "Restriction"),
                        ]
                    ),
                ),
                ("about_id", models.UUIDField()),
                ("contact_id", models.UUIDField(null=True)),
                ("prepared_at", models.DateTimeField()),
                ("warned_at", models.DateTimeField(null=True)),
                ("account", _account()),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("account", "about_id"), name="recipients_telling_once")
                ],
            },
        ),
        SecureTable("Telling"),
        migrations.CreateModel(
            name="Recipient",
            fields=[
                ("id", _ID.clone()),
                (
                    "kind",
                    models.TextField(choices=[("S", "Subprocessor"), ("T", "Service"), ("C", "Correspondent")]),
                ),
                ("engagement", models.TextField(blank=True, default="")),
                ("host", models.TextField(blank=True, default="")),
                ("name", models.TextField(blank=True, default="")),
                (
                    "purposes",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
                ),
                ("last_at", models.DateTimeField(null=True)),
                ("address", models.TextField(blank=True, default="")),
                ("identifiers", models.JSONField(null=True)),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("sending", "Sending"),
                            ("told", "Told"),
                            ("not_told", "Not Told"),
                        ],
                        default="waiting",
                    ),
                ),
                (
                    "how",
                    models.TextField(
                        blank=True,
                        choices=[("mail", "Mail"), ("itself", "Itself"), ("otherwise", "Otherwise")],
                        default="",
                    ),
                ),
                (
                    "reason",
                    models.TextField(
                        blank=True,
                        choices=[("nothing", "Nothing"), ("impossible", "Impossible"), ("effort", "Effort")],
                        default="",
                    ),
                ),
                ("at", models.DateTimeField(null=True)),
                ("by_id", models.UUIDField(null=True)),
                ("mail_id", models.UUIDField(null=True)),
                ("trouble", models.TextField(blank=True, default="")),
                ("account", _account()),
                (
                    "telling",
                    steward.tenancy.models.Ref(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="recipients",
                        to="recipients.telling",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["account", "telling"], name="recipients_of_telling"),
                    models.Index(
                        condition=models.Q(("mail_id__isnull", False)),
                        fields=["account", "mail_id"],
                        name="recipients_of_mail",
                    ),
                    models.Index(
                        condition=models.Q(("identifiers__isnull", False)),
                        fields=["account", "telling"],
                        name="recipients_with_letter",
                    ),
                ],
            },
        ),
        SecureTable("Recipient"),
        migrations.CreateModel(
            name="TellingRules",
            fields=[
                ("id", _ID.clone()),
                ("mails_by_itself", models.BooleanField(default=False)),
                ("account", _account()),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [models.UniqueConstraint(fields=("account",), name="recipients_rules_account")],
            },
        ),
        SecureTable("TellingRules"),
    ]
