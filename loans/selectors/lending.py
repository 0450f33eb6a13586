"""Loans as the screens need them, each in a fixed number of queries."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from typing import Literal

from django.db import connection
from django.db.models import F, Max, OuterRef, QuerySet, Subquery, Sum

from groups.models import Group, Member
from ledger import chart, kinds
from ledger.models import Account, Entry, Posting
from ledger.rows import columns_of, instances, select_list
from loans import arrears
from loans.arrears import Coverage, State
from loans.models import Loan, LoanRequest, LoanStep
from loans.payoff import CLOSED, lessened
from loans.schedule import Row
from loans.services.lending import OpenLoan
from loans.services.upk_debt import UpkDebt
from loans.upk_plan import SPARED

Light = Literal["green", "amber", "red"]
LATE_RED = 3  # instalments late from which a loan counts as at risk (class III)


def open_loans(group: Group, members: Iterable[Member] | None = None) -> list[OpenLoan]:
    """Return the loans of a group with anything left to pay, in order of number. One query.

    `members`, all of the group's, spares reading the borrowers.
    """
    return _gather(group, None, members)


def loans_by_no(group: Group, numbers: list[int]) -> dict[int, OpenLoan]:
    """Return these loans of a group by number, settled ones too. One query."""
    return {owed.loan.no: owed for owed in _gather(group, numbers)}


def _gather(group: Group, numbers: list[int] | None, members: Iterable[Member] | None = None) -> list[OpenLoan]:
    """Read loans with their schedules, one row a loan; every sheet that is opened or posted passes here."""
    with connection.cursor() as cursor:
        cursor.execute(_loans_with_plans(with_members=members is None), [group.pk, group.book_id, numbers])
        rows = cursor.fetchall()
    width = len(columns_of(Loan))
    loans = instances(Loan, [row[:width] for row in rows])
    if members is None:
        members = instances(Member, [row[width + 5 :] for row in rows])
    known = {member.pk: member for member in members}
    debts = upk_debts({loan.upk_loan_id for loan in loans if loan.upk_loan_id})
    found = []
    for loan, row in zip(loans, rows, strict=True):
        loan.member = known[loan.member_id]
        lent, earned, plan, closed_on, forgiven = row[width : width + 5]
        found.append(
            OpenLoan(
                loan=loan,
                rows=lessened(_rows(plan), waivers_of(forgiven)),
                paid_charge=loan.prior_charge - earned,
                paid_principal=loan.principal - lent,
                closed_on=closed_on,
                upk=debts.get(loan.upk_loan_id),
            )
        )
    return found


# The fields of `UpkDebt`, after the loan's key.
_UPK_DEBT = f"""
SELECT loans_upkloan.id, loans_upkloan.no, loans_upkloan.charge - {SPARED},
       -owed.balance, cost.balance, -held.balance,
       (SELECT coalesce(sum(p.charge), 0)::bigint FROM loans_upkpayment p
         WHERE p.loan_id = loans_upkloan.id AND p.status = 'received')
  FROM loans_upkloan
  JOIN ledger_account owed ON owed.id = loans_upkloan.owed_id
  JOIN ledger_account cost ON cost.id = loans_upkloan.charge_cost_id
  JOIN ledger_account held ON held.id = loans_upkloan.held_id
 WHERE loans_upkloan.id = ANY(%s)
"""  # noqa: S608 (constants)


def upk_debts(shared: Collection[int]) -> dict[int | None, UpkDebt]:
    """Return what the group owes the UPK on the loans that members have shares of. No shares, no statement."""
    if not shared:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_UPK_DEBT, [list(shared)])
        return {pk: UpkDebt(*rest) for pk, *rest in cursor.fetchall()}


@lru_cache
def _loans_with_plans(*, with_members: bool) -> str:
    columns = f"{select_list(Loan, '(f.l)')}, f.lent, f.earned, f.plan, f.closed_on, f.forgiven"
    if with_members:
        columns += f", {select_list(Member, '(f.m)')}"
    return f"SELECT {columns} FROM loans_with_plans(%s, %s, %s) f"  # noqa: S608 (names of our own columns)


def _rows(plan: str) -> list[Row]:
    made, day = tuple.__new__, date.fromisoformat  # a row's own constructor takes three times as long
    return [made(Row, (no, day(due_on), *money)) for no, due_on, *money in json.loads(plan)]


def waivers_of(text: str | None) -> list[dict[int, int]]:
    """Read what waivers forgave, each instalment number → rupiah, from the JSON their steps keep it in."""
    return [{int(no): amount for no, amount in one.items()} for one in json.loads(text)] if text else []


def by_member(loans: list[OpenLoan]) -> dict[int, list[OpenLoan]]:
    """Group open loans by member number, oldest first."""
    found: dict[int, list[OpenLoan]] = {}
    for loan in sorted(loans, key=lambda one: (one.loan.disbursed_on, one.loan.no)):
        found.setdefault(loan.loan.member.no, []).append(loan)
    return found


def waiting_requests(group: Group) -> QuerySet[LoanRequest]:
    """Requests the next meeting may decide or pay out, oldest first."""
    return (
        LoanRequest.objects.filter(group=group, status__in=[LoanRequest.Status.WAITING, LoanRequest.Status.APPROVED])
        .select_related("member")
        .order_by("requested_on", "no")
    )


def never_borrowed(group: Group, on: date) -> QuerySet[Member]:
    """Active members who never had a loan of the group's own money; a share of a UPK loan is none."""
    borrowed = Loan.objects.filter(group=group, upk_loan=None).values("member")
    return Member.objects.filter(group=group).active_on(on).exclude(pk__in=borrowed)


def all_loans(group: Group) -> QuerySet[Loan]:
    """Every loan of the group, newest first, with its member and balances."""
    return (
        Loan.objects.filter(group=group)
        .select_related("member", "receivable", "charge_income")
        .annotate(outstanding=F("receivable__balance"))
        .order_by("-no")
    )


def settled_loans(group: Group) -> QuerySet[Loan]:
    """Loans with nothing left to pay, the last settled first, each with the day of its last entry and how it ended."""
    ended = LoanStep.objects.standing().filter(loan=OuterRef("pk"), closes=True)
    return (
        Loan.objects.filter(group=group, receivable__balance=0)
        .select_related("member")
        .annotate(settled_on=Max("receivable__postings__on"), ended_by=Subquery(ended.values("kind")[:1]))
        .order_by("-settled_on", "-no")
    )


def light_of(instalments_late: int) -> Light:
    """Say how urgent a loan is: none late, one or two, three or more (classes I, II, III and above)."""
    if instalments_late >= LATE_RED:
        return "red"
    return "amber" if instalments_late else "green"


@dataclass(frozen=True, slots=True)
class Lendable:
    """What the cash box allows today, in rupiah: cash less what is in it for another purpose."""

    cash: int
    social: int
    held_for_upk: int

    @property
    def amount(self) -> int:
        """Cash less social fund less instalments held for the UPK; never below 0."""
        return max(0, self.cash - self.social - self.held_for_upk)


def lendable(group: Group) -> Lendable:
    """Return what can be lent today. One query."""
    codes = (chart.CASH, chart.SOCIAL_FUND, chart.HELD_FOR_UPK)
    rows = Account.objects.filter(book=group.book_id, code__in=codes).values_list("code").annotate(Sum("balance"))
    balances = {code: chart.on_normal_side(code, balance) for code, balance in rows}
    return Lendable(*(balances.get(code, 0) for code in codes))


@dataclass(frozen=True, slots=True)
class LoanLine:
    """One open loan on a list, as it stands today."""

    loan: Loan
    state: State
    next_amount: int  # rupiah of the next instalment still lacking, 0 when none comes

    @property
    def light(self) -> Light:
        return light_of(self.state.instalments_late)


def line_of(owed: OpenLoan, on: date) -> LoanLine:
    """Put an open loan beside its state on a day."""
    now = owed.state(on)
    covered = arrears.coverage(owed.rows, owed.paid_charge + owed.paid_principal, [])
    coming = [one.lacking for row, one in zip(owed.rows, covered, strict=True) if row.due_on == now.next_due]
    return LoanLine(owed.loan, now, sum(coming))


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """A request nobody has settled yet, and how many days ago it was asked."""

    request: LoanRequest
    days: int


@dataclass(frozen=True, slots=True)
class LoanBook:
    """The loans of a group on one day: what is out, what is asked for, what can be lent, who never borrowed."""

    lines: list[LoanLine]
    waiting: list[WaitingLine]
    lendable: Lendable
    never: list[Member]

    @property
    def outstanding(self) -> int:
        return sum(line.state.outstanding for line in self.lines)

    @property
    def arrears(self) -> int:
        return sum(line.state.arrears for line in self.lines)

    @property
    def late(self) -> int:
        """How many loans have an instalment late."""
        return sum(1 for line in self.lines if line.state.instalments_late)


def loan_book(group: Group, on: date, *, late_on: date | None = None) -> LoanBook:
    """Return the loans of a group as they stand on a day, judged late as at the end of `late_on`. Four queries."""
    waiting = [WaitingLine(one, (on - one.requested_on).days) for one in waiting_requests(group)]
    return LoanBook(
        lines=[line_of(owed, late_on or on) for owed in open_loans(group)],
        waiting=waiting,
        lendable=lendable(group),
        never=list(never_borrowed(group, on).order_by("no")),
    )


@dataclass(frozen=True, slots=True)
class Borrower:
    """What a meeting weighs when a member asks for money, in rupiah."""

    member: Member
    savings: int
    lines: list[LoanLine]
    borrowed_before: int  # how many loans she settled

    @property
    def outstanding(self) -> int:
        return sum(line.state.outstanding for line in self.lines)

    @property
    def arrears(self) -> int:
        return sum(line.state.arrears for line in self.lines)


def borrower(group: Group, member: Member, on: date) -> Borrower:
    """Return a member's savings (pokok, wajib, sukarela), her open loans and how many she paid back. Three queries."""
    codes = (chart.PRINCIPAL_SAVINGS, chart.WEEKLY_SAVINGS, chart.VOLUNTARY_SAVINGS)
    accounts = Account.objects.filter(book=group.book_id, code__in=codes, member_no=member.no)
    return Borrower(
        member=member,
        savings=sum(chart.on_normal_side(code, balance) for code, balance in accounts.values_list("code", "balance")),
        lines=[line_of(owed, on) for owed in by_member(open_loans(group)).get(member.no, [])],
        borrowed_before=Loan.objects.filter(group=group, member=member, upk_loan=None, receivable__balance=0).count(),
    )


def last_terms(group: Group) -> Loan | LoanRequest | None:
    """Return the group's last loan, or without one its last request, whose terms the next form opens with."""
    return (
        all_loans(group).filter(upk_loan=None).first()
        or LoanRequest.objects.filter(group=group).order_by("-no").first()
    )


@dataclass(frozen=True, slots=True)
class Payment:
    """One hand-over that paid a loan and still stands, in rupiah; `balance` is the principal owed after it."""

    entry: Entry
    charge: int
    principal: int
    balance: int

    @property
    def total(self) -> int:
        return self.charge + self.principal


@dataclass(frozen=True, slots=True)
class CardRow:
    """One instalment on the card and how far it is paid."""

    row: Row
    coverage: Coverage
    late: bool
    void: bool = False  # the loan was closed before it fell due

    @property
    def total(self) -> int:
        return self.row.principal + self.row.charge

    @property
    def paid(self) -> bool:
        return self.coverage.lacking == 0


@dataclass(frozen=True)
class LoanCard:
    """A loan's card: its schedule, what was paid, how it stands on a day."""

    owed: OpenLoan
    on: date
    disbursed: Entry | None  # None for a loan older than its book
    payments: list[Payment]
    corrected: list[int] = field(default_factory=list)  # numbers of payments answered by a reversal

    @property
    def loan(self) -> Loan:
        return self.owed.loan

    @cached_property
    def state(self) -> State:
        """As judged on its day; closed since, on the day under way, it owes nothing any more."""
        return CLOSED if self.owed.closed_on else self.owed.state(self.on)

    @property
    def light(self) -> Light:
        return light_of(self.state.instalments_late)

    @cached_property
    def rows(self) -> list[CardRow]:
        paid_before = self.loan.prior_charge + self.loan.prior_principal
        days = [(payment.entry.on, payment.total) for payment in self.payments]
        covered = arrears.coverage(self.owed.rows, paid_before, days)
        return [
            CardRow(
                row,
                one,
                late=bool(one.lacking) and row.due_on <= self.on,
                void=bool(one.lacking and self.owed.closed_on and row.due_on > self.owed.closed_on),
            )
            for row, one in zip(self.owed.rows, covered, strict=True)
        ]

    @cached_property
    def totals(self) -> dict[str, int]:
        """Principal, charge and both of the whole schedule, in rupiah."""
        return totals_of(self.owed.rows)


def totals_of(rows: Iterable[Row]) -> dict[str, int]:
    """Add a schedule up: principal, charge and both, in rupiah."""
    rows = list(rows)
    principal, charge = sum(row.principal for row in rows), sum(row.charge for row in rows)
    return {"principal": principal, "charge": charge, "total": principal + charge}


def loan_card(group: Group, no: int, on: date) -> LoanCard | None:
    """Return the card of a loan of this group as it stands on a day. Two queries, however long the loan."""
    owed = loans_by_no(group, [no]).get(no)
    if owed is None:
        return None
    loan = owed.loan
    by_entry: dict[int, list[Posting]] = {}
    postings = Posting.objects.filter(account__in=[loan.receivable_id, loan.charge_income_id])
    for posting in postings.select_related("entry__reversed_by").order_by("on", "entry__number", "pk"):
        by_entry.setdefault(posting.entry_id, []).append(posting)
    disbursed: Entry | None = None
    payments: list[Payment] = []
    corrected: list[int] = []
    balance = loan.principal - loan.prior_principal
    for legs in by_entry.values():
        entry = legs[0].entry
        if entry.reverses_id:
            continue
        if hasattr(entry, "reversed_by"):
            corrected.append(entry.number)
            continue
        principal = -sum(leg.amount for leg in legs if leg.account_id == loan.receivable_id)
        if principal < 0:
            disbursed = entry
            continue
        if entry.kind not in kinds.PAYING:
            continue  # it moved the rest to another loan, or wrote it off: a step of the loan, no payment
        charge = -sum(leg.amount for leg in legs if leg.account_id == loan.charge_income_id)
        balance -= principal
        payments.append(Payment(entry, charge, principal, balance))
    return LoanCard(owed, on, disbursed, payments, corrected)
