from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outbox", "0002_installation_mail")]

    operations = [
        migrations.AddIndex(
            model_name="outgoingmail",
            index=models.Index(
                condition=models.Q(("state", "sent"), _negated=True),
                fields=["account", "state", "reason"],
                include=("created_at", "connector"),
                name="outbox_outgoingmail_unsent",
            ),
        ),
    ]
