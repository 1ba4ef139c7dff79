from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("holds", "0001_holds"),
    ]

    operations = [
        migrations.AddField(model_name="legalhold", name="approved_by_id", field=models.UUIDField(null=True)),
        migrations.AddField(
            model_name="legalhold",
            name="lifted_because",
            field=models.TextField(
                blank=True,
                choices=[("over", "Over"), ("asked", "Asked"), ("mistake", "Mistake")],
                default="",
            ),
        ),
    ]
