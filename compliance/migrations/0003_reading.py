"""What the five rules read, planned once: `compliance/sql/`."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    replaces = [("compliance", "0005_reading"), ("compliance", "0006_reading_in_two")]
    dependencies = [
        ("compliance", "0002_common_policy"),
        ("loans", "0004_reading"),
        ("meetings", "0001_tables"),
        ("savings", "0001_tables"),
    ]
    operations = [migrations.RunSQL((SQL / "reading.sql").read_text(), migrations.RunSQL.noop, elidable=False)]
