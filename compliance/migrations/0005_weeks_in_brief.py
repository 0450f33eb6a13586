"""What later weeks look back on, in brief; and the functions again, which read it.

Weeks kept before have none and are read whole, until they leave the reach of an evaluation or are rebuilt.
"""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("compliance", "0004_reading_in_one_plan")]
    operations = [
        migrations.AddField("groupweek", "brief", models.JSONField(null=True)),
        migrations.RunSQL((SQL / "reading.sql").read_text(), migrations.RunSQL.noop, elidable=False),
    ]
