"""What sheets read, planned once: `loans/sql/`."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("loans", "0008_upk_policy"), ("groups", "0001_initial"), ("ledger", "0002_initial")]
    operations = [migrations.RunSQL((SQL / "reading.sql").read_text(), migrations.RunSQL.noop, elidable=False)]
