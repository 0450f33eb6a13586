"""A head and a balance are moved by what arrives, books and accounts stay: `ledger/sql/guards.sql`."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0005_account_without_label")]
    operations = [migrations.RunSQL((SQL / "guards.sql").read_text(), migrations.RunSQL.noop, elidable=False)]
