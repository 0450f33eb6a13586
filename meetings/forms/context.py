"""What the book already knows when a sheet is filled in."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from groups.models import Group, Member
from loans.ceilings import blocked_part
from loans.models import LendingRules, LoanRequest
from loans.services import OpenLoan


@dataclass
class SheetContext:
    """What the book already knows when a sheet is filled in."""

    group: Group
    on: date
    members: list[Member]
    loans: dict[int, list[OpenLoan]]  # by member number, oldest first
    weekly: int
    principal: int  # simpanan pokok agreed
    paid_principal: dict[int, int]  # simpanan pokok each member has, by number
    voluntary: dict[int, int]  # simpanan sukarela each member has, by number
    cash: int
    requests: list[LoanRequest]
    last_of_week: date  # instalments due up to here are suggested
    rules: LendingRules | None = None  # in force that day
    last_given: dict[int, dict[str, int]] = field(default_factory=dict)  # wajib and sukarela before it, by number

    def blocked(self, request: LoanRequest) -> int:
        """What stays behind of a request when it is paid out, in rupiah."""
        return blocked_part(request.amount, self.rules.blocked_percent) if self.rules else 0

    def fine(self, no: int) -> int:
        """The fine agreed for her instalments that were late before this day, in rupiah."""
        if self.rules is None or not self.rules.fine:
            return 0
        eve = self.on - timedelta(days=1)
        return self.rules.fine * sum(one.state(eve).instalments_late for one in self.loans.get(no, []))
