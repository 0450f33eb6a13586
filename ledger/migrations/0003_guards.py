"""What the books refuse, in the database: `ledger/sql/guards.sql`."""

from pathlib import Path

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_initial")]
    operations = [
        migrations.RunSQL((Path(__file__).parent.parent / "sql" / "guards.sql").read_text(), elidable=False),
    ]
