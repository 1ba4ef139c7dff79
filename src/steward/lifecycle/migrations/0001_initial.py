import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import steward.lib.ids
from steward.tenancy.operations import SecureTable


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("tenancy", "0005_regions_are_kept"),
    ]

    operations = [
        migrations.CreateModel(
            name="Plan",
            fields=[
                ("code", models.TextField(primary_key=True, serialize=False)),
                ("has_clock", models.BooleanField(default=True)),
                ("trial_days", models.IntegerField(null=True)),
                ("grace_days", models.IntegerField(default=7)),
                ("suspended_days", models.IntegerField(default=60)),
                ("terminated_days", models.IntegerField(default=30)),
                ("deleted_days", models.IntegerField(default=30)),
                (
                    "warning_days",
                    django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), size=None),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Invoice",
            fields=[
                (
                    "id",
                    models.UUIDField(default=steward.lib.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("number", models.TextField()),
                ("amount", models.DecimalField(decimal_places=2, max_digits=12)),
                ("currency", models.CharField(max_length=3)),
                ("issued_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                (
                    "state",
                    models.TextField(
                        choices=[("unpaid", "Unpaid"), ("paid", "Paid"), ("void", "Void")], default="unpaid"
                    ),
                ),
                ("settled_at", models.DateTimeField(null=True)),
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
                "constraints": [models.UniqueConstraint(fields=("account", "number"), name="lifecycle_invoice_number")],
            },
        ),
        migrations.CreateModel(
            name="Standing",
            fields=[
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="standing",
                        serialize=False,
                        to="tenancy.account",
                    ),
                ),
                ("trial_ends_at", models.DateTimeField(null=True)),
                ("respite_until", models.DateTimeField(null=True)),
                ("stage_due_at", models.DateTimeField()),
                (
                    "suspended_because",
                    models.TextField(
                        blank=True,
                        choices=[("trial", "Trial"), ("unpaid", "Unpaid"), ("operator", "Operator")],
                        default="",
                    ),
                ),
                ("unpaid_since", models.DateTimeField(null=True)),
                ("next_stage", models.TextField(blank=True, default="")),
                ("next_at", models.DateTimeField(null=True)),
                ("clock_left", models.DurationField(null=True)),
                ("warned_days", models.IntegerField(null=True)),
                ("look_at", models.DateTimeField(null=True)),
                ("asked_at", models.DateTimeField(null=True)),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="lifecycle.plan"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("look_at__isnull", False)),
                        fields=["look_at"],
                        name="lifecycle_standing_look",
                    )
                ],
            },
        ),
        SecureTable("Invoice"),
    ]
