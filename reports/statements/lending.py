"""Daftar pinjaman: every loan open in a period, as it stands at its end."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from ledger.chart import CHARGE_INCOME, MEMBER_LOANS
from loans import arrears
from loans.models import Instalment, Loan, LoanStep
from loans.payoff import lessened
from loans.schedule import Row as Part
from reports.statements import reading
from reports.statements.asked import Asked
from reports.statements.keeper import Keeper
from reports.statements.shape import Column, Row, Statement, Table

Kind = LoanStep.Kind
MOVES = (Kind.RESCHEDULE, Kind.RESTRUCTURE, Kind.WRITE_OFF)
"""Steps that take principal off a loan without anybody paying it."""


@dataclass
class _Steps:
    """What a loan went through by a day: the jasa forgiven, the principal moved or written off, how it ended."""

    waivers: list[dict[int, int]] = field(default_factory=list)
    moved: int = 0
    ended: str = ""


@dataclass(frozen=True, slots=True)
class _Standing:
    """One loan at the end of the period, in rupiah."""

    loan: Loan
    paid: int
    moved: int
    left: int
    charge: int
    arrears: int
    late: int
    ended: str

    @property
    def sums(self) -> tuple[int, ...]:
        return self.loan.principal, self.paid, self.moved, self.left, self.charge, self.arrears


def loan_list(keeper: Keeper, asked: Asked) -> Statement:
    """Return every loan open in the period, as it stands at its end. Five queries, however many loans."""
    found = _standings(keeper, asked)
    columns = (
        Column("no", pgettext("number", "No")),
        Column("text", _("Member"), wide=True),
        Column("day", _("Paid out on")),
        Column("amount", _("Lent"), _("lent")),
        Column("amount", _("Pokok paid back"), _("pokok paid back")),
        Column("amount", _("Moved or written off"), _("moved or written off")),
        Column("amount", _("Pokok left"), _("pokok left")),
        Column("amount", _("Jasa paid"), _("jasa paid")),
        Column("amount", _("Arrears"), _("arrears")),
        Column("count", _("Instalments late"), _("instalments late")),
    )
    rows = [
        Row(
            (
                *(one.loan.no, one.loan.member.name, one.loan.disbursed_on, one.loan.principal, one.paid),
                *(one.moved or None, one.left, one.charge, one.arrears or None, one.late or None),
            ),
            url=keeper.url("loan_card", one.loan.no),
            detail=one.ended,
        )
        for one in found
    ]
    sums = [sum(column) for column in zip(*(one.sums for one in found), strict=True)] or [0] * 6
    rows.append(Row((None, _("Sum"), None, *sums, None), "final"))
    empty = _("No loan was open in this period.")
    return Statement("loans", _("List of loans"), [Table(columns, rows, empty=empty)], wide=True)


def _standings(keeper: Keeper, asked: Asked) -> list[_Standing]:
    book, period = keeper.book.pk, asked.period
    late_on = period.end - timedelta(days=1) if period.end == keeper.today() else period.end  # today is not over yet
    now = _by_loan(reading.balances(book, period.after, asked.days, (MEMBER_LOANS, CHARGE_INCOME)))
    before = _by_loan(reading.balances(book, period.start, asked.days, (MEMBER_LOANS,)))
    owed = [no for code, no in (*now, *before) if code == MEMBER_LOANS]
    wanted = Q(no__in=owed) | Q(disbursed_on__range=(period.start, period.end))
    loans = list(Loan.objects.filter(wanted, group=keeper.group).select_related("member").order_by("no"))
    steps = _steps(loans, period.end)
    plans = _plans([loan for loan in loans if now.get((MEMBER_LOANS, loan.no))])
    found = []
    for loan in loans:
        step = steps.get(loan.pk, _Steps())
        left = now.get((MEMBER_LOANS, loan.no), 0)
        charge = loan.prior_charge - now.get((CHARGE_INCOME, loan.no), 0)
        paid = loan.principal - left - step.moved
        plan = lessened(plans[loan.pk], step.waivers) if left else []
        state = arrears.state(plan, charge, loan.principal - left, late_on)
        found.append(
            _Standing(
                *(loan, paid, step.moved, left, charge, state.arrears, state.instalments_late),
                ended="" if left else step.ended or pgettext("loan", "paid back"),
            )
        )
    return found


def _by_loan(found: dict[tuple[str, int, int], int]) -> dict[tuple[str, int], int]:
    sums: dict[tuple[str, int], int] = {}
    for (code, _member, loan), balance in found.items():
        sums[code, loan] = sums.get((code, loan), 0) + balance
    return sums


def _plans(loans: list[Loan]) -> dict[int, list[Part]]:
    plans: dict[int, list[Part]] = {}
    for row in Instalment.objects.filter(loan__in=loans).order_by("loan", "no"):
        plans.setdefault(row.loan_id, []).append(Part(row.no, row.due_on, row.principal, row.charge, row.balance))
    return plans


def _steps(loans: list[Loan], on: date) -> dict[int, _Steps]:
    found: dict[int, _Steps] = {}
    for step in LoanStep.objects.standing().filter(loan__in=loans, on__lte=on):
        one = found.setdefault(step.loan_id, _Steps())
        if step.kind == Kind.WAIVER:
            one.waivers.append({int(no): amount for no, amount in step.forgiven.items()})
        if step.kind in MOVES:
            one.moved += step.principal
        if step.closes:
            one.ended = str(Kind(step.kind).label)
    return found
