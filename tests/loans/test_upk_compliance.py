"""Members' shares of a UPK loan are no internal lending: the five rules say the same with them and without."""

from datetime import timedelta
from uuid import uuid4

import pytest

from compliance.models import Policy
from compliance.selectors import findings
from groups.services import open_upk
from ledger import services as ledger
from ledger.services import Draft, Leg
from loans import services
from loans.models import UpkRules
from loans.services import Share
from meetings.services import post_sheet
from meetings.sheet import Payment, Row, Sheet
from tests.compliance.test_services import at, worked_group
from tests.compliance.village import assert_rows_are_what_the_books_say, day, noon
from tests.factories import UserFactory, coordinator
from tests.loans.two_tiers import monthly, pass_on

pytestmark = pytest.mark.django_db


def lend_from_upk(group, on):
    upk = open_upk(bkm=group.bkm, name="UPK Guyub Rukun")
    UpkRules.objects.create(upk=upk, from_on=on, blocked_percent=0)  # what stays behind would be cash of the KSM
    capital = (Leg("1110", 9_000_000), Leg("3210", -9_000_000))
    draft = Draft(on, "upk_capital", capital)
    ledger.post(book=upk.book, key=uuid4(), content={}, drafts=[draft], by=None, at=noon(on))
    members = group.members.order_by("no")
    shares = [Share(member, 600_000, "Warung") for member in members]
    request = services.request_upk_loan(group=group, shares=shares, terms=monthly(3_000_000, 3), by=None, on=on)
    for decide in (services.decide_by_upk, services.decide_by_bkm):
        decide(request=request, approve=True, decision="", points=[], by=UserFactory(), on=on)
    return services.disburse_upk_loan(request=request, key=uuid4(), by=None, on=on, at=noon(on))


def test_the_worked_example_stands_to_the_digit_beside_a_upk_loan(client):
    alone = worked_group()
    before, shot = findings(alone, day(9)).as_json(), at(alone, 4)
    group = worked_group(code="KSM-LAIN")
    loan = lend_from_upk(group, day(4))  # all five borrow of the UPK in week 4, and are late ever since
    after = findings(group, day(9)).as_json()
    assert {**after, "group": before["group"]} == before
    assert at(group, 4) == shot
    # Nor does the age of its loans know of them: today, read off the loans themselves, as little as on a past day.
    client.force_login(coordinator(group.bkm))
    ages = [client.get(f"/g/KSM-LAIN/health/{asked}").context["outstanding"] for asked in ("", f"?on={day(9)}")]
    assert ages == [70_000, 70_000]
    assert_rows_are_what_the_books_say(group)
    # A payment of the shares and its way to the UPK change the cash of neither.
    rows = tuple(Row(no, "H", payments=(Payment(600_000, loan_no),)) for no, loan_no in ((1, 2), (2, 3)))
    rows += tuple(Row(no, "H") for no in (3, 4, 5))
    post_sheet(group=group, key=uuid4(), sheet=Sheet(on=day(5), rows=rows), by=None, at=noon(day(5)))
    lending = findings(group, day(5)).as_json()["rules"][3]
    pass_on(loan, 1_100_000, day(5) + timedelta(1))
    later = findings(group, day(5) + timedelta(1)).as_json()["rules"][3]
    assert (lending["outstanding"], lending["fund_cash"]) == (70_000, 115_750)
    assert (later["outstanding"], later["fund_cash"]) == (70_000, 115_750)
    assert_rows_are_what_the_books_say(group)
    assert Policy.objects.exists()


def test_a_upk_loan_alone_is_no_question_asked_in_the_group(django_assert_max_num_queries):
    from tests.compliance.village import found_group, meet  # noqa: PLC0415

    group = found_group()
    meet(group, day(1), dict.fromkeys(range(1, 6), 2_000))
    lend_from_upk(group, day(1))
    assert findings(group, day(2)).as_json()["rules"][3:] == [
        {"rule": "lending", "assessed": False},
        {"rule": "repayment", "assessed": False},
    ]


def test_a_sheet_takes_no_more_statements_for_shares_of_a_upk_loan(django_assert_max_num_queries):
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    alone, group = worked_group(), worked_group(code="KSM-LAIN")
    lend_from_upk(group, day(4))

    def post(group, loan_no):
        rows = tuple(Row(no, "H", payments=(Payment(10_000, loan_no),) if no == 4 else ()) for no in range(1, 6))
        sheet = Sheet(on=day(5), rows=rows)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            post_sheet(group=group, key=uuid4(), sheet=sheet, by=None, at=noon(day(5)))
        return len(captured)

    assert post(alone, 1) + 2 >= post(group, 5)  # the accounts of the new legs may be looked up once more
