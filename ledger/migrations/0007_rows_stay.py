"""What rows by which others come to their group are held by: `ledger/sql/staying.sql`."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0006_guards_know_their_callers")]
    operations = [
        migrations.RunSQL((SQL / "staying.sql").read_text(), "DROP FUNCTION ledger_row_stays()", elidable=False)
    ]
