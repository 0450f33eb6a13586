"""What stands on the papers of a meeting, each read in a fixed number of queries. Layout is the templates' affair.

Papers are Indonesian whatever the language of the screen; the views see to that before they call anything here.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils.translation import gettext as _

from compliance.models import Policy
from groups import dates, regions
from groups.models import Bkm, Group, Holiday, Member, OfficeTerm, Region
from groups.money import terbilang
from ledger import chart
from ledger.models import Entry
from loans.models import LoanRequest
from loans.selectors import Decisions, decided_on
from meetings import selectors as meetings
from meetings.models import Attendance, FollowUp, Meeting
from meetings.selectors import PostedLine, PostedSheet
from meetings.sheet import DENOMINATIONS

LEAST_ROWS = 15
OTHER_ROWS = 3

# How many rows a page takes beside its letterhead and signatures: on the first page, and on those that follow.
ATTENDANCE_ROWS = {"a4": (17, 20), "f4": (20, 23)}
SHEET_ROWS = (17, 21)  # and the sum
# A group a little larger gets all its rows on one page, lower, and its sheets a head of one line.
ATTENDANCE_DENSE_ROWS = {"a4": 21, "f4": 24}
BLANK_DENSE_ROWS, POSTED_DENSE_ROWS = 21, 24  # written by hand; printed
# Lines of sums that leave room for the other copy of a receipt, and in smaller letters.
RECEIPT_ROWS, RECEIPT_DENSE_ROWS = 8, 14
# Letters to a line of a sum, of the letterhead, of the sum in words, of the names beside the count.
LABEL_LETTERS, HEAD_LETTERS, WORDS_LETTERS, COUNTERS_LETTERS = 32, 84, 56, 16
FOR_LETTERS, NUMBER_LETTERS = 100, 5  # of what a receipt is for, with which numbers count; of each of these

Row = TypeVar("Row")

_MONTHS = re.compile("|".join(dates.MONTHS["id"]))
_NUMBERING = re.compile(r"^(?:[0-9]{1,2}[.)]|[-–•*])\s+")


def within_life(group: Group, on: date) -> bool:
    """Whether the group's books had begun and had not ended on that day, in a year that people write."""
    return group.start_on <= on and (group.end_on is None or on < group.end_on) and on.year <= dates.LAST_YEAR


def paper_number(group: Group, on: date) -> str:
    """Return the number a meeting's papers carry: `06/MAWAR/II/2026`.

    06 says that it is the sixth Wednesday of the year, so the number is known before the meeting, stays the same
    however often a paper is printed, and takes no count of what was held. II is the month.
    """
    turn = (on.timetuple().tm_yday - 1) // 7 + 1
    return f"{turn:02d}/{group.code.removeprefix('KSM-')}/{dates.roman_month(on)}/{on.year}"


def _called(kind: str, name: str) -> str:
    """Return a body's name with what it is, once: KSM Mawar."""
    return name if name.upper().startswith(f"{kind} ") else f"{kind} {name}"


def moment(at: datetime, group: Group) -> str:
    """Return a moment where the group lives: `8 Februari 2026, 19.12 WIB`."""
    return moment_in(at, group.zone)


def moment_in(at: datetime, zone: str) -> str:
    """Return a moment in a zone: `8 Februari 2026, 19.12 WIB`."""
    return f"{dates.format_date(at.astimezone(ZoneInfo(zone)).date())}, {dates.format_time(at, zone)}"


def shortened(words: str) -> str:
    """Return dates with the first three letters of their months: `30 Nov–6 Des 2026`."""
    return _MONTHS.sub(lambda month: month[0][:3], words)


@dataclass(frozen=True, slots=True)
class Head:
    """Whose paper it is and when it came out of the printer: letterhead, foot, and the place it is signed at."""

    group: Group  # with its bkm and book
    where: str  # Desa Silurah, Kecamatan Wonotunggal, Kabupaten Batang; empty when nobody said
    village: str  # Silurah
    on: date
    printed_at: datetime
    span: str = ""  # the period of a paper that is of no single week

    @property
    def name(self) -> str:
        return _called("KSM", self.group.name)

    @property
    def bkm(self) -> str:
        return _called("BKM", self.group.bkm.name)

    @property
    def line(self) -> str:
        return " · ".join(["Kelompok Swadaya Masyarakat", *([self.where] if self.where else [])])

    @property
    def small(self) -> str:
        """Whose group, and since when."""
        said = [_("Under %(bkm)s") % {"bkm": self.bkm}]
        if self.group.founded_on:
            said.append(_("founded %(on)s") % {"on": dates.format_date(self.group.founded_on)})
        return " · ".join(said)

    @property
    def home(self) -> str:
        """The group and its village: KSM Mawar, Desa Silurah."""
        return ", ".join(filter(None, [self.name, self.village_label]))

    @property
    def village_label(self) -> str:
        """The village with what it is: Desa Silurah; empty when nobody said."""
        return self.where.split(",")[0]

    @property
    def number(self) -> str:
        return paper_number(self.group, self.on)

    @property
    def period(self) -> str:
        return self.span or _("week %(week)s") % {"week": dates.format_week(self.on)}

    @property
    def printed(self) -> str:
        """Date and hour where the group lives."""
        return moment(self.printed_at, self.group)

    @property
    def numbers(self) -> str:
        """The book's last entry as the paper left the printer."""
        last = self.group.book.last_number
        return _("up to entry %(number)s") % {"number": last} if last else _("no entry yet")

    @property
    def foot(self) -> dict[str, str]:
        """Period, print and entries in so few letters that the foot takes one line."""
        last = self.group.book.last_number
        return {
            "period": self.span or shortened(self.period),
            "printed": shortened(self.printed),
            "numbers": _("up to no. %(number)s") % {"number": last} if last else self.numbers,
        }

    @property
    def digest(self) -> str:
        """The head of the chain; empty while the book is."""
        return self.group.book.head_digest if self.group.book.last_number else ""

    @property
    def time(self) -> str:
        return dates.format_time(self.group.meeting_time, self.group.timezone) if self.group.meeting_time else ""


def heads(days: Iterable[tuple[Group, date]], printed_at: datetime) -> list[Head]:
    """Return the head of a paper for each group and day. One query for all their villages."""
    days = list(days)
    codes = {group.region for group, _on in days if regions.is_well_formed(group.region)}
    wanted = codes.union(*(regions.ancestors(code) for code in codes))
    names = dict(Region.objects.filter(code__in=wanted).order_by().values_list("code", "name"))
    return [
        Head(
            group=group,
            where=regions.label(group.region, names) if group.region in codes else "",
            village=names.get(group.region, ""),
            on=on,
            printed_at=printed_at,
        )
        for group, on in days
    ]


def officer(members: Iterable[Member], office: str) -> str:
    """Return the name of who holds an office; empty when nobody does."""
    return next((member.name for member in members if member.office == office), "")


def active_members(group: Group, on: date) -> list[Member]:
    """Return who belonged to a group on a day, in order of number. One query."""
    return list(Member.objects.filter(group=group).active_on(on).order_by("no"))


def pages_of(rows: Sequence[Row], first: int, more: int) -> list[Sequence[Row]]:
    """Cut rows into pages: so many on the first, so many on each that follows; no rows are one empty page."""
    return [rows[:first], *(rows[start : start + more] for start in range(first, len(rows), more))]


# Daftar hadir


@dataclass(frozen=True, slots=True)
class AttendanceSheet:
    """The list people sign: one row per member and at least one to spare."""

    head: Head
    members: Sequence[Member]
    paper: str

    @property
    def dense(self) -> bool:
        return ATTENDANCE_ROWS[self.paper][0] < len(self.rows) <= ATTENDANCE_DENSE_ROWS[self.paper]

    @property
    def pages(self) -> list[Sequence[tuple[int, Member | None]]]:
        """The rows of each page."""
        return [self.rows] if self.dense else pages_of(self.rows, *ATTENDANCE_ROWS[self.paper])

    @property
    def rows(self) -> list[tuple[int, Member | None]]:
        """Running number and member; at least 15 rows, and always one spare."""
        spare = max(LEAST_ROWS, len(self.members) + 1) - len(self.members)
        return list(enumerate([*self.members, *[None] * spare], start=1))

    @property
    def chair(self) -> str:
        return officer(self.members, Member.Office.CHAIR)


def attendance_sheet(group: Group, on: date, printed_at: datetime, paper: str) -> AttendanceSheet:
    """Return the attendance list of one meeting for `a4` or `f4`. Two queries."""
    (head,) = heads([(group, on)], printed_at)
    return AttendanceSheet(head, active_members(group, on), paper)


@dataclass(frozen=True, slots=True)
class WeekOfSheets:
    """The attendance lists of a BKM's week, and the groups that have that week off."""

    sheets: list[AttendanceSheet]
    off: list[tuple[Group, str]]  # with the reason


def week_of_sheets(bkm: Bkm, monday: date, printed_at: datetime, paper: str) -> WeekOfSheets:
    """Return every attendance list of a BKM's week, each on its group's own day. Four queries, however many groups."""
    groups = [
        group
        for group in Group.objects.filter(bkm=bkm).select_related("bkm", "book").order_by("name", "code")
        if within_life(group, meetings.meeting_day(group, monday))
    ]
    holidays = list(Holiday.objects.filter(Q(bkm=bkm) | Q(group__bkm=bkm), week_start=monday))
    everywhere = next((one.reason for one in holidays if one.bkm_id), None)
    reasons = {one.group_id: one.reason for one in holidays if one.group_id}
    off = {group.pk: reasons.get(group.pk, everywhere) for group in groups if everywhere or group.pk in reasons}
    members: dict[int, list[Member]] = {}
    for member in Member.objects.filter(group__bkm=bkm).order_by("group", "no"):
        members.setdefault(member.group_id, []).append(member)
    meeting = [(group, meetings.meeting_day(group, monday)) for group in groups if group.pk not in off]
    return WeekOfSheets(
        sheets=[
            AttendanceSheet(head, [m for m in members.get(head.group.pk, []) if m.is_active_on(head.on)], paper)
            for head in heads(meeting, printed_at)
        ],
        off=[(group, off[group.pk] or "") for group in groups if group.pk in off],
    )


# The weekly sheet, to be filled in by hand


@dataclass(frozen=True, slots=True)
class BlankRow:
    """One line to fill in, with what was agreed and what falls due (rupiah; None: not known or not owed)."""

    no: int | None
    name: str
    weekly: int | None = None
    due: int | None = None
    principal: int | None = None
    loan_no: int = 0  # a line for one more loan of the member above
    borrower: bool = False


@dataclass(frozen=True, slots=True)
class BlankSheet:
    """The weekly sheet on paper, in the order of the screen."""

    head: Head
    rows: list[BlankRow]
    cash: int | None  # opening cash; None when later sheets are already in the book
    requests: list[LoanRequest]
    treasurer: str

    @property
    def dense(self) -> bool:
        return SHEET_ROWS[0] < len(self.rows) <= BLANK_DENSE_ROWS

    @property
    def pages(self) -> list[Sequence[BlankRow]]:
        return [self.rows] if self.dense else pages_of(self.rows, *SHEET_ROWS)

    @property
    def denominations(self) -> Sequence[int]:
        return DENOMINATIONS

    @property
    def other_rows(self) -> range:
        return range(OTHER_ROWS)


def blank_sheet(group: Group, on: date, printed_at: datetime) -> BlankSheet:
    """Return the sheet of a day to fill in by hand. Seven queries.

    Dues and opening cash are what the book says now, so they stand there only while no sheet of that day or a later
    one is in it.
    """
    context = meetings.sheet_context(group, on)
    known = not Meeting.objects.filter(group=group, on__gte=on).exists()
    rows = []
    for member in context.members:
        owed = context.loans.get(member.no, []) if known else []
        first, more = owed[:1], owed[1:]
        lacking = max(0, context.principal - context.paid_principal.get(member.no, 0))
        rows.append(
            BlankRow(
                no=member.no,
                name=member.name,
                weekly=context.weekly or None,
                due=first[0].due(context.last_of_week) if first else None,
                principal=(lacking or None) if known else None,
                borrower=bool(first),
            )
        )
        rows += [
            BlankRow(None, "", due=one.due(context.last_of_week), loan_no=one.loan.no, borrower=True) for one in more
        ]
    # Somebody may join; a second row to spare only where the front has room for it.
    room = next((most for most in (SHEET_ROWS[0], BLANK_DENSE_ROWS) if most > len(rows)), 0)
    spare = max(1, min(2, room - len(rows)))
    rows += [BlankRow(None, "")] * spare
    (head,) = heads([(group, on)], printed_at)
    return BlankSheet(
        head=head,
        rows=rows,
        cash=context.cash if known else None,
        requests=context.requests if known else [],
        treasurer=officer(context.members, Member.Office.TREASURER),
    )


# The posted sheet


@dataclass(frozen=True, slots=True)
class PostedRow:
    """One member's line as it stands: her hand-over and what she took out, either of which may be missing."""

    member: Member
    status: str
    line: PostedLine | None
    withdrawal: PostedLine | None
    replaces: bool

    @property
    def withdrawn(self) -> int:
        return -self.withdrawal.total if self.withdrawal else 0

    @property
    def numbers(self) -> list[int]:
        return [one.hand_over.entry.number for one in (self.line, self.withdrawal) if one]


@dataclass(frozen=True, slots=True)
class Correction:
    """A hand-over that was wrong, the reversal that answered it and why, and what stands in its place."""

    line: PostedLine
    reversal: Entry
    replacement: PostedLine | None

    @property
    def was(self) -> int:
        return abs(self.line.total)

    @property
    def now(self) -> int:
        return abs(self.replacement.total) if self.replacement else 0


@dataclass(frozen=True, slots=True)
class PostedPaper:
    """A sheet that is in the book, corrections marked."""

    head: Head
    meeting: Meeting
    book: PostedSheet
    rows: list[PostedRow]
    corrections: list[Correction]
    pieces: list[tuple[int, int, int]]  # value, how many, rupiah
    treasurer: str

    @property
    def dense(self) -> bool:
        return SHEET_ROWS[0] < len(self.rows) <= POSTED_DENSE_ROWS

    @property
    def pages(self) -> list[Sequence[PostedRow]]:
        return [self.rows] if self.dense else pages_of(self.rows, *SHEET_ROWS)

    @property
    def withdrawn(self) -> int:
        return -sum(line.total for line in self.book.withdrawals)

    @property
    def received(self) -> int:
        return sum(line.total for line in self.book.lines)

    @property
    def charge(self) -> int:
        return sum(line.charge for line in self.book.lines)

    @property
    def present(self) -> int:
        return sum(1 for status in self.book.attendance.values() if status == "H")

    @property
    def numbers(self) -> str:
        """The entries this sheet was written as: `412–425`."""
        return number_range(self.meeting)

    @property
    def saved(self) -> str:
        return moment(self.meeting.posted_at, self.head.group)


def number_range(meeting: Meeting) -> str:
    """Return the entry numbers of a sheet, `412–425`; a dash for a sheet without money."""
    first, last = meeting.submission.first_number, meeting.submission.last_number
    if first is None or first == last:
        return f"{first}" if first else dates.EN_DASH
    return f"{first}{dates.EN_DASH}{last}"


def is_replacement(line: PostedLine, meeting: Meeting) -> bool:
    """Whether an entry came later than the sheet itself."""
    return line.hand_over.entry.submission_id != meeting.submission_id


def corrections(book: PostedSheet) -> list[Correction]:
    """Pair every corrected hand-over with what answered it; without a further query."""
    every = [*book.lines, *book.withdrawals, *book.disbursements, *book.corrected, *book.later]
    by_answer = {
        (one.hand_over.entry.submission_id, one.hand_over.member_id, one.hand_over.entry.kind): one for one in every
    }
    return [
        Correction(
            line=one,
            reversal=one.reversed_by,
            replacement=by_answer.get(
                (one.reversed_by.submission_id, one.hand_over.member_id, one.hand_over.entry.kind)
            ),
        )
        for one in book.corrected
        if one.reversed_by
    ]


def posted_paper(meeting: Meeting, printed_at: datetime) -> PostedPaper:
    """Return a posted sheet as it stands now. Six queries."""
    book = meetings.posted_sheet(meeting)
    lines = {one.member.no: one for one in book.lines if one.member}
    withdrawals = {one.member.no: one for one in book.withdrawals if one.member}
    named = set(lines) | set(withdrawals) | set(book.attendance)
    members = Member.objects.filter(group=meeting.group_id).order_by("no")
    rows = []
    for member in members:
        if member.no in named or member.is_active_on(meeting.on):
            line, withdrawal = lines.get(member.no), withdrawals.get(member.no)
            rows.append(
                PostedRow(
                    member=member,
                    status=book.attendance.get(member.no, ""),
                    line=line,
                    withdrawal=withdrawal,
                    replaces=any(is_replacement(one, meeting) for one in (line, withdrawal) if one),
                )
            )
    (head,) = heads([(meeting.group, meeting.on)], printed_at)
    return PostedPaper(
        head=head,
        meeting=meeting,
        book=book,
        rows=rows,
        corrections=corrections(book),
        pieces=[
            (value, meeting.count[str(value)], value * meeting.count[str(value)])
            for value in DENOMINATIONS
            if meeting.count.get(str(value))
        ],
        treasurer=officer((row.member for row in rows), Member.Office.TREASURER),
    )


# Notulen


@dataclass(frozen=True, slots=True)
class MinutesPaper:
    """The meeting in words: who came, what was planned, said and decided, and who does what by when."""

    head: Head
    meeting: Meeting
    counts: dict[str, int]  # members by H, I, S, A
    active: int
    quorate: bool
    absent: list[tuple[Member, str]]
    on_loans: Decisions  # what it decided on loans, or paid out
    follow_ups: list[FollowUp]
    chair: str
    secretary: str

    @property
    def opening(self) -> str:
        """The date in words, as a berita acara opens."""
        return dates.date_in_words(self.meeting.on)

    @property
    def agenda(self) -> list[str]:
        return items(self.meeting.agenda)

    @property
    def discussion(self) -> list[str]:
        return items(self.meeting.discussion)

    @property
    def decisions(self) -> list[str]:
        return items(self.meeting.decisions)


def items(text: str) -> list[str]:
    """Cut what was typed into its lines, without the numbers or dashes people put before them."""
    return [_NUMBERING.sub("", line.strip()) for line in text.splitlines() if line.strip()]


def minutes_paper(meeting: Meeting, printed_at: datetime) -> MinutesPaper:
    """Return the minutes of a posted meeting. At most eleven queries."""
    (paper,) = minutes_papers(meeting.group, [meeting], printed_at)
    return paper


def minutes_papers(group: Group, held: Sequence[Meeting], printed_at: datetime) -> list[MinutesPaper]:
    """Return the minutes of these meetings of a group, in their order. At most eleven queries, however many meetings.

    They are signed by who held the office on the day of the meeting.
    """
    everybody = list(Member.objects.filter(group=group).order_by("no"))
    terms = list(OfficeTerm.objects.filter(group=group).select_related("member"))
    said: dict[int, dict[int, str]] = {meeting.pk: {} for meeting in held}
    came = Attendance.objects.filter(meeting__in=said)
    for meeting_id, member_id, status in came.values_list("meeting", "member", "status"):
        said[meeting_id][member_id] = status
    policies = list(Policy.objects.filter(Q(bkm=group.bkm_id) | Q(bkm=None)).order_by("from_on"))
    on_loans = decided_on(group, [meeting.on for meeting in held])
    follow_ups: dict[int, list[FollowUp]] = {}
    for one in FollowUp.objects.filter(meeting__in=said).select_related("owner"):
        follow_ups.setdefault(one.meeting_id, []).append(one)
    papers = []
    for head, meeting in zip(heads([(group, one.on) for one in held], printed_at), held, strict=True):
        members = [member for member in everybody if member.is_active_on(meeting.on)]
        own = said[meeting.pk]
        counts = {status: sum(1 for one in own.values() if one == status) for status in "HISA"}
        in_force = [one for one in policies if one.from_on <= meeting.on]
        policy = max(in_force, key=lambda one: (one.bkm_id is not None, one.from_on))
        papers.append(
            MinutesPaper(
                head=head,
                meeting=meeting,
                counts=counts,
                active=len(members),
                quorate=counts["H"] > policy.quorum * len(members),
                absent=[(member, own[member.pk]) for member in members if own.get(member.pk, "H") != "H"],
                on_loans=on_loans[meeting.on],
                follow_ups=follow_ups.get(meeting.pk, []),
                chair=_officer_on(terms, members, Member.Office.CHAIR, meeting.on),
                secretary=_officer_on(terms, members, Member.Office.SECRETARY, meeting.on),
            )
        )
    return papers


def _officer_on(terms: Sequence[OfficeTerm], members: Sequence[Member], office: str, on: date) -> str:
    """Return the name of who held an office on a day; where no term says it, of who holds it now."""
    held = [t for t in terms if t.office == office and t.from_on <= on and (t.to_on is None or t.to_on > on)]
    return held[0].member.name if held else officer(members, office)


# Tanda terima of the whole sheet


@dataclass(frozen=True, slots=True)
class Sum:
    """One line of a receipt: from how many people or for what, and rupiah."""

    label: str
    amount: int
    people: int = 0


@dataclass(frozen=True, slots=True)
class SheetReceipt:
    """What the group handed in at one meeting, printed for the group and for the BKM."""

    head: Head
    meeting: Meeting
    book: PostedSheet
    into: list[Sum]
    out: list[Sum]
    treasurer: str
    chair: str

    @property
    def numbers(self) -> str:
        return number_range(self.meeting)

    @property
    def height(self) -> int:
        """How many lines the sums take, and the head if it takes more than its own; long ones told by their letters."""
        book = self.book
        head = len(self.head.line) // HEAD_LETTERS + len(terbilang(book.money_in)) // WORDS_LETTERS
        cash = 4 + bool(book.money_out) + (len(", ".join(book.counters)) > COUNTERS_LETTERS)
        cash += 2 * bool(book.opening) + 2 * (book.cash_expected != self.meeting.cash_expected)
        if others := len(book.dropped) + len(book.added):
            head += (FOR_LETTERS + NUMBER_LETTERS * others) // HEAD_LETTERS
        return head + max(_lines(self.into) + 1, cash) + max(_lines(half) for half in self.out_columns)

    @property
    def dense(self) -> bool:
        """Whether both copies share a page only in smaller letters."""
        return self.height > RECEIPT_ROWS

    @property
    def long(self) -> bool:
        """Whether each copy needs a page of its own."""
        return self.height > RECEIPT_DENSE_ROWS

    @property
    def out_columns(self) -> tuple[list[Sum], list[Sum]]:
        """What went out, in two columns."""
        half = (len(self.out) + 1) // 2
        return self.out[:half], self.out[half:]

    @property
    def payers(self) -> int:
        return len(self.book.lines)

    @property
    def difference(self) -> int:
        """What the count was short of the book (negative) or over it, when the sheet was sent; rupiah."""
        return self.meeting.difference or 0

    @property
    def difference_size(self) -> int:
        return abs(self.difference)

    @property
    def saved(self) -> str:
        return shortened(moment(self.meeting.posted_at, self.head.group))


def _lines(sums: Iterable[Sum]) -> int:
    return sum(1 + len(one.label) // LABEL_LETTERS for one in sums)


_RECEIVED = (
    ("pokok", chart.PRINCIPAL_SAVINGS),
    ("wajib", chart.WEEKLY_SAVINGS),
    ("sukarela", chart.VOLUNTARY_SAVINGS),
    ("angsuran", ""),
    ("denda", chart.FINES),
    ("sosial", chart.SOCIAL_FUND),
)


def sheet_receipt(meeting: Meeting, printed_at: datetime) -> SheetReceipt:
    """Return the receipt of a posted sheet as it stands now. Six queries."""
    book = meetings.posted_sheet(meeting)
    into = [
        Sum(chart.CHART[code].name if code else _("Instalment"), book.totals[column], book.counts[column])
        for column, code in _RECEIVED
        if book.totals.get(column)
    ]
    into += [Sum(one.hand_over.entry.memo, one.total) for one in book.income]
    out = [
        Sum(label, -sum(one.total for one in lines), len(lines))
        for label, lines in (
            (_("Sukarela paid out"), book.withdrawals),
            (_("Loans paid out"), book.disbursements),
        )
        if lines
    ]
    out += [Sum(one.hand_over.entry.memo, -one.total) for one in book.expenses]
    (head,) = heads([(meeting.group, meeting.on)], printed_at)
    members = active_members(meeting.group, meeting.on)
    return SheetReceipt(
        head=head,
        meeting=meeting,
        book=book,
        into=into,
        out=out,
        treasurer=officer(members, Member.Office.TREASURER),
        chair=officer(members, Member.Office.CHAIR),
    )


# What can be printed


@dataclass(frozen=True, slots=True)
class ComingDay:
    """A meeting that lies ahead or is not in the book yet; `reason` says why the week is off."""

    on: date
    reason: str = ""


def coming_days(group: Group, today: date) -> list[ComingDay]:
    """Return the meeting days of this week and the next that are still to be held or written. Two queries."""
    mondays = [dates.week_start(today) + timedelta(weeks=n) for n in (0, 1)]
    posted = set(Meeting.objects.filter(group=group, week_start__in=mondays).values_list("week_start", flat=True))
    off = {
        one.week_start: one.reason
        for one in Holiday.objects.filter(Q(group=group) | Q(bkm=group.bkm_id), week_start__in=mondays)
    }
    days = [(monday, meetings.meeting_day(group, monday)) for monday in mondays if monday not in posted]
    return [ComingDay(day, off.get(monday, "")) for monday, day in days if within_life(group, day)]
