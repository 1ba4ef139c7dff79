from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mentions", "0001_mentions")]

    operations = [
        migrations.RemoveIndex(model_name="mention", name="mentions_mention_erasure"),
        migrations.AddConstraint(
            model_name="mention",
            constraint=models.UniqueConstraint(
                fields=("account", "erasure_id", "ticket", "message"),
                name="mentions_mention_once",
                nulls_distinct=False,
            ),
        ),
    ]
