from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0008_forgetting_operator_acts")]
    operations = [
        migrations.AlterField(
            model_name="mailedlink",
            name="purpose",
            field=models.TextField(
                choices=[
                    ("password", "Password"),
                    ("address", "Address"),
                    ("operator", "Operator"),
                    ("owner", "Owner"),
                ]
            ),
        ),
    ]
