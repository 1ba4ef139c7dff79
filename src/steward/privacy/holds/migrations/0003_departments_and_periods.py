"""Holds on the tickets of a department, and on those of a period."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("holds", "0002_who_approved_and_why_lifted")]

    operations = [
        migrations.AddField("legalhold", "begins_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("legalhold", "ends_at", models.DateTimeField(blank=True, null=True)),
        migrations.AlterField(
            "legalhold",
            "on",
            models.TextField(
                choices=[
                    ("account", "Account"),
                    ("contact", "Contact"),
                    ("ticket", "Ticket"),
                    ("department", "Department"),
                    ("period", "Period"),
                ]
            ),
        ),
        migrations.AddConstraint(
            "legalhold",
            models.CheckConstraint(
                condition=models.Q(
                    models.Q(("on", "period"), _negated=True),
                    ("begins_at__isnull", False),
                    ("ends_at__isnull", False),
                    _connector="OR",
                ),
                name="holds_legalhold_period",
            ),
        ),
    ]
