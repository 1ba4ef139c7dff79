"""Notices are found from the message, the mail and the agent they refer to."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notifications", "0004_notices_of_agreements")]

    operations = [
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                condition=models.Q(("message__isnull", False)),
                fields=["account", "message"],
                name="notifications_notice_message",
            ),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                condition=models.Q(("by__isnull", False)),
                fields=["account", "by"],
                name="notifications_notice_by",
            ),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                condition=models.Q(("mailed_in__isnull", False)),
                fields=["account", "mailed_in"],
                name="notifications_notice_mail",
            ),
        ),
    ]
