"""Of what an erasure is: told also when nobody knows any more whom it was about."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("erasure", "0002_certificates")]

    operations = [
        migrations.AddField(
            model_name="erasure",
            name="of",
            field=models.TextField(
                choices=[
                    ("person", "Person"),
                    ("person_without_tickets", "Nameless"),
                    ("tickets", "Tickets"),
                    ("agent", "Agent"),
                ],
                default="tickets",
            ),
        ),
    ]
