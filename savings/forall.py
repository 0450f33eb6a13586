"""What everybody of a group would get: a share of the year's wajib, or a gift in proportion to savings. Reads only."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Sum

from groups.models import Group, Member
from groups.money import largest_remainder
from ledger import chart, kinds
from ledger.models import Account, Entry, Posting

GIFT_SOURCES = (chart.OTHER_COST, chart.OTHER_INCOME, chart.SOCIAL_FUND)
SAVINGS = (chart.PRINCIPAL_SAVINGS, chart.WEEKLY_SAVINGS, chart.VOLUNTARY_SAVINGS, chart.BLOCKED_SAVINGS)


@dataclass(frozen=True, slots=True)
class Portion:
    """What one member gets, in rupiah, and what it was measured by."""

    member: Member
    basis: int
    amount: int


@dataclass(frozen=True, slots=True)
class MemberSavings:
    """A member with what she has saved now, in rupiah."""

    member: Member
    principal: int
    weekly: int
    voluntary: int
    blocked: int

    @property
    def total(self) -> int:
        return self.principal + self.weekly + self.voluntary + self.blocked


def savings_of(group: Group, on: date | None = None) -> list[MemberSavings]:
    """Return every member active on a day (None: whoever ever was) with her savings, by number. Two queries."""
    members = Member.objects.filter(group=group).order_by("no")
    if on is not None:
        members = members.active_on(on)
    held: dict[tuple[int, str], int] = {}
    accounts = Account.objects.filter(book=group.book_id, code__in=SAVINGS, member_no__gt=0)
    for no, code, balance in accounts.values_list("member_no", "code", "balance"):
        held[no, code] = held.get((no, code), 0) - balance
    return [MemberSavings(member, *(held.get((member.no, code), 0) for code in SAVINGS)) for member in members]


def shares_of_weekly(group: Group, year: int, percent: Decimal, step: int, on: date) -> list[Portion]:
    """Return what each member active on `on` gets: a per cent of the wajib she deposited in a year, rounded down to
    `step` rupiah, at most what she has. What was paid back to everybody in that year before is not counted again.
    """
    moved = (
        Posting.objects.filter(
            book=group.book_id,
            account__code=chart.WEEKLY_SAVINGS,
            on__year=year,
            entry__kind__in=(kinds.HANDOVER, kinds.GROUP_WITHDRAWAL),
        )
        .values_list("account__member_no", "entry__kind")
        .annotate(total=Sum("amount"))
    )
    deposited: dict[int, int] = {}
    taken: dict[int, int] = {}
    for no, kind, total in moved:
        (deposited if kind == kinds.HANDOVER else taken)[no] = abs(total)
    return [
        Portion(
            member=one.member,
            basis=deposited.get(one.member.no, 0),
            amount=_portion(one, deposited.get(one.member.no, 0), taken.get(one.member.no, 0), percent, step),
        )
        for one in savings_of(group, on)
    ]


def _portion(one: MemberSavings, deposited: int, taken: int, percent: Decimal, step: int) -> int:
    share = int(deposited * percent / 100) - taken
    return max(0, min(share, one.weekly)) // step * step


def gifts(group: Group, amount: int | None, percent: Decimal | None, on: date) -> list[Portion]:
    """Return what each saver gets of `amount` rupiah, or of `percent` of all savings, by what she has saved."""
    savers = [one for one in savings_of(group, on) if one.total]
    total = sum(one.total for one in savers)
    pot = amount if percent is None else int((total * percent / 100).quantize(Decimal(1), ROUND_HALF_UP))
    if not savers or not pot:
        return []
    cut = largest_remainder(pot, [one.total for one in savers])
    return [Portion(one.member, one.total, share) for one, share in zip(savers, cut, strict=True)]


@dataclass(frozen=True, slots=True)
class Written:
    """A list that is in the book: what was paid or given to everybody, in one submission."""

    on: date
    kind: str
    memo: str
    lines: list[tuple[Member, int, int]]  # member, rupiah, entry number
    first: int
    last: int
    digest: str

    @property
    def total(self) -> int:
        return sum(amount for _member, amount, _number in self.lines)

    @property
    def in_cash(self) -> bool:
        return self.kind == kinds.GROUP_WITHDRAWAL


def written(group: Group, number: int) -> Written | None:
    """Return the list whose first entry has this number, or None. Entries taken back are left out. Three queries."""
    first = Entry.objects.filter(
        book=group.book_id,
        number=number,
        submission__first_number=number,
        kind__in=(kinds.GROUP_WITHDRAWAL, kinds.GIFT),
    ).first()
    if first is None or first.reverses_id:
        return None
    postings = list(
        Posting.objects.filter(entry__submission=first.submission_id, account__member_no__gt=0)
        .select_related("account", "entry__submission", "entry__reversed_by")
        .order_by("account__member_no")
    )
    members = {member.no: member for member in Member.objects.filter(group=group)}
    submission = postings[0].entry.submission
    name = members[postings[0].account.member_no].name
    return Written(
        on=first.on,
        kind=first.kind,
        memo=postings[0].entry.memo.removeprefix(f"{name}: "),
        lines=[
            (members[one.account.member_no], abs(one.amount), one.entry.number)
            for one in postings
            if not hasattr(one.entry, "reversed_by")
        ],
        first=submission.first_number or 0,
        last=submission.last_number or 0,
        digest=max(postings, key=lambda one: one.entry.number).entry.digest,
    )
