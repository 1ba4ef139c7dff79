"""The plans there are from the beginning."""

from django.db import migrations


def add_plans(apps, schema_editor):  # type: ignore[no-untyped-def]
    plan = apps.get_model("lifecycle", "Plan")
    plan.objects.bulk_create(
        [
            plan(code="self-hosted", has_clock=False, warning_days=[]),
            plan(code="standard", warning_days=[14, 7, 1]),
            plan(code="trial", trial_days=14, warning_days=[14, 7, 1]),
        ]
    )


class Migration(migrations.Migration):
    dependencies = [("lifecycle", "0001_initial")]
    operations = [migrations.RunPython(add_plans, migrations.RunPython.noop)]
