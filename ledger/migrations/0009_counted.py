"""Heads and balances say what is there, whoever moves them: `ledger/sql/guards.sql`. Accounts remember what they counted."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parent.parent / "sql"
COUNT = """
DROP TRIGGER ledger_account_guard ON ledger_account;
UPDATE ledger_account a SET counted = p.last
  FROM (SELECT account_id, max(id) AS last FROM ledger_posting GROUP BY account_id) p WHERE p.account_id = a.id
"""

CALENDAR = """
ALTER TABLE ledger_book ADD CONSTRAINT ledger_book_closed_in_calendar
  CHECK (closed_through BETWEEN '1900-01-01' AND '9999-12-30');
ALTER TABLE ledger_closing ADD CONSTRAINT ledger_closing_in_calendar
  CHECK (through BETWEEN '1900-01-01' AND '9999-12-30')
"""
ANY_DAY = """
ALTER TABLE ledger_book DROP CONSTRAINT ledger_book_closed_in_calendar;
ALTER TABLE ledger_closing DROP CONSTRAINT ledger_closing_in_calendar
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0008_ids_are_given_out")]
    operations = [
        migrations.AddField("account", "counted", models.BigIntegerField(db_default=0, default=0, editable=False)),
        migrations.RunSQL(COUNT, migrations.RunSQL.noop, elidable=False),
        migrations.AddIndex("posting", models.Index(fields=["account", "id"], name="ledger_posting_account_id")),
        migrations.RunSQL((SQL / "guards.sql").read_text(), migrations.RunSQL.noop, elidable=False),
        migrations.RemoveField("book", "open_legs"),
        migrations.RunSQL(CALENDAR, ANY_DAY, elidable=False),
    ]
