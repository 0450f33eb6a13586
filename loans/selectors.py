"""Loans as the screens need them, each in a fixed number of queries."""

from datetime import date

from django.db.models import F, Q, QuerySet

from groups.models import Group, Member
from loans.models import Instalment, Loan, LoanRequest
from loans.services import OpenLoan


def open_loans(group: Group) -> list[OpenLoan]:
    """Return the loans of a group with anything left to pay, in order of number. One query."""
    rows = (
        Instalment.objects.filter(loan__group=group)
        .filter(Q(loan__receivable__balance__gt=0))
        .select_related("loan__member", "loan__receivable", "loan__charge_income")
        .order_by("loan__no", "no")
    )
    return _gather(rows)


def loans_by_no(group: Group, numbers: list[int]) -> dict[int, OpenLoan]:
    """Return these loans of a group by number, settled ones too. One query."""
    rows = (
        Instalment.objects.filter(loan__group=group, loan__no__in=numbers)
        .select_related("loan__member", "loan__receivable", "loan__charge_income")
        .order_by("loan__no", "no")
    )
    return {loan.loan.no: loan for loan in _gather(rows)}


def _gather(rows: QuerySet[Instalment]) -> list[OpenLoan]:
    found: dict[int, OpenLoan] = {}
    for row in rows:
        loan = row.loan
        if loan.pk not in found:
            found[loan.pk] = OpenLoan(
                loan=loan,
                rows=[],
                paid_charge=loan.prior_charge - loan.charge_income.balance,
                paid_principal=loan.principal - loan.receivable.balance,
            )
        found[loan.pk].rows.append(row)
    return list(found.values())


def by_member(loans: list[OpenLoan]) -> dict[int, list[OpenLoan]]:
    """Group open loans by member number, oldest first."""
    found: dict[int, list[OpenLoan]] = {}
    for loan in loans:
        found.setdefault(loan.loan.member.no, []).append(loan)
    return found


def waiting_requests(group: Group) -> QuerySet[LoanRequest]:
    """Requests the next meeting may decide or pay out, oldest first."""
    return (
        LoanRequest.objects.filter(group=group, status__in=[LoanRequest.Status.WAITING, LoanRequest.Status.APPROVED])
        .select_related("member")
        .order_by("requested_on", "no")
    )


def never_borrowed(group: Group, on: date) -> QuerySet[Member]:
    """Active members who never had a loan in this group."""
    return Member.objects.filter(group=group).active_on(on).exclude(pk__in=Loan.objects.filter(group=group).values("member"))


def all_loans(group: Group) -> QuerySet[Loan]:
    """Every loan of the group, newest first, with its member and balances."""
    return (
        Loan.objects.filter(group=group)
        .select_related("member", "receivable", "charge_income")
        .annotate(outstanding=F("receivable__balance"))
        .order_by("-no")
    )
