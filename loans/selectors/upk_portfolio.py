"""A UPK's loans as they stood at any past days, its results, and its five figures month by month.

What lies after a day is taken back from today's balances, so the cost follows the days asked for and the open loans,
never the age of the book.
"""

from calendar import monthrange
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet, Sum
from django.db.models.expressions import RawSQL

from groups.models import Upk
from ledger import chart
from ledger import services as ledger
from ledger.kinds import YEAR_END
from ledger.models import Account, Posting
from loans import ageing
from loans.ageing import Age, ClassLine, Grade
from loans.indicators import Indicator, Results, Standing, indicators
from loans.models import CollectabilityClass, UpkLoan, UpkPolicy
from loans.upk_plan import PLAN, Plan, plan_of

MONTHS = 12


@dataclass(frozen=True, slots=True)
class LoanAt:
    """One loan as at the end of a day, in rupiah. `last_on` is the day of the last payment that stands."""

    loan: UpkLoan
    age: Age
    grade: Grade
    paid_principal: int
    paid_charge: int
    last_on: date | None = None

    @property
    def reserve(self) -> int:
        return ageing.reserve(self.age.outstanding, self.grade)

    @property
    def standing(self) -> Standing:
        """As `loans.indicators` reckons with it."""
        age = self.age
        return Standing(self.loan.group_id, age.outstanding, age.arrears, age.instalments_late)


@dataclass(slots=True)
class _Read:
    """A loan with its schedule and today's balances; `later` takes back what lies after a day."""

    loan: UpkLoan
    plan: Plan
    moves: list[tuple[date, int, int]] = field(default_factory=list)  # day, debit on 1220, debit on 4110

    def at(self, on: date, late_on: date, grades: Sequence[Grade]) -> LoanAt:
        lent = self.loan.lent - sum(lent for day, lent, _earned in self.moves if day > on)  # type: ignore[attr-defined]
        earned = self.loan.earned - sum(earned for day, _lent, earned in self.moves if day > on)  # type: ignore[attr-defined]
        principal, charge = self.loan.principal - lent, -earned
        age = ageing.age(self.plan.rows_on(on), principal + charge, lent, late_on)
        return LoanAt(self.loan, age, ageing.class_of(age.instalments_late, grades), principal, charge)


def late_day(on: date, today: date) -> date:
    """Return the day lateness is judged at: what falls due today can still be paid today."""
    return min(on, today - timedelta(days=1))


def loans_at(upk: Upk, days: Sequence[date], *, today: date) -> dict[date, list[LoanAt]]:
    """Return the loans that had a balance at the end of each day, in order of number. Three queries, however many.

    Classes are those that held on the latest of the days.
    """
    first, last = min(days), max(days)
    grades = CollectabilityClass.objects.in_force(upk.bkm_id, last)
    read = _read(upk, first, last)
    return {
        on: [
            one.at(on, late_day(on, today), grades)
            for one in read
            if one.loan.disbursed_on <= on and _lent(one, on) > 0
        ]
        for on in days
    }


def _lent(one: _Read, on: date) -> int:
    return one.loan.lent - sum(lent for day, lent, _earned in one.moves if day > on)  # type: ignore[attr-defined]


def _read(upk: Upk, first: date, last: date) -> list[_Read]:
    later = Posting.objects.filter(account=OuterRef("receivable"), on__gt=first)
    loans = (
        UpkLoan.objects.filter(Q(receivable__balance__gt=0) | Exists(later), upk=upk, disbursed_on__lte=last)
        .select_related("group")
        .annotate(lent=F("receivable__balance"), earned=F("charge_income__balance"), plan=RawSQL(PLAN, ()))  # noqa: S611 (a constant)
        .order_by("no")
    )
    read = [_Read(loan, plan_of(loan.plan)) for loan in loans]
    by_account: dict[int, tuple[_Read, bool]] = {}
    for one in read:
        by_account[one.loan.receivable_id] = (one, True)
        by_account[one.loan.charge_income_id] = (one, False)
    moves = (
        Posting.objects.filter(account__in=by_account, on__gt=first)
        .order_by()
        .values_list("account", "on")
        .annotate(sum=Sum("amount"))
    )
    for account, on, amount in moves:
        loan, lent = by_account[account]
        loan.moves.append((on, amount, 0) if lent else (on, 0, amount))
    return read


def portfolio(upk: Upk, on: date, *, today: date) -> list[LoanAt]:
    """Return every loan with a balance on a day, with the day it was last paid. Four queries, however many."""
    found = loans_at(upk, [on], today=today)[on]
    accounts = [one.loan.receivable_id for one in found] + [one.loan.charge_income_id for one in found]
    paid = dict(
        Posting.objects.filter(
            account__in=accounts, on__lte=on, amount__lt=0, entry__reverses=None, entry__reversed_by=None
        )
        .order_by()
        .values_list("account__loan_no")
        .annotate(last=Max("on"))
    )
    return [
        LoanAt(one.loan, one.age, one.grade, one.paid_principal, one.paid_charge, paid.get(one.loan.no))
        for one in found
    ]


@dataclass(frozen=True, slots=True)
class Figures:
    """The five figures at the end of a day, in the order of `loans.indicators.KEYS`, and what they stand on."""

    on: date
    indicators: list[Indicator]
    results: Results
    loans: list[LoanAt]

    @property
    def balance(self) -> int:
        return sum(one.age.outstanding for one in self.loans)


def month_end(month: date, today: date) -> date:
    """Return the last day of a month, or today while it is not over."""
    return min(month.replace(day=monthrange(month.year, month.month)[1]), today)


def months_before(month: date, count: int = MONTHS) -> list[date]:
    """Return the first days of so many months up to and including this one, the oldest first."""
    turn = month.year * 12 + month.month - 1
    return [date(each // 12, each % 12 + 1, 1) for each in range(turn - count + 1, turn + 1)]


def month_after(month: date, today: date) -> date | None:
    """Return the first day of the next month, None when it has not begun."""
    following = (month.replace(day=1) + timedelta(days=31)).replace(day=1)
    return following if following <= today else None


def figures(upk: Upk, days: Sequence[date], *, today: date) -> list[Figures]:
    """Return the five figures at the end of each day, by the bounds that held on it. Seven queries, however many."""
    versions = list(UpkPolicy.objects.filter(bkm=upk.bkm_id, from_on__lte=max(days)).order_by("-from_on"))
    loans = loans_at(upk, days, today=today)
    results = results_at(upk, days)
    found = []
    for on in days:
        policy = next((one for one in versions if one.from_on <= on), UpkPolicy())
        judged = indicators([one.standing for one in loans[on]], results[on], policy.bounds)
        found.append(Figures(on, judged, results[on], loans[on]))
    return found


def results_at(upk: Upk, days: Sequence[date]) -> dict[date, Results]:
    """Return income and cost since 1 January and the capital at the end of each day, in rupiah. Three queries.

    A year-end closing moves a year's income and cost away; it is left out, so that 31 December still shows them.
    """
    first, last = min(days), max(days)
    days_moved = list(
        _moved(upk, date(first.year, 1, 1), last).values_list("on", "account__code").annotate(sum=Sum("amount"))
    )
    own = Account.objects.filter(book=upk.book_id, code=chart.CAPITAL)
    capital = -sum(own.values_list("balance", flat=True))
    later = list(
        Posting.objects.filter(book=upk.book_id, account__in=own, on__gt=first)
        .values_list("on")
        .annotate(sum=Sum("amount"))
    )
    return {
        on: Results(
            income=-_sum(days_moved, "4", on),
            cost=_sum(days_moved, "5", on),
            capital=capital + sum(amount for day, amount in later if day > on),
            month=on.month,
        )
        for on in days
    }


def _moved(upk: Upk, from_on: date, to_on: date) -> QuerySet[Posting]:
    """Postings of income and cost in a period, but those of a year-end closing."""
    return (
        Posting.objects.filter(book=upk.book_id, on__range=(from_on, to_on), account__book=upk.book_id)
        .filter(Q(account__code__startswith="4") | Q(account__code__startswith="5"))
        .exclude(entry__kind=YEAR_END)
        .order_by()
    )


def moved(upk: Upk, from_on: date, to_on: date) -> dict[str, int]:
    """Return income and cost of a period by code: rupiah, debit positive, a year-end closing left out. One query."""
    return dict(_moved(upk, from_on, to_on).values_list("account__code").annotate(sum=Sum("amount")))


def _sum(moved: Iterable[tuple[date, str, int]], digit: str, on: date) -> int:
    return sum(amount for day, code, amount in moved if code[0] == digit and day.year == on.year and day <= on)


@dataclass(frozen=True, slots=True)
class ReserveSheet:
    """The reserve a portfolio asks for on a day, class by class, beside what the book holds, in rupiah."""

    on: date
    lines: list[ClassLine]
    held: int

    @property
    def needed(self) -> int:
        return sum(line.reserve for line in self.lines)

    @property
    def change(self) -> int:
        """What is to be added; below 0, what is free again."""
        return self.needed - self.held

    @property
    def outstanding(self) -> int:
        return sum(line.outstanding for line in self.lines)

    @property
    def count(self) -> int:
        return sum(line.loans for line in self.lines)


def reserve_sheet(upk: Upk, on: date, *, today: date) -> ReserveSheet:
    """Return the reserve by class at the end of a day. Six queries."""
    grades = CollectabilityClass.objects.in_force(upk.bkm_id, on)
    loans = loans_at(upk, [on], today=today)[on]
    held = -ledger.balance_on(book=upk.book, code=chart.LOSS_ALLOWANCE, on=on)
    return ReserveSheet(on, ageing.by_class([one.age for one in loans], grades), held)


_KEYS: dict[str, Callable[[LoanAt], Any]] = {
    "no": lambda one: one.loan.no,
    "group": lambda one: (one.loan.group.short_name.casefold(), one.loan.group.code),
    "principal": lambda one: one.loan.principal,
    "outstanding": lambda one: one.age.outstanding,
    "arrears": lambda one: one.age.arrears,
    "late": lambda one: (one.age.instalments_late, one.age.outstanding),
    "days": lambda one: one.age.days_late,
    "class": lambda one: one.grade.no,
    "last": lambda one: one.last_on or date.min,
}


def chosen(loans: Iterable[LoanAt], *, sort: str, query: str, grade: int | None, late: int) -> list[LoanAt]:
    """Return the loans that fit, in order: `sort` a key of the columns, `-` before it the other way round."""
    plain = query.casefold().strip()
    fitting = [
        one
        for one in loans
        if (grade is None or one.grade.no == grade)
        and one.age.instalments_late >= late
        and (plain in str(one.loan.group).casefold() or plain in one.loan.group.code.casefold())
    ]
    return sorted(fitting, key=_KEYS[sort.removeprefix("-")], reverse=sort.startswith("-"))
