"""Automatic answers know their ticket, and mail is found by it and by the server it goes through."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outbox", "0004_watched_mail_of_the_installation")]

    operations = [
        migrations.AddField(model_name="outgoingmail", name="about", field=models.UUIDField(null=True)),
        migrations.AddIndex(
            model_name="outgoingmail",
            index=models.Index(
                condition=models.Q(("about__isnull", False)),
                fields=["account", "about"],
                name="outbox_outgoingmail_about",
            ),
        ),
        migrations.AddIndex(
            model_name="outgoingmail",
            index=models.Index(
                condition=models.Q(("connector__isnull", False)),
                fields=["account", "connector"],
                name="outbox_outgoingmail_connector",
            ),
        ),
    ]
