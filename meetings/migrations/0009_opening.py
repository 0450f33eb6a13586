"""What a sheet stands on, planned once: `meetings/sql/`."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("meetings", "0008_contribution"), ("ledger", "0009_reading")]
    operations = [migrations.RunSQL((SQL / "opening.sql").read_text(), migrations.RunSQL.noop, elidable=False)]
