"""An authorisation is what an account has said; that it was told of something stands in its notices."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("egress", "0007_own_services"),
    ]

    operations = [
        migrations.AlterField(
            model_name="authorisation",
            name="state",
            field=models.TextField(
                choices=[("authorised", "agreed to"), ("objected", "objected to"), ("refused", "refused")]
            ),
        ),
    ]
