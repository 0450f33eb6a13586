from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("meetings", "0006_settled_in_parts")]

    operations = [
        migrations.RemoveField(model_name="cashdifference", name="ending"),
        migrations.RemoveField(model_name="cashdifference", name="settlement"),
    ]
