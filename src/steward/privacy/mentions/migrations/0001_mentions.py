import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import steward.lib.ids
import steward.tenancy.models
from steward.tenancy.operations import SecureTable


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("tenancy", "0005_regions_are_kept"),
        ("tickets", "0012_what_goes_is_found"),
    ]

    operations = [
        migrations.CreateModel(
            name="Mention",
            fields=[
                (
                    "id",
                    models.UUIDField(default=steward.lib.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("erasure_id", models.UUIDField()),
                ("contact_id", models.UUIDField()),
                (
                    "words",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None),
                ),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("found", "Found"),
                            ("confirmed", "Confirmed"),
                            ("redacted", "Redacted"),
                            ("held", "Held"),
                        ],
                        default="found",
                    ),
                ),
                ("decided_by_id", models.UUIDField(blank=True, null=True)),
                ("found_at", models.DateTimeField()),
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
                    "message",
                    steward.tenancy.models.Ref(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tickets.message",
                    ),
                ),
                (
                    "ticket",
                    steward.tenancy.models.Ref(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tickets.ticket",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["account", "erasure_id"], name="mentions_mention_erasure"),
                    models.Index(fields=["account", "contact_id"], name="mentions_mention_contact"),
                    models.Index(fields=["account", "ticket"], name="mentions_mention_ticket"),
                    models.Index(fields=["account", "message"], name="mentions_mention_message"),
                ],
            },
        ),
        SecureTable("Mention"),
    ]
