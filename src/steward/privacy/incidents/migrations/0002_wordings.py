from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("incidents", "0001_registers")]
    operations = [
        migrations.AddField("incident", "language", models.TextField(blank=True, default="")),
        migrations.AddField("incident", "wordings", models.JSONField(blank=True, default=dict)),
        migrations.AddField("notice", "language", models.TextField(blank=True, default="")),
        migrations.AddField("notice", "wordings", models.JSONField(blank=True, default=dict)),
    ]
