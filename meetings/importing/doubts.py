"""What of a workbook with wrong cells can still be tried, so that one reading names every problem in it.

Such a book is refused, and yet it is played as far as it can be read, and taken back: what the services refuse of the
rest belongs to the same list. But nobody is to be accused of what only follows from a cell already named. Whatever a
service refuses is, in the end, that a balance is too small for what is taken out of it: the box, somebody's voluntary
savings, a fund, what is left of a loan. A wrong cell that could only have made it smaller is left out, and the refusal
stands. One that could have made it larger puts the balance in doubt, and what is taken out of it is left out as well.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from ledger import chart
from ledger.chart import CHART
from meetings.workbook import LOANS, MEETINGS, MEMBERS, OPENING, OTHER, ROWS, Line

if TYPE_CHECKING:
    from meetings.importing.judge import Judge

MONEY = ("Pokok", "Wajib", "Sukarela", "Tarik sukarela", "Angsuran", "Denda", "Sosial")
OUTGOING = ("Tarik sukarela", "Keluar")
_IN_AND_OUT = ("Masuk", "Keluar")
_FUNDS = frozenset(code for code in chart.FREE_CODES if CHART[code].floored)

Cell = tuple[str, int, str]  # sheet, row, heading


class Lost:
    """Numbers or dates of a sheet that nobody can read, or that stand in it twice: what they may have been.

    In a sheet that stands in order, something between its neighbours; in any other, anything.
    """

    def __init__(self, values: Sequence[Any]) -> None:
        known = [value for value in values if value is not None]
        in_order = known == sorted(known)
        self.gaps: dict[int, tuple[Any, Any]] = {}  # place in the sheet → what stands before and after it
        for place, value in enumerate(values):
            if value is None:
                before = [one for one in values[:place] if one is not None] if in_order else []
                after = [one for one in values[place:] if one is not None] if in_order else []
                self.gaps[place] = (before[-1] if before else None, after[0] if after else None)

    def may_be(self, value: Any) -> bool:
        """Whether one of them may have been this."""
        return any((low is None or low < value) and (high is None or value < high) for low, high in self.gaps.values())


@dataclass(slots=True)
class Doubts:
    """What is not played of a book, and from which day on its box cannot be judged."""

    out: set[Cell] = field(default_factory=set)  # amounts left out
    short_from: date = date.max  # from here on the box may hold more than what was read
    unequal_from: date = date.max  # from here on it may hold more or less

    def leave_out(self, line: Line, heading: str, on: date) -> None:
        self.out.add((line.sheet, line.number, heading))
        self.unequal_from = min(self.unequal_from, on)
        if heading not in OUTGOING:
            self.short_from = min(self.short_from, on)


def outflow(code: str) -> str:
    """The column of Kas lain that takes out of an account."""
    return "Keluar" if CHART[code].sign < 0 else "Masuk"


def doubts(judge: "Judge") -> Doubts:
    """Return what is not to be played of a book in which something is wrong."""
    return _Doubting(judge).all()


class _Doubting:
    def __init__(self, judge: "Judge") -> None:
        self.judge, self.found = judge, Doubts()
        # Whose savings and loans, and which funds, may hold more than what was read.
        twice = {line["No"] for line in judge.book.lines[MEMBERS] if line["No"] and "No" in judge.wrong_in(line)}
        self.savings: set[int] = set(twice)
        self.loans: set[int] = set(twice)
        self.funds: set[str] = set()

    def all(self) -> Doubts:
        self._opening()
        self._loans()
        self._meetings()
        self._rows()
        self._other()
        self._what_is_taken_out()
        return self.found

    def _wrong_lines(self, sheet: str) -> Iterator[tuple[Line, frozenset[str], date]]:
        """Give the lines with wrong cells, which these are, and from which day on that may matter."""
        lost = self.judge.lost(sheet, "Tanggal")
        for place, line in enumerate(self.judge.book.lines[sheet]):
            if wrong := self.judge.wrong_in(line):
                on = lost.gaps[place][0] if place in lost.gaps else line["Tanggal"]
                yield line, wrong, on or date.min

    def _members(self) -> set[int]:
        return set(self.judge.members)

    def _whose(self, line: Line, wrong: Iterable[str]) -> set[int]:
        """Whose a line may be: hers whom it names, unless that is wrong."""
        no = line["Anggota"]
        if no and ("Anggota" not in wrong or self.judge.lost_members.may_be(no)):
            return {no}
        return self._members()

    def _opening(self) -> None:
        """Everything older than the book, where the opening does not balance or a line of it has no account."""
        whole = self.judge.unbalanced
        for line, wrong, _on in self._wrong_lines(OPENING):
            code = line["Akun"]
            if "Akun" in wrong or code is None:
                whole = True
            elif wrong == {"Tanggal"}:
                continue
            elif code == chart.CASH:
                self.found.short_from = self.found.unequal_from = date.min
            elif code == chart.MEMBER_LOANS:
                self.loans |= self._whose(line, wrong)
            elif code == chart.VOLUNTARY_SAVINGS:
                self.savings |= self._whose(line, wrong)
            else:
                self.funds |= _FUNDS & {code}
        if whole:
            self.found.short_from = self.found.unequal_from = date.min
            self.savings |= self._members()
            self.loans |= {loan.member_no for loan in self.judge.loans.values() if loan.older}
            self.funds |= _FUNDS

    def _loans(self) -> None:
        """A loan that is wrong is not paid out; what is paid back may belong to it."""
        for line in self.judge.book.lines[LOANS]:
            if wrong := self.judge.wrong_in(line):
                self.loans |= self._whose(line, wrong)
                self.found.unequal_from = min(self.found.unequal_from, line["Cair"] or date.min)

    def _meetings(self) -> None:
        """What was counted puts the box right; without it, nobody knows."""
        for line, wrong, on in self._wrong_lines(MEETINGS):
            if line["Kas dihitung"] is not None or "Kas dihitung" in wrong:
                after = on + timedelta(days=1)  # the day itself is another's, or ends with the count
                self.found.short_from = min(self.found.short_from, after)
                self.found.unequal_from = min(self.found.unequal_from, after)

    def _rows(self) -> None:
        owned = [loan.member_no for loan in self.judge.loans.values()]
        several = {no for no in owned if owned.count(no) > 1}
        for line, wrong, on in self._wrong_lines(ROWS):
            whole = wrong & {"Tanggal", "Anggota"}
            whose = self._whose(line, wrong)
            for heading in MONEY:
                if not (line[heading] or heading in wrong):
                    continue
                if not (whole or heading in wrong or (heading == "Angsuran" and "Pinjaman" in wrong)):
                    continue
                self.found.leave_out(line, heading, on)
                if heading == "Sukarela":
                    self.savings |= whose
                elif heading == "Sosial":
                    self.funds.add(chart.SOCIAL_FUND)
                elif heading == "Angsuran":  # with it her oldest loan may be paid off, and the next payment another's
                    self.loans |= whose & several

    def _other(self) -> None:
        for line, wrong, on in self._wrong_lines(OTHER):
            whole = wrong & {"Tanggal", "Akun"}
            codes = _FUNDS if "Akun" in wrong else _FUNDS & {line["Akun"]}
            for heading in _IN_AND_OUT:
                if heading in wrong or (whole and line[heading]):
                    self.found.leave_out(line, heading, on)
                    self.funds |= {code for code in codes if heading != outflow(code)}

    def _what_is_taken_out(self) -> None:
        """Leave out what is taken out of a balance in doubt."""
        for line in self.judge.book.lines[ROWS]:
            on = line["Tanggal"] or date.min
            if line["Angsuran"] and line["Anggota"] in self.loans:
                self.found.leave_out(line, "Angsuran", on)
            if line["Tarik sukarela"] and line["Anggota"] in self.savings:
                self.found.leave_out(line, "Tarik sukarela", on)
        for line in self.judge.book.lines[OTHER]:
            code = line["Akun"]
            if code in self.funds and line[outflow(code)]:
                self.found.leave_out(line, outflow(code), line["Tanggal"] or date.min)
