"""Every member's balances, to be read aloud; what was said to them; objections and how old they are."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import QuerySet

from groups.models import Bkm, Group, Member
from ledger import chart
from ledger.models import Account
from loans import selectors as loan_selectors
from meetings.models import BalanceReading, Correction, Meeting, Objection, Reconfirmation


@dataclass(frozen=True, slots=True)
class LoanBalance:
    """What is owed on one loan, in rupiah."""

    no: int
    outstanding: int
    arrears: int


@dataclass
class Balances:
    """One member's balances as the book stands now, in rupiah."""

    member: Member
    principal: int = 0
    weekly: int = 0
    voluntary: int = 0
    blocked: int = 0
    loans: list[LoanBalance] = field(default_factory=list)
    said: BalanceReading | None = None  # on the day of the reading
    to_confirm: list[Correction] = field(default_factory=list)
    objections: list[Objection] = field(default_factory=list)  # not answered yet

    @property
    def savings(self) -> int:
        return self.principal + self.weekly + self.voluntary + self.blocked

    @property
    def outstanding(self) -> int:
        return sum(loan.outstanding for loan in self.loans)

    @property
    def arrears(self) -> int:
        return sum(loan.arrears for loan in self.loans)


_KINDS = {
    chart.PRINCIPAL_SAVINGS: "principal",
    chart.WEEKLY_SAVINGS: "weekly",
    chart.VOLUNTARY_SAVINGS: "voluntary",
    chart.BLOCKED_SAVINGS: "blocked",
}


def balances_of(group: Group, members: Sequence[Member], on: date) -> list[Balances]:
    """Return these members' balances as the book stands, arrears as at the end of `on`. Two queries."""
    found = {member.no: Balances(member) for member in members}
    accounts = Account.objects.filter(book=group.book_id, code__in=_KINDS, member_no__in=found)
    for code, member_no, balance in accounts.values_list("code", "member_no", "balance"):
        mine, kind = found[member_no], _KINDS[code]
        setattr(mine, kind, getattr(mine, kind) + chart.on_normal_side(code, balance))
    for owed in loan_selectors.open_loans(group):
        if mine_too := found.get(owed.loan.member.no):
            state = owed.state(on)
            mine_too.loans.append(LoanBalance(owed.loan.no, state.outstanding, state.arrears))
    return list(found.values())


@dataclass(frozen=True, slots=True)
class Reading:
    """The balances of one meeting day and what was said to them. `number`, `digest`: the book they are read from.

    Arrears are what fell due up to `late_on` and is not paid.
    """

    group: Group
    on: date
    late_on: date
    members: list[Balances]
    number: int
    digest: str

    @property
    def lends(self) -> bool:
        return any(one.loans for one in self.members)

    @property
    def said(self) -> int:
        return sum(1 for one in self.members if one.said)

    @property
    def agreed(self) -> int:
        return sum(1 for one in self.members if one.said and one.said.agreed)


def late_on(group: Group, on: date, today: date) -> date:
    """Return the day up to whose end instalments count as late when balances are read on a day. One query.

    That day itself once its sheet is in the book. Before, what falls due on it can still be paid at the meeting: the
    eve; and today's eve for a meeting that lies ahead.
    """
    if Meeting.objects.filter(group=group, on=on).exists():
        return on
    return min(on, today) - timedelta(days=1)


def reading(group: Group, on: date, today: date) -> Reading:
    """Return what is read aloud on a day: members active then, by number. Seven queries."""
    members = list(Member.objects.filter(group=group).active_on(on).order_by("no"))
    judged = late_on(group, on, today)
    found = balances_of(group, members, judged)
    by_member = {one.member.pk: one for one in found}
    for said in BalanceReading.objects.filter(group=group, on=on):
        if said.member_id in by_member:
            by_member[said.member_id].said = said
    for asked in corrections_to_confirm(group):
        if asked.member_id in by_member:
            by_member[asked.member_id].to_confirm.append(asked.correction)
    for objection in open_objections(group):
        if objection.member_id in by_member:
            by_member[objection.member_id].objections.append(objection)
    return Reading(group, on, judged, found, group.book.last_number, group.book.head_digest)


def corrections_to_confirm(group: Group) -> QuerySet[Reconfirmation]:
    """Members still to be asked about a correction, in the order it was made."""
    asked = Reconfirmation.objects.filter(correction__group=group, confirmed_on=None)
    return asked.select_related("correction__meeting", "member").order_by("correction", "member__no")


def open_objections(group: Group) -> QuerySet[Objection]:
    """Objections nobody answered yet, the oldest first."""
    return Objection.objects.filter(group=group, answered_on=None).select_related("member", "owner").order_by("no")


@dataclass(frozen=True, slots=True)
class ObjectionLine:
    """An objection and how many days it was open, or is."""

    objection: Objection
    days: int


def objections(today: date, *, group: Group | None = None, bkm: Bkm | None = None) -> list[ObjectionLine]:
    """Return a group's objections, open ones first, or those of a board's groups that are open. One query."""
    found = Objection.objects.select_related("member", "owner", "group")
    if group is not None:
        found = found.filter(group=group).order_by("-answered_on", "no")
    else:
        found = found.filter(group__bkm=bkm, answered_on=None).order_by("raised_on", "group__name", "no")
    return [ObjectionLine(one, ((one.answered_on or today) - one.raised_on).days) for one in found]
