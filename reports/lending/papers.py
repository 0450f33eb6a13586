"""What stands on the papers of lending, each read in a fixed number of queries. Layout is the templates' affair."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from groups.models import Group, Member
from loans import selectors as loans
from loans.forms import percent_text
from loans.models import Loan, LoanRequest
from loans.schedule import Row, schedule
from loans.selectors import Borrower
from loans.services import OpenLoan, terms_of
from reports.papers import Head, active_members, heads, officer


@dataclass(frozen=True, slots=True)
class Application:
    """A member's request as a letter to sign, with what the group knows of her."""

    head: Head
    request: LoanRequest
    rows: list[Row]
    borrower: Borrower
    chair: str
    treasurer: str

    @property
    def rate(self) -> str:
        return percent_text(self.request.rate)

    @property
    def instalment(self) -> int:
        """The first instalment, in rupiah."""
        return self.rows[0].total


def application(group: Group, no: int, printed_at: datetime) -> Application | None:
    """Return a request to print, as it was written down; its instalments count from that day. Six queries."""
    request = LoanRequest.objects.filter(group=group, no=no).select_related("member").first()
    if request is None:
        return None
    members = active_members(group, request.requested_on)
    (head,) = heads([(group, request.requested_on)], printed_at)
    return Application(
        head=head,
        request=request,
        rows=schedule(terms_of(request, request.amount), disbursed_on=request.requested_on),
        borrower=loans.borrower(group, request.member, request.requested_on),
        chair=officer(members, Member.Office.CHAIR),
        treasurer=officer(members, Member.Office.TREASURER),
    )


@dataclass(frozen=True, slots=True)
class Agreement:
    """A loan as a contract between the group and the borrower."""

    head: Head
    loan: Loan
    rows: list[Row]
    chair: str
    treasurer: str

    @property
    def rate(self) -> str:
        return percent_text(self.loan.rate)

    @property
    def charge(self) -> int:
        """All jasa of the schedule, in rupiah."""
        return sum(row.charge for row in self.rows)

    @property
    def total(self) -> int:
        return self.loan.principal + self.charge

    @property
    def cash(self) -> int:
        """What she took home: the loan less what stays behind."""
        return self.loan.principal - self.loan.blocked

    @property
    def same(self) -> bool:
        """Whether all instalments but the last are alike."""
        return len({row.total for row in self.rows[:-1]}) == 1


def agreement(group: Group, no: int, printed_at: datetime) -> Agreement | None:
    """Return a loan to print as an agreement of the day it was paid out. Four queries."""
    loan = Loan.objects.filter(group=group, no=no).select_related("member", "rules").first()
    if loan is None:
        return None
    members = active_members(group, loan.disbursed_on)
    (head,) = heads([(group, loan.disbursed_on)], printed_at)
    return Agreement(
        head=head,
        loan=loan,
        rows=[Row(i.no, i.due_on, i.principal, i.charge, i.balance) for i in loan.instalments.order_by("no")],
        chair=officer(members, Member.Office.CHAIR),
        treasurer=officer(members, Member.Office.TREASURER),
    )


@dataclass(frozen=True, slots=True)
class DueLine:
    """What one loan asks for in a week, in rupiah: what was late before it, and what falls due in it."""

    loan: Loan
    numbers: list[int]  # of the instalments that fall due in the week
    late: int
    due: int
    outstanding: int

    @property
    def total(self) -> int:
        return self.late + self.due


@dataclass(frozen=True, slots=True)
class DueList:
    """All instalments of a group's week, by member."""

    head: Head
    monday: date
    lines: list[DueLine]
    treasurer: str

    @property
    def late(self) -> int:
        return sum(line.late for line in self.lines)

    @property
    def due(self) -> int:
        return sum(line.due for line in self.lines)

    @property
    def total(self) -> int:
        return self.late + self.due

    @property
    def sunday(self) -> date:
        return self.monday + timedelta(days=6)


def due_list(group: Group, monday: date, printed_at: datetime) -> DueList:
    """Return what falls due in a week and what is late before it, as the book stands now. Four queries."""
    lines = [_due(owed, monday) for owed in loans.open_loans(group)]
    members = active_members(group, monday)
    (head,) = heads([(group, monday)], printed_at)
    return DueList(
        head=head,
        monday=monday,
        lines=sorted((one for one in lines if one.total), key=lambda one: (one.loan.member.no, one.loan.no)),
        treasurer=officer(members, Member.Office.TREASURER),
    )


def _due(owed: OpenLoan, monday: date) -> DueLine:
    sunday = monday + timedelta(days=6)
    late = owed.due(monday - timedelta(days=1))
    return DueLine(
        loan=owed.loan,
        numbers=[row.no for row in owed.rows if monday <= row.due_on <= sunday],
        late=late,
        due=owed.due(sunday) - late,
        outstanding=owed.state(sunday).outstanding,
    )
