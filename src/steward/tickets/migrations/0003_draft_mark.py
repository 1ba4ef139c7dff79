"""Each save of a draft has a mark, by which two tabs of one person do not overwrite each other."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0002_search")]

    operations = [
        migrations.AddField(model_name="draft", name="mark", field=models.UUIDField(blank=True, null=True)),
    ]
