"""Holds the sheets of a workbook against each other and makes a plan of them, with every problem at its cell."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from groups import nik
from groups.dates import day_name, week_start
from groups.models import Region
from groups.models.bodies import ZONES
from groups.money import format_rupiah
from ledger import chart
from ledger import services as ledger
from ledger.chart import CHART
from ledger.digest import text_hash
from ledger.services import AccountKey, Leg
from loans.schedule import InvalidTerms, Terms, schedule
from loans.schedule import Row as ScheduleRow
from meetings.importing.doubts import MONEY, Doubts, Lost, doubts
from meetings.sealed import imported_key
from meetings.workbook import HOLIDAYS, LOANS, MEETINGS, MEMBERS, OPENING, OTHER, ROWS, Line, Problems, Workbook

_TERMS = {"principal": "Pokok", "periods": "Jangka", "rate": "Jasa persen", "round_to": "Bulatkan"}


@dataclass(slots=True)
class PlannedLoan:
    line: Line
    member_no: int
    terms: Terms
    rows: list[ScheduleRow]
    requested_on: date
    paid_out_on: date
    older: bool = False  # paid out before the book begins here
    outstanding: int = 0  # of an older one, by Saldo awal


@dataclass(slots=True)
class Day:
    meeting: Line | None = None
    rows: list[Line] = field(default_factory=list)
    other: list[Line] = field(default_factory=list)
    loans: list[PlannedLoan] = field(default_factory=list)

    @property
    def first(self) -> Line:
        """The line that stands for the day as a whole."""
        return self.meeting or [*self.rows, *self.other, *(loan.line for loan in self.loans)][0]

    @property
    def first_cell(self) -> str:
        return self.first.cell("Cair" if self.first.sheet == LOANS else "Tanggal")


@dataclass(slots=True)
class Plan:
    """A book ready to be written; with doubts, only to be tried."""

    group: Line
    start_on: date
    content_hash: str
    members: dict[int, Line]
    opening_on: date | None
    opening: list[Leg]
    loans: dict[int, PlannedLoan]
    days: dict[date, Day]
    holidays: dict[date, str]  # Monday → reason
    unclear: set[int]  # members of whom nobody knows from when to when they are
    doubts: Doubts

    def key(self, what: str) -> UUID:
        """The key of one submission: the same book gives the same keys."""
        return imported_key(self.group["Kode"] or "", self.content_hash, what)


class Judge:
    """Holds the sheets against each other. What is wrong goes to `problems`; later checks skip what was not read.

    `wrong` remembers its cells, and those that say something only because another cell is wrong: nobody is told of
    these. Members and loans are `lost` whose number cannot be read or stands there twice.
    """

    def __init__(self, book: Workbook, problems: Problems, at: datetime) -> None:
        self.book, self.problems = book, problems
        zone = ZONES[book.group["Zona waktu"] or "WIB"]
        self.today = at.astimezone(ZoneInfo(zone)).date()
        self.start_on: date | None = book.group["Mulai dicatat"]
        self.founded_on: date | None = book.group["Tanggal berdiri"]
        self.wrong: defaultdict[tuple[str, int], set[str]] = defaultdict(set)
        self.members: dict[int, Line] = {}
        self.unclear: set[int] = set()
        self.loans: dict[int, PlannedLoan] = {}
        self.opening_on: date | None = None
        self.unbalanced = False
        self._twice(MEMBERS, "No", _("Number %(no)s stands here twice."))
        self._twice(LOANS, "No", _("Number %(no)s stands here twice."))
        self._twice(MEETINGS, "Tanggal", _("Two rows have this date."))
        self.lost_members, self.lost_loans = self.lost(MEMBERS, "No"), self.lost(LOANS, "No")

    def plan(self) -> Plan | None:
        self._group()
        self._members()
        self._opening_date()
        self._loans()
        legs = self._opening()
        days = self._days()
        holidays = self._holidays(days)
        begins = self.start_on or self.opening_on
        if begins is None or (self.book.lines[OPENING] and self.opening_on is None):
            return None  # nobody knows which loans are older than the book
        return Plan(
            group=self.book.group,
            start_on=begins,
            content_hash=_content_hash(self.book),
            members=self.members,
            opening_on=self.opening_on,
            opening=legs,
            loans=self.loans,
            days=dict(sorted(days.items())),
            holidays=holidays,
            unclear=self.unclear,
            doubts=doubts(self) if self.problems.errors else Doubts(),
        )

    def error(self, line: Line, heading: str, reason: str) -> None:
        self.mark(line, heading)
        self.problems.error(line.sheet, line.cell(heading), reason)

    def mark(self, line: Line, heading: str) -> None:
        """Take a cell for wrong without a word: it would be right, were it not for another."""
        self.wrong[line.sheet, line.number].add(heading)

    def wrong_in(self, line: Line) -> frozenset[str]:
        return line.unread | self.wrong.get((line.sheet, line.number), frozenset())

    def lost(self, sheet: str, heading: str) -> Lost:
        """What the values of a column may have been that are wrong."""
        lines = self.book.lines[sheet]
        return Lost([None if heading in self.wrong_in(line) else line[heading] for line in lines])

    def _twice(self, sheet: str, heading: str, reason: str) -> None:
        """Say where something stands that stands once; which of the rows is wrong nobody knows."""
        count = Counter(line[heading] for line in self.book.lines[sheet] if line[heading])
        seen = set()
        for line in self.book.lines[sheet]:
            if count[line[heading]] > 1:
                if line[heading] in seen:
                    self.error(line, heading, reason % {"no": line[heading]})
                self.mark(line, heading)
                seen.add(line[heading])

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
        unread = any("Jabatan" in line.unread for line in self.book.lines[MEMBERS])
        for office in ("ketua", "sekretaris", "bendahara"):
            if office not in offices and not unread:
                self.problems.warn(MEMBERS, "", _("The group has no %(office)s.") % {"office": office})
        if not self.book.lines[MEMBERS]:
            self.problems.warn(MEMBERS, "", _("The group has no members."))

    def _member(self, line: Line) -> None:
        no, joined, left = line["No"], line["Masuk"], line["Keluar"]
        if joined and left and left < joined:
            self.error(line, "Keluar", _("She leaves before she joins."))
        if no:
            self.members.setdefault(no, line)
            if self.wrong_in(line) & {"No", "Masuk", "Keluar"}:
                self.unclear.add(no)
        if joined and self.founded_on and joined < self.founded_on:
            self.warn(line, "Masuk", _("This lies before the founding."))
        if line["NIK"] and nik.doubts(line["NIK"], line["L/P"] or ""):
            self.warn(line, "NIK", _("The NIK does not fit the person; look at it again."))

    def _active(self, no: int, on: date) -> bool:
        line = self.members[no]
        return no in self.unclear or (
            (line["Masuk"] or date.min) <= on and (line["Keluar"] is None or on < line["Keluar"])
        )

    def _known_member(self, line: Line) -> int | None:
        """Return the member a row names, or say that there is none."""
        no: int | None = line["Anggota"]
        if no is None or no in self.members:
            return no
        if self.lost_members.may_be(no):
            self.mark(line, "Anggota")
        else:
            self.error(line, "Anggota", _("There is no member %(no)s in Anggota.") % {"no": no})
        return None

    # Pinjaman

    def _loans(self) -> None:
        begins = self.opening_on or self.start_on
        for line in self.book.lines[LOANS]:
            member_no = self._known_member(line)
            loan = self._loan(line, member_no)
            if loan is None or begins is None:
                continue
            loan.older = loan.paid_out_on < begins
            if not self._active(loan.member_no, loan.paid_out_on):
                say = self.warn if loan.older else self.error
                say(line, "Cair", _("The borrower is not a member on that day."))
                if not loan.older:
                    del self.loans[line["No"]]

    def _loan(self, line: Line, member_no: int | None) -> PlannedLoan | None:
        paid_out, requested = line["Cair"], line["Diminta"] or line["Cair"]
        if paid_out and requested > paid_out:
            self.error(line, "Diminta", _("A loan is asked for before it is paid out."))
        if paid_out and self.founded_on and paid_out < self.founded_on:
            self.warn(line, "Cair", _("This lies before the founding."))
        if line["Bulatkan"] is None and "Bulatkan" not in line.unread:
            self.warn(line, "Bulatkan", _("Empty: instalments are not rounded."))
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
            self.error(line, _TERMS.get(refusal.field, "Cair"), str(refusal))
            return None
        if member_no is None or self.wrong_in(line):
            return None
        loan = PlannedLoan(line, member_no, terms, rows, requested, paid_out)
        self.loans[line["No"]] = loan
        return loan

    def _known_loan(self, line: Line, member_no: int | None) -> PlannedLoan | None:
        """Return the loan a row names, or say that there is none or that it is somebody else's."""
        no = line["Pinjaman"]
        if no is None:
            return None
        loan = self.loans.get(no)
        if loan is None:
            named = any(one["No"] == no for one in self.book.lines[LOANS])  # its own row says what is wrong
            if named or self.lost_loans.may_be(no):
                self.mark(line, "Pinjaman")
            else:
                self.error(line, "Pinjaman", _("There is no loan %(no)s in Pinjaman.") % {"no": no})
        elif member_no and loan.member_no != member_no:
            reason = _("Loan %(no)s is of member %(member)s.") % {"no": no, "member": loan.member_no}
            self.error(line, "Pinjaman", reason)
        return loan

    # Saldo awal

    def _opening_date(self) -> None:
        dated = [line for line in self.book.lines[OPENING] if line["Tanggal"]]
        if not dated:
            return
        self.opening_on = on = Counter(line["Tanggal"] for line in dated).most_common(1)[0][0]
        for line in dated:
            if line["Tanggal"] != on:
                self.error(line, "Tanggal", _("All of Saldo awal has one date."))
        first = next(line for line in dated if line["Tanggal"] == on)
        self._doubtful_date(first, "Tanggal", on)
        if self.start_on and on < self.start_on:
            self.warn(first, "Tanggal", _("This lies before “Mulai dicatat”."))

    def _opening(self) -> list[Leg]:
        legs: dict[AccountKey, Leg] = {}
        for line in self.book.lines[OPENING]:
            amount = line["Jumlah"]
            if amount is not None and amount < 0 and line["Akun"] and CHART[line["Akun"]].floored:
                self.error(line, "Jumlah", _("The amount is below 0."))
                continue
            key = self._opening_key(line)
            if key is None or amount is None:
                continue
            if key in legs:
                self.warn(line, "Akun", _("This account stands here twice; the amounts are added up."))
            before = legs[key].amount if key in legs else 0
            legs[key] = Leg(key[0], before + CHART[key[0]].sign * amount, key[1], key[2])
            if key[0] == chart.MEMBER_LOANS:
                self._outstanding(line, key[2], amount)
        if not any(self.wrong_in(line) for line in self.book.lines[OPENING]):
            for loan in self.loans.values():
                if loan.older and (chart.MEMBER_LOANS, loan.member_no, loan.line["No"]) not in legs:
                    self.warn(loan.line, "Cair", _("This loan is not in Saldo awal: it counts as paid back."))
        self._balance()
        if left_out := sum(leg.amount for leg in legs.values()):  # something is wrong: to be tried, it balances
            key = (chart.RETAINED_SURPLUS, 0, 0)
            legs[key] = Leg(key[0], (legs[key].amount if key in legs else 0) - left_out)
        return [leg for leg in legs.values() if leg.amount]

    def _balance(self) -> None:
        """Say that assets and the rest differ, as far as every line has its account and its amount."""
        lines = self.book.lines[OPENING]
        if any(self.wrong_in(line) & {"Akun", "Jumlah"} for line in lines):
            return
        signed = [CHART[line["Akun"]].sign * line["Jumlah"] for line in lines]
        if difference := sum(signed):
            self.unbalanced = True
            assets = sum(amount for line, amount in zip(lines, signed, strict=True) if CHART[line["Akun"]].sign > 0)
            reason = _("The opening does not balance: assets and costs %(assets)s, the rest %(rest)s.")
            shown = {"assets": format_rupiah(assets), "rest": format_rupiah(assets - difference)}
            self.problems.error(OPENING, lines[-1].cell("Jumlah"), reason % shown)

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
        loan = self._known_loan(line, member_no)
        if loan is None or self.wrong_in(line) & {"Anggota", "Pinjaman"}:
            return None
        if not loan.older and self.opening_on:
            self.error(line, "Pinjaman", _("This loan was not yet paid out at the opening."))
            return None
        return chart.MEMBER_LOANS, loan.member_no, line["Pinjaman"]

    def _outstanding(self, line: Line, loan_no: int, amount: int) -> None:
        loan = self.loans[loan_no]
        loan.outstanding += amount
        if loan.outstanding > loan.terms.principal:
            loan.outstanding = loan.terms.principal
            reason = _("More is owed than was lent, %(principal)s.")
            self.error(line, "Jumlah", reason % {"principal": format_rupiah(loan.terms.principal)})

    # Pertemuan, Lembar, Kas lain and what is paid out, day by day

    def _days(self) -> dict[date, Day]:
        days: dict[date, Day] = {}
        for line in self.book.lines[MEETINGS]:
            on = self._day_of(line, "Tanggal")
            if on is None or on in days:
                continue
            days[on] = Day(meeting=line)
            self._meeting(line, on)
        for line in self.book.lines[ROWS]:
            if on := self._day_of(line, "Tanggal"):
                days.setdefault(on, Day()).rows.append(line)
            self._row(line, on)
        for line in self.book.lines[OTHER]:
            if on := self._day_of(line, "Tanggal"):
                days.setdefault(on, Day()).other.append(line)
            self._other(line)
        for loan in self.loans.values():
            if not loan.older and (on := self._day_of(loan.line, "Cair")):
                days.setdefault(on, Day()).loans.append(loan)
        lost = self.lost(MEETINGS, "Tanggal")
        for on, day in days.items():
            self._day(on, day, lost)
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
        if line["Pinjaman"]:
            self._known_loan(line, member_no)
        if not member_no or on is None:
            return
        if not self._active(member_no, on):
            if any(line[heading] for heading in MONEY):
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

    def _day(self, on: date, day: Day, lost: Lost) -> None:
        self._doubtful_date(day.first, "Cair" if day.first.sheet == LOANS else "Tanggal", on)
        if day.meeting is None and not lost.may_be(on):
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
            if (no, line["Pinjaman"]) in named and "Pinjaman" not in line.unread:
                self.warn(line, "Anggota", _("She has another row on this date; the amounts are added up."))
            named.add((no, line["Pinjaman"]))

    # Libur

    def _holidays(self, days: dict[date, Day]) -> dict[date, str]:
        holidays: dict[date, str] = {}
        lines: dict[date, Line] = {}
        for line in self.book.lines[HOLIDAYS]:
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
