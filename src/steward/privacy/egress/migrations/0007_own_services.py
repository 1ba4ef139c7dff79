"""An account's own services: what they are called, where they are, and under which instruction something left."""

from importlib import import_module

from django.db import migrations, models

_STORED = import_module("steward.privacy.egress.migrations.0006_stored").FORWARDS.replace(
    "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"
)
_WITH_PLACE = _STORED.replace("retired_at IS NULL)", "retired_at IS NULL, id, country)")


class Migration(migrations.Migration):
    dependencies = [("egress", "0006_stored")]

    operations = [
        migrations.AddField(model_name="connector", name="name", field=models.TextField(blank=True, default="")),
        migrations.AddField(model_name="connector", name="url", field=models.TextField(blank=True, default="")),
        migrations.AddField(model_name="connector", name="key_header", field=models.TextField(blank=True, default="")),
        migrations.AddField(
            model_name="connector",
            name="country",
            field=models.CharField(blank=True, default="", max_length=2),
        ),
        migrations.AlterField(
            model_name="connector",
            name="tls",
            field=models.TextField(choices=[("implicit", "TLS"), ("starttls", "STARTTLS"), ("none", "no TLS")]),
        ),
        migrations.AddField(model_name="egressevent", name="connector_id", field=models.UUIDField(null=True)),
        migrations.AddField(
            model_name="installationegress",
            name="engagement",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="installationegress", name="registry_version", field=models.IntegerField(null=True)
        ),
        migrations.RunSQL(_WITH_PLACE, _STORED),
    ]
