"""What the page of box and bank shows: balances, what moved outside the sheets, and the history of a fund."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import QuerySet

from groups.models import Group
from ledger import chart
from ledger.models import Account, Entry, Posting
from ledger.sealed import read, words
from meetings.models import BoxCount
from meetings.selectors.differences import DifferenceLine, open_differences
from meetings.services.cashbox import TAKEN_BACK


@dataclass
class Act:
    """One entry outside a sheet, as a line: what moved in box and bank, against which account, in rupiah."""

    entry: Entry
    cash: int = 0
    bank: int = 0
    others: list[tuple[str, int, int]] = field(default_factory=list)  # (code, member number, rupiah on its normal side)
    reversed: bool = False

    @property
    def payee(self) -> str:
        """Who gave or got the money, as it was sealed; empty when nobody was named, or when it was erased."""
        return read(self.entry.submission.content, lambda told: words(told["payee"])) or ""

    @property
    def names(self) -> list[str]:
        return [chart.CHART[code].name for code, _member, _amount in self.others]

    @property
    def title(self) -> str:
        """What it was for, in the words that were written, else the account's name."""
        return self.entry.memo or next(iter(self.names), chart.CHART[chart.BANK].name)

    @property
    def amount(self) -> int:
        """What the act is about: what moved in box or bank, else between the other accounts."""
        return abs(self.cash or self.bank or (self.others[0][2] if self.others else 0))

    @property
    def may_take_back(self) -> bool:
        return self.entry.kind in TAKEN_BACK and not self.reversed and self.entry.reverses_id is None


@dataclass(frozen=True, slots=True)
class Box:
    """What a group holds now, in rupiah, and what is open."""

    cash: int
    bank: int
    difference: int  # on 1290: lacking when above 0
    funds: list[tuple[str, str, int]]  # code, name, what is in it
    open: list[DifferenceLine]
    counts: list[BoxCount]


def box(group: Group, today: date) -> Box:
    """Read balances, open differences and the last counts. Three queries."""
    accounts = Account.objects.filter(
        book=group.book_id, code__in=(chart.CASH, chart.BANK, chart.CASH_DIFFERENCE, *chart.FUNDS), member_no=0
    )
    held = {code: chart.on_normal_side(code, balance) for code, balance in accounts.values_list("code", "balance")}
    return Box(
        cash=held.get(chart.CASH, 0),
        bank=held.get(chart.BANK, 0),
        difference=held.get(chart.CASH_DIFFERENCE, 0),
        funds=[
            (code, chart.CHART[code].name, held.get(code, 0))
            for code in chart.FUNDS
            if held.get(code) or code == chart.SOCIAL_FUND
        ],
        open=open_differences(today, group=group),
        counts=list(BoxCount.objects.filter(group=group).order_by("-on", "-pk")[:3]),
    )


def outside_sheets(group: Group, first: date, last: date) -> list[Act]:
    """Return what was written outside the sheets in a period, newest first. Two queries."""
    found = _outside(group).filter(on__range=(first, last)).order_by("-on", "-number")
    return _acts(found)


def act(group: Group, number: int) -> Act | None:
    """Return one entry outside the sheets by its number, or None. Two queries."""
    found = _acts(_outside(group).filter(number=number).select_related("posted_by"))
    return found[0] if found else None


def fund_history(group: Group, code: str) -> QuerySet[Posting]:
    """Return what moved in a fund, newest first, in or outside a sheet."""
    return (
        Posting.objects.filter(account__book=group.book_id, account__code=code)
        .select_related("entry__submission", "entry__hand_over__member")
        .order_by("-on", "-entry__number")
    )


def _outside(group: Group) -> QuerySet[Entry]:
    return Entry.objects.filter(book=group.book_id, hand_over=None, reverses__hand_over=None).select_related(
        "submission", "reversed_by", "reverses"
    )


def _acts(entries: Iterable[Entry]) -> list[Act]:
    acts = {one.pk: Act(one, reversed=hasattr(one, "reversed_by")) for one in entries}
    for posting in Posting.objects.filter(entry__in=acts).select_related("account").order_by("pk"):
        own, code = acts[posting.entry_id], posting.account.code
        if code == chart.CASH:
            own.cash += posting.amount
        elif code == chart.BANK:
            own.bank += posting.amount
        else:
            own.others.append((code, posting.account.member_no, chart.on_normal_side(code, posting.amount)))
    return list(acts.values())
