"""How an account numbers its tickets, and when they open again and close."""

import django.db.models.deletion
from django.db import migrations, models

import steward.lib.ids
from steward.tenancy.operations import SecureTable


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0001_initial"), ("tickets", "0003_draft_mark")]

    operations = [
        migrations.CreateModel(
            name="TicketRules",
            fields=[
                (
                    "id",
                    models.UUIDField(default=steward.lib.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("reopens_for_days", models.PositiveIntegerField(blank=True, null=True)),
                ("closes_after_days", models.PositiveIntegerField(blank=True, null=True)),
                ("code_letters", models.TextField(blank=True, default="")),
                ("code_digits", models.PositiveSmallIntegerField(default=5)),
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
                "constraints": [models.UniqueConstraint(fields=("account",), name="tickets_ticketrules_account")],
            },
        ),
        SecureTable("TicketRules"),
    ]
