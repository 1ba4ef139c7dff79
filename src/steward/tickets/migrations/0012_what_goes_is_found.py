"""What is erased is found from its own key in every table that refers to it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0011_tickets_of_who_leaves")]

    operations = [
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("previous__isnull", False)),
                fields=["account", "previous"],
                name="tickets_ticket_previous",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("contact__isnull", False)),
                fields=["account", "contact"],
                name="tickets_message_contact",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("author__isnull", False)),
                fields=["account", "author"],
                name="tickets_message_author",
            ),
        ),
        migrations.AddIndex(
            model_name="attachment",
            index=models.Index(
                fields=["account", "file"],
                name="tickets_attachment_file",
            ),
        ),
        migrations.AddIndex(
            model_name="draft",
            index=models.Index(
                fields=["account", "ticket"],
                name="tickets_draft_ticket",
            ),
        ),
        migrations.AddIndex(
            model_name="draftattachment",
            index=models.Index(
                fields=["account", "file"],
                name="tickets_draftattachment_file",
            ),
        ),
    ]
