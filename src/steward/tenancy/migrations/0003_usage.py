import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0002_terms")]

    operations = [
        migrations.CreateModel(
            name="Usage",
            fields=[
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="usage",
                        serialize=False,
                        to="tenancy.account",
                    ),
                ),
                ("agents", models.IntegerField()),
                ("tickets", models.IntegerField()),
                ("stored", models.BigIntegerField()),
                ("counted_at", models.DateTimeField()),
            ],
        ),
    ]
