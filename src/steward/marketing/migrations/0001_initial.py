"""Who of our own customers may be written to."""

from django.db import migrations, models

import steward.lib.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="MarketingConsent",
            fields=[
                (
                    "id",
                    models.UUIDField(default=steward.lib.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("account_id", models.UUIDField()),
                ("address_hash", models.BinaryField()),
                ("person", models.BinaryField()),
                ("language", models.TextField()),
                ("text_version", models.IntegerField()),
                ("channel", models.TextField(choices=[("sign_up", "Sign Up"), ("settings", "Settings")])),
                ("given_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("ends_at__isnull", False)),
                        fields=["ends_at"],
                        name="marketing_consent_ends",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("account_id", "address_hash"), name="marketing_consent_once")
                ],
            },
        ),
    ]
