"""Cells found wrong while the sheets are held against each other, and what is known meanwhile."""

from collections import Counter, defaultdict
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from groups.models.bodies import ZONES
from meetings.importing.doubts import Lost
from meetings.importing.judge.plan import PlannedLoan
from meetings.workbook import LOANS, MEETINGS, MEMBERS, Line, Problems, Workbook


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

    def doubt_date(self, line: Line, heading: str, on: date) -> None:
        """Warn of a day that can hardly be meant."""
        if on > self.today:
            self.warn(line, heading, _("This day is still to come."))
        if self.founded_on and on < self.founded_on:
            self.warn(line, heading, _("This lies before the founding."))
