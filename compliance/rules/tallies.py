"""Rules 1 and 5: what was owed in a week, on time, late or not at all, as a later week sees it."""

from collections.abc import Iterable
from dataclasses import replace
from operator import sub

from compliance.facts import FREE_GIVEN, OWES_AGREED, OWES_NOTHING, LoanWeek, MemberWeek, Tally, Week, WeekFacts
from compliance.rules.finding import Finding, Quotient, quotient_finding
from compliance.rules.policy import PolicyNumbers

NOTHING = (0, 0, 0)

ON_TIME, LATE, UNCOVERED = "on_time", "late", "uncovered"


def covered(week: MemberWeek, last: MemberWeek | None) -> str | None:
    """Say how a member's obligation of a week stands, `last` being her latest sums; None = she owed nothing."""
    if week.owes == OWES_NOTHING:
        return None
    if week.owes != OWES_AGREED:
        return ON_TIME if week.owes == FREE_GIVEN else UNCOVERED
    if last is None or last.deposited < week.threshold:
        return UNCOVERED
    return ON_TIME if week.deposited >= week.threshold else LATE


def tally(row: Week, last: WeekFacts) -> Tally:
    """Count a week as `last` sees it. Kept with the week: until money moves again, all later weeks see the same."""
    if last.moved_on in row.kept:
        found: Tally = row.kept[last.moved_on]
        return found
    if not row.members and not row.loans:
        return row.settled
    known = last.members
    hows = [covered(week, known.get(no)) for no, week in row.members.items()]
    saved = hows.count(ON_TIME), hows.count(LATE), hows.count(UNCOVERED)
    stretches = [repaid(loan, paid_by(last, no, loan)) for no, loan in row.loans.items() if loan.due > loan.due_before]
    found = row.kept[last.moved_on] = Tally(
        _added((row.settled.saved, saved)), _added((row.settled.repaid, *stretches))
    )
    return found


def in_brief(row: WeekFacts) -> Week:
    """Return a week with the members and loans alone whom a later one may see otherwise, the rest counted together.

    Who gave what she owed in time, or may give what she likes, is seen so by every later week until a sum falls; and so
    is a loan of which nothing was lacking, neither of the week nor from before.
    """
    waiting = {no: one for no, one in row.members.items() if one.owes == OWES_AGREED and one.deposited < one.threshold}
    lacking = {no: loan for no, loan in row.loans.items() if loan.paid < loan.due or loan.paid_before < loan.due_before}
    brief = Week(
        week=row.week,
        holiday=row.holiday,
        counts=row.counts,
        brought_in=row.brought_in,
        fell=row.fell,
        meetings=row.meetings,
        members=waiting,
        loans=lacking,
    )
    whole, part = tally(row, row), tally(brief, row)
    return replace(brief, settled=Tally(_less(whole.saved, part.saved), _less(whole.repaid, part.repaid)))


def tallied(weeks: Iterable[Week], last: WeekFacts) -> Tally:
    """Add the weeks' tallies up."""
    moved_on = last.moved_on
    tallies = [row.kept.get(moved_on) or tally(row, last) for row in weeks]
    return Tally(_added([one.saved for one in tallies]), _added([one.repaid for one in tallies]))


def _added(triples: Iterable[tuple[int, int, int]]) -> tuple[int, int, int]:
    """Add triples up, each place by itself."""
    one, two, three = map(sum, zip(NOTHING, *triples, strict=True))
    return one, two, three


def _less(whole: tuple[int, int, int], part: tuple[int, int, int]) -> tuple[int, int, int]:
    one, two, three = map(sub, whole, part)
    return one, two, three


def savings_finding(saved: tuple[int, int, int], policy: PolicyNumbers) -> Finding:
    on_time, late, uncovered = saved
    parts = {ON_TIME: on_time, LATE: late, UNCOVERED: uncovered}
    return quotient_finding("savings", _with_late(on_time, late, policy), parts, on_time + late + uncovered, policy)


def _with_late(on_time: int, late: int, policy: PolicyNumbers) -> Quotient:
    """Return what was paid on time and, at its lower value, late."""
    share = policy.late_value
    return Quotient(on_time * share.denominator + late * share.numerator, share.denominator)


def repaid(loan: LoanWeek, paid: int) -> tuple[int, int, int]:
    """Cut what fell due in a week into (on time, late, uncovered) rupiah, given all that was paid since."""
    return _cut(loan.due_before, loan.due, loan.paid, paid)


def overdue(loan: LoanWeek, paid: int) -> tuple[int, int]:
    """Cut what earlier instalments lacked on the eve of a week into (paid since, still uncovered) rupiah."""
    _none, late, uncovered = _cut(loan.paid_before, max(loan.due_before, loan.paid_before), loan.paid_before, paid)
    return late, uncovered


def _cut(start: int, end: int, in_time: int, now: int) -> tuple[int, int, int]:
    """Cut the stretch from `start` to `end`, covered from the left: in time, later, not."""
    reached = min(end, max(start, now))
    first = min(reached, max(start, in_time))
    return first - start, reached - first, end - reached


def paid_by(last: WeekFacts, no: int, loan: LoanWeek) -> int:
    """Return what was paid on a loan by the last week; a loan that left the facts was paid in full.

    Jasa of this week that was waived later never counts as paid: money beyond it pays later weeks.
    """
    known = last.loans.get(no)
    if known is None:
        return max(loan.due, loan.due_before)
    waived_since = known.waived[len(loan.waived) :]
    return min(known.paid, *waived_since) if waived_since else known.paid


def arrears_of(first: Week, last: WeekFacts) -> tuple[int, int, int]:
    """Cut what lacked on the eve of the first week into (0, paid since, still uncovered) rupiah."""
    lacking = [(no, loan) for no, loan in first.loans.items() if loan.due_before > loan.paid_before]
    return _added((0, *overdue(loan, paid_by(last, no, loan))) for no, loan in lacking)


def repayment_finding(repaid: tuple[int, int, int], arrears: tuple[int, int, int], policy: PolicyNumbers) -> Finding:
    on_time, late, uncovered = _added((repaid, arrears))
    parts = {ON_TIME: on_time, LATE: late, UNCOVERED: uncovered, "lacking": sum(arrears)}
    return quotient_finding("repayment", _with_late(on_time, late, policy), parts, on_time + late + uncovered, policy)
