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
            name="LegalHold",
            fields=[
                (
                    "id",
                    models.UUIDField(default=steward.lib.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "on",
                    models.TextField(choices=[("account", "Account"), ("contact", "Contact"), ("ticket", "Ticket")]),
                ),
                ("object_id", models.UUIDField()),
                (
                    "basis",
                    models.TextField(
                        choices=[
                            ("legal_duty", "Legal Duty"),
                            ("public_health", "Public Health"),
                            ("archive", "Archive"),
                            ("claims", "Claims"),
                            ("restriction", "Restriction"),
                        ]
                    ),
                ),
                ("until", models.DateTimeField(blank=True, null=True)),
                ("placed_by_kind", models.TextField()),
                ("placed_by_id", models.UUIDField(null=True)),
                ("placed_at", models.DateTimeField()),
                ("lifted_by_kind", models.TextField(blank=True, default="")),
                ("lifted_by_id", models.UUIDField(null=True)),
                ("lifted_at", models.DateTimeField(null=True)),
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
                        condition=models.Q(("lifted_at__isnull", True)),
                        fields=["account", "object_id"],
                        name="holds_legalhold_object",
                    ),
                    models.Index(fields=["account", "-placed_at"], name="holds_legalhold_newest"),
                ],
            },
        ),
        SecureTable("LegalHold"),
    ]
