"""Half of each page left free for balances and heads, which change with every posting: the new version of a row then
lies beside the old one and no index is touched.
"""

from django.db import migrations

SQL = "ALTER TABLE ledger_account SET (fillfactor = 50); ALTER TABLE ledger_book SET (fillfactor = 50);"


class Migration(migrations.Migration):
    replaces = [("ledger", "0005_room_for_balances")]
    dependencies = [("ledger", "0002_guards")]
    operations = [migrations.RunSQL(SQL, elidable=False)]
