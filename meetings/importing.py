"""Brings an old book in from a workbook: judges what its cells say together, then writes the whole life of a group.

The judging is done first and gathers every problem; the writing plays the meetings through the same services as every
sheet, day by day, and takes everything back when one of them refuses.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from groups import nik
from groups import services as groups
from groups.dates import day_name, week_start
from groups.models import Bkm, Group, Holiday, Member, Region
from groups.models.bodies import ZONES
from groups.money import format_rupiah
from ledger import chart
from ledger import services as ledger
from ledger.announce import announce, one_announcement
from ledger.chart import CHART
from ledger.digest import text_hash
from ledger.models import Account, Submission
from ledger.services import AccountKey, Draft, Leg
from loans import arrears
from loans import services as loans
from loans.models import Loan
from loans.schedule import InvalidTerms, Terms, schedule
from loans.schedule import Row as ScheduleRow
from loans.services import Lending
from meetings import workbook
from meetings.models import Meeting
from meetings.services import DISBURSEMENT, EXPENSE, INCOME, post_sheet
from meetings.sheet import CashCount, Minutes, OtherMoney, Payment, Row, Sheet
from meetings.workbook import LOANS, MEETINGS, MEMBERS, OPENING, OTHER, ROWS, Line, Problem, Problems, Workbook
from savings.models import SavingsTerms

if TYPE_CHECKING:
    from users.models import User

OPENING_KIND = "opening"
MAX_RETRIES = 200

_KEYS = UUID("6d0f3f0a-52a1-5c36-9c0b-0d8f5c2a7f11")  # the namespace of an imported book's submissions
_AMOUNTS = {
    "principal": "Pokok",
    "weekly": "Wajib",
    "voluntary": "Sukarela",
    "withdrawal": "Tarik sukarela",
    "fine": "Denda",
    "social": "Sosial",
}
_MONEY = ("Pokok", "Wajib", "Sukarela", "Tarik sukarela", "Angsuran", "Denda", "Sosial")
_TERMS = {"principal": "Pokok", "periods": "Jangka", "rate": "Jasa persen", "round_to": "Bulatkan"}

Status = Literal["imported", "ready", "unchanged", "refused"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an import ended. `ready`: a trial run found nothing that keeps the book out, and wrote nothing.

    `counts` says how many members, loans, meetings, rows, entries and holidays it holds; `accounts` is what the book
    comes to, chart code → rupiah on the normal side; `head` the book's last digest.
    """

    status: Status
    problems: tuple[Problem, ...] = ()
    group_code: str = ""
    group_name: str = ""
    counts: dict[str, int] = field(default_factory=dict)
    accounts: dict[str, int] = field(default_factory=dict)
    first_on: date | None = None
    last_on: date | None = None
    head: str = ""

    @property
    def errors(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.severity == "error"]

    @property
    def warnings(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.severity == "warning"]


class _TakeBack(Exception):
    """Undoes everything written, and carries the outcome out of the transaction."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.status)
        self.outcome = outcome


def import_book(
    *, content: bytes, bkm_code: str, by: "User | None", at: datetime, create_bkm: bool = False, dry_run: bool = False
) -> Outcome:
    """Bring the book of a workbook in under a BKM: all of it or nothing, and never twice.

    Nothing is raised for what a file holds: the outcome lists every problem as sheet, cell and reason. Refused: what
    would make the books wrong, a group whose code is there with other content, a BKM that is not there (unless
    `create_bkm` lets it be made, named by its code).
    """
    problems = Problems()
    read = workbook.read_workbook(content, problems)
    if read is None:
        return Outcome("refused", tuple(problems.found))
    plan = _Judge(read, problems, at).plan()
    if problems.errors or plan is None:
        return Outcome("refused", tuple(problems.found), read.group["Kode"] or "", read.group["Nama"] or "")
    try:
        with transaction.atomic():
            return _write(plan, problems, bkm_code, by, at, create_bkm=create_bkm, dry_run=dry_run)
    except _TakeBack as taken:
        return taken.outcome


# Judging what the cells say together


@dataclass(slots=True)
class _Loan:
    line: Line
    member_no: int
    terms: Terms
    rows: list[ScheduleRow]
    requested_on: date
    paid_out_on: date
    older: bool = False  # paid out before the book begins here
    outstanding: int = 0  # of an older one, by Saldo awal


@dataclass(slots=True)
class _Day:
    meeting: Line | None = None
    rows: list[Line] = field(default_factory=list)
    other: list[Line] = field(default_factory=list)
    loans: list[_Loan] = field(default_factory=list)

    @property
    def first(self) -> Line:
        """The line that stands for the day as a whole."""
        return self.meeting or [*self.rows, *self.other, *(loan.line for loan in self.loans)][0]

    @property
    def first_cell(self) -> str:
        return self.first.cell("Cair" if self.first.sheet == LOANS else "Tanggal")


@dataclass(slots=True)
class _Plan:
    """A book ready to be written."""

    group: Line
    start_on: date
    content_hash: str
    members: dict[int, Line]
    opening_on: date | None
    opening: list[Leg]
    loans: dict[int, _Loan]
    days: dict[date, _Day]
    holidays: dict[date, str]  # Monday → reason

    def key(self, what: str) -> UUID:
        """The key of one submission: the same book gives the same keys."""
        return uuid5(_KEYS, f"{self.group['Kode']}\n{self.content_hash}\n{what}")


class _Judge:
    """Holds the sheets against each other. What is wrong goes to `problems`; later checks skip what was not read."""

    def __init__(self, book: Workbook, problems: Problems, at: datetime) -> None:
        self.book, self.problems = book, problems
        zone = ZONES[book.group["Zona waktu"] or "WIB"]
        self.today = at.astimezone(ZoneInfo(zone)).date()
        self.start_on: date | None = book.group["Mulai dicatat"]
        self.founded_on: date | None = book.group["Tanggal berdiri"]
        self.members: dict[int, Line] = {}
        self.loans: dict[int, _Loan] = {}
        self.opening_on: date | None = None

    def plan(self) -> _Plan | None:
        self._group()
        self._members()
        self._opening_date()
        self._loans()
        legs = self._opening()
        days = self._days()
        holidays = self._holidays(days)
        if self.problems.errors or self.start_on is None:
            return None
        return _Plan(
            group=self.book.group,
            start_on=self.start_on,
            content_hash=_content_hash(self.book),
            members=self.members,
            opening_on=self.opening_on,
            opening=legs,
            loans=self.loans,
            days=dict(sorted(days.items())),
            holidays=holidays,
        )

    def error(self, line: Line, heading: str, reason: str) -> None:
        self.problems.error(line.sheet, line.cell(heading), reason)

    def warn(self, line: Line, heading: str, reason: str) -> None:
        self.problems.warn(line.sheet, line.cell(heading), reason)

    # Kelompok

    def _group(self) -> None:
        group = self.book.group
        defaults = {
            "Asal": _("Empty: counts as “baru”."),
            "Hari pertemuan": _("Empty: counts as Rabu."),
            "Zona waktu": _("Empty: counts as WIB."),
            "Tempat": _("The meeting place is empty."),
            "Wilayah": _("The Wilayah is empty."),
            "Wajib per pekan": _("Empty: everybody saves what she can."),
        }
        for heading, reason in defaults.items():
            if group[heading] is None and heading not in group.unread:
                self.warn(group, heading, reason)
        if (region := group["Wilayah"]) and not Region.objects.filter(pk=region).exists():
            self.warn(group, "Wilayah", _("This Wilayah is not in the list; it is kept."))
        if self.start_on and self.founded_on and self.start_on < self.founded_on:
            self.warn(group, "Mulai dicatat", _("This lies before the founding."))
        if self.start_on and self.start_on > self.today:
            self.warn(group, "Mulai dicatat", _("This day is still to come."))

    # Anggota

    def _members(self) -> None:
        offices: set[str] = set()
        for line in self.book.lines[MEMBERS]:
            self._member(line)
            if line["Keluar"] is None:
                offices.add(line["Jabatan"] or "anggota")
        for office in ("ketua", "sekretaris", "bendahara"):
            if office not in offices:
                self.problems.warn(MEMBERS, "", _("The group has no %(office)s.") % {"office": office})
        if not self.book.lines[MEMBERS]:
            self.problems.warn(MEMBERS, "", _("The group has no members."))

    def _member(self, line: Line) -> None:
        no, joined, left = line["No"], line["Masuk"], line["Keluar"]
        if no in self.members:
            self.error(line, "No", _("Number %(no)s stands here twice.") % {"no": no})
        elif no:
            self.members[no] = line
        if joined and left and left < joined:
            self.error(line, "Keluar", _("She leaves before she joins."))
        if joined and self.founded_on and joined < self.founded_on:
            self.warn(line, "Masuk", _("This lies before the founding."))
        if line["NIK"] and nik.doubts(line["NIK"], line["L/P"] or ""):
            self.warn(line, "NIK", _("The NIK does not fit the person; look at it again."))

    def _active(self, no: int, on: date) -> bool:
        line = self.members[no]
        return (line["Masuk"] or date.min) <= on and (line["Keluar"] is None or on < line["Keluar"])

    def _known_member(self, line: Line) -> int | None:
        """Return the member a row names, or say that there is none."""
        no = line["Anggota"]
        if no and no not in self.members:
            self.error(line, "Anggota", _("There is no member %(no)s in Anggota.") % {"no": no})
            return None
        return no

    # Pinjaman

    def _loans(self) -> None:
        begins = self.opening_on or self.start_on
        for line in self.book.lines[LOANS]:
            member_no = self._known_member(line)
            loan = self._loan(line, member_no) if member_no else None
            if loan is None or begins is None:
                continue
            loan.older = loan.paid_out_on < begins
            if not self._active(loan.member_no, loan.paid_out_on):
                say = self.warn if loan.older else self.error
                say(line, "Cair", _("The borrower is not a member on that day."))

    def _loan(self, line: Line, member_no: int) -> _Loan | None:
        paid_out, requested = line["Cair"], line["Diminta"] or line["Cair"]
        if paid_out and requested > paid_out:
            self.error(line, "Diminta", _("A loan is asked for before it is paid out."))
        if paid_out and self.founded_on and paid_out < self.founded_on:
            self.warn(line, "Cair", _("This lies before the founding."))
        if line["Bulatkan"] is None and not line.unread:
            self.warn(line, "Bulatkan", _("Empty: instalments are not rounded."))
        if line.unread or paid_out is None:
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
            self.error(line, _TERMS.get(refusal.field, "Cair"), str(refusal))
            return None
        loan = _Loan(line, member_no, terms, rows, requested, paid_out)
        if line["No"] in self.loans:
            self.error(line, "No", _("Number %(no)s stands here twice.") % {"no": line["No"]})
            return None
        self.loans[line["No"]] = loan
        return loan

    def _known_loan(self, line: Line, member_no: int | None) -> _Loan | None:
        """Return the loan a row names, or say that there is none or that it is somebody else's."""
        no = line["Pinjaman"]
        if no is None:
            return None
        loan = self.loans.get(no)
        if loan is None:
            if all(one["No"] != no for one in self.book.lines[LOANS]):  # else its own row says what is wrong
                self.error(line, "Pinjaman", _("There is no loan %(no)s in Pinjaman.") % {"no": no})
        elif member_no and loan.member_no != member_no:
            reason = _("Loan %(no)s is of member %(member)s.") % {"no": no, "member": loan.member_no}
            self.error(line, "Pinjaman", reason)
        return loan

    # Saldo awal

    def _opening_date(self) -> None:
        for line in self.book.lines[OPENING]:
            on = line["Tanggal"]
            if on and self.opening_on is None:
                self.opening_on = on
                self._doubtful_date(line, "Tanggal", on)
                if self.start_on and on < self.start_on:
                    self.warn(line, "Tanggal", _("This lies before “Mulai dicatat”."))
            elif on and on != self.opening_on:
                self.error(line, "Tanggal", _("All of Saldo awal has one date."))

    def _opening(self) -> list[Leg]:
        legs: dict[AccountKey, Leg] = {}
        for line in self.book.lines[OPENING]:
            key = self._opening_key(line)
            amount = line["Jumlah"]
            if key is None or amount is None:
                continue
            if amount < 0 and CHART[key[0]].floored:
                self.error(line, "Jumlah", _("The amount is below 0."))
            if key in legs:
                self.warn(line, "Akun", _("This account stands here twice; the amounts are added up."))
            before = legs[key].amount if key in legs else 0
            legs[key] = Leg(key[0], before + CHART[key[0]].sign * amount, key[1], key[2])
            if key[0] == chart.MEMBER_LOANS:
                self._outstanding(line, key[2], amount)
        for loan in self.loans.values():
            if loan.older and (chart.MEMBER_LOANS, loan.member_no, loan.line["No"]) not in legs:
                self.warn(loan.line, "Cair", _("This loan is not in Saldo awal: it counts as paid back."))
        if difference := sum(leg.amount for leg in legs.values()):
            assets = sum(leg.amount for leg in legs.values() if CHART[leg.code].sign > 0)
            reason = _("The opening does not balance: assets and costs %(assets)s, the rest %(rest)s.")
            where = (
                self.book.lines[OPENING][0].places["Jumlah"][1] if "Jumlah" in self.book.lines[OPENING][0].places else 1
            )
            cell = workbook.xlsx.reference(self.book.lines[OPENING][-1].number, where)
            shown = {"assets": format_rupiah(assets), "rest": format_rupiah(assets - difference)}
            if not any(line.unread for line in self.book.lines[OPENING]):
                self.problems.error(OPENING, cell, reason % shown)
        return [leg for leg in legs.values() if leg.amount]

    def _opening_key(self, line: Line) -> AccountKey | None:
        """Return the account a row of Saldo awal means."""
        if line["Akun"] is None or line.unread & {"Anggota", "Pinjaman"}:
            return None
        account = CHART[line["Akun"]]
        if account.code == chart.MEMBER_LOANS:
            return self._opening_loan(line)
        if account.per == "member":
            if line["Pinjaman"]:
                self.warn(line, "Pinjaman", _("This account is not kept per loan; the number is left out."))
            if line["Anggota"] is None:
                self.error(line, "Anggota", _("This account is kept per member: write her number."))
                return None
            no = self._known_member(line)
            return (account.code, no, 0) if no else None
        if line["Anggota"]:
            self.warn(line, "Anggota", _("This account is not kept per member; the number is left out."))
        if account.per == "loan":  # of the UPK: numbered for itself, since Pinjaman holds the members' loans
            return account.code, 0, line["Pinjaman"] or 1
        if line["Pinjaman"]:
            self.warn(line, "Pinjaman", _("This account is not kept per loan; the number is left out."))
        return account.code, 0, 0

    def _opening_loan(self, line: Line) -> AccountKey | None:
        if line["Pinjaman"] is None:
            self.error(line, "Pinjaman", _("This account is kept per loan: write its number."))
            return None
        member_no = self._known_member(line)
        if line["Anggota"] and member_no is None:
            return None
        loan = self._known_loan(line, member_no)
        if loan is None or (member_no and loan.member_no != member_no):
            return None
        if not loan.older and self.opening_on:
            self.error(line, "Pinjaman", _("This loan was not yet paid out at the opening."))
            return None
        return chart.MEMBER_LOANS, loan.member_no, line["Pinjaman"]

    def _outstanding(self, line: Line, loan_no: int, amount: int) -> None:
        loan = self.loans[loan_no]
        loan.outstanding += amount
        if loan.outstanding > loan.terms.principal:
            reason = _("More is owed than was lent, %(principal)s.")
            self.error(line, "Jumlah", reason % {"principal": format_rupiah(loan.terms.principal)})

    # Pertemuan, Lembar, Kas lain and what is paid out, day by day

    def _days(self) -> dict[date, _Day]:
        days: dict[date, _Day] = {}
        for line in self.book.lines[MEETINGS]:
            on = self._day_of(line, "Tanggal")
            if on is None:
                continue
            if on in days:
                self.error(line, "Tanggal", _("Two rows have this date."))
                continue
            days[on] = _Day(meeting=line)
            self._meeting(line, on)
        for line in self.book.lines[ROWS]:
            if on := self._day_of(line, "Tanggal"):
                days.setdefault(on, _Day()).rows.append(line)
            self._row(line, on)
        for line in self.book.lines[OTHER]:
            if on := self._day_of(line, "Tanggal"):
                days.setdefault(on, _Day()).other.append(line)
            self._other(line)
        for loan in self.loans.values():
            if not loan.older and (on := self._day_of(loan.line, "Cair")):
                days.setdefault(on, _Day()).loans.append(loan)
        for on, day in days.items():
            self._day(on, day)
        return days

    def _day_of(self, line: Line, heading: str) -> date | None:
        """Return the date of a row, or say that the books were not open that day."""
        on: date | None = line[heading]
        if on is None:
            return None
        if self.start_on and on < self.start_on:
            self.error(line, heading, _("This lies before “Mulai dicatat”."))
            return None
        if self.opening_on and on < self.opening_on:
            self.error(line, heading, _("This lies before Saldo awal."))
            return None
        return on

    def _doubtful_date(self, line: Line, heading: str, on: date) -> None:
        if on > self.today:
            self.warn(line, heading, _("This day is still to come."))
        if self.founded_on and on < self.founded_on:
            self.warn(line, heading, _("This lies before the founding."))

    def _meeting(self, line: Line, on: date) -> None:
        weekday = self.book.group["Hari pertemuan"]
        if weekday is not None and on.weekday() != weekday:
            self.warn(line, "Tanggal", _("This is a %(day)s, not the group's day.") % {"day": day_name(on)})
        if line["Tempat"] is None and "Tempat" not in line.unread:
            self.warn(line, "Tempat", _("The meeting place is empty."))

    def _row(self, line: Line, on: date | None) -> None:
        member_no = self._known_member(line)
        if member_no and line["Pinjaman"]:
            self._known_loan(line, member_no)
        if not member_no or on is None:
            return
        if not self._active(member_no, on):
            if any(line[heading] for heading in _MONEY):
                self.error(line, "Anggota", _("She is not a member on that day."))
            else:
                self.warn(line, "Anggota", _("She is not a member on that day; the row is left out."))
        elif line["Hadir"] is None and "Hadir" not in line.unread:
            self.warn(line, "Hadir", _("Empty: counts as A (absent)."))

    def _other(self, line: Line) -> None:
        account = line["Akun"]
        if account and account not in chart.FREE_CODES:
            reason = _("The account %(code)s moves with cash, members or loans and is not for Kas lain.")
            self.error(line, "Akun", reason % {"code": account})
        if not line["Masuk"] and not line["Keluar"] and not line.unread & {"Masuk", "Keluar"}:
            self.warn(line, "Masuk", _("There is no amount in this row; it is left out."))

    def _day(self, on: date, day: _Day) -> None:
        self._doubtful_date(day.first, "Cair" if day.first.sheet == LOANS else "Tanggal", on)
        if day.meeting is None:
            reason = (
                _("Pertemuan has no row of this date: a meeting without minutes is made.")
                if day.rows
                else _("No meeting on this date: the money is written without one.")
            )
            self.problems.warn(day.first.sheet, day.first_cell, reason)
        said: dict[int, str] = {}
        named: set[tuple[int, int | None]] = set()
        for line in day.rows:
            no, status = line["Anggota"], line["Hadir"]
            if not no:
                continue
            if status and said.setdefault(no, status) != status:
                self.error(line, "Hadir", _("Another row of this date says %(status)s.") % {"status": said[no]})
            if (no, line["Pinjaman"]) in named:
                self.warn(line, "Anggota", _("She has another row on this date; the amounts are added up."))
            named.add((no, line["Pinjaman"]))

    # Libur

    def _holidays(self, days: dict[date, _Day]) -> dict[date, str]:
        holidays: dict[date, str] = {}
        lines: dict[date, Line] = {}
        for line in self.book.lines[workbook.HOLIDAYS]:
            on = line["Tanggal"]
            if on is None:
                continue
            if (monday := week_start(on)) in holidays:
                self.warn(line, "Tanggal", _("This week is off already; the row is left out."))
                continue
            holidays[monday], lines[monday] = line["Alasan"] or "Libur", line
        for monday in sorted({week_start(on) for on, day in days.items() if day.meeting} & holidays.keys()):
            self.warn(lines[monday], "Tanggal", _("There is a meeting in this week off."))
        return holidays


def _content_hash(book: Workbook) -> str:
    """Return what stands for the content: what was read, whatever the order of rows and columns and the formats."""

    def text(values: Any) -> str:
        plain = {
            heading: format(value.normalize(), "f") if isinstance(value, Decimal) else value
            for heading, value in values.items()
            if value != 0 or heading in ("Hari pertemuan", "Miskin")
        }
        return ledger.canonical_content(plain)

    lines = {name: sorted(text(line.values) for line in rows) for name, rows in book.lines.items()}
    return text_hash(ledger.canonical_content({"book": 1, "group": text(book.group.values), "lines": lines}))


# Writing


def _write(
    plan: _Plan,
    problems: Problems,
    bkm_code: str,
    by: "User | None",
    at: datetime,
    *,
    create_bkm: bool,
    dry_run: bool,
) -> Outcome:
    code, name = plan.group["Kode"], plan.group["Nama"]
    with connection.cursor() as cursor:  # two who bring in one book at once: the second finds it there
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"import {code}"])
    group = Group.objects.select_related("book", "bkm").filter(code=code).first()
    if (
        group
        and group.bkm.code == bkm_code
        and Submission.objects.filter(book=group.book, key=plan.key("book")).exists()
    ):
        return _outcome("unchanged", plan, problems, group)
    if group:
        reason = _("There is a group %(code)s with another book. A book is brought in once, into an empty group code.")
        problems.error(workbook.GROUP, plan.group.cell("Kode"), reason % {"code": code})
        return Outcome("refused", tuple(problems.found), code, name)
    bkm = _find_bkm(bkm_code, problems, create=create_bkm)
    if bkm is None:
        raise _TakeBack(Outcome("refused", tuple(problems.found), code, name))
    with one_announcement():
        group, members = _found_group(plan, bkm)
        _Player(plan, problems, group, members, by, at).play()
        announce(group.book_id, plan.start_on)
        if problems.errors:
            raise _TakeBack(Outcome("refused", tuple(problems.found), code, name))
        group.book.refresh_from_db()
        if dry_run:
            raise _TakeBack(_outcome("ready", plan, problems, group))
    return _outcome("imported", plan, problems, group)


def _find_bkm(code: str, problems: Problems, *, create: bool) -> Bkm | None:
    if bkm := Bkm.objects.filter(code=code).first():
        return bkm
    if not create:
        problems.error("", "", _("There is no BKM %(code)s.") % {"code": code})
        return None
    try:
        return groups.create_bkm(name=code, code=code)
    except ValidationError as refusal:
        problems.error("", "", " ".join(refusal.messages))
        return None


def _found_group(plan: _Plan, bkm: Bkm) -> tuple[Group, dict[int, Member]]:
    """Enter the group, its agreed savings, its members and its holidays."""
    told = plan.group
    group = groups.create_group(
        bkm=bkm,
        code=told["Kode"],
        name=told["Nama"],
        region=told["Wilayah"] or "",
        origin=told["Asal"] or "baru",
        founded_on=told["Tanggal berdiri"],
        start_on=plan.start_on,
        meeting_weekday=2 if told["Hari pertemuan"] is None else told["Hari pertemuan"],
        place=told["Tempat"] or "",
        timezone=told["Zona waktu"] or "WIB",
    )
    SavingsTerms.objects.create(
        group=group,
        from_on=plan.start_on,
        weekly=told["Wajib per pekan"] or 0,
        principal=told["Simpanan pokok"] or 0,
    )
    members = Member.objects.bulk_create(
        Member(
            group=group,
            no=no,
            name=line["Nama"],
            gender=line["L/P"] or "",
            nik=line["NIK"] or "",
            phone=line["Telepon"] or "",
            address=line["Alamat"] or "",
            office=line["Jabatan"] or Member.Office.MEMBER,
            poor=line["Miskin"],
            joined_on=line["Masuk"],
            left_on=line["Keluar"],
        )
        for no, line in sorted(plan.members.items())
    )
    Holiday.objects.bulk_create(
        Holiday(group=group, week_start=monday, reason=reason, declared_on=monday - timedelta(days=1))
        for monday, reason in sorted(plan.holidays.items())
    )
    return group, {member.no: member for member in members}


@dataclass(slots=True)
class _Player:
    """Plays a planned book into an empty one, day by day, through the services."""

    plan: _Plan
    problems: Problems
    group: Group
    members: dict[int, Member]
    by: "User | None"
    at: datetime
    retries: int = 0
    refused: bool = False  # from here on totals are not the book's, so that only the gravest is still told

    def play(self) -> None:
        self._older_loans()
        self._open()
        for on, day in self.plan.days.items():
            go_on = self._meeting(on, day) if day.meeting or day.rows else self._other_day(on, day)
            if not go_on:
                return

    def _older_loans(self) -> None:
        """Enter loans that were paid out before: their schedules, and what counts as paid."""
        older = {no: loan for no, loan in self.plan.loans.items() if loan.older}
        keys = {
            no: ((chart.MEMBER_LOANS, loan.member_no, no), (chart.CHARGE_INCOME, loan.member_no, no))
            for no, loan in older.items()
        }
        accounts = ledger.accounts_for(self.group.book, [key for pair in keys.values() for key in pair])
        made = []
        for no, loan in sorted(older.items()):
            charge, principal = arrears.prior_credit(loan.rows, loan.terms.principal - loan.outstanding)
            made.append(
                Loan(
                    group=self.group,
                    no=no,
                    member=self.members[loan.member_no],
                    requested_on=loan.requested_on,
                    disbursed_on=loan.paid_out_on,
                    principal=loan.terms.principal,
                    periods=loan.terms.periods,
                    unit=loan.terms.unit,
                    rate=loan.terms.rate,
                    rate_per=loan.terms.rate_per,
                    method=loan.terms.method,
                    round_to=loan.terms.round_to,
                    prior_principal=principal,
                    prior_charge=charge,
                    receivable=accounts[keys[no][0]],
                    charge_income=accounts[keys[no][1]],
                )
            )
        Loan.objects.bulk_create(made)
        loans.write_schedules(made)

    def _open(self) -> None:
        """Post the opening. Even without one this seals which book was brought in."""
        drafts = []
        if self.plan.opening and self.plan.opening_on:
            legs = tuple(self.plan.opening)
            drafts = [Draft(on=self.plan.opening_on, kind=OPENING_KIND, legs=legs, memo="Saldo awal")]
        content = {"import": 1, "group": self.group.code, "book": self.plan.content_hash}
        ledger.post(
            book=self.group.book, key=self.plan.key("book"), content=content, drafts=drafts, by=self.by, at=self.at
        )

    def _meeting(self, on: date, day: _Day) -> bool:
        """Post the meeting of a day; what is refused is told at its cell. False: there is no going on."""
        reason = (day.meeting and day.meeting["Alasan selisih"]) or ""
        dropped: set[tuple[int, str]] = set()  # rows (by their number) and the money in them that was refused
        while True:
            try:
                meeting = post_sheet(
                    group=self.group,
                    key=self.plan.key(on.isoformat()),
                    sheet=self._sheet(on, day, reason, dropped),
                    by=self.by,
                    at=self.at,
                    lendings=self._lendings(day),
                    imported=True,
                )
            except ValidationError as refusal:
                if _codes(refusal) == {"reason_required"}:
                    reason = _("Not explained in the old book.")
                    continue
                before = len(dropped)
                self._tell(refusal, on, day, dropped)
                self.refused = True
                self.retries += 1
                if len(dropped) == before or self.retries > MAX_RETRIES:
                    return False
            else:
                self._tell_difference(meeting, day)
                return True

    def _tell_difference(self, meeting: Meeting, day: _Day) -> None:
        if meeting.difference and day.meeting and not day.meeting["Alasan selisih"] and not self.refused:
            said = _("The box and the book differ by %(amount)s and there is no reason.")
            place = day.meeting.cell("Alasan selisih" if "Alasan selisih" in day.meeting.places else "Kas dihitung")
            self.problems.warn(MEETINGS, place, said % {"amount": format_rupiah(meeting.difference)})

    def _sheet(self, on: date, day: _Day, reason: str, dropped: set[tuple[int, str]]) -> Sheet:
        told = day.meeting
        counted = told["Kas dihitung"] if told and not self.refused else None
        return Sheet(
            on=on,
            rows=tuple(self._rows(on, day, dropped)),
            place=(told and told["Tempat"]) or "",
            income=tuple(_other_money(line, "Masuk") for line in day.other if line["Masuk"]),
            expenses=tuple(_other_money(line, "Keluar") for line in day.other if line["Keluar"]),
            count=CashCount(counted=counted, reason=reason if counted is not None else ""),
            minutes=Minutes(agenda=(told and told["Agenda"]) or "", decisions=(told and told["Keputusan"]) or ""),
        )

    def _rows(self, on: date, day: _Day, dropped: set[tuple[int, str]]) -> Iterable[Row]:
        """One row per member of that day: several rows of hers are one hand-over; without any she was absent."""
        mine: dict[int, list[Line]] = {}
        for line in day.rows:
            mine.setdefault(line["Anggota"], []).append(line)
        for no, member in sorted(self.members.items()):
            if not member.is_active_on(on):
                continue
            lines = mine.get(no, [])
            amounts = {
                name: sum((line[heading] or 0) for line in lines if (line.number, heading) not in dropped)
                for name, heading in _AMOUNTS.items()
            }
            yield Row(
                member_no=no,
                attendance=next((line["Hadir"] for line in lines if line["Hadir"]), "A"),
                payments=tuple(
                    Payment(line["Angsuran"], line["Pinjaman"])
                    for line in lines
                    if line["Angsuran"] and (line.number, "Angsuran") not in dropped
                ),
                **amounts,
            )

    def _lendings(self, day: _Day) -> list[Lending]:
        return [
            Lending(self.members[loan.member_no], loan.terms, loan.requested_on, no=loan.line["No"])
            for loan in sorted(day.loans, key=lambda one: one.line["No"])
        ]

    def _other_day(self, on: date, day: _Day) -> bool:
        """Post money that moved on a day without a meeting."""
        drafts = [_other_draft(on, line, "Masuk", INCOME) for line in day.other if line["Masuk"]]
        made = loans.disburse(group=self.group, book=self.group.book, lendings=self._lendings(day), on=on)
        for loan in made:
            legs = loans.disbursement(member_no=loan.member.no, loan_no=loan.no, principal=loan.principal)
            drafts.append(Draft(on=on, kind=DISBURSEMENT, legs=legs))
        drafts += [_other_draft(on, line, "Keluar", EXPENSE) for line in day.other if line["Keluar"]]
        if not drafts:
            return True
        content = {
            "import": 1,
            "on": on,
            "entries": [[draft.kind, draft.memo, list(map(str, draft.legs))] for draft in drafts],
        }
        try:
            ledger.post(
                book=self.group.book,
                key=self.plan.key(on.isoformat()),
                content=content,
                drafts=drafts,
                by=self.by,
                at=self.at,
            )
        except ValidationError as refusal:
            self._tell(refusal, on, day, set())
            return False
        return True

    # Telling at which cell a service refused

    def _tell(self, refusal: ValidationError, on: date, day: _Day, dropped: set[tuple[int, str]]) -> None:
        by_field = refusal.error_dict if hasattr(refusal, "error_dict") else {"": refusal.error_list}
        for name, errors in by_field.items():
            for error in errors:
                line, heading = self._place(name, error, day)
                if name == "kas" and self.refused:
                    continue  # the box is short of what was refused before
                if heading in ("Angsuran", "Tarik sukarela") and line.sheet == ROWS:
                    dropped.add((line.number, heading))
                self.problems.error(line.sheet, line.cell(heading), " ".join(error.messages))

    def _place(self, name: str, error: ValidationError, day: _Day) -> tuple[Line, str]:
        """Return the row and heading that a service's field means."""
        found: tuple[Line, str] | None = None
        member, _dash, what = name.partition("-")
        if member.startswith("r") and member[1:].isdigit():
            found = self._place_of_row(int(member[1:]), what, day)
        elif name.startswith(("in", "out")) and name.lstrip("inout").isdigit():
            heading = "Masuk" if name.startswith("in") else "Keluar"
            found = [line for line in day.other if line[heading]][int(name.lstrip("inout")) - 1], heading
        elif name != "kas":
            code = (error.params or {}).get("key", ("",))[0]
            lines = [line for line in day.other if line["Akun"] == code]
            found = (lines[0], "Akun") if lines else None
        return found or (day.first, "Cair" if day.first.sheet == LOANS else "Tanggal")

    def _place_of_row(self, no: int, what: str, day: _Day) -> tuple[Line, str] | None:
        lines = [line for line in day.rows if line["Anggota"] == no]
        what, _dash, loan_no = what.partition("-")
        heading = {"angsuran": "Angsuran", "tarik": "Tarik sukarela"}.get(what, "Anggota")
        if what == "angsuran":
            lines = [
                line
                for line in lines
                if line["Angsuran"] and (line["Pinjaman"] or "") == (int(loan_no) if loan_no else "")
            ]
        elif what == "tarik":
            lines = [line for line in lines if line["Tarik sukarela"]]
        return (lines[-1], heading) if lines else None


def _codes(refusal: ValidationError) -> set[str | None]:
    errors = refusal.error_dict.values() if hasattr(refusal, "error_dict") else [refusal.error_list]
    return {error.code for several in errors for error in several}


def _other_money(line: Line, heading: str) -> OtherMoney:
    return OtherMoney(line["Akun"], line["Uraian"] or "", line[heading])


def _other_draft(on: date, line: Line, heading: str, kind: str) -> Draft:
    amount = line[heading] if kind == INCOME else -line[heading]
    legs = (Leg(chart.CASH, amount), Leg(line["Akun"], -amount))
    return Draft(on=on, kind=kind, memo=line["Uraian"] or "", legs=legs)


def _outcome(status: Status, plan: _Plan, problems: Problems, group: Group) -> Outcome:
    """Say what the book holds now."""
    accounts: dict[str, int] = {}
    for account in Account.objects.filter(book=group.book).exclude(balance=0).order_by("code"):
        amount = chart.on_normal_side(account.code, account.balance)
        accounts[account.code] = accounts.get(account.code, 0) + amount
    days = [*plan.days, *([plan.opening_on] if plan.opening_on else [])]
    return Outcome(
        status=status,
        problems=tuple(problems.found),
        group_code=group.code,
        group_name=group.name,
        counts={
            "members": len(plan.members),
            "loans": len(plan.loans),
            "meetings": sum(1 for day in plan.days.values() if day.meeting or day.rows),
            "rows": sum(len(day.rows) for day in plan.days.values()),
            "entries": group.book.last_number,
            "holidays": len(plan.holidays),
        },
        accounts=accounts,
        first_on=min(days, default=None),
        last_on=max(days, default=None),
        head=group.book.head_digest,
    )
