"""A report about a mail to one of the account is found from that mail."""

import django.db.models.deletion
from django.db import migrations, models

import steward.tenancy.models
from steward.tenancy.operations import SecureReference


class Migration(migrations.Migration):
    dependencies = [
        ("email", "0002_settings_of_addresses"),
        ("outbox", "0005_what_mails_are_about"),
    ]

    operations = [
        migrations.AddField(
            model_name="rawmail",
            name="returned",
            field=steward.tenancy.models.Ref(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="outbox.outgoingmail",
            ),
        ),
        SecureReference("RawMail", "returned"),
        migrations.AddIndex(
            model_name="rawmail",
            index=models.Index(
                condition=models.Q(("returned__isnull", False)),
                fields=["account", "returned"],
                name="email_rawmail_returned",
            ),
        ),
    ]
