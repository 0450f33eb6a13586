"""Saldo awal and Pinjaman, and every instalment divided as an import will."""

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from groups.money import format_rupiah
from ledger import chart
from ledger.chart import CHART
from loans import arrears
from loans.schedule import InvalidTerms, schedule
from loans.services import OpenLoan, terms_of
from meetings import workbook as layout
from meetings.workbook import LOANS, OPENING
from reports.exporting.fitting.fitted import Fitting
from reports.exporting.fitting.wording import loan_said, written

_UNITS, _METHODS = written(layout.UNITS), written(layout.METHODS)


def put_opening(fitting: Fitting) -> None:
    for leg in fitting.opening.legs if fitting.opening else ():
        fitting.out.sheets[OPENING].append(
            {
                "Tanggal": fitting.begins,
                "Akun": leg.code,
                "Anggota": leg.member_no or None,
                "Pinjaman": leg.loan_no or None,
                "Jumlah": CHART[leg.code].sign * leg.amount,
            }
        )
    if fitting.opening:
        fitting.take(fitting.opening)


def put_loans(fitting: Fitting) -> None:
    opened = (
        {leg.loan_no: leg.amount for leg in fitting.opening.legs if leg.code == chart.MEMBER_LOANS}
        if fitting.opening
        else {}
    )
    for no, owed in sorted(fitting.told.loans.items()):
        loan = owed.loan
        older = loan.disbursed_on < fitting.begins
        fitting.out.sheets[LOANS].append(
            {
                "No": no,
                "Anggota": loan.member.no,
                "Diminta": loan.requested_on,
                "Cair": loan.disbursed_on,
                "Pokok": loan.principal,
                "Jangka": loan.periods,
                "Satuan": _UNITS[loan.unit],
                "Jasa persen": Decimal(loan.rate),
                "Per": _UNITS[loan.rate_per],
                "Metode": _METHODS[loan.method],
                "Bulatkan": loan.round_to,
            }
        )
        if not _as_scheduled(owed):
            fitting.leave("money", _("Loan with a schedule of its own"), loan_said(owed), loan.disbursed_on)
        if older and not _counts_as(owed, opened.get(no, 0)):
            fitting.leave("money", _("Loan that stood otherwise at the opening"), loan_said(owed), fitting.begins)
        if not older and no not in fitting.lent:
            fitting.leave("money", _("Loan that was not paid out in cash"), loan_said(owed), loan.disbursed_on)
        if loan.request and loan.request.purpose:
            fitting.leave(
                "words", _("What a loan is for"), f"{loan_said(owed)}: {loan.request.purpose}", loan.requested_on
            )
        if loan.request and loan.request.decision:
            on = loan.request.decided_on
            fitting.leave("words", _("Decision on a loan"), f"{loan_said(owed)}: {loan.request.decision}", on)


def check_payments(fitting: Fitting) -> None:
    """Split every payment as the import will, and say where the book has it otherwise."""
    so_far = {no: [owed.loan.prior_charge, owed.loan.prior_principal] for no, owed in fitting.told.loans.items()}
    payments = [
        (on, no, charge, principal)
        for (on, _member), loans in sorted(fitting.paid.items())
        for no, (charge, principal) in loans.items()
    ]
    for on, loan_no, charge, principal in payments:
        owed, (paid_charge, paid_principal) = fitting.told.loans[loan_no], so_far[loan_no]
        part = _split(owed, paid_charge, paid_principal, charge + principal, on)
        if part != (charge, principal):
            says = _("%(loan)s: pokok %(principal)s and jasa %(charge)s, which an import would divide otherwise.")
            amounts = {"principal": format_rupiah(principal), "charge": format_rupiah(charge)}
            told = {"loan": loan_said(owed)} | amounts
            fitting.leave("money", _("Instalment divided otherwise"), says % told, on)
        so_far[loan_no] = [paid_charge + charge, paid_principal + principal]


def _as_scheduled(owed: OpenLoan) -> bool:
    """Whether the stored schedule is the one its terms give."""
    try:
        rows = schedule(terms_of(owed.loan, owed.loan.principal), disbursed_on=owed.loan.disbursed_on)
    except InvalidTerms:
        return False
    return rows == list(owed.rows)


def _counts_as(owed: OpenLoan, outstanding: int) -> bool:
    """Whether an older loan's part before the book is what its opening balance counts as."""
    try:
        before = arrears.prior_credit(owed.rows, owed.loan.principal - outstanding)
    except arrears.InvalidPayment:
        return False
    return before == (owed.loan.prior_charge, owed.loan.prior_principal)


def _split(owed: OpenLoan, charge: int, principal: int, amount: int, on: date) -> tuple[int, int] | None:
    """Return the jasa and pokok that an import makes of a payment; None when it refuses it."""
    if owed.loan.disbursed_on >= on:  # hand-overs come before what is paid out that day
        return None
    try:
        part = arrears.split(owed.rows, charge, principal, amount, on)
    except arrears.InvalidPayment:
        return None
    return part.charge, part.principal
