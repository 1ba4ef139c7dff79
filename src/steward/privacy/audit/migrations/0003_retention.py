"""How long it is told what happened, and how far old entries were looked at."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_reads"), ("events", "0008_beginnings")]

    operations = [
        migrations.AddField("auditpolicy", "entries_days", models.PositiveIntegerField(db_default=1095, default=1095)),
        migrations.AddField("verification", "silenced", models.BigIntegerField(db_default=0, default=0)),
    ]
