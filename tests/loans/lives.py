"""Julaika's loan and what becomes of it: one line for a loan, one for a step, one for what the book then says."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.db import transaction

from compliance.selectors import findings
from groups.models import Group
from ledger import chart
from loans.models import Loan
from loans.schedule import Terms
from loans.selectors import loans_by_no, open_loans
from loans.services import Deed
from tests.compliance.village import assert_rows_are_what_the_books_say, day, found_group, noon
from tests.loans.test_services import asks, balance, sheet

SARI, WATI, BUDI, JULAIKA, SYAWIYAH = 1, 2, 3, 4, 5
AGREED = "Musyawarah mufakat: disetujui semua anggota"


def lent(
    *, principal: int = 100_000, opening: int = 150_000, paid: int = 2, code: str = "KSM-MAWAR", **terms: Any
) -> tuple[Group, Loan]:
    """Julaika's loan of 100.000 over 10 weeks, flat 1 % a month (10.250 a week), `paid` instalments paid in time."""
    group = found_group(opening=opening, code=code)
    sheet(group, day(1), lend=[asks(group, JULAIKA, principal, day(1), **terms)])
    loan = Loan.objects.select_related("group", "member").get(group=group, no=1)
    for week, row in enumerate(loan.instalments.order_by("no")[:paid], start=2):
        sheet(group, day(week), {JULAIKA: row.principal + row.charge})
    return group, loan


def deed(on: date, *, decision: str = AGREED, decided_on: date | None = None, **more: Any) -> Deed:
    """What somebody did on a day, as a meeting that day decided."""
    return Deed(
        key=more.pop("key", None) or uuid4(),
        on=on,
        by=None,
        at=noon(more.pop("posted_on", on)),
        decision=decision,
        decided_on=decided_on or on,
        **more,
    )


def new_terms(principal: int, periods: int, *, rate: str = "1", method: str = "flat", round_to: int = 0) -> Terms:
    return Terms(principal, periods, "week", Decimal(rate), "month", method, round_to)  # type: ignore[arg-type]


def standing(group: Group, no: int = 1, on: date | None = None) -> tuple[int, int, int, int]:
    """Outstanding, arrears, instalments late and all that remains, by the schedule; the ledger says the same."""
    owed = loans_by_no(group, [no])[no]
    state = owed.state(on or day(52))
    ledger = balance(group, chart.MEMBER_LOANS, owed.loan.member.no, no)
    assert state.outstanding == ledger
    assert (no in [one.loan.no for one in open_loans(group)]) == (ledger > 0)
    return state.outstanding, state.arrears, state.instalments_late, state.remaining


def repayment(group: Group, on: date) -> dict[str, int]:
    """Rule 5 on a day, in rupiah; and all kept weeks are what the books say."""
    assert_rows_are_what_the_books_say(group)
    [found] = [one for one in findings(group, on).evaluation.findings if one.rule == "repayment"]
    return dict(found.parts)


def tried(act: Callable[[], Any], *, allowed: bool | None, everything: Callable[[], Any], known: Any) -> Any:
    """Do it and return what it made; refused exactly where not allowed (None: it may be), and `known` stays so."""
    try:
        with transaction.atomic():
            made = act()
    except ValidationError:
        assert not allowed
        assert everything() == known
        return None
    assert allowed is not False
    return made
