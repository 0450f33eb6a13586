"""A submission is a link of the chain of its own, so that a meeting without money is sealed too; and tighter guards."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_guards")]
    operations = [
        migrations.AddField(
            model_name="submission",
            name="digest",
            field=models.CharField(default="", editable=False, max_length=64),
            preserve_default=False,
        ),
        migrations.RunSQL((SQL / "tighter.sql").read_text(), elidable=False),
        migrations.RunSQL((SQL / "guards.sql").read_text(), elidable=False),
    ]
