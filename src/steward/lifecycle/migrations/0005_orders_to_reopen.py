"""An owner's order to open a terminated account again."""

import django.db.models.deletion
from django.db import migrations, models

import steward.lib.ids
from steward.tenancy.operations import SecureTable


class Migration(migrations.Migration):
    dependencies = [
        ("lifecycle", "0004_departures"),
        ("tenancy", "0009_deleted_and_gone"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReopeningOrder",
            fields=[
                (
                    "id",
                    models.UUIDField(default=steward.lib.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("ordered_at", models.DateTimeField()),
                ("owner_id", models.UUIDField(null=True)),
                ("ordered_by", models.TextField(blank=True, default="")),
                ("how", models.TextField(blank=True, default="")),
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
                "constraints": [models.UniqueConstraint(fields=("account",), name="lifecycle_one_reopening_ordered")],
            },
        ),
        SecureTable("ReopeningOrder"),
    ]
