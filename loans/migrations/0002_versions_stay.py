"""Versions that loans and months were judged by are written once: lending rules, a UPK's bounds, classes of late loans."""

from django.db import migrations

TABLES = ("loans_lendingrules", "loans_upkpolicy", "loans_collectabilityclass")


class Migration(migrations.Migration):
    replaces = [("loans", "0012_versions_stay")]
    dependencies = [("loans", "0001_tables"), ("ledger", "0002_guards")]
    operations = [
        migrations.RunSQL(
            # By row: Django's cascade from a BKM deletes nothing where there is nothing.
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change()",
            f"DROP TRIGGER {table}_no_change ON {table}",
        )
        for table in TABLES
    ]
