import django.db.models.deletion
from django.db import migrations, models

import steward.lib.ids
from steward.tenancy.operations import SecureTable


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0001_initial"),
        ("tenancy", "0005_regions_are_kept"),
    ]

    operations = [
        migrations.AddField(
            model_name="agreement",
            name="ended_side",
            field=models.TextField(
                blank=True,
                choices=[("account", "ended by you"), ("provider", "ended by the provider")],
                default="",
            ),
        ),
        migrations.AddField(model_name="agreement", name="ended_by", field=models.UUIDField(null=True)),
        migrations.AddField(model_name="agreement", name="ended_words", field=models.TextField(blank=True, default="")),
        migrations.CreateModel(
            name="TextNotice",
            fields=[
                (
                    "id",
                    models.UUIDField(default=steward.lib.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("text", models.TextField(choices=[("terms", "Terms"), ("form", "Form")])),
                ("version", models.TextField()),
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
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("account", "text", "version"), name="agreements_text_told_once")
                ],
            },
        ),
        SecureTable("TextNotice"),
    ]
