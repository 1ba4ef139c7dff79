from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("requests", "0002_when_they_are_due")]

    operations = [
        migrations.AlterField(
            model_name="privacyrequest",
            name="type",
            field=models.TextField(
                choices=[
                    ("access", "Access"),
                    ("rectify", "Rectify"),
                    ("erase", "Erase"),
                    ("restrict", "Restrict"),
                    ("portability", "Portability"),
                    ("object", "Object"),
                    ("withdraw", "Withdraw"),
                    ("unsaid", "Unsaid"),
                ]
            ),
        ),
    ]
