"""Tells the database how full its tables are, where it cannot know yet.

On a fresh machine one import writes thousands of rows in one transaction. Until somebody counts them, every look-up is
planned for empty tables: foreign keys are then checked by reading the whole book once for each posting.
"""

from django.db import connection

TABLES = ("ledger_submission", "ledger_entry", "ledger_account", "ledger_posting")
KNOWN = 1_000  # entries; from there on the numbers the database keeps by itself are good enough


def count_if_unknown(known: int = KNOWN) -> bool:
    """Count the ledger's tables when the database believes that there are fewer entries than `known`.

    What the transaction at hand wrote is counted too. Until it ends nobody else counts these tables. At most two
    statements; returns whether they were counted.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'ledger_entry'::regclass")
        if cursor.fetchone()[0] >= known:
            return False
        cursor.execute(f"ANALYZE {', '.join(TABLES)}")
        return True
