"""The queue of requests: who waits how long, who never borrowed, what each may borrow, how far the cash reaches."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count

from groups.models import Group
from loans.ceilings import blocked_part
from loans.fairness import Asked, Reason, fair_order
from loans.models import Loan, LoanRequest
from loans.selectors.lending import Lendable, lendable, waiting_requests
from loans.services.rules import Standing, standings


@dataclass(frozen=True, slots=True)
class QueueLine:
    """One request at the place a fair order suggests, with the reason; `cash` is what it takes out of the box."""

    place: int
    request: LoanRequest
    days: int
    borrowed: int  # how many loans she had before
    standing: Standing
    cash: int
    reason: Reason
    fits: bool

    @property
    def above(self) -> bool:
        """Whether it asks for more than the rules allow her now."""
        return not self.standing.allowance.allows(self.request.amount)


@dataclass(frozen=True, slots=True)
class Queue:
    """All requests nobody has settled yet, and what can be lent today."""

    lines: list[QueueLine]
    lendable: Lendable

    @property
    def asked(self) -> int:
        return sum(line.request.amount for line in self.lines)

    @property
    def cash(self) -> int:
        """What all of them would take out of the box (rupiah)."""
        return sum(line.cash for line in self.lines)


def queue(group: Group, on: date) -> Queue:
    """Return the queue of a group on a day in its fair order. At most six queries, however many wait."""
    requests = {one.no: one for one in waiting_requests(group)}
    members = {one.member.no: one.member for one in requests.values()}
    counted = Loan.objects.filter(group=group, member__no__in=members, upk_loan=None).values_list("member__no")
    borrowed: dict[int, int] = dict(counted.annotate(loans=Count("pk")).order_by())
    standing = standings(group, list(members.values()), on)
    there = lendable(group)
    asked = []
    for one in requests.values():
        rules = standing[one.member.no].rules
        cash = one.amount - (blocked_part(one.amount, rules.blocked_percent) if rules else 0)
        asked.append(Asked(one.no, not borrowed.get(one.member.no), one.requested_on, one.amount, cash))
    lines = [
        QueueLine(
            place=number,
            request=request,
            days=(on - request.requested_on).days,
            borrowed=borrowed.get(request.member.no, 0),
            standing=standing[request.member.no],
            cash=place.asked.cash,
            reason=place.reason,
            fits=place.fits,
        )
        for number, place in enumerate(fair_order(asked, there.amount), start=1)
        for request in [requests[place.asked.no]]
    ]
    return Queue(lines, there)
