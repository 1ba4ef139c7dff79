from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outbox", "0003_unsent")]

    operations = [
        migrations.AddField(
            model_name="installationmail",
            name="is_watched",
            field=models.BooleanField(default=False),
        ),
    ]
