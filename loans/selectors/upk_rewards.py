"""Which KSM paid a loan back with every instalment in time, and what reward (IPTW) that earns."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from django.db.models import F, QuerySet, Sum
from django.db.models.expressions import RawSQL

from groups.models import Upk
from ledger import chart
from ledger.models import Account, Posting
from loans.arrears import coverage
from loans.indicators import prompt_reward
from loans.models import UpkLoan, UpkPolicy, UpkReschedule, UpkWriteOff
from loans.upk_plan import PLAN, SPARED, plan_of


@dataclass(frozen=True, slots=True)
class Reward:
    """A loan that is paid back: its jasa, when, how many instalments came late, and its reward in rupiah at `percent`.

    `charge` leaves out what an early payoff spared.
    """

    loan: UpkLoan
    charge: int
    settled_on: date
    late: int
    percent: Fraction
    paid: int

    @property
    def prompt(self) -> bool:
        return self.late == 0

    @property
    def amount(self) -> int:
        return prompt_reward(self.charge, self.percent) if self.prompt else 0

    @property
    def open(self) -> int:
        """What is to be paid out and is not yet."""
        return 0 if self.paid else self.amount


def settled_loans(upk: Upk) -> QuerySet[UpkLoan]:
    """Loans of a UPK paid back as agreed, newest first: none that was written off or rescheduled."""
    loans = UpkLoan.objects.filter(upk=upk, receivable__balance=0).annotate(spared=RawSQL(SPARED, ()))  # noqa: S611 (a constant)
    paid = loans.filter(charge__lte=F("spared") - F("charge_income__balance"))
    given_up = UpkWriteOff.objects.standing().values("loan")
    moved = UpkReschedule.objects.standing().values("loan")
    return paid.filter(replaces=None).exclude(pk__in=given_up).exclude(pk__in=moved).order_by("-no")


def rewards(loans: QuerySet[UpkLoan] | Sequence[UpkLoan], bkm_id: int) -> list[Reward]:
    """Return what these settled loans earned, each by the percentage that held when it was settled. Four queries."""
    numbers = [loan.pk for loan in loans]
    found = list(
        UpkLoan.objects.filter(pk__in=numbers)
        .select_related("group", "upk")
        .annotate(plan=RawSQL(PLAN, ()))  # noqa: S611 (a constant)
        .order_by("-no")
    )
    by_account = {account: loan.pk for loan in found for account in (loan.receivable_id, loan.charge_income_id)}
    days: dict[int, dict[date, int]] = {loan.pk: {} for loan in found}
    paid = (
        Posting.objects.filter(account__in=by_account, amount__lt=0, entry__reverses=None, entry__reversed_by=None)
        .order_by()
        .values_list("account", "on")
        .annotate(sum=Sum("amount"))
    )
    for account, on, amount in paid:
        own = days[by_account[account]]
        own[on] = own.get(on, 0) - amount
    versions = list(UpkPolicy.objects.filter(bkm=bkm_id).order_by("-from_on"))
    books = {loan.upk.book_id for loan in found}
    given = dict(
        Account.objects.filter(book__in=books, code=chart.PROMPT_REWARD, loan_no__in=[loan.no for loan in found])
        .order_by()
        .values_list("loan_no", "balance")
    )
    return [_reward(loan, days[loan.pk], versions, given.get(loan.no, 0)) for loan in found]


def _reward(loan: UpkLoan, days: dict[date, int], versions: Sequence[UpkPolicy], paid: int) -> Reward:
    rows = plan_of(loan.plan).rows  # type: ignore[attr-defined]
    covered = coverage(rows, 0, sorted(days.items()))
    late = sum(
        1 for row, one in zip(rows, covered, strict=True) if one.covered_on is None or one.covered_on > row.due_on
    )
    settled_on = max(days)
    policy = next((one for one in versions if one.from_on <= settled_on), UpkPolicy())
    charge = sum(row.charge for row in rows)
    return Reward(loan, charge, settled_on, late, Fraction(policy.reward), paid)
