"""The two last parts of an account's life, and the mark of one whose data are being deleted."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0008_sealed")]
    operations = [
        migrations.AlterField(
            model_name="account",
            name="state",
            field=models.TextField(
                choices=[
                    ("active", "Active"),
                    ("suspended", "Suspended"),
                    ("terminated", "Terminated"),
                    ("deleted", "Deleted"),
                    ("gone", "Gone"),
                ],
                default="active",
            ),
        ),
        migrations.AddField("account", "departing_since", models.DateTimeField(null=True)),
    ]
