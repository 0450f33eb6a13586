"""The entries, each into the column that moves the same accounts on the same day."""

from collections import defaultdict

from django.utils.translation import gettext as _

from ledger import chart
from ledger.chart import CHART
from ledger.services import AccountKey
from meetings.services import DIFFERENCE, DISBURSEMENT, EXPENSE, HANDOVER, INCOME, WITHDRAWAL
from meetings.workbook import OTHER
from reports.exporting.fitting.fitted import Fitting
from reports.exporting.fitting.wording import entry_said
from reports.exporting.gathering import Posted

OPENING_KIND = "opening"
_COLUMNS = {
    chart.PRINCIPAL_SAVINGS: "Pokok",
    chart.WEEKLY_SAVINGS: "Wajib",
    chart.VOLUNTARY_SAVINGS: "Sukarela",
    chart.FINES: "Denda",
    chart.SOCIAL_FUND: "Sosial",
}
_BOX: AccountKey = (chart.CASH, 0, 0)
_OF_A_LOAN = {chart.MEMBER_LOANS, chart.CHARGE_INCOME}


def put_entries(fitting: Fitting) -> None:
    entries = fitting.told.entries
    by_number = {one.number: one for one in entries}
    gone: set[int] = set()
    for one in entries:
        if one.reverses:
            gone |= {one.number, one.reverses}
            _reversal(fitting, by_number[one.reverses], one)
    standing = sorted((one for one in entries if one.number not in gone), key=lambda one: (one.on, one.number))
    fitting.opening = next((one for one in standing if one.kind == OPENING_KIND and _is_opening(fitting, one)), None)
    if fitting.opening:
        fitting.begins, fitting.first = fitting.opening.on, max(fitting.opening.on, fitting.first)
        if fitting.opening.memo not in ("", "Saldo awal"):
            fitting.leave("words", _("What for"), entry_said(fitting.opening), fitting.begins)
    for one in standing:
        if one is not fitting.opening and not _place(fitting, one):
            fitting.leave("money", _("Entry without a column"), entry_said(one), one.on)


def _reversal(fitting: Fitting, wrong: Posted, reversal: Posted) -> None:
    says = _("%(entry)s; taken back by entry %(number)s: %(reason)s")
    told = {"entry": entry_said(wrong), "number": reversal.number, "reason": reversal.memo}
    if wrong.on == reversal.on:
        fitting.leave("words", _("Corrected entry"), says % told, wrong.on)
    else:
        fitting.leave("money", _("Entry corrected on another day"), says % told, reversal.on)


def _is_opening(fitting: Fitting, one: Posted) -> bool:
    """Whether an entry can be Saldo awal: its accounts have cells. What lies before it then finds no place."""
    for leg in one.legs:
        account = CHART[leg.code]
        if leg.code == chart.MEMBER_LOANS:
            loan = fitting.told.loans.get(leg.loan_no)
            if loan is None or loan.loan.member.no != leg.member_no or loan.loan.disbursed_on >= one.on:
                return False
        elif account.per == "loan":
            if leg.member_no:
                return False
        elif leg.loan_no or (leg.member_no != 0) != (account.per == "member"):
            return False
    return True


def _place(fitting: Fitting, one: Posted) -> bool:
    """Put an entry into its columns; False when none of them move the same accounts."""
    if one.on < fitting.first or any(leg.code == chart.CASH and leg.key != _BOX for leg in one.legs):
        return False
    met = one.on in fitting.told.meetings
    if one.memo and one.kind in (HANDOVER, WITHDRAWAL, DISBURSEMENT) and one.memo not in fitting.reasons:
        fitting.leave("words", _("What for"), entry_said(one), one.on)
    if one.kind == HANDOVER:
        return met and _hand_over(fitting, one)
    if one.kind == WITHDRAWAL:
        return met and _withdrawal(fitting, one)
    if one.kind == DISBURSEMENT:
        return _disbursement(fitting, one)
    if one.kind == DIFFERENCE:
        return met and _difference(fitting, one)
    return _other_money(fitting, one)


def _hand_over(fitting: Fitting, one: Posted) -> bool:
    no = one.member_no
    if not no or not fitting.is_active(no, one.on):
        return False
    amounts: dict[str, int] = defaultdict(int)
    loans: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for leg in one.legs:
        if leg.code == chart.CASH:
            continue
        if leg.amount > 0:
            return False
        if leg.code in _OF_A_LOAN and leg.loan_no in fitting.told.loans and leg.member_no == no:
            loans[leg.loan_no][leg.code == chart.MEMBER_LOANS] -= leg.amount
        elif leg.code in _COLUMNS and leg.loan_no == 0 and leg.member_no == (no * (CHART[leg.code].per == "member")):
            amounts[_COLUMNS[leg.code]] -= leg.amount
        else:
            return False
    if (one.on, no) in fitting.handed:
        fitting.leave("words", _("Two hand-overs of one day become one"), entry_said(one), one.on)
    fitting.handed.add((one.on, no))
    for heading, amount in amounts.items():
        fitting.rows[one.on, no][heading] += amount
    for loan_no, (charge, principal) in loans.items():
        fitting.paid[one.on, no][loan_no][0] += charge
        fitting.paid[one.on, no][loan_no][1] += principal
    return fitting.take(one)


def _withdrawal(fitting: Fitting, one: Posted) -> bool:
    (*_cash, taken) = sorted(one.legs, key=lambda leg: leg.code != chart.CASH)
    fits = len(one.legs) == 2 and taken.code == chart.VOLUNTARY_SAVINGS and taken.amount > 0
    if not fits or not fitting.is_active(taken.member_no, one.on) or not _moves_cash(one):
        return False
    fitting.rows[one.on, taken.member_no]["Tarik sukarela"] += taken.amount
    return fitting.take(one)


def _disbursement(fitting: Fitting, one: Posted) -> bool:
    (*_cash, lent) = sorted(one.legs, key=lambda leg: leg.code != chart.CASH)
    loan = fitting.told.loans.get(lent.loan_no) if lent.code == chart.MEMBER_LOANS else None
    if len(one.legs) != 2 or not _moves_cash(one) or loan is None or lent.loan_no in fitting.lent:
        return False
    if (loan.loan.disbursed_on, loan.loan.principal, loan.loan.member.no) != (one.on, lent.amount, lent.member_no):
        return False
    if not fitting.is_active(lent.member_no, one.on):
        return False
    fitting.lent.add(lent.loan_no)
    return fitting.take(one)


def _difference(fitting: Fitting, one: Posted) -> bool:
    codes = {leg.code: leg.amount for leg in one.legs}
    if one.on in fitting.differences or codes.keys() != {chart.CASH, chart.CASH_DIFFERENCE}:
        return False
    fitting.differences[one.on] = one.number
    return fitting.take(one)


def _other_money(fitting: Fitting, one: Posted) -> bool:
    """Write each leg beside cash as a line of Kas lain, money in before money out."""
    legs = [leg for leg in one.legs if leg.code != chart.CASH]
    if any(leg.code not in chart.FREE_CODES or leg.member_no or leg.loan_no for leg in legs):
        return False
    memo = fitting.text(_("What for"), one.memo, 200, one.on)
    for leg in legs:
        column = "Masuk" if leg.amount < 0 else "Keluar"
        cells = {"Tanggal": one.on, "Akun": leg.code, "Uraian": memo, column: abs(leg.amount)}
        fitting.out.sheets[OTHER].append(cells)
    if one.kind not in (INCOME, EXPENSE) or len(one.legs) != 2:
        fitting.leave("words", _("Entry written as other money in and out"), entry_said(one), one.on)
    return fitting.take(one)


def _moves_cash(one: Posted) -> bool:
    return sum(leg.amount for leg in one.legs if leg.code == chart.CASH) < 0
