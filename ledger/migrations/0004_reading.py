"""What every posting reads, planned once: `ledger/sql/`."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    replaces = [("ledger", "0009_reading")]
    dependencies = [("ledger", "0003_room_for_balances")]
    operations = [migrations.RunSQL((SQL / "reading.sql").read_text(), migrations.RunSQL.noop, elidable=False)]
