"""The setting of a group is read and its book held in one statement: `compliance/sql/` once more, as it stands."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("compliance", "0005_reading")]
    operations = [migrations.RunSQL((SQL / "reading.sql").read_text(), migrations.RunSQL.noop, elidable=False)]
