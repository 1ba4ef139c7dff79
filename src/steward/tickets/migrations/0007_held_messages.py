"""An answer can be held for some seconds before its mail is made, and be taken back until then."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0006_search_walks_farther")]

    operations = [
        migrations.AddField(model_name="message", name="held", field=models.JSONField(blank=True, null=True)),
    ]
