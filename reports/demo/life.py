"""The weeks of a KSM, played by chance."""

import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from groups.dates import week_start
from groups.models import Group, Member
from ledger import chart
from ledger import services as ledger
from ledger.services import Draft, Leg
from loans import selectors as loan_selectors
from loans import services as loans
from loans.models import LoanRequest
from loans.schedule import Terms
from loans.services import OpenLoan
from meetings import services as meetings
from meetings.sheet import CashCount, Disbursement, Minutes, OtherMoney, Payment, Row, Sheet
from reports.demo.invented import DYING, SEED, UPK_WEEK, Health
from reports.demo.upk import UpkLife
from users.models import User


class Life:
    """One group's weeks, played by chance from its own seed."""

    def __init__(self, group: Group, health: Health, weekly: int, start: date, upk: UpkLife | None = None) -> None:
        self.group, self.health, self.weekly, self.start, self.upk = group, health, weekly, start, upk
        self.chance = random.Random(f"{SEED} {group.code}")
        self.members = list(Member.objects.filter(group=group).order_by("no"))
        self.owes = dict.fromkeys((m.no for m in self.members), 0)
        self.cash = 0
        self.loans: list[OpenLoan] = []  # as the book has them, without asking it every week

    def live(self, today: date, by: User, weeks: int) -> None:
        """Play all weeks up to `today`; the caller gathers what they announce."""
        self._open(by)
        last = self.start + timedelta(weeks=weeks)
        holiday = self.start + timedelta(weeks=9)
        for week in _weeks(self.start, last):
            if week == holiday:
                continue
            for no in self.owes:
                self.owes[no] += self.weekly
            on = week + timedelta(days=self.group.meeting_weekday)
            started = week < self.start + timedelta(weeks=2)
            if on > today or (week == last and self.group.code == "GR-MAWAR"):
                break
            if not started and self.chance.random() > self.health.meets:
                continue
            if self.health is DYING and week > last - timedelta(weeks=4):
                break
            if self.upk and not self.upk.loan and week >= self.start + timedelta(weeks=UPK_WEEK):
                shares = self.upk.borrow(on)
                self.loans += shares
                self.cash += sum(share.loan.blocked for share in shares)  # stays in the box of what the UPK brought
            self._meet(on, by)
            if self.upk:
                self.cash -= self.upk.pass_on(on, self.cash)

    def _open(self, by: User) -> None:
        grant = 50_000 * len(self.members)
        self.cash = grant
        ledger.post(
            book=self.group.book,
            key=self._key(),
            content={"opening": grant},
            drafts=[Draft(self.start, "opening", (Leg(chart.CASH, grant), Leg(chart.CAPITAL, -grant)), "Modal awal")],
            by=by,
            at=self._moment(self.start, 0),
        )

    def _key(self) -> UUID:
        return UUID(int=self.chance.getrandbits(128), version=4)

    def _moment(self, on: date, days: int) -> datetime:
        at = time(16, self.chance.randrange(60), self.chance.randrange(60))
        return datetime.combine(on + timedelta(days=days), at, ZoneInfo(self.group.zone))

    def _meet(self, on: date, by: User) -> None:
        chance, health = self.chance, self.health
        owed = loan_selectors.by_member([loan for loan in self.loans if loan.remaining])
        rows = tuple(self._row(member, owed.get(member.no, []), on) for member in self.members)
        snack = 5_000 * chance.randrange(1, 3) if chance.random() < 0.3 else 0
        cash = self.cash + sum(row.received for row in rows) - snack
        shares = {loan.loan.no for loan in self.loans if loan.upk}
        laid_aside = sum(paid.amount for row in rows for paid in row.payments if paid.loan_no in shares)
        own = cash - laid_aside - (self.upk.debt.held if self.upk and self.upk.debt else 0)
        lent, requests = self._lend(on, own, owed) if chance.random() < health.lends else (0, [])
        self.cash = cash - lent
        counted = self.cash if chance.random() < health.counts else None
        if counted is not None and chance.random() < 0.02:
            counted -= 500
        sheet = Sheet(
            on=on,
            rows=rows,
            place=self.group.place,
            expenses=(OtherMoney(chart.MEETING_COST, "Snack rapat", snack),) if snack else (),
            disbursements=tuple(Disbursement(request.no) for request in requests),
            count=CashCount(
                counted=counted,
                counted_by=self.members[0].name,
                reason="Receh belum ketemu, dicari sampai pekan depan." if counted not in (None, self.cash) else "",
                owner_no=1,
            ),
            minutes=self._minutes(requests),
        )
        if counted is not None:
            self.cash = counted
        delay = chance.randrange(4, 7) if chance.random() < health.late else chance.randrange(2)
        meetings.post_sheet(group=self.group, key=self._key(), sheet=sheet, by=by, at=self._moment(on, delay))
        for row in rows:
            for payment in row.payments:
                next(loan for loan in owed[row.member_no] if loan.loan.no == payment.loan_no).repay(payment.amount, on)
        if requests:
            known = len(self.loans)
            numbers = [known + n for n in range(1, len(requests) + 1)]
            self.loans += loan_selectors.loans_by_no(self.group, numbers).values()

    def _row(self, member: Member, owed: list[OpenLoan], on: date) -> Row:
        chance, health, no = self.chance, self.health, member.no
        is_first = week_start(on) == self.start
        comes = chance.random() < health.comes
        attendance = "H" if comes else chance.choice("IISA")
        weekly = 0
        if is_first or ((comes or chance.random() < 0.3) and chance.random() < health.saves):
            weekly = self.owes[no] if chance.random() < 0.7 else min(self.weekly, self.owes[no])
        self.owes[no] -= weekly
        payments = []
        for loan in owed:
            due = loan.due(week_start(on) + timedelta(days=6))
            luck = self.upk.chance if self.upk and loan.upk else chance
            if due and comes and luck.random() < health.repays:
                payments.append(Payment(due, loan.loan.no))
            elif due and luck.random() < 0.25:
                part = min(max(1_000, due // 2_000 * 1_000), loan.remaining)
                payments.append(Payment(part, loan.loan.no))
        return Row(
            member_no=no,
            attendance=attendance,  # type: ignore[arg-type]
            principal=10_000 if is_first else 0,
            weekly=weekly,
            voluntary=chance.choice((0, 0, 0, 0, 2_000, 5_000, 10_000)) if comes else 0,
            payments=tuple(payments),
            social=500 if comes and chance.random() < 0.2 else 0,
        )

    def _lend(self, on: date, cash: int, owed: dict[int, list[OpenLoan]]) -> tuple[int, list[LoanRequest]]:
        busy = {no for no, hers in owed.items() if any(not loan.upk for loan in hers)}
        free = [m for m in self.members if m.no not in busy]
        self.chance.shuffle(free)
        lent, requests = 0, []
        for member in free[:3]:
            amount = min(500_000, (cash - lent - 20_000) // 50_000 * 50_000)
            if amount < 100_000:
                break
            weeks = self.chance.choice((10, 12, 16, 20))
            terms = Terms(amount, weeks, "week", Decimal("1.5"), "month", "flat", 1_000)
            requests.append(
                loans.request_loan(
                    group=self.group,
                    member=member,
                    amount=amount,
                    purpose=self.chance.choice(("Modal warung", "Bibit", "Sekolah anak", "Ternak", "Berobat")),
                    terms=terms,
                    on=on,
                )
            )
            lent += amount
        return lent, requests

    def _minutes(self, requests: list[LoanRequest]) -> Minutes:
        if self.chance.random() > self.health.writes:
            return Minutes()
        decided = "; ".join(f"{r.member.name} meminjam {r.amount:,}".replace(",", ".") for r in requests)
        return Minutes(agenda="Simpanan dan angsuran pekanan", decisions=decided or "Tidak ada keputusan")


def _weeks(first: date, last: date) -> Iterator[date]:
    week = first
    while week <= last:
        yield week
        week += timedelta(weeks=1)
