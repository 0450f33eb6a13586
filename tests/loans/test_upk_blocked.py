"""Five per cent of each share of a UPK loan stays behind in the KSM until the member has paid (tanggung renteng)."""

from datetime import date
from uuid import uuid4

import pytest

from ledger.models import Account
from loans import services
from loans.models import Loan, UpkRules
from loans.selectors import open_loans, reconcile
from loans.services import Deed
from tests.factories import treasurer
from tests.loans.two_tiers import book, lend, monthly, pass_on, rules, sheet, village
from tests.loans.upk_village import at

pytestmark = pytest.mark.django_db
LENT, FIRST, DEC = date(2018, 11, 15), date(2018, 11, 22), date(2018, 12, 15)


@pytest.fixture
def group():
    group = village()
    rules(group.bkm.upk, blocked_percent=UpkRules().blocked_percent)
    return group


def blocked(group):
    accounts = Account.objects.filter(book=group.book_id, code="2130").exclude(balance=0).order_by("loan_no")
    return [(one.member_no, one.loan_no, -one.balance) for one in accounts]


def test_what_stays_behind_of_each_share_comes_back_when_she_has_paid(group, client):
    loan = lend(group, [500_000] * 4 + [333_333], monthly(2_333_333, 10, round_to=0), LENT)
    assert blocked(group) == [(no, no, 25_000) for no in range(1, 5)] + [(5, 5, 16_667)]  # half up of 16.666,65
    assert book(group) == {"1110": 116_667, "1210": 2_333_333, "2130": 116_667, "2210": 2_333_333}
    assert reconcile() == []
    hers = next(one for one in open_loans(group) if one.loan.no == 1)
    sheet(group, FIRST, {1: hers.remaining})
    told = {"group": group, "loan_no": 1, "on": FIRST, "key": uuid4(), "by": None, "at": at(FIRST)}
    services.release_blocked(to="cash", **told)
    assert blocked(group)[0] == (2, 2, 25_000)
    assert book(group)["1110"] == 116_667 + hers.remaining - 25_000
    # The guarantee of another pays part of her share, and is laid aside for the UPK.
    deed = Deed(key=uuid4(), on=DEC, by=None, at=at(DEC), decision="Rapat", decided_on=DEC)
    held = book(group)["2220"]
    services.call_guarantee(loan=Loan.objects.get(group=group, no=2), deed=deed, parts={(2, 2): 25_000})
    assert book(group)["2220"] == held + 25_000
    pass_on(loan, held + 25_000, DEC)
    assert reconcile() == []
    client.force_login(treasurer(group))
    for page in ("", "statement/"):
        assert "5 % ditahan di KSM" in client.get(f"/g/{group.code}/upk/requests/1/{page}").text.replace("\n", " ")
    printed = client.get(f"/g/{group.code}/upk/loans/{loan.no}/agreement/").text
    assert "5 %" in printed


def test_a_loan_keeps_the_part_it_was_made_under(group):
    loan = lend(group, [500_000] * 5, monthly(2_500_000, 10), LENT)
    rules(group.bkm.upk, blocked_percent=10)
    loan.refresh_from_db()
    assert (loan.blocked_percent, {one.blocked for one in loan.shares.all()}) == (5, {25_000})
