"""Who is alone is found without reading all contacts."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("contacts", "0003_since_when_they_are_alone")]

    operations = [
        migrations.AddIndex(
            "contact",
            models.Index(
                condition=models.Q(("alone_since__isnull", False)),
                fields=["account", "alone_since"],
                name="contacts_contact_alone",
            ),
        ),
    ]
