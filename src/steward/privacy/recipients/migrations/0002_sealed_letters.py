"""What a letter to a recipient names is encrypted under the account's key."""

from django.db import migrations, models

import steward.privacy.keys.fields


class Migration(migrations.Migration):
    dependencies = [("recipients", "0001_recipients")]

    operations = [
        migrations.RemoveIndex(model_name="recipient", name="recipients_with_letter"),
        migrations.RemoveField(model_name="recipient", name="identifiers"),
        migrations.AddField(
            model_name="recipient",
            name="sealed",
            field=steward.privacy.keys.fields.SecretField(blank=True, default=b""),
        ),
        migrations.AddIndex(
            model_name="recipient",
            index=models.Index(
                condition=models.Q(("sealed", b""), _negated=True),
                fields=["account", "telling"],
                name="recipients_with_letter",
            ),
        ),
    ]
