"""Lending from UPK to KSM as the screens need it, each in a fixed number of queries."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import F, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.expressions import RawSQL

from groups.models import Group, Holiday, Member, Upk
from ledger import chart
from ledger.models import Account, Posting
from loans import arrears, gate
from loans.held import Parts, held_since
from loans.models import (
    Loan,
    UpkLoan,
    UpkLoanRequest,
    UpkPayment,
    UpkReschedule,
    UpkRules,
    UpkShare,
    UpkWaiver,
    UpkWriteOff,
)
from loans.payoff import Quote, eased, quote
from loans.schedule import Row
from loans.services.upk_requests import OPEN, ceilings, rules_on
from loans.upk_plan import PLAN, plan_of

WEEK = timedelta(days=7)


def gate_of(request: UpkLoanRequest, on: date) -> list[gate.Point]:
    """Return every point of the gate for a request, as the books say on a day. Six queries."""
    group = request.group
    rules = rules_on(request.upk, on)
    most = ceilings(group, rules)
    shares = request.shares.select_related("member").order_by("member__no")
    asked = tuple(gate.Asked(one.member.name, one.amount, most[one.member_id]) for one in shares)
    return _judge(group, rules, on, request.signed_on, asked)


def gate_before(group: Group, upk: Upk, on: date) -> list[gate.Point]:
    """Return the points a group can look at before it asks: nothing signed, nobody's share. Four queries."""
    points = _judge(group, rules_on(upk, on), on, None, ())
    return [point for point in points if point.name not in {"signed", "ceilings"}]


def _judge(
    group: Group, rules: UpkRules, on: date, signed_on: date | None, asked: tuple[gate.Asked, ...]
) -> list[gate.Point]:
    months = gate.full_months(on, rules.saving_months)
    since = months[0] if months else on
    genders = list(Member.objects.filter(group=group).active_on(on).values_list("gender", flat=True))
    holidays = Holiday.objects.filter(Q(group=group) | Q(bkm=group.bkm_id), week_start__range=(since, on))
    facts = gate.Facts(
        on=on,
        weeks=_weeks(group, since, on),
        holidays=frozenset(holidays.filter(declared_on__lt=F("week_start")).values_list("week_start", flat=True)),
        members=len(genders),
        women=genders.count(Member.Gender.WOMAN),
        unknown=genders.count(""),
        signed_on=signed_on,
        shares=asked,
    )
    limits = gate.Limits(
        least_members=rules.least_members,
        women_percent=rules.women_percent,
        saving_months=rules.saving_months,
        weeks_percent=rules.weeks_percent,
        posting_days=rules.posting_days,
    )
    return gate.judge(facts, limits)


def _weeks(group: Group, since: date, on: date) -> dict[date, gate.WeekSaved]:
    """Return what the members' hand-overs of each week saved, and how long they took to the book. One query."""
    codes = (chart.CASH, chart.WEEKLY_SAVINGS, chart.VOLUNTARY_SAVINGS)
    rows = (
        Posting.objects.filter(
            book=group.book_id,
            on__range=(since, on),
            account__book=group.book_id,
            account__code__in=codes,
            entry__kind="handover",
        )
        .values_list("on", "account__code")
        .annotate(total=Sum("amount"), first=Min("entry__posted_at"))
        .order_by("on")
    )
    saved: dict[date, int] = {}
    delay: dict[date, int] = {}
    zone = ZoneInfo(group.zone)
    for day, code, total, first in rows:
        week = day - timedelta(days=day.weekday())
        saved[week] = saved.get(week, 0) - (total if code != chart.CASH else 0)
        late = (first.astimezone(zone).date() - day).days
        delay[week] = min(late, delay.get(week, late))
    return {week: gate.WeekSaved(saved[week], delay[week]) for week in saved}


def stays_behind(request: UpkLoanRequest, on: date) -> int:
    """Return the per cent of each share that stays behind: of the loan made of it, else by the rules of a day."""
    made: UpkLoan | None = getattr(request, "loan", None)
    return made.blocked_percent if made else rules_on(request.upk, on).blocked_percent


def upk_requests(upk: Upk) -> QuerySet[UpkLoanRequest]:
    """Requests of a UPK, newest first."""
    return UpkLoanRequest.objects.filter(upk=upk).select_related("group").order_by("-no")


def open_request(group: Group) -> UpkLoanRequest | None:
    """Return the request of a group that is not settled yet."""
    return UpkLoanRequest.objects.filter(group=group, status__in=OPEN).select_related("upk__bkm").first()


@dataclass(frozen=True, slots=True)
class Gap:
    """Received by the KSM, not yet passed on: of one UPK loan, in rupiah, and since when (first in, first out)."""

    loan: UpkLoan
    parts: Parts
    since: date | None
    on: date

    @property
    def amount(self) -> int:
        return self.parts.total

    @property
    def days(self) -> int:
        return (self.on - self.since).days if self.since else 0


@dataclass(frozen=True, slots=True)
class UpkLine:
    """One UPK loan as it stands on a day."""

    loan: UpkLoan
    rows: list[Row]  # without the jasa a payoff spared
    agreed: list[Row]
    paid_charge: int
    paid_principal: int
    gap: Gap
    rules: UpkRules  # in force on the day
    lost: int | None = None  # principal still owed of a loan that the UPK wrote off; None for any other

    @property
    def state(self) -> arrears.State:
        return arrears.state(self.rows, self.paid_charge, self.paid_principal, self.gap.on)

    @property
    def held_too_long(self) -> bool:
        return self.gap.amount > 0 and self.gap.days > self.rules.held_days

    @property
    def spared(self) -> int:
        """Jasa that a payoff spared or a decision waived."""
        return sum(row.charge for row in self.agreed) - sum(row.charge for row in self.rows)

    @property
    def charge_left(self) -> int:
        """Jasa not paid of the schedule as it stands: what can be waived."""
        return sum(row.charge for row in self.rows) - self.paid_charge

    @property
    def quote(self) -> Quote:
        """What it takes to pay the whole loan off on the day."""
        asked = quote(self.rows, self.paid_charge, self.paid_principal, self.loan.method, self.gap.on)
        return eased(asked, self.rules.spared_percent)

    @property
    def due(self) -> int:
        """What falls due through the end of the month the day lies in, and is not paid."""
        month_end = (self.gap.on.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        return arrears.due_now(self.rows, self.paid_charge, self.paid_principal, month_end)


def balance_of(account: str) -> Subquery:
    """The balance of one of a UPK loan's accounts, looked up by itself: five joins to one table mislead the planner."""
    return Subquery(Account.objects.filter(pk=OuterRef(account)).values("balance"))


# What came in and went out day by day, also while it was held for the loan this one replaces; a reversal stands on its
# original's day and takes it away.
_HELD_DAYS = """(
WITH RECURSIVE line AS (
  SELECT loans_upkloan.held_id AS held, loans_upkloan.replaces_id AS before
  UNION ALL
  SELECT o.held_id, o.replaces_id FROM loans_upkloan o JOIN line ON o.id = line.before)
SELECT json_agg(json_build_array(d."on", d.amount) ORDER BY d."on") FROM (
  SELECT p."on", -sum(p.amount) AS amount FROM ledger_posting p WHERE p.account_id IN (SELECT held FROM line)
   GROUP BY p."on" HAVING sum(p.amount) <> 0) d)::text"""

_PASSED = """(
SELECT coalesce(sum(y.charge), 0)::bigint FROM loans_upkpayment y
 WHERE y.loan_id = loans_upkloan.id AND y.status = 'received')"""


# Of a loan written off: what is still owed of it, the jasa that came in since, and the day.
LOST = """(
SELECT w.principal - coalesce((SELECT sum(y.principal) FROM loans_upkpayment y
                                WHERE y.loan_id = w.loan_id AND y.status = 'received' AND y.recovery), 0)::bigint
  FROM loans_upkwriteoff w WHERE w.loan_id = loans_upkloan.id AND w.undone_at IS NULL)"""


def upk_lines(loans: QuerySet[UpkLoan], on: date) -> list[UpkLine]:
    """Return UPK loans as they stand now, judged late as at the end of a day. Two queries, however many."""
    found = list(
        loans.select_related("group", "upk")
        .annotate(
            lent=balance_of("receivable"),
            held_now=balance_of("held"),
            cost=balance_of("charge_cost"),
            plan=RawSQL(PLAN, ()),  # noqa: S611 (a constant)
            held_days=RawSQL(_HELD_DAYS, ()),  # noqa: S611 (a constant)
            passed=RawSQL(_PASSED, ()),  # noqa: S611 (a constant)
            lost=RawSQL(LOST, ()),  # noqa: S611 (a constant)
        )
        .order_by("no")
    )
    rules = _rules({one.upk_id for one in found}, on)
    return [_line(one, on, rules.get(one.upk_id, UpkRules())) for one in found]


def _rules(upks: Iterable[int], on: date) -> dict[int, UpkRules]:
    rules = UpkRules.objects.filter(upk__in=upks, from_on__lte=on).order_by("from_on")
    return {one.upk_id: one for one in rules}


def _line(loan: Any, on: date, rules: UpkRules) -> UpkLine:
    charge = loan.cost - loan.passed
    days = [(date.fromisoformat(day), amount) for day, amount in json.loads(loan.held_days or "[]")]
    plan = plan_of(loan.plan)
    return UpkLine(
        loan=loan,
        rows=plan.rows,
        agreed=plan.agreed,
        paid_charge=loan.passed,
        paid_principal=loan.principal - loan.lent - (loan.lost or 0),
        gap=Gap(loan, Parts(-loan.held_now - charge, charge), held_since(days), on),
        rules=rules,
        lost=loan.lost,
    )


def open_upk_loans(*, upk: Upk | None = None, group: Group | None = None) -> QuerySet[UpkLoan]:
    """UPK loans with anything left to pay, written off or not, or anything held, of a UPK or of a group."""
    loans = UpkLoan.objects.filter(Q(receivable__balance__gt=0) | Q(held__balance__lt=0) | Q(owed__balance__lt=0))
    if upk is not None:
        loans = loans.filter(upk=upk)
    if group is not None:
        loans = loans.filter(group=group)
    return loans


def settled_upk_loans(upk: Upk) -> QuerySet[UpkLoan]:
    """UPK loans with nothing left to pay and nothing held, newest first."""
    loans = UpkLoan.objects.filter(upk=upk, receivable__balance=0, held__balance=0, owed__balance=0)
    loans = loans.exclude(made_by__undone_at__isnull=False)
    return loans.select_related("group").order_by("-no")


def gaps(bkm_id: int, on: date, *, too_long: bool = False) -> list[UpkLine]:
    """Return what the groups of a BKM hold for the UPK, the oldest first; `too_long`: beyond the days allowed."""
    lines = upk_lines(UpkLoan.objects.filter(upk__bkm=bkm_id, held__balance__lt=0), on)
    lines = [line for line in lines if line.held_too_long or not too_long]
    return sorted(lines, key=lambda line: (-line.gap.days, line.loan.no))


@dataclass(frozen=True, slots=True)
class ShareLine:
    """One member's share of a UPK loan, as it stands."""

    loan: Loan
    outstanding: int
    purpose: str


@dataclass
class UpkCard:
    """A UPK loan with everything behind it."""

    line: UpkLine
    payments: list[UpkPayment]
    shares: list[ShareLine]
    on: date
    waivers: list[UpkWaiver]
    moves: list[UpkReschedule]  # from an older loan to this one, and from this one on; those taken back, too
    write_off: UpkWriteOff | None = None

    @property
    def loan(self) -> UpkLoan:
        return self.line.loan

    @property
    def announced(self) -> UpkPayment | None:
        return next((one for one in self.payments if one.status == UpkPayment.Status.ANNOUNCED), None)

    @cached_property
    def received(self) -> list[tuple[UpkPayment, int]]:
        """Payments that stand, oldest first, each with the principal owed after it."""
        found, balance = [], self.loan.principal
        for one in self.payments:
            if one.status == UpkPayment.Status.RECEIVED:
                balance -= one.principal
                found.append((one, balance))
        return found

    @property
    def moved_on(self) -> UpkReschedule | None:
        """The reschedule that ended this loan."""
        return next((one for one in self.moves if one.loan_id == self.loan.pk and not one.undone_at), None)

    @property
    def made_by(self) -> UpkReschedule | None:
        """The reschedule that made this loan."""
        return next((one for one in self.moves if one.fresh_id == self.loan.pk), None)

    @property
    def ended(self) -> UpkReschedule | None:
        """The reschedule after which this loan asks for nothing: moved on, or made by one that was taken back."""
        made_by = self.made_by
        return self.moved_on or (made_by if made_by and made_by.undone_at else None)

    @property
    def payoff(self) -> UpkPayment | None:
        """The payment that paid the loan off early, if one did."""
        return next((one for one, _balance in self.received if one.payoff), None)

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """Each instalment with what it lacks, whether it is late, and whether a reschedule moved it to another loan."""
        days = [(one.on or self.on, one.amount) for one, _balance in self.received]
        covered = arrears.coverage(self.line.rows, 0, days)
        return [
            {
                "row": row,
                "spared": agreed.charge - row.charge,
                "lacking": one.lacking,
                "paid_on": one.covered_on,
                "moved": bool(one.lacking and self.ended),
                "late": bool(one.lacking) and row.due_on <= self.on and not self.ended,
            }
            for row, agreed, one in zip(self.line.rows, self.line.agreed, covered, strict=True)
        ]


def upk_card(loans: QuerySet[UpkLoan], on: date) -> UpkCard | None:
    """Return the one UPK loan of a queryset, with payments, steps and shares. At most eight queries."""
    lines = upk_lines(loans, on)
    if not lines:
        return None
    (line,) = lines
    payments = UpkPayment.objects.filter(loan=line.loan).select_related(
        "upk_entry__submission", "group_entry", "announced_by", "received_by"
    )
    shares = (
        Loan.objects.filter(upk_loan=line.loan)
        .select_related("member")
        .annotate(outstanding=F("receivable__balance"))
        .order_by("no")
    )
    asked = UpkShare.objects.filter(request=line.loan.request_id) if line.loan.request_id else UpkShare.objects.none()
    purposes = dict(asked.values_list("member", "purpose"))
    return UpkCard(
        line=line,
        payments=list(payments.order_by("no")),
        shares=[ShareLine(one, one.outstanding, purposes.get(one.member_id, "")) for one in shares],
        on=on,
        moves=list(
            UpkReschedule.objects.filter(Q(loan=line.loan) | Q(fresh=line.loan)).select_related("loan", "fresh")
        ),
        waivers=list(line.loan.waivers.filter(undone_at=None).order_by("no")) if line.spared else [],
        write_off=line.loan.write_offs.standing().select_related("entry").first() if line.lost is not None else None,
    )
