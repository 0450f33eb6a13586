"""The demonstration's UPK: its book from month to month, and what goes between it and a group."""

import random
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from groups.models import Group, Member, Upk
from loans import selectors as loan_selectors
from loans import services as loans
from loans.models import UpkLoan, UpkLoanRequest
from loans.schedule import Terms
from loans.services import OpenLoan, UpkDebt
from loans.services.upk_book import Money
from reports.demo.invented import SEED, UPK_MONTHS, UpkPlan
from users.models import User

CAPITAL = 60_000_000


def open_the_book(upk: Upk, *, start: date, today: date, by: User) -> None:
    """Write what a UPK moves beside its loans, from its first day to today; each on the evening of its day."""
    found = [
        Money(kind="upk_capital", on=start, amount=CAPITAL, memo="Modal awal", place="bank", party="BKM Guyub Rukun"),
        Money(kind="upk_from_bank", on=start + timedelta(days=1), amount=25_000_000, memo="Untuk pinjaman KSM"),
    ]
    month = start + timedelta(days=14)
    while month < today:
        found += [
            Money(kind="upk_administration", on=month, amount=85_000, memo="Alat tulis dan buku", party="Toko Ani"),
            Money(kind="upk_meeting_cost", on=month, amount=60_000, memo="Rapat bulanan UPK"),
            Money(kind="upk_other_income", on=month, amount=42_500, memo="Jasa giro", place="bank"),
        ]
        month += timedelta(weeks=4)
    for turn, money in enumerate(found):
        at = datetime.combine(money.on, time(12), tzinfo=UTC)
        loans.post_upk_money(upk=upk, money=money, key=uuid5(UUID(int=upk.pk), f"upk {turn}"), by=by, at=at)


def ask_upk(group: Group, amount: int, members: int, on: date) -> UpkLoanRequest:
    """A group asks its UPK: the first members, each for the same."""
    first = Member.objects.filter(group=group).order_by("no")[:members]
    shares = [loans.Share(member, amount, "Modal warung" if member.no % 2 else "Ternak") for member in first]
    terms = Terms(amount * len(shares), UPK_MONTHS, "month", Decimal("1.5"), "month", "flat", 1_000)
    return loans.request_upk_loan(group=group, shares=shares, terms=terms, by=None, on=on)


class UpkLife:
    """What goes between a group and its UPK; a chance of its own, so that the group's other weeks stay as they are."""

    def __init__(self, group: Group, plan: UpkPlan, staff: User, board: User) -> None:
        self.group, self.plan, self.staff, self.board = group, plan, staff, board
        self.chance = random.Random(f"{SEED} upk {group.code}")
        self.loan: UpkLoan | None = None
        self.debt: UpkDebt | None = None
        self.next_on: date | None = None

    def _at(self, on: date) -> datetime:
        return datetime.combine(on, time(11, self.chance.randrange(60)), ZoneInfo(self.group.zone))

    def _key(self) -> UUID:
        return UUID(int=self.chance.getrandbits(128), version=4)

    def borrow(self, on: date) -> list[OpenLoan]:
        """Ask, sign, decide and pay out on one day; the members' shares. Nothing where the gate is not met."""
        asked = ask_upk(self.group, self.plan.amount, self.plan.members, on)
        asked = loans.record_signing(request=asked, signed_on=on, by=self.staff, on=on)
        points = loan_selectors.gate_of(asked, on)
        if not all(point.met for point in points):
            loans.withdraw_upk_request(request=asked, on=on)
            return []
        said = {"request": asked, "approve": True, "decision": "", "points": points, "on": on}
        loans.decide_by_upk(**said, by=self.staff)
        said["request"] = loans.decide_by_bkm(**said, by=self.board)
        self.loan = loans.disburse_upk_loan(
            request=said["request"], key=self._key(), by=self.staff, on=on, at=self._at(on)
        )
        self.next_on = on + timedelta(weeks=2)
        numbers = list(self.loan.shares.values_list("no", flat=True))
        shares = list(loan_selectors.loans_by_no(self.group, numbers).values())
        self.debt = shares[0].upk if shares else None
        return shares

    def pass_on(self, on: date, cash: int) -> int:
        """Every other week take to the UPK what was collected, as far as the box allows; how much it was."""
        if not self.loan or not self.debt or not self.next_on or on < self.next_on or not self.debt.held:
            return 0
        if not self.plan.passes_on and self.loan.payments.exists():
            return 0
        amount = min(self.debt.held, cash)
        if amount < 1:
            return 0
        announced = loans.announce_upk_payment(loan=self.loan, amount=amount, key=self._key(), by=None, on=on)
        loans.receive_upk_payment(
            loan=self.loan,
            amount=amount,
            on=on,
            key=self._key(),
            by=self.staff,
            at=self._at(on),
            announced=announced,
        )
        self.next_on += timedelta(weeks=2)
        self.debt.held -= amount
        return amount
