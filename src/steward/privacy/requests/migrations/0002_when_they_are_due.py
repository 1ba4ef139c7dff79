"""The list of requests is read by when they are due, extended or not."""

import django.db.models.functions.comparison
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("requests", "0001_requests")]

    operations = [
        migrations.AddIndex(
            model_name="privacyrequest",
            index=models.Index(
                models.F("account"),
                django.db.models.functions.comparison.Coalesce("extended_until", "due_at"),
                models.F("id"),
                condition=models.Q(("answered_at", None)),
                name="requests_by_due",
            ),
        ),
    ]
