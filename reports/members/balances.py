"""Lembar baca saldo: every member's balances in large letters, to be read aloud and signed."""

from dataclasses import dataclass
from datetime import date, datetime

from groups import clock
from groups.models import Group, Member
from meetings.selectors import Reading, reading
from reports.papers import Head, heads, officer


@dataclass(frozen=True, slots=True)
class BalancesPaper:
    """The balances of a meeting day, ordered by number."""

    head: Head
    reading: Reading
    treasurer: str
    chair: str


def balances_paper(group: Group, on: date, printed_at: datetime) -> BalancesPaper:
    """Return the sheet that is read aloud on a day. Eight queries."""
    found = reading(group, on, clock.local(printed_at, group).date())
    (head,) = heads([(group, on)], printed_at)
    members = [one.member for one in found.members]
    return BalancesPaper(head, found, officer(members, Member.Office.TREASURER), officer(members, Member.Office.CHAIR))
