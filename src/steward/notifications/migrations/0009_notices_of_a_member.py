"""All notices of a member are found when the member goes, not only those on their list."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notifications", "0008_notices_of_last_days")]

    operations = [
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                models.F("account"),
                models.F("membership"),
                models.OrderBy(models.F("id"), descending=True),
                name="notifications_notice_whose",
            ),
        ),
        migrations.RemoveIndex(model_name="notice", name="notifications_notice_list"),
    ]
