"""Since when nothing but themselves is here of customers: what rules of retention count from."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("contacts", "0002_restriction")]

    operations = [migrations.AddField("contact", "alone_since", models.DateTimeField(blank=True, null=True))]
