"""Whether an account has its messages looked at for numbers of cards and the like."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0012_what_goes_is_found")]

    operations = [
        migrations.AddField(
            model_name="ticketrules",
            name="looks_for_sensitive",
            field=models.BooleanField(db_default=True, default=True),
        ),
    ]
