"""What is decided on a surplus stays in one group, by whichever route: `ledger/belonging.py`."""

from django.db import migrations

from ledger.belonging import AddGuard, RoutesMeet, Stays


class Migration(migrations.Migration):
    dependencies = [("savings", "0001_tables"), ("groups", "0003_one_group")]
    operations = [
        AddGuard(
            "yearend",
            RoutesMeet(
                routes=("group__book", "submission__book", "taken_back__book"), name="savings_year_end_one_group"
            ),
        ),
        AddGuard("yearend", Stays(fields=("group",), name="savings_year_end_stays")),
        AddGuard(
            "yearendshare",
            RoutesMeet(
                routes=("year_end__group__book", "member__group__book", "entry__book"), name="savings_share_one_group"
            ),
        ),
    ]
