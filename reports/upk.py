"""Papers of a UPK: the receipt of one entry of its book, and its monthly report; each in a fixed number of queries."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Sum
from django.utils.translation import gettext as _

from groups import dates, regions
from groups.models import Region, Upk
from ledger import chart
from ledger.models import Account, Entry, Posting
from loans import ageing
from loans.ageing import ClassLine
from loans.models import CollectabilityClass, UpkLoan, UpkPolicy
from loans.selectors import upk_book, upk_portfolio
from loans.selectors.upk_book import CashBook, EntryLeg
from loans.selectors.upk_portfolio import Figures
from loans.services.upk_book import money_of
from loans.upk_words import FigureLine, figure_lines
from reports.papers import moment_in

ZONE = "Asia/Jakarta"


@dataclass(frozen=True, slots=True)
class UpkHead:
    """Whose paper it is and when it came out of the printer."""

    upk: Upk  # with its bkm and book
    where: str
    period: str
    printed_at: datetime

    @property
    def name(self) -> str:
        name = self.upk.name
        return name if name.upper().startswith("UPK ") else f"UPK {name}"

    @property
    def line(self) -> str:
        return " · ".join(["Unit Pengelola Keuangan", *([self.where] if self.where else [])])

    @property
    def small(self) -> str:
        name = self.upk.bkm.name
        return name if name.upper().startswith("BKM ") else f"BKM {name}"

    @property
    def place(self) -> str:
        """Where it is signed: the village alone."""
        return self.where.split(",")[0].removeprefix("Desa ").removeprefix("Kelurahan ")

    @property
    def printed(self) -> str:
        return moment_in(self.printed_at, ZONE)

    @property
    def numbers(self) -> str:
        last = self.upk.book.last_number
        return _("up to entry %(number)s") % {"number": last} if last else _("no entry yet")

    @property
    def digest(self) -> str:
        return self.upk.book.head_digest if self.upk.book.last_number else ""


def head_of(upk: Upk, printed_at: datetime, period: str) -> UpkHead:
    """Return the head of a paper. One query for the village, none without a well-formed code."""
    code = upk.bkm.region
    where = ""
    if regions.is_well_formed(code):
        names = Region.objects.filter(code__in=[code, *regions.ancestors(code)]).order_by()
        where = regions.label(code, dict(names.values_list("code", "name")))
    return UpkHead(upk, where, period, printed_at)


# The receipt of one entry


@dataclass(frozen=True, slots=True)
class PartLine:
    """What a part of the money is for; `balance` is the principal owed after it, where it says something."""

    label: str
    amount: int
    balance: int | None = None


@dataclass(frozen=True, slots=True)
class UpkReceipt:
    """The proof of one entry: money in, money out, between cash and bank, or without any of them."""

    head: UpkHead
    entry: Entry
    kind: str  # in, out, move, memo
    party: str
    what_for: str
    amount: int
    parts: list[PartLine]
    void_by: Entry | None

    @property
    def title(self) -> str:
        return {
            "in": _("Proof of money in"),
            "out": _("Proof of money out"),
            "move": _("Proof of money moved"),
            "memo": _("Proof of an entry without cash"),
        }[self.kind]


def receipt_of(upk: Upk, number: int, printed_at: datetime) -> UpkReceipt | None:
    """Return the receipt of an entry of the UPK's book, corrected ones too. At most six queries."""
    entry = upk_book.upk_entry(upk, number)
    if entry is None:
        return None
    legs = upk_book.legs_of(entry)
    boxes = [leg for leg in legs if leg.account.code in (chart.CASH, chart.BANK)]
    moved = sum(leg.debit - leg.credit for leg in boxes)
    kind = ("in" if moved > 0 else "out") if moved else ("move" if boxes else "memo")
    money = money_of(entry)
    loans = {leg.account.loan_no for leg in legs if leg.account.loan_no}
    loan = UpkLoan.objects.filter(upk=upk, no__in=loans).select_related("group").first() if loans else None
    return UpkReceipt(
        head=head_of(upk, printed_at, dates.format_date(entry.on)),
        entry=entry,
        kind=kind,
        party=money.party if money else str(loan.group) if loan else "",
        what_for=money.memo if money else _what_for(entry, loan),
        amount=abs(moved) or sum(leg.debit for leg in legs),
        parts=[_part(leg, loan, entry) for leg in legs if leg not in boxes or kind == "move"],
        void_by=getattr(entry, "reversed_by", None),
    )


def _what_for(entry: Entry, loan: UpkLoan | None) -> str:
    if entry.reverses_id or loan is None:
        return entry.memo
    words = {"no": loan.no, "day": dates.format_date(loan.disbursed_on)}
    return _("UPK loan no. %(no)s of %(day)s") % words


def _part(leg: EntryLeg, loan: UpkLoan | None, entry: Entry) -> PartLine:
    amount = leg.debit or leg.credit
    if leg.account.code == chart.GROUP_LOANS and loan:
        after = Posting.objects.filter(account=leg.account, entry__number__lte=entry.number)
        return PartLine(_("Pokok"), amount, after.aggregate(sum=Sum("amount"))["sum"])
    if leg.account.code == chart.CHARGE_INCOME and loan:
        return PartLine("Jasa", amount)
    return PartLine(chart.CHART[leg.account.code].name, amount)


# The monthly report


@dataclass(frozen=True, slots=True)
class SumLine:
    """One line of a statement, in rupiah; two figures where a month stands beside its year."""

    code: str
    name: str
    amount: int
    year: int = 0


@dataclass(frozen=True, slots=True)
class MonthReport:
    """What a UPK reports to its BKM on a month: balance, results, cash, portfolio by class, the five figures."""

    head: UpkHead
    month: date
    figures: Figures
    lines: list[FigureLine]
    classes: list[ClassLine]
    assets: list[SumLine]
    claims: list[SumLine]
    income: list[SumLine]
    cost: list[SumLine]
    cash: CashBook
    bank: CashBook
    paper: str

    @property
    def assets_sum(self) -> int:
        return sum(line.amount for line in self.assets)

    @property
    def claims_sum(self) -> int:
        return sum(line.amount for line in self.claims)

    @property
    def income_sum(self) -> tuple[int, int]:
        return sum(line.amount for line in self.income), sum(line.year for line in self.income)

    @property
    def cost_sum(self) -> tuple[int, int]:
        return sum(line.amount for line in self.cost), sum(line.year for line in self.cost)

    @property
    def profit(self) -> tuple[int, int]:
        return self.income_sum[0] - self.cost_sum[0], self.income_sum[1] - self.cost_sum[1]


def month_report(upk: Upk, month: date, printed_at: datetime, *, today: date, paper: str) -> MonthReport:
    """Return the report of a month, up to `today` while it is not over. A fixed number of queries."""
    on = upk_portfolio.month_end(month, today)
    (figures,) = upk_portfolio.figures(upk, [on], today=today)
    policy = UpkPolicy.objects.in_force(upk.bkm_id, on)
    grades = CollectabilityClass.objects.in_force(upk.bkm_id, on)
    balances = _balances(upk, on)
    year, own = upk_portfolio.moved(upk, date(on.year, 1, 1), on), upk_portfolio.moved(upk, month, on)
    assets = [SumLine(code, chart.CHART[code].name, amount) for code, amount in balances.items() if code[0] == "1"]
    claims = [SumLine(code, chart.CHART[code].name, -amount) for code, amount in balances.items() if code[0] in "23"]
    rest = -sum(amount for code, amount in balances.items() if code[0] in "45")
    if rest:
        claims.append(SumLine("", _("Surplus not yet divided"), rest))
    return MonthReport(
        head=head_of(upk, printed_at, f"{dates.month_name(month)} {month.year}"),
        month=month,
        figures=figures,
        lines=figure_lines(figures, policy.bounds),
        classes=ageing.by_class([one.age for one in figures.loans], grades),
        assets=assets,
        claims=claims,
        income=_results(year, own, "4", -1),
        cost=_results(year, own, "5", 1),
        cash=upk_book.cash_book(upk, "cash", month, on),
        bank=upk_book.cash_book(upk, "bank", month, on),
        paper=paper,
    )


def _balances(upk: Upk, on: date) -> dict[str, int]:
    """Return what each code of the chart holds at the end of a day: rupiah, debit positive. Two queries."""
    found: dict[str, int] = {}
    for code, balance in Account.objects.filter(book=upk.book_id).order_by("code").values_list("code", "balance"):
        found[code] = found.get(code, 0) + balance
    later = Posting.objects.filter(book=upk.book_id, account__book=upk.book_id, on__gt=on).order_by()
    for code, amount in later.values_list("account__code").annotate(sum=Sum("amount")):
        found[code] -= amount
    return {code: amount for code, amount in found.items() if amount}


def _results(year: Mapping[str, int], own: Mapping[str, int], digit: str, sign: int) -> list[SumLine]:
    codes = sorted(code for code in {*year, *own} if code[0] == digit)
    return [SumLine(code, chart.CHART[code].name, sign * own.get(code, 0), sign * year.get(code, 0)) for code in codes]
