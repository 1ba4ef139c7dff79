"""Customers of whom nothing else was here go by rules of retention, many at once."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("erasure", "0004_counted_in_the_background")]

    operations = [
        migrations.AlterField(
            model_name="erasure",
            name="of",
            field=models.TextField(
                choices=[
                    ("person", "Person"),
                    ("person_without_tickets", "Nameless"),
                    ("tickets", "Tickets"),
                    ("agent", "Agent"),
                    ("customers", "Alone"),
                ],
                default="tickets",
            ),
        ),
    ]
