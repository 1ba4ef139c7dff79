"""One word for it everywhere: a ticket is assigned."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="notice",
            name="kind",
            field=models.TextField(
                choices=[
                    ("mentioned", "Somebody mentions me in a note"),
                    ("assigned", "A ticket is assigned to me"),
                    ("answered", "The customer answers in a ticket of mine"),
                    ("failed", "An answer of mine cannot be delivered"),
                    ("new_ticket", "A new ticket comes into one of my departments"),
                ]
            ),
        ),
    ]
