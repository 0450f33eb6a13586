"""Pinjaman, and the loans that other sheets name."""

from django.utils.translation import gettext as _

from loans.schedule import InvalidTerms, Terms, schedule
from meetings.importing.judge.cells import Judge
from meetings.importing.judge.members import is_active, known_member
from meetings.importing.judge.plan import PlannedLoan
from meetings.workbook import LOANS, Line

_TERMS = {"principal": "Pokok", "periods": "Jangka", "rate": "Jasa persen", "round_to": "Bulatkan"}


def judge_loans(judge: Judge) -> None:
    begins = judge.opening_on or judge.start_on
    for line in judge.book.lines[LOANS]:
        member_no = known_member(judge, line)
        loan = _loan(judge, line, member_no)
        if loan is None or begins is None:
            continue
        loan.older = loan.paid_out_on < begins
        if not is_active(judge, loan.member_no, loan.paid_out_on):
            say = judge.warn if loan.older else judge.error
            say(line, "Cair", _("The borrower is not a member on that day."))
            if not loan.older:
                del judge.loans[line["No"]]


def _loan(judge: Judge, line: Line, member_no: int | None) -> PlannedLoan | None:
    paid_out, requested = line["Cair"], line["Diminta"] or line["Cair"]
    if paid_out and requested > paid_out:
        judge.error(line, "Diminta", _("A loan is asked for before it is paid out."))
    if paid_out and judge.founded_on and paid_out < judge.founded_on:
        judge.warn(line, "Cair", _("This lies before the founding."))
    if line["Bulatkan"] is None and "Bulatkan" not in line.unread:
        judge.warn(line, "Bulatkan", _("Empty: instalments are not rounded."))
    if line.unread & {"Cair", *_TERMS.values(), "Satuan", "Per", "Metode"}:
        return None
    try:
        terms = Terms(
            principal=line["Pokok"],
            periods=line["Jangka"],
            unit=line["Satuan"],
            rate=line["Jasa persen"],
            rate_per=line["Per"],
            method=line["Metode"],
            round_to=line["Bulatkan"] or 0,
        )
        if terms.round_to > 10**9:
            raise InvalidTerms("round_to", "round_to_large", _("The amount is too large."))
        rows = schedule(terms, disbursed_on=paid_out)
    except InvalidTerms as refusal:
        judge.error(line, _TERMS.get(refusal.field, "Cair"), str(refusal))
        return None
    if member_no is None or judge.wrong_in(line):
        return None
    loan = PlannedLoan(line, member_no, terms, rows, requested, paid_out)
    judge.loans[line["No"]] = loan
    return loan


def known_loan(judge: Judge, line: Line, member_no: int | None) -> PlannedLoan | None:
    """Return the loan a row names, or say that there is none or that it is somebody else's."""
    no = line["Pinjaman"]
    if no is None:
        return None
    loan = judge.loans.get(no)
    if loan is None:
        named = any(one["No"] == no for one in judge.book.lines[LOANS])  # its own row says what is wrong
        if named or judge.lost_loans.may_be(no):
            judge.mark(line, "Pinjaman")
        else:
            judge.error(line, "Pinjaman", _("There is no loan %(no)s in Pinjaman.") % {"no": no})
    elif member_no and loan.member_no != member_no:
        reason = _("Loan %(no)s is of member %(member)s.") % {"no": no, "member": loan.member_no}
        judge.error(line, "Pinjaman", reason)
    return loan
