"""Rules for customers of whom nothing else is here, and for closed requests of persons."""

from django.db import migrations, models

KINDS = [
    ("tickets", "Tickets"),
    ("files", "Files"),
    ("raw_mail", "Raw Mail"),
    ("contacts", "Contacts"),
    ("requests", "Requests"),
]
SINCE = [
    ("arrival", "Arrival"),
    ("creation", "Creation"),
    ("activity", "Activity"),
    ("resolution", "Resolution"),
    ("alone", "Alone"),
    ("closing", "Closing"),
]


class Migration(migrations.Migration):
    dependencies = [("retention", "0002_what_was_purged")]

    operations = [
        migrations.AlterField("retentionrule", "kind", models.TextField(choices=KINDS)),
        migrations.AlterField("retentionrun", "kind", models.TextField(choices=KINDS)),
        migrations.AlterField("retentionrule", "since", models.TextField(choices=SINCE)),
    ]
