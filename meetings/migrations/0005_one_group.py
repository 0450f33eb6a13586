"""Meetings and what stands below them stay in one group, by whichever route: `ledger/belonging.py`."""

from django.db import migrations

from ledger.belonging import AddGuard, RoutesMeet, Stays


class Migration(migrations.Migration):
    dependencies = [("meetings", "0004_manner_of_decisions"), ("groups", "0003_one_group")]
    operations = [
        AddGuard(
            "attendance", RoutesMeet(routes=("meeting__group", "member__group"), name="meetings_attendance_one_group")
        ),
        AddGuard("balancereading", RoutesMeet(routes=("group", "member__group"), name="meetings_reading_one_group")),
        AddGuard("boxcount", RoutesMeet(routes=("group__book", "submission__book"), name="meetings_count_one_group")),
        AddGuard("boxcount", Stays(fields=("group",), name="meetings_count_stays")),
        AddGuard(
            "cashdifference",
            RoutesMeet(
                routes=(
                    "group__book",
                    "meeting__group__book",
                    "count__group__book",
                    "owner__group__book",
                    "entry__book",
                ),
                name="meetings_difference_one_group",
            ),
        ),
        AddGuard("cashdifference", Stays(fields=("group",), name="meetings_difference_stays")),
        AddGuard(
            "contribution",
            RoutesMeet(routes=("member__group__book", "entry__book"), name="meetings_contribution_one_group"),
        ),
        AddGuard(
            "correction",
            RoutesMeet(
                routes=("group__book", "meeting__group__book", "submission__book"), name="meetings_correction_one_group"
            ),
        ),
        AddGuard("correction", Stays(fields=("group",), name="meetings_correction_stays")),
        AddGuard("followup", RoutesMeet(routes=("meeting__group", "owner__group"), name="meetings_followup_one_group")),
        AddGuard(
            "handover",
            RoutesMeet(
                routes=("meeting__group__book", "member__group__book", "entry__book"),
                name="meetings_handover_one_group",
            ),
        ),
        AddGuard("meeting", RoutesMeet(routes=("group__book", "submission__book"), name="meetings_meeting_one_group")),
        AddGuard("meeting", Stays(fields=("group",), name="meetings_meeting_stays")),
        AddGuard(
            "objection",
            RoutesMeet(routes=("group", "member__group", "owner__group"), name="meetings_objection_one_group"),
        ),
        AddGuard(
            "reconfirmation",
            RoutesMeet(routes=("correction__group", "member__group"), name="meetings_reconfirmation_one_group"),
        ),
        AddGuard(
            "settlement",
            RoutesMeet(routes=("difference__group__book", "entry__book"), name="meetings_settlement_one_group"),
        ),
    ]
