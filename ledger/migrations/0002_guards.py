"""What the books refuse, in the database: `ledger/sql/`."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    replaces = [("ledger", "0003_guards"), ("ledger", "0004_submission_digest")]
    dependencies = [("ledger", "0001_tables")]
    operations = [
        migrations.RunSQL((SQL / "constraints.sql").read_text(), elidable=False),
        migrations.RunSQL((SQL / "guards.sql").read_text(), elidable=False),
    ]
