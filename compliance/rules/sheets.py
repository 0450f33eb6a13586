"""Rules 2 and 3: the meetings of a week and their sheets."""

from collections.abc import Iterable
from typing import NamedTuple

from compliance.facts import MeetingFacts, Week
from compliance.rules.finding import Finding, Quotient, light_of, quotient_finding
from compliance.rules.policy import PolicyNumbers


def quorate(meeting: MeetingFacts, policy: PolicyNumbers) -> bool:
    """Whether more than the policy's share of the members active that day were present."""
    return meeting.present * policy.quorum.denominator > policy.quorum.numerator * meeting.active


class SheetCounts(NamedTuple):
    """What the meetings and sheets of one week count for; `complete`, `incomplete` and `without` are 0 or 1."""

    met: int
    present: int
    expected: int
    excused: int
    sick: int
    complete: int
    incomplete: int
    without: int


NO_SHEETS = SheetCounts(0, 0, 0, 0, 0, 0, 0, 0)


def sheet_counts(row: Week, policy: PolicyNumbers) -> SheetCounts:
    """Count a week's meetings and sheets."""
    held = row.meetings
    lacks = any(missing(meeting, policy) for meeting in held)
    counts = not row.brought_in
    return SheetCounts(
        met=int(any(quorate(meeting, policy) for meeting in held)),
        present=sum(meeting.present for meeting in held),
        expected=sum(meeting.active for meeting in held),
        excused=sum(meeting.excused for meeting in held),
        sick=sum(meeting.sick for meeting in held),
        complete=int(counts and bool(held) and not lacks),
        incomplete=int(counts and lacks),
        without=int(counts and not held),
    )


def counted(weeks: Iterable[Week], policy: PolicyNumbers) -> SheetCounts:
    """Add the weeks' counts up. Each is kept with its week: every later week within reach asks again."""
    key = policy.quorum.numerator, policy.quorum.denominator, policy.posting_days
    counts = [row.kept.get(key) or row.kept.setdefault(key, sheet_counts(row, policy)) for row in weeks]
    return SheetCounts._make(map(sum, zip(*counts, strict=True))) if counts else NO_SHEETS


def meetings_finding(counts: SheetCounts, weeks: int, policy: PolicyNumbers) -> Finding:
    if not weeks:
        return Finding("meetings")
    met_weeks, present, expected, excused, sick = counts[:5]
    parts = {
        "weeks_met": met_weeks,
        "weeks": weeks,
        "present": present,
        "expected": expected,
        "excused": excused,
        "sick": sick,
        "absent": expected - present - excused - sick,
    }
    # w × met + (1 − w) × came over one denominator: a fraction for every step would be reduced at every step.
    share, whole, came_of = policy.weight_weeks_met.numerator, policy.weight_weeks_met.denominator, expected or 1
    points = share * met_weeks * came_of + (whole - share) * present * weeks
    score = Quotient(points, whole * weeks * came_of)
    return Finding("meetings", score, light_of(score, policy), parts=parts)


def missing(meeting: MeetingFacts, policy: PolicyNumbers) -> tuple[str, ...]:
    """Name what a posted sheet lacks for a full point: `late`, `count`, `reason`, `minutes`."""
    if meeting.minuted and meeting.counted and meeting.explained and meeting.delay <= policy.posting_days:
        return ()
    return tuple(
        name
        for name, lacks in (
            ("late", meeting.delay > policy.posting_days),
            ("count", not meeting.counted),
            ("reason", meeting.counted and not meeting.explained),
            ("minutes", not meeting.minuted),
        )
        if lacks
    )


def books_finding(counts: SheetCounts, policy: PolicyNumbers) -> Finding:
    complete, incomplete, without = counts[5:]
    parts = {"complete": complete, "incomplete": incomplete, "without": without}
    value = Quotient(2 * complete + incomplete, 2)
    return quotient_finding("books", value, parts, complete + incomplete + without, policy)
