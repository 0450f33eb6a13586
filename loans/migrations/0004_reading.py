"""What sheets read, planned once: `loans/sql/`."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    replaces = [("loans", "0009_reading")]
    dependencies = [("loans", "0003_common_classes"), ("groups", "0001_tables"), ("ledger", "0001_tables")]
    operations = [migrations.RunSQL((SQL / "reading.sql").read_text(), migrations.RunSQL.noop, elidable=False)]
