from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("lifecycle", "0002_plans")]
    operations = [
        migrations.AddField("standing", "lift_asked_at", models.DateTimeField(null=True)),
        migrations.AddField("standing", "copy_ordered_at", models.DateTimeField(null=True)),
        migrations.AddField("standing", "deletion_ordered_at", models.DateTimeField(null=True)),
    ]
