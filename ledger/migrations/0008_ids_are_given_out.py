"""A submission's id was given out by the sequence, so that none lies beyond all later ones: `ledger/sql/guards.sql`."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0007_rows_stay")]
    operations = [migrations.RunSQL((SQL / "guards.sql").read_text(), migrations.RunSQL.noop, elidable=False)]
