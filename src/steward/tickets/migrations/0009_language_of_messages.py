"""In which language a message is, and the words that the list shows of a ticket: empty for those there are."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0008_whether_anybody_answered")]

    operations = [
        migrations.AddField(
            model_name=name,
            name="language",
            field=models.TextField(blank=True, db_default="", default=""),
        )
        for name in ("message", "ticket")
    ]
