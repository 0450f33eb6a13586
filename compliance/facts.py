"""What each week of a group came to: a fold over its books, one week after the other, without Django.

A week's facts hold what was so at its end (or at the end of `through`, inside it) and are what the next week starts
from. Nothing in them changes because of a later week: who paid late is read by laying a later week's cumulative sums
over an earlier week's thresholds. Raw parts (delays, heads, dates) are kept, so that any policy can judge them later.
All money is whole rupiah.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from itertools import accumulate
from typing import Any, NamedTuple, Self

from ledger.kinds import PAYING

WEEK = timedelta(days=7)
_made = tuple.__new__  # a named tuple of values in their order: its own constructor takes three times as long
_DAYS = [timedelta(days=days) for days in range(7)]

# What a member owed in a week: nothing, the agreed amount, or (free amounts) anything at all, given or not.
OWES_NOTHING, OWES_AGREED, FREE_GIVEN, FREE_NOT_GIVEN = range(4)

# Kinds of entry that lend, and that lend another loan's rest; `PAYING` pay a loan. Others only move its principal.
LENDING_KINDS = frozenset({"opening", "disbursement"})
SUCCEEDING_KINDS = frozenset({"reschedule", "restructure"})

CASH_CODES = frozenset({"1110", "1120", "2310", "2220"})  # the loan fund's cash: what is held less what is not its own
SAVINGS_CODES = frozenset({"2110", "2120", "3110"})


class Movement(NamedTuple):
    """The postings of one account on one day and of one kind, added up: rupiah, debit positive."""

    on: date
    code: str
    member_no: int
    loan_no: int
    kind: str
    amount: int


class MeetingFacts(NamedTuple):
    """One meeting with its sheet. Heads are of the members active that day; `delay` in days from meeting to posting."""

    on: date
    active: int
    present: int
    excused: int
    sick: int
    delay: int
    counted: bool  # the cash was counted
    explained: bool  # it agreed with the book, or the difference has a reason
    minuted: bool  # the minutes hold an agenda and a decision
    imported: bool


class MemberWeek(NamedTuple):
    """A member's wajib in rupiah since the books began: deposited, and owed through this week; what she owed in it.

    Her obligation of this week is covered once `deposited` (of this or any later week) reaches `threshold`.
    """

    deposited: int
    threshold: int
    owes: int


class LoanWeek(NamedTuple):
    """A loan in a week. `due_before` and `paid_before` as on its eve, the rest at its end; pokok + jasa in rupiah.

    Laid on a line, the instalments that belong to this week reach from `due_before` to `due`. Jasa that was waived in
    this or an earlier week is left out of the line, and so is, in the weeks after a loan was closed, what it lacked.
    `waived` holds, for each waiver so far, how far the line without what it forgave reaches before its week: payments
    beyond that pay nothing of the weeks before it.
    """

    member_no: int
    lent: int
    due_before: int
    due: int
    paid_before: int
    paid: int
    outstanding: int  # principal
    late: int  # number of instalments due and not fully covered
    waived: tuple[int, ...] = ()


class Waiver(NamedTuple):
    """Jasa that is due no more, in the week of that day and after: place in the schedule (first: 0) → rupiah."""

    on: date
    forgiven: Mapping[int, int]


@dataclass(frozen=True)
class LoanPlan:
    """A loan's schedule. `due` holds (due date, pokok + jasa) in order; `prior` counts as paid before the opening.

    Nothing falls due after `closed_on`, the day a step ended the loan; waivers are in order of their days.
    """

    member_no: int
    prior: int
    due: tuple[tuple[date, int], ...]
    weeks: tuple[date, ...]  # Monday each instalment belongs to: its own week, or the next that is no holiday
    closed_on: date | None = None
    waivers: tuple[Waiver, ...] = ()

    @classmethod
    def make(
        cls,
        member_no: int,
        prior: int,
        due: Iterable[tuple[date, int]],
        holidays: frozenset[date],
        *,
        closed_on: date | None = None,
        waivers: Iterable[Waiver] = (),
    ) -> Self:
        """Lay the instalments into weeks, past the holidays."""
        due = tuple(due)
        weeks = _weeks_of([on for on, _amount in due], holidays)
        return cls(member_no, prior, due, weeks, closed_on, tuple(waivers))

    @cached_property
    def _days(self) -> list[date]:
        return [on for on, _amount in self.due]

    @cached_property
    def _lines(self) -> list[list[int]]:
        """How far the line reaches after each instalment: as first lent, then without what each waiver forgave."""
        amounts = [amount for _on, amount in self.due]
        lines = [list(accumulate(amounts, initial=0))]
        for waiver in self.waivers:
            for place, amount in waiver.forgiven.items():
                amounts[place] -= amount
            lines.append(list(accumulate(amounts, initial=0)))
        return lines

    def _line(self, through: date) -> list[int]:
        if not self.waivers:
            return self._lines[0]
        return self._lines[sum(waiver.on <= through for waiver in self.waivers)]

    @cached_property
    def _last(self) -> int:
        """How many instalments ever fall due."""
        return len(self.due) if self.closed_on is None else bisect_right(self._days, self.closed_on)

    def began_before(self, week: date) -> bool:
        """Whether an instalment belongs to an earlier week."""
        return bisect_left(self.weeks, week) > 0

    @property
    def total(self) -> int:
        """Pokok + jasa of all that ever falls due."""
        return self._lines[-1][self._last]

    def stretch(self, week: date, through: date, paid_before: int) -> tuple[int, int]:
        """Return how far the line reaches before a week, and with its own instalments due by `through`.

        What a loan lacks that was closed before that week is carried on no more.
        """
        line, last = self._line(through), self._last
        start = bisect_left(self.weeks, week)
        before = line[min(start, last)]
        own = line[min(bisect_right(self.weeks, week, start), bisect_right(self._days, through), last)] - before
        if self.closed_on and self.closed_on < week:
            before = min(before, paid_before)
        return before, before + own

    def waived(self, through: date) -> tuple[int, ...]:
        """Return for each waiver up to that day how far the line without what it forgave reaches before its week."""
        effective = [waiver for waiver in self.waivers if waiver.on <= through]
        return tuple(self._lines[n][self._before(waiver)] for n, waiver in enumerate(effective, start=1))

    def _before(self, waiver: Waiver) -> int:
        return bisect_left(self.weeks, waiver.on - timedelta(days=waiver.on.weekday()))

    @cached_property
    def _leaves_a_gap(self) -> bool:
        """Whether a waiver forgave something of weeks before its own: those never count as paid."""
        return any(place < self._before(waiver) for waiver in self.waivers for place in waiver.forgiven)

    def finished(self, week: date, paid: int) -> bool:
        """Whether all that ever falls due did so before that week and was paid: the loan can leave the facts."""
        return bisect_left(self.weeks, week) >= self._last and paid >= self.total and not self._leaves_a_gap

    def late(self, through: date, paid: int) -> int:
        """Count the instalments due by `through` that `paid`, laid oldest first, does not fully cover."""
        if self.closed_on and self.closed_on <= through:
            return 0
        covered = bisect_right(self._line(through), paid) - 1
        return max(0, bisect_right(self._days, through) - covered)


def _weeks_of(days: Iterable[date], holidays: frozenset[date]) -> tuple[date, ...]:
    weeks = [on - _DAYS[on.weekday()] for on in days]
    return tuple([_working(week, holidays) for week in weeks] if holidays else weeks)


def _working(week: date, holidays: frozenset[date]) -> date:
    while week in holidays:
        week += WEEK
    return week


@dataclass(frozen=True)
class Setting:
    """What holds for a group whatever the week: its time, people, holidays, terms and schedules.

    members   number → (joined on, first day no longer a member)
    holidays  Mondays declared before they began
    terms     (from day, weekly amount; 0 = each what she can), by day
    """

    start_on: date
    end_on: date | None
    members: Mapping[int, tuple[date, date | None]]
    holidays: frozenset[date] = frozenset()
    terms: tuple[tuple[date, int], ...] = ()
    loans: Mapping[int, LoanPlan] = field(default_factory=dict)
    asked_on: date | None = None  # when a member first asked for a loan
    imported_through: date | None = None  # date of the last meeting brought in from an old book

    @property
    def first_week(self) -> date:
        """Monday of the week the books began."""
        return self.start_on - timedelta(days=self.start_on.weekday())

    @cached_property
    def _changes(self) -> list[date]:
        """Days on which the circle of members changes, in order."""
        return sorted({on for joined, left in self.members.values() for on in (joined, left) if on})

    @cached_property
    def _circles(self) -> dict[int, tuple[int, ...]]:
        """The active members after so many changes, as far as somebody asked."""
        return {}

    def active_on(self, on: date) -> tuple[int, ...]:
        """Return the numbers of the members active on that day."""
        passed = bisect_right(self._changes, on)
        if passed not in self._circles:
            self._circles[passed] = tuple(
                no for no, (joined, left) in self.members.items() if joined <= on and (left is None or on < left)
            )
        return self._circles[passed]

    def weekly_on(self, on: date) -> int:
        """Return the agreed weekly amount on that day; before the first terms, the first."""
        days = [from_on for from_on, _weekly in self.terms]
        return self.terms[max(0, bisect_right(days, on) - 1)][1] if days else 0


@dataclass(frozen=True)
class WeekInput:
    """What happened in one week: its meetings in order of date, and its movements of money.

    The first week of a book also holds all that is dated before it.
    """

    week: date
    meetings: tuple[MeetingFacts, ...] = ()
    movements: tuple[Movement, ...] = ()


class Tally(NamedTuple):
    """What was owed in one week, seen from a later one: member-weeks of savings, rupiah of instalments."""

    saved: tuple[int, int, int]  # on time, late, uncovered
    repaid: tuple[int, int, int]


NOTHING_OWED = Tally((0, 0, 0), (0, 0, 0))


@dataclass(frozen=True, kw_only=True)
class Week:
    """A week as later ones look back on it. `counts`: the group was active; `brought_in`: it comes from an old book.

    In brief (`compliance.rules.in_brief`) its members and loans are those alone whom a later week may see otherwise,
    and `settled` counts the rest. That holds until a week in which something `fell`.
    """

    week: date
    holiday: bool
    counts: bool
    brought_in: bool
    fell: bool  # a sum fell or jasa was waived: what was covered in earlier weeks may be covered no more
    meetings: tuple[MeetingFacts, ...]
    members: Mapping[int, MemberWeek]
    loans: Mapping[int, LoanWeek]
    settled: Tally = NOTHING_OWED

    @cached_property
    def kept(self) -> dict[Any, Any]:
        """Room for what is worked out from this week again and again."""
        return {}

    def as_json(self) -> dict[str, Any]:
        """Return what `from_json` reads back, in plain JSON types."""
        return {
            "week": self.week.isoformat(),
            "holiday": self.holiday,
            "counts": self.counts,
            "brought_in": self.brought_in,
            "fell": self.fell,
            "meetings": [[m.on.isoformat(), *m[1:]] for m in self.meetings],
            "members": {str(no): list(member) for no, member in self.members.items()},
            "loans": {str(no): list(loan if loan.waived else loan[:-1]) for no, loan in self.loans.items()},
            "settled": self.settled,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read what `as_json` wrote."""
        saved, repaid = data["settled"]
        return cls(**_of_any_week(data), settled=Tally(tuple(saved), tuple(repaid)))


@dataclass(frozen=True, kw_only=True)
class WeekFacts(Week):
    """A week as at the end of `through`, with all its members and its open loans.

    Settled loans end with the week of their last instalment.
    """

    through: date
    active: tuple[int, ...]  # members active on `through`
    last_owed: Mapping[int, date]  # last day each member owed principal inside the group, of those who owe no more
    asked: bool  # a member has asked for a loan
    cash: int  # the loan fund's
    savings: int
    moved_on: date | None  # last day any of this money moved: weeks with the same one hold the same sums
    last_meeting: date | None
    without_sheet: int  # weeks in a row, come to their end, holidays aside

    @cached_property
    def outstanding(self) -> int:
        """Principal outstanding inside the group."""
        return sum(loan.outstanding for loan in self.loans.values())

    @cached_property
    def last_owed_by_all(self) -> dict[int, date]:
        """Last day each member who ever borrowed owed principal; `through` for those who still do."""
        owing = {loan.member_no: self.through for loan in self.loans.values() if loan.outstanding > 0}
        return {**self.last_owed, **owing}

    def at_risk(self, late: int) -> int:
        """Return the whole outstanding of loans with at least that many instalments late."""
        return sum(loan.outstanding for loan in self.loans.values() if loan.late >= late)

    def as_json(self) -> dict[str, Any]:
        """Return what `from_json` reads back, in plain JSON types."""
        whole = super().as_json()
        del whole["settled"]
        return whole | {
            "through": self.through.isoformat(),
            "active": list(self.active),
            "last_owed": {str(no): on.isoformat() for no, on in self.last_owed.items()},
            "asked": self.asked,
            "cash": self.cash,
            "savings": self.savings,
            "moved_on": self.moved_on and self.moved_on.isoformat(),
            "last_meeting": self.last_meeting and self.last_meeting.isoformat(),
            "without_sheet": self.without_sheet,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read what `as_json` wrote."""
        return cls(
            **_of_any_week(data),
            through=date.fromisoformat(data["through"]),
            active=tuple(data["active"]),
            last_owed={int(no): date.fromisoformat(on) for no, on in data["last_owed"].items()},
            asked=data["asked"],
            cash=data["cash"],
            savings=data["savings"],
            moved_on=_date_or_none(data["moved_on"]),
            last_meeting=_date_or_none(data["last_meeting"]),
            without_sheet=data["without_sheet"],
        )


def _of_any_week(data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "week": date.fromisoformat(data["week"]),
        "holiday": data["holiday"],
        "counts": data["counts"],
        "brought_in": data["brought_in"],
        "fell": data.get("fell", False),  # weeks kept before this was asked are looked back on whole
        "meetings": tuple(MeetingFacts(date.fromisoformat(m[0]), *m[1:]) for m in data["meetings"]),
        "members": {int(no): _made(MemberWeek, member) for no, member in data["members"].items()},
        "loans": {int(no): _loan_week(loan) for no, loan in data["loans"].items()},
    }


def _loan_week(data: Sequence[Any]) -> LoanWeek:
    """Read a loan of a kept week; one without waivers is kept without them."""
    *numbers, last = data
    return _made(LoanWeek, (*numbers, tuple(last))) if isinstance(last, list) else _made(LoanWeek, (*data, ()))


def _date_or_none(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


@dataclass
class _Money:
    """A week's movements of money, sorted by what they mean."""

    cash: int = 0
    savings: int = 0
    deposited: dict[int, int] = field(default_factory=lambda: defaultdict(int))  # member → wajib
    given: dict[int, int] = field(default_factory=lambda: defaultdict(int))  # member → wajib and sukarela in the week
    lent: dict[int, int] = field(default_factory=dict)  # loan → paid out or opened with
    paid: dict[int, int] = field(default_factory=lambda: defaultdict(int))  # loan → pokok + jasa
    paid_before: dict[int, int] = field(default_factory=lambda: defaultdict(int))  # of which before the week
    principal: dict[int, dict[date, int]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(int)))
    moved_on: date | None = None

    def add(self, movement: Movement, week: date) -> None:
        on, code, member_no, loan_no, kind, amount = movement
        self.moved_on = max(on, self.moved_on or on)
        handed_over = kind == "handover"  # what a step settles is no deposit
        if code in CASH_CODES:
            self.cash += amount
        elif code in SAVINGS_CODES:
            self.savings -= amount
            if handed_over and code != "3110":
                if code == "2110":
                    self.deposited[member_no] -= amount
                if on >= week:
                    self.given[member_no] -= amount
        elif loan_no:
            if code == "1210":
                self.principal[loan_no][on] += amount
                if kind in LENDING_KINDS or (kind in SUCCEEDING_KINDS and amount >= 0):
                    self.lent[loan_no] = self.lent.get(loan_no, 0) + amount
            if kind in PAYING:
                self.paid[loan_no] -= amount
                if on < week:
                    self.paid_before[loan_no] -= amount


def advance(before: WeekFacts | None, happened: WeekInput, setting: Setting, through: date) -> WeekFacts:
    """Return the facts of a week as at the end of `through`, given those of the week before; None = the books begin.

    `happened` may reach beyond `through`; what is dated later is left out.
    """
    week = happened.week
    meetings = tuple(m for m in happened.meetings if m.on <= through)
    money = _Money()
    for movement in happened.movements:
        if movement.on <= through:
            money.add(movement, week)
    sunday = week + timedelta(days=6)
    reference = meetings[0].on if meetings else sunday
    holiday = week in setting.holidays
    counts = setting.end_on is None or reference < setting.end_on
    owing = frozenset(setting.active_on(reference)) if counts and not holiday else frozenset()
    last_sheet = setting.imported_through
    missed = counts and not holiday and through >= sunday
    without_sheet = 0 if meetings else (before.without_sheet if before else 0) + missed
    loans = _loans(before, money, setting, week, through)
    return WeekFacts(
        week=week,
        through=through,
        holiday=holiday,
        counts=counts,
        brought_in=last_sheet is not None and week <= last_sheet,
        fell=before is not None and _fell(before, money, loans, setting, week),
        meetings=meetings,
        members=_members(before, money, owing, setting.weekly_on(reference)),
        loans=loans,
        active=setting.active_on(through),
        last_owed=_last_owed(before, money, setting),
        asked=setting.asked_on is not None and setting.asked_on <= through,
        cash=(before.cash if before else 0) + money.cash,
        savings=(before.savings if before else 0) + money.savings,
        moved_on=money.moved_on or (before.moved_on if before else None),
        last_meeting=meetings[-1].on if meetings else before.last_meeting if before else None,
        without_sheet=without_sheet,
    )


def _fell(before: WeekFacts, money: _Money, loans: Mapping[int, LoanWeek], setting: Setting, week: date) -> bool:
    """Say whether what weeks before this one count as covered may be covered no more.

    So it may when a sum falls, when jasa is waived (what was paid beyond that pays later weeks), and when a loan comes
    back whose instalments those weeks may hold.
    """
    sums = (money.deposited, money.paid, money.lent)
    if any(amount < 0 for amounts in sums for amount in amounts.values()):
        return True
    known = before.loans
    return any(
        len(loan.waived) != len(known[no].waived) if no in known else setting.loans[no].began_before(week)
        for no, loan in loans.items()
    )


def _members(before: WeekFacts | None, money: _Money, owing: frozenset[int], weekly: int) -> dict[int, MemberWeek]:
    earlier = before.members if before else {}
    if weekly and not money.deposited and owing == earlier.keys():  # a silent week of a settled circle
        return {
            no: _made(MemberWeek, (deposited, threshold + weekly, OWES_AGREED))
            for no, (deposited, threshold, _owed) in earlier.items()
        }
    members = {}
    for no in sorted(owing | money.deposited.keys() | earlier.keys()):
        deposited, threshold, _owed = earlier.get(no, (0, 0, 0))
        now = money.deposited.get(no, 0)
        owes = OWES_NOTHING
        if weekly == 0:
            # Free amounts: what she gives covers what she still owes; the rest is this week's, not a prepayment.
            threshold += max(0, now - max(0, threshold - deposited))
            if no in owing:
                owes = FREE_GIVEN if money.given.get(no, 0) > 0 else FREE_NOT_GIVEN
        elif no in owing:
            threshold += weekly
            owes = OWES_AGREED
        members[no] = MemberWeek(deposited + now, threshold, owes)
    return members


def _loans(before: WeekFacts | None, money: _Money, setting: Setting, week: date, through: date) -> dict[int, LoanWeek]:
    earlier = before.loans if before else {}
    touched = money.principal.keys() | money.paid.keys()
    loans = {}
    for no in sorted(earlier.keys() | touched) if touched else earlier:
        plan = setting.loans[no]
        if known := earlier.get(no):
            lent, paid_before, outstanding = known.lent, known.paid, known.outstanding
            if outstanding == 0 and no not in touched and plan.finished(week, known.paid):
                continue
        elif no in money.lent:
            lent, paid_before, outstanding = 0, plan.prior, 0
        else:  # it was settled and left the facts: all of it was paid
            lent, paid_before, outstanding = plan.total, plan.total, 0
        lent += money.lent.get(no, 0)
        if lent <= 0:  # a disbursement that was taken back
            continue
        paid = paid_before
        if no in touched:
            paid += money.paid.get(no, 0)
            paid_before += money.paid_before.get(no, 0)
            outstanding += sum(money.principal[no].values() if no in money.principal else ())
        due_before, due = plan.stretch(week, through, paid_before)
        late, waived = plan.late(through, paid), plan.waived(through) if plan.waivers else ()
        loans[no] = _made(
            LoanWeek, (plan.member_no, lent, due_before, due, paid_before, paid, outstanding, late, waived)
        )
    return loans


def _last_owed(before: WeekFacts | None, money: _Money, setting: Setting) -> Mapping[int, date]:
    """Return for each member who owes principal no more the last day at whose end she did."""
    if before and not money.principal:
        return before.last_owed
    last = dict(before.last_owed) if before else {}
    balance: dict[int, int] = defaultdict(int)
    for loan in before.loans.values() if before else ():
        balance[loan.member_no] += loan.outstanding
    changes: dict[int, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    for no, days in money.principal.items():
        for on, amount in days.items():
            changes[setting.loans[no].member_no][on] += amount
    for member_no, by_day in changes.items():
        for on in sorted(by_day):
            if balance[member_no] > 0:
                last[member_no] = on - timedelta(days=1)
            balance[member_no] += by_day[on]
    return {no: on for no, on in sorted(last.items()) if balance[no] <= 0}
