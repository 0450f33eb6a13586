"""What the five rules read, planned once: `compliance/sql/`."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("compliance", "0004_facts_are_the_carry"),
        ("loans", "0009_reading"),
        ("meetings", "0001_initial"),
        ("savings", "0001_initial"),
    ]
    operations = [migrations.RunSQL((SQL / "reading.sql").read_text(), migrations.RunSQL.noop, elidable=False)]
