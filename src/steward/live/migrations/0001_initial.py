import django.db.models.deletion
from django.db import migrations, models

import steward.lib.ids
import steward.tenancy.models
from steward.tenancy.operations import SecureTable


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("tenancy", "0001_initial"),
        ("people", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Presence",
            fields=[
                (
                    "id",
                    models.UUIDField(default=steward.lib.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("tab", models.UUIDField()),
                ("object_type", models.TextField()),
                ("object_id", models.UUIDField()),
                ("is_writing", models.BooleanField(default=False)),
                ("seen_at", models.DateTimeField()),
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
                    "membership",
                    steward.tenancy.models.Ref(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="people.membership"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [models.Index(fields=["account", "object_id"], name="live_presence_object")],
                "constraints": [
                    models.UniqueConstraint(fields=("account", "membership", "tab"), name="live_presence_tab")
                ],
            },
        ),
        SecureTable("Presence"),
    ]
