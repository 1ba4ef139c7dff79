"""An agent who leaves is looked for in the tickets by an index, whatever became of them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0010_search_knows_when_and_whose")]

    operations = [
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                fields=["account", "assignee"],
                condition=models.Q(("assignee__isnull", False)),
                name="tickets_ticket_assignee",
            ),
        ),
    ]
