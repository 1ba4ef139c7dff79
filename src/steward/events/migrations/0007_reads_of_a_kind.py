"""Reads of one kind are found without going through all the others."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("events", "0006_reads")]

    operations = [
        migrations.AddIndex(
            model_name="read",
            index=models.Index(fields=["account", "kind", "position"], name="events_read_kind"),
        ),
    ]
