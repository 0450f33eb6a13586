"""From one week to the next: what was there before, and what happened."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from compliance.facts.happened import Movement, WeekInput
from compliance.facts.setting import Setting
from compliance.facts.week import (
    FREE_GIVEN,
    FREE_NOT_GIVEN,
    OWES_AGREED,
    OWES_NOTHING,
    LoanWeek,
    MemberWeek,
    WeekFacts,
    made,
)
from ledger.kinds import PAYING

# Kinds of entry that lend, and that lend another loan's rest; `PAYING` pay a loan. Others only move its principal.
LENDING_KINDS = frozenset({"opening", "disbursement"})
SUCCEEDING_KINDS = frozenset({"reschedule", "restructure"})

CASH_CODES = frozenset({"1110", "1120", "2310", "2220"})  # the loan fund's cash: what is held less what is not its own
SAVINGS_CODES = frozenset({"2110", "2120", "3110"})


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
            no: made(MemberWeek, (deposited, threshold + weekly, OWES_AGREED))
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
        loans[no] = made(
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
