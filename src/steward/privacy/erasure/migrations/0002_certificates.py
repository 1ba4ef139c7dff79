"""What an erasure proves is kept with it, and one that takes too long is found."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("erasure", "0001_erasure")]

    operations = [
        migrations.AddField(model_name="erasure", name="alarmed_at", field=models.DateTimeField(null=True)),
        migrations.AddField(model_name="erasure", name="backups_end_at", field=models.DateTimeField(null=True)),
        migrations.AddField(model_name="erasure", name="certificate", field=models.TextField(blank=True, default="")),
        migrations.AddField(
            model_name="erasure",
            name="certificate_sha256",
            field=models.CharField(blank=True, default="", max_length=64),
        ),
        migrations.AddIndex(
            model_name="erasure",
            index=models.Index(
                condition=models.Q(("state__in", ["running", "failed"])),
                fields=["account", "started_at"],
                name="erasure_erasure_open",
            ),
        ),
    ]
