from django.db import migrations, models

# Failed jobs are listed newest first, beside any number of waiting ones.
_INDEX = "CREATE INDEX steward_jobs_failed ON procrastinate_jobs (id) WHERE status = 'failed'"
_NO_INDEX = "DROP INDEX steward_jobs_failed"


class Migration(migrations.Migration):
    initial = True

    dependencies = [("procrastinate", "0041_post_retry_failed_job")]

    operations = [
        migrations.CreateModel(
            name="Failure",
            fields=[
                ("job_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("error", models.TextField()),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.RunSQL(_INDEX, _NO_INDEX),
    ]
