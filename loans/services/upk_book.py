"""Money that moves in a UPK's own book beside its loans: capital, grants, costs, other income, bank; and corrections.

Loans to KSM, their instalments, the reserve and the reward have services of their own; all of them ask `judge_day` and
`judge_cash` here, so that no day of the book begins too early or ends with less than nothing in the box.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groups.dates import format_date
from groups.models import Upk
from groups.money import format_rupiah
from ledger import chart
from ledger import services as ledger
from ledger.models import Book, Entry
from ledger.sealed import number, read, words
from ledger.services import Draft, Leg, Receipt

if TYPE_CHECKING:
    from users.models import User

Direction = Literal["in", "out", "move"]
Place = Literal["cash", "bank"]

PLACES: dict[str, str] = {"cash": chart.CASH, "bank": chart.BANK}
LAST_ZONE = "Asia/Jayapura"  # a day that has not begun here has begun nowhere in the country


@dataclass(frozen=True, slots=True)
class MoneyKind:
    """A kind of other money: the entry's kind, the account on the other side, and which way the money goes."""

    kind: str
    code: str
    direction: Direction
    label: Promise | str


_KINDS = (
    MoneyKind("upk_capital", chart.CAPITAL, "in", gettext_lazy("Capital")),
    MoneyKind("upk_grant", chart.CAPITAL, "in", gettext_lazy("Grant")),
    MoneyKind("upk_other_income", chart.OTHER_INCOME, "in", gettext_lazy("Other income")),
    MoneyKind("upk_administration", chart.ADMINISTRATION, "out", gettext_lazy("Administration")),
    MoneyKind("upk_meeting_cost", chart.MEETING_COST, "out", gettext_lazy("Meetings")),
    MoneyKind("upk_other_cost", chart.OTHER_COST, "out", gettext_lazy("Other cost")),
    MoneyKind("upk_capital_back", chart.CAPITAL, "out", gettext_lazy("Capital given back")),
    MoneyKind("upk_to_bank", chart.BANK, "move", gettext_lazy("Cash to the bank")),
    MoneyKind("upk_from_bank", chart.CASH, "move", gettext_lazy("Bank to the cash box")),
)
MONEY_KINDS = {one.kind: one for one in _KINDS}


@dataclass(frozen=True, slots=True)
class Money:
    """One movement of other money. `amount` in rupiah, above 0; `place` is where it comes in or goes out (no matter
    for a transfer); `party` is from whom or to whom, as the receipt says it; may be empty.
    """

    kind: str
    on: date
    amount: int
    memo: str
    place: Place = "cash"
    party: str = ""

    @property
    def legs(self) -> tuple[Leg, ...]:
        known = MONEY_KINDS[self.kind]
        if known.direction == "move":
            source = chart.CASH if known.code == chart.BANK else chart.BANK
            return Leg(known.code, self.amount), Leg(source, -self.amount)
        signed = self.amount if known.direction == "in" else -self.amount
        return Leg(PLACES[self.place], signed), Leg(known.code, -signed)

    @property
    def content(self) -> dict[str, Any]:
        """What is sealed of it."""
        said = {"kind": self.kind, "on": self.on, "amount": self.amount, "memo": self.memo}
        return {**said, "place": self.place, "party": self.party}

    @property
    def draft(self) -> Draft:
        return Draft(on=self.on, kind=self.kind, legs=self.legs, memo=self.text[:200])

    @property
    def text(self) -> str:
        """The line in the cash book: what for, and with whom."""
        return f"{self.memo} ({self.party})" if self.party else self.memo


def post_upk_money(*, upk: Upk, money: Money, key: UUID, by: "User | None", at: datetime) -> Receipt:
    """Write other money into the UPK's book. The same key sent again answers with the first receipt.

    Refused at their field: an unknown kind, no amount, no words, a day before the book, in a closed period or still to
    come, more than the box or the bank holds on that day or a later one, more capital back than came in.
    """
    _judge(money)
    with transaction.atomic():
        book = ledger.lock_book(upk.book_id)
        text = ledger.canonical_content(money.content)
        if earlier := ledger.find_submission(book, key, text):
            return Receipt(earlier, (), created=False)
        judge_day(upk, book, money.on, at)
        _judge_capital(book, money)
        judge_cash(book, [money.draft])
        return ledger.post_locked(book=book, key=key, text=text, drafts=[money.draft], by=by, at=at)


def _judge(money: Money) -> None:
    if money.kind not in MONEY_KINDS:
        raise ValidationError({"kind": ValidationError(_("Choose what kind of money it is."), code="unknown_kind")})
    if money.amount <= 0:
        raise ValidationError({"amount": ValidationError(_("Write an amount above 0."), code="too_little")})
    if not money.memo.strip():
        raise ValidationError({"memo": ValidationError(_("Write what it is for."), code="required")})


def judge_day(upk: Upk, book: Book, on: date, at: datetime, *, field: str = "on") -> None:
    """Refuse, at its field, a day before the UPK's book, in its closed period, or still to come at that moment."""
    if upk.start_on and on < upk.start_on:
        words = {"on": format_date(upk.start_on)}
        refusal = ValidationError(_("The UPK's book begins on %(on)s."), code="before_books", params=words)
        raise ValidationError({field: refusal})
    if book.closed_through and on <= book.closed_through:
        words = {"on": format_date(book.closed_through)}
        refusal = ValidationError(_("The book is closed through %(on)s."), code="closed", params=words)
        raise ValidationError({field: refusal})
    if on > at.astimezone(ZoneInfo(LAST_ZONE)).date():
        raise ValidationError({field: ValidationError(_("This day is still to come."), code="future")})


def judge_cash(book: Book, drafts: Sequence[Draft], *, field: str = "amount") -> None:
    """Refuse, at its field, what would leave cash or bank below 0 at the end of a draft's day or of any later one.

    Drafts of one submission are laid together. One statement for each of cash and bank.
    """
    for code in (chart.CASH, chart.BANK):
        moves = [(d.on, leg.amount) for d in drafts for leg in d.legs if leg.code == code]
        if sum(amount for _on, amount in moves) >= 0 and all(amount >= 0 for _on, amount in moves):
            continue
        day, lowest = _lowest(book, code, moves)
        if lowest < 0:
            there = lowest - sum(amount for on, amount in moves if on <= day)
            words = {"account": chart.CHART[code].name, "on": format_date(day), "has": format_rupiah(there)}
            refusal = ValidationError(
                _("%(account)s holds only %(has)s on %(on)s."), code="below_zero", params={**words, "balance": there}
            )
            raise ValidationError({field: refusal})


def _lowest(book: Book, code: str, moves: Sequence[tuple[date, int]]) -> tuple[date, int]:
    """Return the day from the first move on that ends lowest once the moves are made, and what it ends with."""
    first = min(on for on, _amount in moves)
    with connection.cursor() as cursor:
        cursor.execute(
            'SELECT p."on", sum(p.amount) FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id'
            " WHERE a.book_id = %s AND p.book_id = %s AND a.code = %s AND a.member_no = 0 AND a.loan_no = 0"
            ' AND p."on" > %s GROUP BY p."on"',
            [book.pk, book.pk, code, first],
        )
        later: dict[date, int] = {on: int(amount) for on, amount in cursor.fetchall()}
    balance = book.accounts.filter(code=code, member_no=0, loan_no=0).values_list("balance", flat=True).first() or 0
    running = balance - sum(later.values())
    for on, amount in moves:
        later[on] = later.get(on, 0) + amount
    lowest: tuple[date, int] | None = None
    for day in sorted(later):
        running += later[day]
        if lowest is None or running < lowest[1]:
            lowest = (day, running)
    assert lowest is not None  # noqa: S101 (there is at least the first move's day)
    return lowest


def _judge_capital(book: Book, money: Money) -> None:
    if MONEY_KINDS[money.kind].direction != "out" or MONEY_KINDS[money.kind].code != chart.CAPITAL:
        return
    has = -(book.accounts.filter(code=chart.CAPITAL).values_list("balance", flat=True).first() or 0)
    if money.amount > has:
        refusal = ValidationError(
            _("The capital is only %(has)s."), code="beyond_capital", params={"has": format_rupiah(has)}
        )
        raise ValidationError({"amount": refusal})


def money_of(entry: Entry) -> Money | None:
    """Return what an entry of other money said when it was sent; None for any other kind, and once the text is gone."""
    if entry.kind not in MONEY_KINDS or entry.reverses_id:
        return None
    return read(entry.submission.content, _money)


def _money(said: Any) -> Money:
    said = said.get("in_place") or said
    return Money(
        kind=MONEY_KINDS[said["kind"]].kind,
        on=date.fromisoformat(said["on"]),
        amount=number(said["amount"]),
        memo=words(said["memo"]),
        place="bank" if said["place"] == "bank" else "cash",
        party=words(said["party"]),
    )


def correct_upk_money(
    *, upk: Upk, entry: Entry, in_place: Money | None, reason: str, key: UUID, by: "User | None", at: datetime
) -> Receipt:
    """Answer wrong other money with its reversal on its own day and, unless it never was, what stands in its place.

    After closing, the reversal is dated on the day it is made. Refused: an entry of another kind, no reason, one
    corrected before, and for what stands in its place all that `post_upk_money` refuses.
    """
    if entry.kind not in MONEY_KINDS or entry.book_id != upk.book_id:
        raise ValidationError(_("This entry is corrected where it was made."), code="other_kind")
    if in_place:
        _judge(in_place)
    content = {"correction": entry.number, "reason": reason, "in_place": in_place.content if in_place else None}
    text = ledger.canonical_content(content)
    with transaction.atomic():
        book = ledger.lock_book(upk.book_id)
        if earlier := ledger.find_submission(book, key, text):
            return Receipt(earlier, (), created=False)
        drafts = [reversal(book, entry, reason=reason, at=at)]
        if in_place:
            judge_day(upk, book, in_place.on, at)
            drafts.append(in_place.draft)
        judge_cash(book, drafts, field="amount" if in_place else "__all__")
        return ledger.post_locked(book=book, key=key, text=text, drafts=drafts, by=by, at=at)


def reversal(book: Book, entry: Entry, *, reason: str, at: datetime) -> Draft:
    """Return the reversal of an entry on its own day or, when that is closed, on the day it is made; reason needed."""
    if not reason.strip():
        raise ValidationError({"reason": ValidationError(_("Write why it is corrected."), code="reason_required")})
    closed = book.closed_through is not None and entry.on <= book.closed_through
    return ledger.reversal_of(
        entry, reason=reason, on=at.astimezone(ZoneInfo("Asia/Jakarta")).date() if closed else None
    )
