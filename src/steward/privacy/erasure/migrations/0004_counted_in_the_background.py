from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("erasure", "0003_what_is_erased")]

    operations = [
        migrations.AddField(
            model_name="erasure",
            name="counted_percent",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name="erasure",
            name="state",
            field=models.TextField(
                choices=[
                    ("counting", "Counting"),
                    ("planned", "Planned"),
                    ("running", "Running"),
                    ("done", "Done"),
                    ("failed", "Failed"),
                ],
                default="planned",
            ),
        ),
    ]
