"""A year's surplus read from the ledger, and what it would come to under each rule. For the service and the screens.

Income and costs are the postings of the year on accounts 4… and 5…, without entries of kind `year_end`.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q, Sum

from groups.models import Group, Member
from ledger import chart, kinds
from ledger.models import Account, Book, Entry, Posting
from savings.models import SurplusSplit, YearEnd, YearEndShare
from savings.models.surplus import CUSTOMARY
from savings.surplus import RULES, Basis, Part, Rule, Sharing, share


@dataclass(frozen=True, slots=True)
class Agreement:
    """How the surplus is split on a day: the group's own version, or the customary one (`since` None)."""

    since: date | None
    business: str
    remainder_to: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Year:
    """One year of one book, in rupiah: `income` and `costs` by chart code, on their normal sides."""

    year: int
    income: dict[str, int]
    costs: dict[str, int]
    members: tuple[Member, ...]  # who belonged to the group on its last day
    basis: tuple[Basis, ...]

    @property
    def surplus(self) -> int:
        return sum(self.income.values()) - sum(self.costs.values())


def last_day(year: int) -> date:
    """Return 31 December of a year."""
    return date(year, 12, 31)


def agreement(group: Group, on: date) -> Agreement:
    """Return how the group splits a surplus on a day. Two queries."""
    version = SurplusSplit.objects.in_force(group, on)
    if version is None:
        customary = tuple(Part(*line) for line in CUSTOMARY)
        return Agreement(None, SurplusSplit.Business.CHARGE, chart.RESERVE, customary)
    parts = tuple(Part(one.label, Decimal(one.percent), one.target) for one in version.parts.all())
    return Agreement(version.from_on, version.business, version.remainder_to, parts)


def read_year(group: Group, year: int, business: str) -> Year:
    """Read a year's income, costs and what each member is measured by. Four queries."""
    own = Posting.objects.filter(book=group.book_id)
    in_year = own.filter(on__range=(date(year, 1, 1), last_day(year)))
    sums = (
        in_year.filter(Q(account__code__startswith="4") | Q(account__code__startswith="5"))
        .exclude(entry__kind=kinds.YEAR_END)
        .values_list("account__code")
        .annotate(total=Sum("amount"))
        .order_by("account__code")
    )
    moved = {code: chart.on_normal_side(code, total) for code, total in sums if total}
    members = tuple(Member.objects.filter(group=group).active_on(date(year, 12, 31)).order_by("no"))
    if business == SurplusSplit.Business.CHARGE:
        measured, sign = in_year.filter(account__code=chart.CHARGE_INCOME).exclude(entry__kind=kinds.YEAR_END), -1
    else:
        measured, sign = in_year.filter(account__code=chart.MEMBER_LOANS, entry__kind="disbursement"), 1
    saved = own.filter(
        on__lte=date(year, 12, 31),
        account__code__in=(chart.WEEKLY_SAVINGS, chart.VOLUNTARY_SAVINGS, chart.PRINCIPAL_SAVINGS),
    )
    by_business, by_savings = (
        dict(found.values_list("account__member_no").annotate(total=Sum("amount")).order_by())
        for found in (measured.filter(account__member_no__gt=0), saved)
    )
    basis = tuple(Basis(m.no, max(0, sign * by_business.get(m.no, 0)), -by_savings.get(m.no, 0)) for m in members)
    return Year(
        year=year,
        income={code: amount for code, amount in moved.items() if code.startswith("4")},
        costs={code: amount for code, amount in moved.items() if code.startswith("5")},
        members=members,
        basis=basis,
    )


def simulate(found: Year, agreed: Agreement, step: int) -> list[Sharing]:
    """Lay the year's surplus out under every rule, side by side. A loss is laid out as nothing."""
    surplus = max(0, found.surplus)
    return [share(surplus, agreed.parts, found.basis, rule=rule, step=step) for rule in RULES]


def lay_out(found: Year, agreed: Agreement, rule: Rule, step: int) -> Sharing:
    """Lay the year's surplus out under one rule."""
    return share(max(0, found.surplus), agreed.parts, found.basis, rule=rule, step=step)


def open_years(group: Group, book: Book) -> list[int]:
    """Return the years that are closed in the book, hold income or costs, and were not decided on, oldest first."""
    if book.closed_through is None:
        return []
    through = book.closed_through
    last = through.year if through == date(through.year, 12, 31) else through.year - 1
    held = (
        Posting.objects.filter(book=book, on__lte=date(last, 12, 31))
        .filter(Q(account__code__startswith="4") | Q(account__code__startswith="5"))
        .exclude(entry__kind=kinds.YEAR_END)
        .dates("on", "year")
    )
    decided = set(YearEnd.objects.standing().filter(group=group).values_list("year", flat=True))
    return [day.year for day in held if day.year not in decided]


def cash_in(book: Book) -> int:
    """Return what the box holds now, in rupiah."""
    box = Account.objects.filter(book=book, code=chart.CASH, member_no=0, loan_no=0)
    return box.values_list("balance", flat=True).first() or 0


@dataclass(frozen=True, slots=True)
class ListLine:
    """One line of the list to sign: who, what she was measured by, and what she gets, in rupiah."""

    member: Member
    business: int
    savings: int
    amount: int
    entry: Entry | None
    in_cash: bool


@dataclass(frozen=True, slots=True)
class Decided:
    """A decided year read back from its entries."""

    year_end: YearEnd
    lines: list[ListLine]
    funds: list[tuple[Entry, str, int]]  # entry, name of the account, rupiah
    income: dict[str, int]
    costs: dict[str, int]
    digest: str

    @property
    def paid(self) -> int:
        return sum(line.amount for line in self.lines)

    @property
    def retained(self) -> int:
        """What stays in 3910."""
        return self.year_end.surplus - self.paid - sum(amount for _entry, _name, amount in self.funds)


def decided(group: Group, year: int) -> Decided | None:
    """Read the decision that stands on a year with its list, or None. Four queries."""
    standing = YearEnd.objects.standing().filter(group=group, year=year)
    year_end = standing.select_related("submission", "decided_by").first()
    if year_end is None:
        return None
    entries = list(Entry.objects.filter(submission=year_end.submission_id).order_by("number"))
    legs: dict[int, list[Posting]] = {}
    for posting in Posting.objects.filter(entry__in=[e.pk for e in entries]).select_related("account").order_by("pk"):
        legs.setdefault(posting.entry_id, []).append(posting)
    shares = list(YearEndShare.objects.filter(year_end=year_end).select_related("member").order_by("member__no"))
    by_pk = {entry.pk: entry for entry in entries}
    lines = []
    for one in shares:
        own = legs.get(one.entry_id or 0, [])
        amount = sum(leg.amount for leg in own if leg.account.code == chart.RETAINED_SURPLUS)
        in_cash = any(leg.account.code == chart.CASH for leg in own)
        lines.append(ListLine(one.member, one.business, one.savings, amount, by_pk.get(one.entry_id or 0), in_cash))
    members = {one.entry_id for one in shares}
    closing, *rest = entries
    moved = {leg.account.code: chart.on_normal_side(leg.account.code, -leg.amount) for leg in legs[closing.pk]}
    return Decided(
        year_end=year_end,
        lines=lines,
        funds=[
            (entry, entry.memo, sum(leg.amount for leg in legs[entry.pk] if leg.amount > 0))
            for entry in rest
            if entry.pk not in members
        ],
        income={code: amount for code, amount in moved.items() if code.startswith("4")},
        costs={code: amount for code, amount in moved.items() if code.startswith("5")},
        digest=entries[-1].digest,
    )


def taken_back(group: Group, year: int) -> list[YearEnd]:
    """Return the decisions on a year that were taken back, the oldest first. One query."""
    found = YearEnd.objects.filter(group=group, year=year, taken_back__isnull=False)
    return list(found.select_related("submission", "taken_back", "taken_back__posted_by").order_by("pk"))
