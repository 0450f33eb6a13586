"""What the books refuse, in the database: `ledger/sql/`."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_initial")]
    operations = [
        migrations.RunSQL((SQL / "constraints.sql").read_text(), elidable=False),
        migrations.RunSQL((SQL / "guards.sql").read_text(), elidable=False),
    ]
