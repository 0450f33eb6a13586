"""The people of a group stay with it, by whichever route: `ledger/belonging.py`."""

from django.db import migrations

from ledger.belonging import AddGuard, RoutesMeet, Stays


class Migration(migrations.Migration):
    dependencies = [("groups", "0002_names_in_words"), ("ledger", "0007_rows_stay")]
    operations = [
        AddGuard("appointment", RoutesMeet(routes=("group", "member__group"), name="groups_appointment_one_group")),
        AddGuard("appointment", RoutesMeet(routes=("bkm", "member__group__bkm"), name="groups_appointment_one_bkm")),
        AddGuard("group", Stays(fields=("bkm", "book"), name="groups_group_stays")),
        AddGuard("member", RoutesMeet(routes=("group", "former__group"), name="groups_member_one_group")),
        AddGuard("member", Stays(fields=("group",), name="groups_member_stays")),
        AddGuard("officeterm", RoutesMeet(routes=("group", "member__group"), name="groups_term_one_group")),
        AddGuard("upk", Stays(fields=("bkm", "book"), name="groups_upk_stays")),
    ]
