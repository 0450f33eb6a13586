"""What a sheet stands on, planned once: `meetings/sql/`."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    replaces = [("meetings", "0009_opening")]
    dependencies = [("meetings", "0001_tables"), ("ledger", "0004_reading")]
    operations = [migrations.RunSQL((SQL / "opening.sql").read_text(), migrations.RunSQL.noop, elidable=False)]
