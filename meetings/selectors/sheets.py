"""What the meeting screens show, each in a fixed number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from groups import clock
from groups.dates import week_start
from groups.models import Appointment, Group, Holiday, Member
from groups.regions_search import region_labels
from ledger import chart
from ledger.kinds import HANDOVER
from ledger.models import Account, Entry, Posting
from ledger.rows import fetch_joined
from loans import selectors as loan_selectors
from loans.models import LendingRules
from meetings.forms import SheetContext, SheetForm
from meetings.merging import new_notes
from meetings.models import BoxCount, HandOver, Meeting, Objection, Reconfirmation, SheetDraft
from meetings.selectors.differences import DifferenceLine, open_differences
from savings.models import SavingsTerms
from users.models import User

_COLUMNS = {
    chart.PRINCIPAL_SAVINGS: "pokok",
    chart.WEEKLY_SAVINGS: "wajib",
    chart.VOLUNTARY_SAVINGS: "sukarela",
    chart.FINES: "denda",
    chart.SOCIAL_FUND: "sosial",
}


def meeting_day(group: Group, monday: date) -> date:
    """The day the group meets in the week that starts on `monday`."""
    return monday + timedelta(days=group.meeting_weekday)


def sheet_context(group: Group, on: date) -> SheetContext:
    """What the book knows when a day's sheet is filled in: the box as at that day, all else as it is. Four queries."""
    members: list[Any] = list(_with_savings(Member.objects.filter(group=group).active_on(on).order_by("no"), group, on))
    terms, rules, cash = _agreed(group, on)
    return SheetContext(
        group=group,
        on=on,
        members=members,
        loans=loan_selectors.by_member(loan_selectors.open_loans(group)),
        weekly=terms.weekly if terms else 0,
        principal=terms.principal if terms else 0,
        paid_principal={one.no: chart.on_normal_side(chart.PRINCIPAL_SAVINGS, one.paid_principal) for one in members},
        voluntary={one.no: chart.on_normal_side(chart.VOLUNTARY_SAVINGS, one.voluntary) for one in members},
        cash=cash,
        requests=list(loan_selectors.waiting_requests(group)),
        last_of_week=week_start(on) + timedelta(days=6),
        rules=rules,
        last_given={one.no: {"wajib": one.last_weekly, "sukarela": one.last_voluntary} for one in members},
    )


def _with_savings(members: QuerySet[Member], group: Group, on: date) -> QuerySet[Member]:
    """Give members what they saved and, in rupiah, what they gave last in the quarter before a day: as it stands now.

    Further back it is nothing that is usual, and reading all of it would take longer with every year of the book.
    """
    accounts = Account.objects.filter(book=group.book_id, member_no=OuterRef("no"), loan_no=0)
    given = Posting.objects.filter(
        account__book=group.book_id,
        account__member_no=OuterRef("no"),
        amount__lt=0,
        on__range=(on - timedelta(weeks=13), on - timedelta(days=1)),
        entry__kind=HANDOVER,
        entry__reverses=None,
        entry__reversed_by=None,
    ).order_by("-on", "-pk")

    def balance(code: str) -> Coalesce:
        return Coalesce(Subquery(accounts.filter(code=code).values("balance")), 0)

    def last(code: str) -> Coalesce:
        return Coalesce(-Subquery(given.filter(account__code=code).values("amount")[:1]), 0)

    return members.annotate(
        paid_principal=balance(chart.PRINCIPAL_SAVINGS),
        voluntary=balance(chart.VOLUNTARY_SAVINGS),
        last_weekly=last(chart.WEEKLY_SAVINGS),
        last_voluntary=last(chart.VOLUNTARY_SAVINGS),
    )


def _agreed(group: Group, on: date) -> tuple[SavingsTerms | None, LendingRules | None, int]:
    """What was agreed on saving and lending as it holds on a day, and the box at its end: one statement for all three.

    As `in_force` of each has it: before the first terms of saving the first hold, before the first lending rules none.
    """
    [agreed] = fetch_joined(
        {"s": SavingsTerms, "r": LendingRules},
        """
        FROM (SELECT %(group)s::bigint AS id, %(on)s::date AS "on") g
        LEFT JOIN LATERAL (SELECT * FROM savings_savingsterms WHERE group_id = g.id
                            ORDER BY from_on > g."on", abs(from_on - g."on") LIMIT 1) s ON true
        LEFT JOIN LATERAL (SELECT * FROM loans_lendingrules WHERE group_id = g.id AND from_on <= g."on"
                            ORDER BY from_on DESC LIMIT 1) r ON true
        """,
        {"group": group.pk, "on": on, "book": group.book_id, "cash": chart.CASH},
        beside="""
        (SELECT a.balance - coalesce((SELECT sum(p.amount) FROM ledger_posting p
                                       WHERE p.account_id = a.id AND p."on" > g."on"), 0)
           FROM ledger_account a WHERE a.book_id = %(book)s AND a.code = %(cash)s)
        """,
    )
    terms, rules, cash = agreed
    return terms, rules, int(cash or 0)


def draft_of(group: Group, on: date, user: User) -> SheetDraft | None:
    """One's own draft for a day."""
    return SheetDraft.objects.filter(group=group, on=on, by=user).first()


def notes_of_others(form: SheetForm, user: User) -> list[User]:
    """Who else wrote attendance or minutes for this meeting that one's own sheet says nothing of. One query."""
    notes = form.notes()
    drafts = SheetDraft.objects.filter(group=form.context.group, on=form.context.on).exclude(by=user)
    return [
        one.by for one in drafts.select_related("by").order_by("saved_at") if new_notes(form.data, [one.data], notes)
    ]


def posted(group: Group, on: date) -> Meeting | None:
    """The meeting of a day, once its sheet is in the book."""
    return (
        Meeting.objects.filter(group=group, on=on)
        .select_related("submission", "posted_by", "cash_difference__owner", "cash_difference__entry", "group")
        .first()
    )


def met_in_week(group: Group, on: date) -> date | None:
    """Another day of the same week whose sheet is in the book already."""
    days = Meeting.objects.filter(group=group, week_start=week_start(on)).exclude(on=on)
    return days.values_list("on", flat=True).first()


@dataclass
class PostedLine:
    """One hand-over as it stands now: amounts by column, and what it was corrected from or into."""

    hand_over: HandOver
    member: Member | None
    amounts: dict[str, int] = field(default_factory=dict)
    loans: dict[int, int] = field(default_factory=dict)  # rupiah per loan number, charge and principal
    charge: int = 0
    principal: int = 0
    blocked: int = 0  # of a loan paid out: what stayed behind
    reversed_by: Entry | None = None
    code: str = ""  # of other money: the account beside the cash box

    @property
    def stands(self) -> bool:
        """Whether it is part of its day's sheet: a closed day's stays so, whatever answered it in a later period."""
        return self.reversed_by is None or self.reversed_by.on != self.hand_over.entry.on

    @property
    def total(self) -> int:
        """Cash that came in with it (negative: went out)."""
        return self.amounts.get("kas", 0)

    @property
    def other(self) -> int:
        """Pokok, fine and social fund together: the columns a narrow table has no room for."""
        return sum(self.amounts.get(name, 0) for name in ("pokok", "denda", "sosial"))


@dataclass
class PostedSheet:
    """A posted meeting as it stands now, corrections included."""

    meeting: Meeting
    lines: list[PostedLine]  # members' hand-overs that stand
    withdrawals: list[PostedLine]
    disbursements: list[PostedLine]
    income: list[PostedLine]
    expenses: list[PostedLine]
    corrected: list[PostedLine]  # those answered by a reversal
    later: list[PostedLine]  # what was written about this meeting in a later period, the meeting's own being closed
    attendance: dict[int, str]
    totals: dict[str, int]
    counts: dict[str, int]  # how many hand-overs hold each column
    digest: str
    opening: BoxCount | None  # the box as two counted it before this meeting, the last time

    @property
    def money_in(self) -> int:
        return sum(one.total for one in [*self.lines, *self.income])

    @property
    def money_out(self) -> int:
        return -sum(one.total for one in [*self.withdrawals, *self.disbursements, *self.expenses])

    @property
    def standing(self) -> list[PostedLine]:
        """What its sums are made of."""
        return [*self.lines, *self.income, *self.withdrawals, *self.disbursements, *self.expenses]

    @property
    def dropped(self) -> list[int]:
        """The numbers it was sent with that its sums hold no more."""
        return [one.hand_over.entry.number for one in self.corrected if not one.stands and self._was_sent(one)]

    @property
    def added(self) -> list[int]:
        """The numbers that its sums hold though they came after it: in place of one dropped, or of what it left out."""
        return sorted(one.hand_over.entry.number for one in self.standing if not self._was_sent(one))

    def _was_sent(self, line: PostedLine) -> bool:
        return line.hand_over.entry.submission_id == self.meeting.submission_id

    @property
    def difference_size(self) -> int:
        """The cash difference without its sign."""
        return abs(self.meeting.difference or 0)

    @property
    def counters(self) -> list[str]:
        """Who counted the box at the meeting: who sent the sheet, and whom she named; an old book knows one name."""
        meeting = self.meeting
        sender = meeting.posted_by.name if meeting.posted_by and not meeting.imported else ""
        return [name for name in (sender, meeting.counted_by) if name] if meeting.counted_by else []

    @property
    def cash_expected(self) -> int:
        return self.meeting.cash_before + self.money_in - self.money_out


def opening_count(group: Group, on: date) -> BoxCount | None:
    """The box as two counted it before a day's meeting, the last time they did. One query."""
    counts = BoxCount.objects.filter(group=group, on=on, before_meeting=True)
    return counts.select_related("cash_difference__entry").order_by("-pk").first()


def posted_sheet(meeting: Meeting) -> PostedSheet:
    """Read a posted meeting back from its entries. Five queries."""
    hand_overs = list(
        HandOver.objects.filter(meeting=meeting)
        .select_related("entry__reversed_by", "member", "meeting")
        .order_by("entry__number")
    )
    lines = {one.entry_id: PostedLine(one, one.member, reversed_by=_reversed_by(one.entry)) for one in hand_overs}
    for posting in Posting.objects.filter(entry__in=lines).select_related("account"):
        _add(lines[posting.entry_id], posting)
    by_kind: dict[str, list[PostedLine]] = {}
    for one in lines.values():
        if one.stands and one.hand_over.entry.on == meeting.on:
            by_kind.setdefault(one.hand_over.entry.kind, []).append(one)
    totals: dict[str, int] = {}
    counts: dict[str, int] = {}
    for one in by_kind.get("handover", []):
        for column, amount in one.amounts.items():
            totals[column] = totals.get(column, 0) + amount
            counts[column] = counts.get(column, 0) + 1
    last = Entry.objects.filter(submission=meeting.submission_id).order_by("-number").first()
    return PostedSheet(
        meeting=meeting,
        lines=by_kind.get("handover", []),
        withdrawals=by_kind.get("withdrawal", []),
        disbursements=by_kind.get("disbursement", []),
        income=by_kind.get("income", []),
        expenses=by_kind.get("expense", []),
        corrected=[one for one in lines.values() if one.reversed_by is not None],
        later=[one for one in lines.values() if one.reversed_by is None and one.hand_over.entry.on != meeting.on],
        attendance=dict(meeting.attendance.values_list("member__no", "status")),
        totals=totals,
        counts=counts,
        digest=last.digest if last else "",
        opening=opening_count(meeting.group, meeting.on),
    )


def _reversed_by(entry: Entry) -> Entry | None:
    return getattr(entry, "reversed_by", None)


def _add(line: PostedLine, posting: Posting) -> None:
    code, loan_no, amount = posting.account.code, posting.account.loan_no, posting.amount
    if code == chart.CASH:
        line.amounts["kas"] = line.amounts.get("kas", 0) + amount
    elif code == chart.BLOCKED_SAVINGS and line.hand_over.entry.kind == "disbursement":
        line.blocked -= amount
    elif loan_no and code in (chart.MEMBER_LOANS, chart.CHARGE_INCOME) and line.hand_over.entry.kind == "handover":
        line.amounts["angsuran"] = line.amounts.get("angsuran", 0) - amount
        line.loans[loan_no] = line.loans.get(loan_no, 0) - amount
        if code == chart.CHARGE_INCOME:
            line.charge -= amount
        else:
            line.principal -= amount
    elif code in _COLUMNS and line.hand_over.entry.kind == "handover":
        line.amounts[_COLUMNS[code]] = line.amounts.get(_COLUMNS[code], 0) - amount
    else:
        line.code = code


def posted_line(hand_over: HandOver) -> PostedLine:
    """One hand-over with its amounts. One query."""
    line = PostedLine(hand_over, hand_over.member, reversed_by=_reversed_by(hand_over.entry))
    for posting in Posting.objects.filter(entry=hand_over.entry_id).select_related("account"):
        _add(line, posting)
    return line


def hand_over_by_number(group: Group, number: int) -> HandOver | None:
    """The hand-over or other money with this entry number, for its correction."""
    return (
        HandOver.objects.filter(meeting__group=group, entry__number=number)
        .select_related("entry__reversed_by", "entry__posted_by", "entry__submission", "member", "meeting__group__bkm")
        .first()
    )


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the week's task list: `state` is "selesai" or "belum", `detail` how far it is."""

    key: str
    done: bool
    detail: str = ""
    number: int = 0


@dataclass
class Home:
    """The treasurer's first page."""

    group: Group
    village: str
    members: int
    treasurer: str
    monday: date
    on: date
    holiday: Holiday | None
    meeting: Meeting | None  # this week's, once posted
    draft: SheetDraft | None
    last: Meeting | None
    last_in: int
    last_digest: str
    missing: list[date]  # meeting days of the last weeks without a sheet
    requests: int
    open_differences: list[DifferenceLine]
    to_confirm: int  # corrections members are still to be asked about
    objections: list[Objection]  # not answered yet, the oldest first
    next_on: date
    upk_lines: list[loan_selectors.UpkLine]  # open loans of the UPK, and what is held for it

    @property
    def held_too_long(self) -> bool:
        return any(line.held_too_long for line in self.upk_lines)

    @property
    def oldest_objection(self) -> int:
        """How many days the oldest open objection is open."""
        return (clock.today(self.group) - self.objections[0].raised_on).days if self.objections else 0


def home(group: Group, user: User) -> Home:
    """What the treasurer sees first. A fixed number of queries."""
    today = clock.today(group)
    monday = week_start(today)
    members = Member.objects.filter(group=group).active_on(today).count()
    first_missing = monday - timedelta(weeks=4)
    recent = list(
        Meeting.objects.filter(group=group, week_start__gte=first_missing)
        .select_related("submission", "cash_difference__owner")
        .order_by("on")
    )
    this_week = next((m for m in reversed(recent) if m.week_start == monday), None)
    last = (
        recent[-1]
        if recent
        else Meeting.objects.filter(group=group).select_related("submission").order_by("-on").first()
    )
    holidays = {
        h.week_start: h
        for h in Holiday.objects.filter(Q(group=group) | Q(bkm=group.bkm_id), week_start__gte=first_missing)
    }
    weeks_with_sheet = {m.week_start for m in recent}
    missing = [
        meeting_day(group, week)
        for week in (monday - timedelta(weeks=n) for n in range(4, 0, -1))
        if week >= group.first_week and week not in weeks_with_sheet and week not in holidays
    ]
    day = meeting_day(group, monday)
    drafts = SheetDraft.objects.filter(group=group, by=user, on__gte=monday, on__lte=monday + timedelta(days=6))
    draft = drafts.order_by("-saved_at").first()
    open_day = draft.on if draft else day
    next_week = monday + timedelta(weeks=1)
    while next_week in holidays:
        next_week += timedelta(weeks=1)
    treasurer = (
        Appointment.objects.filter(group=group, role=Appointment.Role.TREASURER, from_on__lte=today)
        .filter(Q(to_on=None) | Q(to_on__gt=today))
        .select_related("user")
        .first()
    )
    last_digest = None
    if last and last.submission.last_number:
        last_digest = Entry.objects.values_list("digest", flat=True).get(
            book=group.book_id, number=last.submission.last_number
        )
    return Home(
        group=group,
        village=region_labels([group.region]).get(group.region, "").split(",")[0],
        members=members,
        treasurer=treasurer.user.name if treasurer else "",
        monday=monday,
        on=this_week.on if this_week else open_day,
        holiday=holidays.get(monday),
        meeting=this_week,
        draft=draft,
        last=last,
        last_in=sums_by_meeting([last]).get(last.pk, 0) if last else 0,
        last_digest=last_digest or "",
        missing=missing,
        requests=loan_selectors.waiting_requests(group).count(),
        open_differences=open_differences(today, group=group),
        to_confirm=Reconfirmation.objects.filter(correction__group=group, confirmed_on=None).count(),
        objections=list(
            Objection.objects.filter(group=group, answered_on=None).select_related("member", "owner").order_by("no")
        ),
        next_on=meeting_day(group, next_week) if this_week or today > day else day,
        upk_lines=loan_selectors.upk_lines(loan_selectors.open_upk_loans(group=group), today),
    )


def meetings_of(group: Group) -> QuerySet[Meeting]:
    """Posted meetings, newest first, with how many came."""
    return (
        Meeting.objects.filter(group=group)
        .select_related("submission", "cash_difference")
        .annotate(
            present=Count("attendance", filter=Q(attendance__status="H")),
            expected=Count("attendance"),
        )
        .order_by("-on")
    )


def sums_by_meeting(meetings: Sequence[Meeting]) -> dict[int, int]:
    """Money in per meeting, by its primary key. One query."""
    rows = (
        Posting.objects.filter(
            Q(entry__reversed_by=None) | ~Q(entry__reversed_by__on=F("entry__on")),
            entry__hand_over__meeting__in=[m.pk for m in meetings],
            entry__hand_over__meeting__on=F("entry__on"),
            account__code=chart.CASH,
            entry__kind__in=["handover", "income"],
        )
        .values_list("entry__hand_over__meeting")
        .annotate(total=Sum("amount"))
    )
    return dict(rows)


def as_dict(values: Any) -> dict[str, str]:
    """A browser's form as plain text by name, the last of several values."""
    return {name: values[name] for name in values}
