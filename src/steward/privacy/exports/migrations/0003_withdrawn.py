"""When an archive was withdrawn: something in it was purged, erased or redacted."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("exports", "0002_link_for_the_person")]

    operations = [
        migrations.AddField(
            model_name="export", name="withdrawn_at", field=models.DateTimeField(blank=True, null=True)
        ),
    ]
