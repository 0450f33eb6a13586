"""What is written once is not emptied either: TRUNCATE asks no trigger of a row's."""

from django.db import migrations

TABLES = ("loans_lendingrules", "loans_upkpolicy", "loans_collectabilityclass")


class Migration(migrations.Migration):
    dependencies = [("loans", "0005_one_group")]
    operations = [
        migrations.RunSQL(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()",
            f"DROP TRIGGER {table}_no_truncate ON {table}",
        )
        for table in TABLES
    ]
