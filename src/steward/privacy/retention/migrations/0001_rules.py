import django.db.models.deletion
from django.db import migrations, models

import steward.lib.ids
import steward.tenancy.models
from steward.tenancy.operations import SecureTable

_KINDS = [("tickets", "Tickets"), ("files", "Files"), ("raw_mail", "Raw Mail")]


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("people", "0001_initial"),
        ("tenancy", "0005_regions_are_kept"),
    ]

    operations = [
        migrations.CreateModel(
            name="RetentionRule",
            fields=[
                (
                    "id",
                    models.UUIDField(default=steward.lib.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("kind", models.TextField(choices=_KINDS)),
                ("channel", models.TextField(blank=True, choices=[("email", "Email")], default="")),
                (
                    "status",
                    models.TextField(
                        blank=True,
                        choices=[
                            ("new", "New"),
                            ("open", "Open"),
                            ("answered", "Answered"),
                            ("postponed", "Postponed"),
                            ("resolved", "Resolved"),
                            ("closed", "Closed"),
                            ("spam", "Spam"),
                            ("deleted", "Deleted"),
                        ],
                        default="",
                    ),
                ),
                ("days", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "since",
                    models.TextField(
                        choices=[
                            ("arrival", "Arrival"),
                            ("creation", "Creation"),
                            ("activity", "Activity"),
                            ("resolution", "Resolution"),
                        ]
                    ),
                ),
                ("is_on", models.BooleanField(default=False)),
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
                (
                    "department",
                    steward.tenancy.models.Ref(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.department",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [models.Index(fields=["account", "department"], name="retention_rule_department")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "kind", "department", "channel", "status"),
                        name="retention_rule_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RetentionRun",
            fields=[
                (
                    "id",
                    models.UUIDField(default=steward.lib.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("kind", models.TextField(choices=_KINDS)),
                ("days", models.PositiveIntegerField()),
                ("number", models.IntegerField()),
                ("size", models.BigIntegerField(default=0)),
                ("erasure_id", models.UUIDField(null=True)),
                ("at", models.DateTimeField()),
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
                (
                    "rule",
                    steward.tenancy.models.Ref(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="runs",
                        to="retention.retentionrule",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["account", "-at"], name="retention_run_newest"),
                    models.Index(fields=["account", "rule"], name="retention_run_rule"),
                ],
            },
        ),
        SecureTable("RetentionRule"),
        SecureTable("RetentionRun"),
    ]
