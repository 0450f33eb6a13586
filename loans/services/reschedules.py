"""A loan's rest lent again on new terms."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils.translation import gettext as _

from groups.money import format_rupiah
from ledger import chart
from ledger.models import Book
from ledger.services import Leg, accounts_for
from loans.models import Loan, UpkLoan
from loans.schedule import Terms
from loans.services.guarantee import block, blocked_for, release
from loans.services.lending import OpenLoan, columns_of_terms, write_schedules
from loans.services.payoffs import judge_waived
from loans.services.steps import Deed, Kind, Outcome, take


def reschedule(*, loan: Loan, deed: Deed, terms: Terms, waived: int = 0) -> Loan:
    """Close a loan and lend its rest on new terms as a new loan, which is returned; no cash moves.

    Another rate or method makes it a restructure. Jasa that is due must be paid before, or is waived with it.
    Refused: terms for another amount than the principal outstanding (`principal`), jasa left due (`charge_due`).
    """
    rates = (terms.rate, terms.rate_per, terms.method)
    kind = Kind.RESCHEDULE if rates == (loan.rate, loan.rate_per, loan.method) else Kind.RESTRUCTURE
    content = {kind.value: loan.no, "terms": terms.content(), "waived": waived}

    def outcome(owed: OpenLoan, book: Book) -> Outcome:
        if terms.principal != owed.outstanding:
            raise ValidationError(
                _("The principal left is %(left)s."),
                code="principal",
                params={"left": format_rupiah(owed.outstanding)},
            )
        due = owed.state(deed.on).charge_due
        judge_waived(waived, due)
        if waived < due:
            left = {"left": format_rupiah(due - waived)}
            message = _("Jasa of %(left)s is due. Let it be paid first, or waive it.")
            raise ValidationError({"waived": ValidationError(message, code="charge_due", params=left)})
        fresh = successor(owed.loan, book, terms, deed.on)
        member_no = owed.loan.member.no
        legs: tuple[Leg, ...] = (
            Leg(chart.MEMBER_LOANS, owed.outstanding, member_no, fresh.no),
            Leg(chart.MEMBER_LOANS, -owed.outstanding, member_no, owed.loan.no),
        )
        if kept := blocked_for(owed.loan):  # her blocked savings back the new loan from now on
            legs += release(member_no=member_no, loan_no=owed.loan.no, amount=kept)
            legs += block(member_no=member_no, loan_no=fresh.no, amount=kept)
        return Outcome(kind, legs, owed.outstanding, 0, waived, closes=True)

    step = take(loan, deed, content, outcome)
    return Loan.objects.select_related("member", "group").get(replaces=loan, receivable__postings__entry=step.entry)


def successor(old: Loan, book: Book, terms: Terms, on: date, *, upk_loan: UpkLoan | None = None) -> Loan:
    """Write the loan that takes over: the next number, the same member and day of asking, its own accounts.

    It is a share of the UPK loan its old one was a share of, or of another.
    """
    no = (Loan.objects.filter(group=old.group_id).aggregate(last=Max("no"))["last"] or 0) + 1
    member_no = old.member.no
    keys = (chart.MEMBER_LOANS, member_no, no), (chart.CHARGE_INCOME, member_no, no)
    accounts = accounts_for(book, keys)
    fresh = Loan(
        group=old.group,
        no=no,
        member=old.member,
        replaces=old,
        upk_loan=upk_loan or old.upk_loan,
        requested_on=old.requested_on,
        disbursed_on=on,
        **columns_of_terms(terms),
        receivable=accounts[keys[0]],
        charge_income=accounts[keys[1]],
    )
    fresh.save(force_insert=True)
    write_schedules([fresh])
    return fresh
