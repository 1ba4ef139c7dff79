"""Whether reads are noted and how long they are kept, and in which chain a fault is."""

import django.db.models.deletion
from django.db import migrations, models

import steward.lib.ids
from steward.tenancy.operations import SecureTable


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_verification"), ("events", "0006_reads")]

    operations = [
        migrations.AddField(model_name="verification", name="is_in_reads", field=models.BooleanField(default=False)),
        migrations.CreateModel(
            name="AuditPolicy",
            fields=[
                (
                    "id",
                    models.UUIDField(default=steward.lib.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("records_reads", models.BooleanField(default=True)),
                ("reads_days", models.PositiveIntegerField(default=365)),
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
                "constraints": [models.UniqueConstraint(fields=("account",), name="audit_policy_account")],
            },
        ),
        SecureTable("AuditPolicy"),
    ]
