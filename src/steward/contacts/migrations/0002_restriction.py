"""Whose data are only kept, and why; and who wants no direct mail."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("contacts", "0001_initial")]

    operations = [
        migrations.AddField("contact", "restricted_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField(
            "contact",
            "restricted_for",
            models.TextField(
                blank=True,
                choices=[
                    ("contested", "Contested"),
                    ("unlawful", "Unlawful"),
                    ("claims", "Claims"),
                    ("objected", "Objected"),
                ],
                default="",
            ),
        ),
        migrations.AddField("contact", "objected_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddConstraint(
            "contact",
            models.CheckConstraint(
                condition=models.Q(
                    ("restricted_at", None), models.Q(("restricted_for", ""), _negated=True), _connector="OR"
                ),
                name="contacts_restricted_with_ground",
            ),
        ),
    ]
