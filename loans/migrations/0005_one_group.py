"""Loans of both tiers stay in one group and one UPK, by whichever route: `ledger/belonging.py`."""

from django.db import migrations

from ledger.belonging import AddGuard, RoutesMeet, Stays


class Migration(migrations.Migration):
    dependencies = [("loans", "0004_reading"), ("groups", "0003_one_group")]
    operations = [
        AddGuard(
            "leaving", RoutesMeet(routes=("member__group__book", "submission__book"), name="loans_leaving_one_group")
        ),
        AddGuard(
            "loan",
            RoutesMeet(
                routes=(
                    "group",
                    "member__group",
                    "request__group",
                    "upk_loan__group",
                    "replaces__group",
                    "rules__group",
                ),
                name="loans_loan_one_group",
            ),
        ),
        AddGuard(
            "loan",
            RoutesMeet(routes=("group__book", "receivable__book", "charge_income__book"), name="loans_loan_one_book"),
        ),
        AddGuard("loan", Stays(fields=("group",), name="loans_loan_stays")),
        AddGuard("loanrequest", RoutesMeet(routes=("group", "member__group"), name="loans_request_one_group")),
        AddGuard("loanrequest", Stays(fields=("group",), name="loans_request_stays")),
        AddGuard(
            "loanstep",
            RoutesMeet(routes=("loan__group__book", "submission__book", "entry__book"), name="loans_step_one_group"),
        ),
        AddGuard("upkloan", RoutesMeet(routes=("upk__bkm", "group__bkm"), name="loans_upkloan_one_bkm")),
        AddGuard(
            "upkloan",
            RoutesMeet(
                routes=("upk__book", "receivable__book", "charge_income__book"),
                name="loans_upkloan_one_upk",
            ),
        ),
        AddGuard(
            "upkloan",
            RoutesMeet(
                routes=(
                    "group__book",
                    "request__group__book",
                    "replaces__group__book",
                    "owed__book",
                    "held__book",
                    "charge_cost__book",
                ),
                name="loans_upkloan_one_group",
            ),
        ),
        AddGuard("upkloan", Stays(fields=("upk", "group"), name="loans_upkloan_stays")),
        AddGuard("upkloanrequest", RoutesMeet(routes=("upk__bkm", "group__bkm"), name="loans_upkrequest_one_bkm")),
        AddGuard("upkloanrequest", Stays(fields=("upk", "group"), name="loans_upkrequest_stays")),
        AddGuard(
            "upkpayment", RoutesMeet(routes=("loan__upk__book", "upk_entry__book"), name="loans_upkpayment_one_upk")
        ),
        AddGuard(
            "upkpayment",
            RoutesMeet(routes=("loan__group__book", "group_entry__book"), name="loans_upkpayment_one_group"),
        ),
        AddGuard(
            "upkreschedule",
            RoutesMeet(routes=("loan__upk__book", "upk_entry__book"), name="loans_upkreschedule_one_upk"),
        ),
        AddGuard(
            "upkreschedule",
            RoutesMeet(
                routes=("loan__group__book", "fresh__group__book", "group_entry__book"),
                name="loans_upkreschedule_one_group",
            ),
        ),
        AddGuard("upkshare", RoutesMeet(routes=("request__group", "member__group"), name="loans_upkshare_one_group")),
        AddGuard(
            "upkwaiver", RoutesMeet(routes=("loan__group__book", "entry__book"), name="loans_upkwaiver_one_group")
        ),
        AddGuard(
            "upkwriteoff", RoutesMeet(routes=("loan__upk__book", "entry__book"), name="loans_upkwriteoff_one_upk")
        ),
    ]
