from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("egress", "0004_http_services"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="egressevent",
            index=models.Index(fields=["account", "host", "-at", "-id"], name="egress_event_host"),
        ),
        migrations.AddIndex(
            model_name="egressevent",
            index=models.Index(fields=["account", "purpose", "-at", "-id"], name="egress_event_purpose"),
        ),
        migrations.AddIndex(
            model_name="egressevent",
            index=models.Index(
                condition=models.Q(("is_allowed", False)), fields=["account", "-at", "-id"], name="egress_event_refused"
            ),
        ),
    ]
