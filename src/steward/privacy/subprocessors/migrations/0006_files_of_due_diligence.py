from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("subprocessors", "0005_mails_to_subscribers_that_come_back"),
    ]

    operations = [
        migrations.CreateModel(
            name="KeptPaper",
            fields=[
                ("sha256", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("size", models.BigIntegerField()),
                ("content_type", models.TextField()),
                ("content", models.BinaryField()),
                ("added_at", models.DateTimeField()),
            ],
        ),
    ]
