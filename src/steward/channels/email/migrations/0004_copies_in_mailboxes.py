import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import steward.lib.ids
import steward.tenancy.models
from steward.tenancy.operations import SecureTable


class Migration(migrations.Migration):
    dependencies = [
        ("email", "0003_reports_know_their_mail"),
        ("tenancy", "0005_regions_are_kept"),
    ]

    operations = [
        migrations.CreateModel(
            name="MailboxCopies",
            fields=[
                (
                    "id",
                    models.UUIDField(default=steward.lib.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("erasure_id", models.UUIDField()),
                (
                    "message_ids",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
                ),
                (
                    "state",
                    models.TextField(
                        choices=[("waiting", "Waiting"), ("gone", "Gone"), ("left", "Left")], default="waiting"
                    ),
                ),
                ("erased", models.IntegerField(default=0)),
                ("left", models.IntegerField(default=0)),
                ("cleared_at", models.DateTimeField(blank=True, null=True)),
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
                    "mail_account",
                    steward.tenancy.models.Ref(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="email.mailaccount",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [models.Index(fields=["account", "mail_account"], name="email_mailboxcopies_box")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "erasure_id", "mail_account"), name="email_mailboxcopies_once"
                    )
                ],
            },
        ),
        SecureTable("MailboxCopies"),
    ]
