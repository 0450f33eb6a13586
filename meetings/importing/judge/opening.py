"""Saldo awal."""

from collections import Counter

from django.utils.translation import gettext as _

from groups.money import format_rupiah
from ledger import chart
from ledger.chart import CHART
from ledger.services import AccountKey, Leg
from meetings.importing.judge.cells import Judge
from meetings.importing.judge.loans import known_loan
from meetings.importing.judge.members import known_member
from meetings.workbook import OPENING, Line


def judge_opening_date(judge: Judge) -> None:
    dated = [line for line in judge.book.lines[OPENING] if line["Tanggal"]]
    if not dated:
        return
    judge.opening_on = on = Counter(line["Tanggal"] for line in dated).most_common(1)[0][0]
    for line in dated:
        if line["Tanggal"] != on:
            judge.error(line, "Tanggal", _("All of Saldo awal has one date."))
    first = next(line for line in dated if line["Tanggal"] == on)
    judge.doubt_date(first, "Tanggal", on)
    if judge.start_on and on < judge.start_on:
        judge.warn(first, "Tanggal", _("This lies before “Mulai dicatat”."))


def judge_opening(judge: Judge) -> list[Leg]:
    legs: dict[AccountKey, Leg] = {}
    for line in judge.book.lines[OPENING]:
        amount = line["Jumlah"]
        if amount is not None and amount < 0 and line["Akun"] and CHART[line["Akun"]].floored:
            judge.error(line, "Jumlah", _("The amount is below 0."))
            continue
        key = _opening_key(judge, line)
        if key is None or amount is None:
            continue
        if key in legs:
            judge.warn(line, "Akun", _("This account stands here twice; the amounts are added up."))
        before = legs[key].amount if key in legs else 0
        legs[key] = Leg(key[0], before + CHART[key[0]].sign * amount, key[1], key[2])
        if key[0] == chart.MEMBER_LOANS:
            _outstanding(judge, line, key[2], amount)
    if not any(judge.wrong_in(line) for line in judge.book.lines[OPENING]):
        for loan in judge.loans.values():
            if loan.older and (chart.MEMBER_LOANS, loan.member_no, loan.line["No"]) not in legs:
                judge.warn(loan.line, "Cair", _("This loan is not in Saldo awal: it counts as paid back."))
    _balance(judge)
    if left_out := sum(leg.amount for leg in legs.values()):  # something is wrong: to be tried, it balances
        key = (chart.RETAINED_SURPLUS, 0, 0)
        legs[key] = Leg(key[0], (legs[key].amount if key in legs else 0) - left_out)
    return [leg for leg in legs.values() if leg.amount]


def _balance(judge: Judge) -> None:
    """Say that assets and the rest differ, as far as every line has its account and its amount."""
    lines = judge.book.lines[OPENING]
    if any(judge.wrong_in(line) & {"Akun", "Jumlah"} for line in lines):
        return
    signed = [CHART[line["Akun"]].sign * line["Jumlah"] for line in lines]
    if difference := sum(signed):
        judge.unbalanced = True
        assets = sum(amount for line, amount in zip(lines, signed, strict=True) if CHART[line["Akun"]].sign > 0)
        reason = _("The opening does not balance: assets and costs %(assets)s, the rest %(rest)s.")
        shown = {"assets": format_rupiah(assets), "rest": format_rupiah(assets - difference)}
        judge.problems.error(OPENING, lines[-1].cell("Jumlah"), reason % shown)


def _opening_key(judge: Judge, line: Line) -> AccountKey | None:
    """Return the account a row of Saldo awal means."""
    if line["Akun"] is None or line.unread & {"Anggota", "Pinjaman"}:
        return None
    account = CHART[line["Akun"]]
    if account.code == chart.MEMBER_LOANS:
        return _opening_loan(judge, line)
    if account.per == "member":
        if line["Pinjaman"]:
            judge.warn(line, "Pinjaman", _("This account is not kept per loan; the number is left out."))
        if line["Anggota"] is None:
            judge.error(line, "Anggota", _("This account is kept per member: write her number."))
            return None
        no = known_member(judge, line)
        return (account.code, no, 0) if no else None
    if line["Anggota"]:
        judge.warn(line, "Anggota", _("This account is not kept per member; the number is left out."))
    if account.per == "loan":  # of the UPK: numbered for itself, since Pinjaman holds the members' loans
        return account.code, 0, line["Pinjaman"] or 1
    if line["Pinjaman"]:
        judge.warn(line, "Pinjaman", _("This account is not kept per loan; the number is left out."))
    return account.code, 0, 0


def _opening_loan(judge: Judge, line: Line) -> AccountKey | None:
    if line["Pinjaman"] is None:
        judge.error(line, "Pinjaman", _("This account is kept per loan: write its number."))
        return None
    member_no = known_member(judge, line)
    loan = known_loan(judge, line, member_no)
    if loan is None or judge.wrong_in(line) & {"Anggota", "Pinjaman"}:
        return None
    if not loan.older and judge.opening_on:
        judge.error(line, "Pinjaman", _("This loan was not yet paid out at the opening."))
        return None
    return chart.MEMBER_LOANS, loan.member_no, line["Pinjaman"]


def _outstanding(judge: Judge, line: Line, loan_no: int, amount: int) -> None:
    loan = judge.loans[loan_no]
    loan.outstanding += amount
    if loan.outstanding > loan.terms.principal:
        loan.outstanding = loan.terms.principal
        reason = _("More is owed than was lent, %(principal)s.")
        judge.error(line, "Jumlah", reason % {"principal": format_rupiah(loan.terms.principal)})
