import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("egress", "0003_registry"),
    ]

    operations = [
        migrations.AddField(
            model_name="connector",
            name="purposes",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.TextField(), blank=True, default=list, size=None
            ),
        ),
        migrations.AlterField(
            model_name="connector",
            name="kind",
            field=models.TextField(
                choices=[("smtp", "SMTP server"), ("imap", "IMAP server"), ("http", "HTTP service")]
            ),
        ),
        migrations.AddConstraint(
            model_name="connector",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind", "http"), ("purposes", []), _connector="XOR"),
                name="egress_connector_purposes",
            ),
        ),
    ]
