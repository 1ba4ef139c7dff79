from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("email", "0004_copies_in_mailboxes")]

    operations = [
        migrations.AddField(
            model_name="mailaccount",
            name="is_privacy_address",
            field=models.BooleanField(default=False),
        ),
        migrations.AlterField(
            model_name="mailtemplate",
            name="kind",
            field=models.TextField(
                choices=[
                    ("automatic", "Automatic answer"),
                    ("privacy", "Receipt of a privacy request"),
                    ("answer", "Frame of an answer"),
                    ("first", "Frame of a mail you begin"),
                ]
            ),
        ),
    ]
