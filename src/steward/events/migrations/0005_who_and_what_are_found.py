"""What somebody did, and everything of one kind, is found without reading all that ever happened."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("events", "0004_numbered_together")]

    operations = [
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                fields=["account", "actor_id", "position"],
                condition=models.Q(("actor_id__isnull", False)),
                name="events_event_actor",
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["account", "kind", "position"], name="events_event_kind"),
        ),
    ]
