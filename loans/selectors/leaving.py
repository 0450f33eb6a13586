"""What a member has and owes when she leaves."""

from dataclasses import dataclass, field
from datetime import date

from groups.models import Group, Member
from ledger import chart
from ledger.models import Account
from ledger.services import AccountKey
from loans.models import Leaving, Loan
from loans.payoff import Quote
from loans.selectors import lending  # as a module: services read this one while it is being loaded
from loans.services.lending import OpenLoan

SAVINGS = (chart.PRINCIPAL_SAVINGS, chart.WEEKLY_SAVINGS, chart.VOLUNTARY_SAVINGS, chart.BLOCKED_SAVINGS)


@dataclass(frozen=True, slots=True)
class Owed:
    """One of her open loans and what paying it off takes."""

    loan: OpenLoan
    quote: Quote

    @property
    def ahead(self) -> int:
        """Jasa not yet due: what a meeting usually forgives somebody who leaves."""
        return self.quote.charge - self.quote.overdue


@dataclass(frozen=True, slots=True)
class Reckoning:
    """A member on the day she leaves, in rupiah."""

    member: Member
    on: date
    savings: dict[AccountKey, int]  # her accounts that hold something
    loans: list[Owed]
    backing: list[Loan] = field(default_factory=list)  # others' open loans that her blocked savings stand for

    def of(self, code: str) -> int:
        return sum(amount for key, amount in self.savings.items() if key[0] == code)

    @property
    def saved(self) -> int:
        return sum(self.savings.values())

    @property
    def principal(self) -> int:
        return sum(one.quote.principal for one in self.loans)

    @property
    def charge(self) -> int:
        """All jasa a payoff of her loans asks for."""
        return sum(one.quote.charge for one in self.loans)

    @property
    def overdue(self) -> int:
        """Jasa due by that day."""
        return sum(one.quote.overdue for one in self.loans)

    @property
    def owed(self) -> int:
        return self.principal + self.charge

    @property
    def left(self) -> int:
        """Savings less principal and the jasa due; negative when she owes more than she has."""
        return self.saved - self.principal - self.overdue

    @property
    def lacking(self) -> int:
        """By how much her savings do not cover it."""
        return max(0, -self.left)


def reckoning(group: Group, member: Member, on: date) -> Reckoning:
    """Return what a member has and owes on a day, from her accounts as they stand. Three queries."""
    accounts = Account.objects.filter(book=group.book_id, member_no=member.no, code__in=SAVINGS).exclude(balance=0)
    savings = {(one.code, one.member_no, one.loan_no): -one.balance for one in accounts.order_by("code", "loan_no")}
    loans = lending.by_member(lending.open_loans(group)).get(member.no, [])
    backed = [loan_no for code, _member, loan_no in savings if code == chart.BLOCKED_SAVINGS]
    others = Loan.objects.filter(group=group, no__in=backed, receivable__balance__gt=0).exclude(member=member)
    return Reckoning(
        member=member,
        on=on,
        savings=savings,
        loans=[Owed(one, one.quote(on)) for one in loans],
        backing=list(others.select_related("member").order_by("no")),
    )


def leaving_of(member: Member) -> Leaving | None:
    """Return how a member left, if she did so with a reckoning that stands."""
    found = Leaving.objects.standing().filter(member=member)
    return found.select_related("member", "submission", "by").first()
