from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tenancy", "0005_regions_are_kept"),
    ]

    operations = [
        migrations.AddField(
            model_name="account",
            name="mail_held_until",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="account",
            name="refuses_mail",
            field=models.BooleanField(default=False),
        ),
    ]
