"""Whether anybody has answered yet is asked by an index of answers, and not of all messages."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0007_held_messages")]

    operations = [
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                fields=["account"],
                condition=models.Q(("author__isnull", False), ("kind", "outgoing")),
                name="tickets_message_answer",
            ),
        ),
    ]
