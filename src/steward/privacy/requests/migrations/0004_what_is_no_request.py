from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("requests", "0003_kind_not_said")]

    operations = [
        migrations.AlterField(
            model_name="privacyrequest",
            name="state",
            field=models.TextField(
                choices=[
                    ("received", "Received"),
                    ("verifying", "Verifying"),
                    ("awaiting_controller", "Awaiting Controller"),
                    ("approved", "Approved"),
                    ("planned", "Planned"),
                    ("running", "Running"),
                    ("verifying_absence", "Verifying Absence"),
                    ("live_done", "Live Done"),
                    ("backups_expiring", "Backups Expiring"),
                    ("closed", "Closed"),
                    ("refused", "Refused"),
                    ("on_hold", "On Hold"),
                    ("failed", "Failed"),
                    ("not_one", "Not One"),
                ],
                default="received",
            ),
        ),
    ]
