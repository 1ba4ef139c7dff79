import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("retention", "0001_rules"),
    ]

    operations = [
        migrations.RemoveField(model_name="retentionrun", name="erasure_id"),
        migrations.AddField(
            model_name="retentionrun",
            name="erasures",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.UUIDField(), blank=True, default=list, size=None
            ),
        ),
        migrations.AddField(model_name="retentionrun", name="by_id", field=models.UUIDField(null=True)),
        migrations.AddField(
            model_name="retentionrun",
            name="status",
            field=models.TextField(
                blank=True,
                choices=[
                    ("new", "New"),
                    ("open", "Open"),
                    ("answered", "Answered"),
                    ("postponed", "Postponed"),
                    ("resolved", "Resolved"),
                    ("closed", "Closed"),
                    ("spam", "Spam"),
                    ("deleted", "Deleted"),
                ],
                default="",
            ),
        ),
        migrations.AddField(model_name="retentionrun", name="ordered_at", field=models.DateTimeField(null=True)),
    ]
