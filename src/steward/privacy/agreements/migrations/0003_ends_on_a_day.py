from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0002_endings_and_new_texts"),
    ]

    operations = [
        migrations.AddField(model_name="agreement", name="ends_at", field=models.DateTimeField(null=True)),
    ]
