"""A relay and object stores that the environment of the server names are noted like servers an account declares."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("egress", "0008_answers_only")]

    operations = [
        migrations.AlterField(
            model_name="connector",
            name="kind",
            field=models.TextField(
                choices=[
                    ("smtp", "SMTP server"),
                    ("imap", "IMAP server"),
                    ("http", "HTTP service"),
                    ("relay", "mail server of the installation"),
                    ("files", "object store for files"),
                    ("backups", "object store for backups"),
                ]
            ),
        ),
        migrations.AddConstraint(
            model_name="connector",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind__in", ["relay", "files", "backups"]), ("retired_at", None)),
                fields=("account", "kind"),
                name="egress_connector_one_of_the_server",
            ),
        ),
    ]
