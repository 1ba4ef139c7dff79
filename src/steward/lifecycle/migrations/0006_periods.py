from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("lifecycle", "0005_orders_to_reopen")]
    operations = [
        migrations.AddField("plan", "mail_held_days", models.IntegerField(default=14)),
        migrations.AddField("plan", "cooling_days", models.IntegerField(default=7)),
    ]
