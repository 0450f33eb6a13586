"""A UPK with money and a KSM that borrows of it, as tests know them: every step through the services."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError

from groups.models import Group, Upk
from groups.services import add_member, create_group
from ledger import chart
from ledger.announce import one_announcement
from ledger.models import Account
from loans import services
from loans.models import UpkLoan, UpkLoanRequest, UpkPayment
from loans.schedule import Terms
from loans.selectors import UpkLine, gate_of, upk_lines
from loans.services import Share
from meetings.models import Meeting
from meetings.services import post_sheet
from meetings.sheet import Payment, Row, Sheet
from savings.terms import agree_terms
from tests.factories import UserFactory
from tests.loans.test_services import code_of
from tests.loans.upk_village import at, write

FOUNDED = date(2018, 7, 2)  # a Monday
OPEN_RULES = {"saving_months": 0, "blocked_percent": 0, "first_ceiling": 10_000_000, "most_periods": 24}


@one_announcement()
def ksm(upk: Upk, name: str = "Mekar Sari", members: int = 5) -> Group:
    """A KSM of women, without money."""
    group = create_group(
        bkm=upk.bkm, name=f"KSM {name}", code=f"KSM-{name.upper().replace(' ', '-')}", start_on=FOUNDED
    )
    agree_terms(group=group, from_on=FOUNDED, weekly=5_000, principal=0)
    for number in range(1, members + 1):
        add_member(group=group, name=f"Ibu {number}", joined_on=FOUNDED, gender="P")
    return group


def rules(upk: Upk, **numbers: int):
    """The UPK's rules from its first day on: no months of saving wanted, so that a story may begin at once."""
    known = {name: getattr(services.rules_on(upk, FOUNDED), name) for name in services.upk_requests.RULE_FIELDS}
    return services.set_upk_rules(upk=upk, from_on=FOUNDED, **{**known, **OPEN_RULES, **numbers})


def monthly(amount: int, months: int, rate: str = "1.5", method: str = "flat", round_to: int = 1000) -> Terms:
    return Terms(amount, months, "month", Decimal(rate), "month", method, round_to)


def ask(group: Group, amounts: Sequence[int], terms: Terms, on: date) -> UpkLoanRequest:
    """The first members ask, each her amount."""
    members = group.members.order_by("no")
    shares = [Share(member, amount, "Warung") for member, amount in zip(members, amounts, strict=False)]
    return services.request_upk_loan(group=group, shares=shares, terms=terms, by=None, on=on)


def approve(request: UpkLoanRequest, on: date) -> UpkLoanRequest:
    """Signed, approved by UPK and BKM, all on one day."""
    request = services.record_signing(request=request, signed_on=on, by=None, on=on)
    points = gate_of(request, on)
    request = services.decide_by_upk(request=request, approve=True, decision="", points=points, by=UserFactory(), on=on)
    return services.decide_by_bkm(request=request, approve=True, decision="", points=points, by=UserFactory(), on=on)


def lend(group: Group, amounts: Sequence[int], terms: Terms, on: date) -> UpkLoan:
    """Asked, approved and paid out on one day."""
    request = approve(ask(group, amounts, terms, on), on)
    return services.disburse_upk_loan(request=request, key=uuid4(), by=None, on=on, at=at(on))


def village(members: int = 5, capital: int = 50_000_000) -> Group:
    """UPK Lestari with capital and open rules, and KSM Mekar Sari."""
    from tests.loans.upk_village import lestari  # noqa: PLC0415

    upk = lestari()
    write(upk, "upk_capital", date(2018, 1, 2), capital)
    rules(upk)
    return ksm(upk, members=members)


def sheet(group: Group, on: date, pay: Mapping[int, int], weekly: int = 0) -> Meeting:
    """A meeting where everybody is there; `pay` is rupiah on the oldest loan by member."""
    rows = tuple(
        Row(m.no, "H", weekly=weekly, payments=(Payment(pay[m.no]),) if pay.get(m.no) else ())
        for m in group.members.active_on(on).order_by("no")
    )
    return post_sheet(group=group, key=uuid4(), sheet=Sheet(on=on, rows=rows), by=None, at=at(on))


def pass_on(loan: UpkLoan, amount: int, on: date, key=None) -> UpkPayment:
    return services.receive_upk_payment(loan=loan, amount=amount, on=on, key=key or uuid4(), by=None, at=at(on))


def book(body: Group | Upk) -> dict[str, int]:
    """What each chart code of a book holds on its normal side, empty ones left out."""
    found: dict[str, int] = {}
    for code, balance in Account.objects.filter(book=body.book_id).values_list("code", "balance"):
        found[code] = found.get(code, 0) + chart.on_normal_side(code, balance)
    return {code: amount for code, amount in sorted(found.items()) if amount}


def refused(act: Callable[[], object]) -> Any:
    """What a step was refused for: codes, by field where they have one."""
    with pytest.raises(ValidationError) as refusal:
        act()
    return code_of(refusal)


def line_of(loan: UpkLoan, on: date) -> UpkLine:
    """A UPK loan as lists show it on a day."""
    (line,) = upk_lines(UpkLoan.objects.filter(pk=loan.pk), on)
    return line
