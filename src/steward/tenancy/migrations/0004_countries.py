import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tenancy", "0003_usage"),
    ]

    operations = [
        migrations.AddField(
            model_name="datacentre",
            name="host",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="region",
            name="countries",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=2), blank=True, default=list, size=None
            ),
        ),
    ]
