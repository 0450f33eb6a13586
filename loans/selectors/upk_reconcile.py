"""Whether the books of a UPK and of its KSM tell the same: the named check `reconcile_upk`.

For each UPK loan, in rupiah:

    principal   2210 + the principal held in 2220 (group) = 1220 + what is still owed of a write-off (UPK)
    charge      jasa of the payments = 4110 (UPK), of those on a loan written off: in 4190; 5110 (group) = that + the
                jasa held in 2220
    disbursed   both books wrote the same principal under one key, and the members' shares add up to it
    payoff      what ended a loan early left nothing: no principal in the UPK's book, all jasa paid, spared or waived
    waiver      what was waived is jasa of that loan that was not paid
    reschedule  what left the old loan came to the new one, in both books
    write_off   what was written off came off 1220, in the UPK's book alone
    payment     each payment stands in both books under one key, on one day, with the same sums
    stranger    no other entry moves these accounts, but hand-overs that lay aside what they take
    no_loan     no account of these codes stands without a loan of the UPK
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import QuerySet, Sum
from django.db.models.expressions import RawSQL

from groups.models import Group, Upk
from ledger import chart
from ledger.kinds import UPK_LOAN, UPK_PAYMENT
from ledger.models import Account, Entry, Posting
from loans.held import Parts
from loans.models import Loan, UpkLoan, UpkPayment, UpkReschedule, UpkWaiver, UpkWriteOff
from loans.selectors.upk import LOST, balance_of
from loans.services.upk_debt import UPK_CODES

STANDING = (UpkPayment.Status.RECEIVED, UpkPayment.Status.REVERSED)


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference between two books: of which loan, what it is about, and what each side says (rupiah)."""

    upk: str
    group: str
    loan: int
    check: str
    in_group: int
    in_upk: int
    entry: int = 0  # number of the entry at fault, where there is one

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _Moved:
    """What one entry moved on the accounts of one UPK loan: chart code → rupiah, debit positive."""

    entry: Entry
    amounts: dict[str, int]


def reconcile(*, upk: Upk | None = None, group: Group | None = None) -> list[Finding]:
    """Return every difference between the books of a UPK (or one group, or all) and its groups. Ten queries."""
    loans = UpkLoan.objects.all()
    if upk is not None:
        loans = loans.filter(upk=upk)
    if group is not None:
        loans = loans.filter(group=group)
    found: list[Finding] = []
    known = list(
        loans.select_related("group", "upk__bkm")
        .annotate(
            in_upk=balance_of("receivable"),
            lost=RawSQL(LOST, ()),  # noqa: S611 (a constant)
            earned=balance_of("charge_income"),
            owed_now=balance_of("owed"),
            held_now=balance_of("held"),
            cost=balance_of("charge_cost"),
        )
        .order_by("upk", "no")
    )
    payments: dict[int, list[UpkPayment]] = defaultdict(list)
    stand = UpkPayment.objects.filter(loan__in=known, status__in=STANDING)
    for payment in stand.select_related("upk_entry__submission", "group_entry__submission"):
        payments[payment.loan_id].append(payment)
    waivers: dict[int, list[UpkWaiver]] = defaultdict(list)
    for waiver in UpkWaiver.objects.standing().filter(loan__in=known):
        waivers[waiver.loan_id].append(waiver)
    lent = dict(
        Loan.objects.filter(upk_loan__in=known, replaces=None)
        .values_list("upk_loan")
        .annotate(Sum("principal"))
        .order_by()
    )
    moved = _moved(known)
    losses = {one.entry_id: one for one in UpkWriteOff.objects.filter(loan__in=known).select_related("entry")}
    moves = {}
    for move in UpkReschedule.objects.filter(fresh__in=known):
        moves[move.upk_entry_id] = moves[move.group_entry_id] = move
    for loan in known:
        found += _balances(loan, payments[loan.pk], waivers[loan.pk])
        found += _entries(loan, payments[loan.pk], moved[loan.pk], lent.get(loan.pk, 0), losses, moves)
    return found + _without_loan(upk, group)


def _finding(loan: UpkLoan, check: str, in_group: int, in_upk: int, entry: int = 0) -> Finding:
    return Finding(loan.upk.bkm.code, loan.group.code, loan.no, check, in_group, in_upk, entry)


def _balances(loan: Any, payments: Iterable[UpkPayment], waivers: Sequence[UpkWaiver]) -> list[Finding]:
    """Compare what the two books say is owed, and what jasa was paid."""
    received = [one for one in payments if one.status == UpkPayment.Status.RECEIVED]
    passed = sum(one.charge for one in received)
    earned = sum(one.charge for one in received if not one.recovery)
    waived = sum(one.amount for one in waivers)
    held = Parts(-loan.held_now - (loan.cost - passed), loan.cost - passed)
    found = []
    in_upk = loan.in_upk + (loan.lost or 0)
    if -loan.owed_now + held.principal != in_upk:
        found.append(_finding(loan, "principal", -loan.owed_now + held.principal, in_upk))
    if earned != -loan.earned:
        found.append(_finding(loan, "charge", earned, -loan.earned))
    for one in received:
        spared = sum(one.forgiven.values())
        if one.payoff and (in_upk, passed + spared, spared) != (0, loan.charge - waived, one.spared):
            number = one.group_entry.number if one.group_entry else 0
            found.append(_finding(loan, "payoff", passed + spared, loan.charge - waived - in_upk, number))
    forgiven = sum(amount for one in waivers for amount in one.forgiven.values())
    if forgiven != waived or passed + waived > loan.charge:
        found.append(_finding(loan, "waiver", forgiven, waived))
    if min(held.principal, held.charge) < 0:
        found.append(_finding(loan, "held", min(held.principal, held.charge), 0))
    return found


def _moved(loans: Sequence[UpkLoan]) -> dict[int, list[_Moved]]:
    """Return, by loan, what each entry moved on its five accounts, and on the income of a debt written off.
    Three queries.
    """
    whose: dict[int, UpkLoan] = {}
    by_number = {(loan.upk.book_id, loan.no): loan for loan in loans}
    income = Account.objects.filter(code=chart.OTHER_INCOME, loan_no__gt=0, book__in={book for book, _no in by_number})
    for pk, book, no in income.values_list("pk", "book", "loan_no"):
        if loan := by_number.get((book, no)):
            whose[pk] = loan
    for loan in loans:
        for account in (loan.receivable_id, loan.charge_income_id, loan.owed_id, loan.held_id, loan.charge_cost_id):
            whose[account] = loan
    sums: dict[tuple[int, int], dict[str, int]] = defaultdict(dict)
    rows = Posting.objects.filter(account__in=list(whose)).values_list("entry", "account", "account__code")
    for entry, account, code, amount in rows.annotate(total=Sum("amount")).order_by():
        sums[whose[account].pk, entry][code] = amount
    entries = Entry.objects.select_related("submission").in_bulk({entry for _loan, entry in sums})
    found: dict[int, list[_Moved]] = defaultdict(list)
    for (loan_pk, entry), amounts in sums.items():
        found[loan_pk].append(_Moved(entries[entry], amounts))
    return found


def _entries(
    loan: UpkLoan,
    payments: list[UpkPayment],
    moved: list[_Moved],
    lent: int,
    losses: Mapping[int, UpkWriteOff],
    moves: Mapping[int, UpkReschedule],
) -> list[Finding]:
    """Compare the entries of both books one by one."""
    found: list[Finding] = []
    by_entry = {one.entry.pk: one for one in moved}
    paired: set[int | None] = set()  # entries of payments; their reversals answer for them below
    for payment in payments:
        paired |= {payment.upk_entry_id, payment.group_entry_id}
        if not _agree(payment, by_entry):
            number = payment.group_entry.number if payment.group_entry else 0
            sides = [by_entry.get(pk) if pk else None for pk in (payment.group_entry_id, payment.upk_entry_id)]
            in_group, in_upk = (abs(sum(side.amounts.values())) if side else 0 for side in sides)
            found.append(_finding(loan, "payment", in_group, in_upk, number))
    opened: dict[int, _Moved] = {}
    answered = {one.entry.reverses_id for one in moved}
    for one in sorted(moved, key=lambda each: (each.entry.book_id, each.entry.number)):
        entry, in_upk = one.entry, one.entry.book_id == loan.upk.book_id
        if entry.pk in paired or (entry.reverses_id and entry.reverses_id in paired):
            continue
        if entry.kind == UPK_LOAN and entry.book_id not in opened:
            opened[entry.book_id] = one
            continue
        if loss := losses.get(entry.reverses_id or entry.pk):
            sign = 1 if entry.reverses_id else -1
            if one.amounts != {chart.GROUP_LOANS: sign * loss.principal} or bool(loss.undone_at) != (
                entry.pk in answered or bool(entry.reverses_id)
            ):
                found.append(_finding(loan, "write_off", loss.principal, -sum(one.amounts.values()), entry.number))
            continue
        total = sum(one.amounts.values())
        if move := moves.get(entry.reverses_id or entry.pk):
            sign = 1 if in_upk == (loan.pk == move.fresh_id) else -1
            sign = -sign if entry.reverses_id else sign
            taken_back = bool(entry.reverses_id) or entry.pk in answered
            if total != sign * move.principal or bool(move.undone_at) != taken_back:
                found.append(_finding(loan, "reschedule", move.principal, abs(total), entry.number))
            if loan.pk == move.fresh_id and not entry.reverses_id:
                opened[entry.book_id] = one
            continue
        if in_upk or total:
            found.append(_finding(loan, "stranger", 0 if in_upk else -total, total if in_upk else 0, entry.number))
    return found + _disbursed(loan, opened, loan.principal if loan.replaces_id else lent)


def _agree(payment: UpkPayment, moved: dict[int, _Moved]) -> bool:
    """Whether a payment stands in both books as it says: key, content, day, sums, and taken back in both or none."""
    upk, group = moved.get(payment.upk_entry_id or 0), moved.get(payment.group_entry_id or 0)
    if not upk or not group:
        return False
    mine, theirs = upk.entry.submission, group.entry.submission
    codes = {chart.GROUP_LOANS: -payment.principal, chart.CHARGE_INCOME: -payment.charge}
    if payment.recovery:
        codes = {chart.OTHER_INCOME: -payment.amount}
    answered = {one.entry.reverses_id for one in moved.values()}
    back = payment.status == UpkPayment.Status.REVERSED
    return (
        (mine.key, mine.content_hash) == (theirs.key, theirs.content_hash)
        and upk.entry.on == group.entry.on == payment.on
        and upk.entry.kind == group.entry.kind == UPK_PAYMENT
        and upk.amounts == {code: amount for code, amount in codes.items() if amount}
        and sum(group.amounts.values()) == payment.amount
        and back == (upk.entry.pk in answered) == (group.entry.pk in answered)
    )


def _disbursed(loan: UpkLoan, opened: dict[int, _Moved], lent: int) -> list[Finding]:
    upk, group = opened.get(loan.upk.book_id), opened.get(loan.group.book_id)
    in_upk = upk.amounts.get(chart.GROUP_LOANS, 0) if upk else 0
    in_group = -sum(group.amounts.values()) if group else 0  # of a reschedule, with the principal held
    same = upk and group and upk.entry.submission.key == group.entry.submission.key and upk.entry.on == group.entry.on
    if same and in_upk == in_group == loan.principal == lent:
        return []
    return [_finding(loan, "disbursed", min(in_group, lent), in_upk)]


def _without_loan(upk: Upk | None, group: Group | None) -> list[Finding]:
    """Name accounts of the two tiers that stand for no loan of a UPK, with a balance. One query."""
    of_loans = UpkLoan.objects.values
    accounts: QuerySet[Account] = Account.objects.exclude(balance=0).filter(
        code__in=[*UPK_CODES - {chart.CHARGE_TO_UPK}, chart.GROUP_LOANS]
    )
    if upk is not None:
        accounts = accounts.filter(book__upk=upk) | accounts.filter(book__group__bkm=upk.bkm_id)
    if group is not None:
        accounts = accounts.filter(book=group.book_id)
    accounts = (
        accounts.exclude(pk__in=of_loans("receivable"))
        .exclude(pk__in=of_loans("owed"))
        .exclude(pk__in=of_loans("held"))
        .select_related("book__group__bkm", "book__upk__bkm")
        .order_by("pk")
    )
    found = []
    for account in accounts:
        in_upk = account.code == chart.GROUP_LOANS
        body: Any = account.book
        bkm = body.upk.bkm if hasattr(body, "upk") else body.group.bkm
        code = body.group.code if hasattr(body, "group") else ""
        amount = chart.on_normal_side(account.code, account.balance)
        sides = (0, amount) if in_upk else (amount, 0)
        found.append(Finding(bkm.code, code, account.loan_no, "no_loan", *sides))
    return found
