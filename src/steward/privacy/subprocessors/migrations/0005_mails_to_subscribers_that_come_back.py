import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("outbox", "0004_watched_mail_of_the_installation"),
        ("subprocessors", "0004_counting_notices"),
    ]

    operations = [
        migrations.AddField(
            model_name="subscription",
            name="mail",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="outbox.installationmail",
            ),
        ),
        migrations.AddField(
            model_name="subscription",
            name="paused_at",
            field=models.DateTimeField(null=True),
        ),
    ]
