"""Groups to measure: their histories come from the services, as quickly as these can be made to write them."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import count
from uuid import uuid4

from django.db import connection, transaction
from django.test import Client

from groups import services as groups
from groups.dates import week_start
from groups.models import Appointment, Bkm, Group, Member
from ksm_project import memory
from ledger import chart
from ledger import services as ledger
from ledger.announce import one_announcement
from loans import services as loans
from loans.schedule import Terms
from meetings import services as meetings
from meetings.models import HandOver, Meeting
from meetings.sheet import CashCount, Disbursement, Minutes, OtherMoney, Payment, Row, Sheet
from savings.terms import agree_terms
from users.models import User

WEEKLY, LENT, WEEKS_LENT = 5_000, 200_000, 20
TERMS = Terms(LENT, WEEKS_LENT, "week", Decimal(1), "month", "flat")
INSTALMENT = LENT // WEEKS_LENT + LENT // 400  # a quarter of a per cent each week
GRANT = 3_000_000
MOST_BORROWERS = 10
_number = count(1)


@dataclass
class Ksm:
    """A group with its next meeting: all save, the borrowers pay an instalment and borrow anew every 20 weeks."""

    group: Group
    treasurer: User
    members: list[Member]
    on: date
    week: int = 0
    cash: int = 0
    requests: list[int] = field(default_factory=list)

    @property
    def borrowers(self) -> list[Member]:
        return self.members[:MOST_BORROWERS]

    @property
    def lends(self) -> bool:
        """Whether loans are paid out at the next meeting."""
        return self.week % WEEKS_LENT == 0

    def sheet(self) -> Sheet:
        """Return the next meeting's sheet: everything a group writes in an ordinary week."""
        paying = {m.no for m in self.borrowers} if self.week else set()
        rows = tuple(
            Row(m.no, "H", weekly=WEEKLY, payments=(Payment(INSTALMENT),) if m.no in paying else ())
            for m in self.members
        )
        income = (OtherMoney(chart.CAPITAL, "Modal awal", GRANT),) if self.week == 0 else ()
        lent = LENT * len(self.requests)
        counted = self.cash + sum(row.received for row in rows) + sum(line.amount for line in income) - lent
        return Sheet(
            on=self.on,
            rows=rows,
            place="Rumah Bu Sari",
            income=income,
            disbursements=tuple(Disbursement(no) for no in self.requests),
            count=CashCount(counted=counted, counted_by="Anggota 1"),
            minutes=Minutes(agenda="Simpanan dan angsuran", decisions="Tidak ada keputusan"),
        )

    def draft(self) -> dict[str, str]:
        """Return the fields of that sheet as her phone sends them: all came, all pay what the page proposes."""
        data = {"m-agenda": "Simpanan", "m-decisions": "Tidak ada keputusan", "m-place": "Rumah Bu Sari"}
        for member in self.members:
            data |= {f"r{member.no}-attendance": "H", f"r{member.no}-catat": "1"}
        return data

    @property
    def at(self) -> datetime:
        """When the next sheet is posted: in the evening of the meeting."""
        return datetime.combine(self.on, time(12), UTC)

    def post(self, sheet: Sheet) -> Meeting:
        return meetings.post_sheet(group=self.group, key=uuid4(), sheet=sheet, by=self.treasurer, at=self.at)

    def go_on(self, sheet: Sheet) -> None:
        """Turn to the week after a sheet that is in the book."""
        self.cash = sheet.count.counted or 0
        self.week += 1
        self.on += timedelta(weeks=1)
        self.requests = []

    def live(self, weeks: int) -> "Ksm":
        """Post so many weeks, and bring the group's facts up to date once."""
        with transaction.atomic(), one_announcement():
            for _week in range(weeks):
                self.ask()
                sheet = self.sheet()
                self.post(sheet)
                self.go_on(sheet)
        return self

    def correct_first_week(self) -> None:
        """Close the first week and put a hand-over of it right in the current one, in which nobody meets."""
        ledger.close(book=self.group.book, on=week_start(self.group.start_on) + timedelta(6), by=None, at=self.at)
        first = HandOver.objects.filter(meeting__group=self.group, member=self.members[-1]).earliest("pk")
        less = Row(member_no=self.members[-1].no, weekly=WEEKLY - 1_000)
        meetings.correct_hand_over(
            hand_over=first, row=less, reason="Salah catat", key=uuid4(), by=None, at=self.at, current=self.on
        )
        self.cash -= 1_000
        self.on += timedelta(weeks=1)

    def ask(self) -> None:
        """Write the requests down that the next meeting pays out."""
        if self.lends:
            self.requests = [
                loans.request_loan(
                    group=self.group, member=m, amount=LENT, purpose="Modal warung", terms=TERMS, on=self.on
                ).no
                for m in self.borrowers
            ]


def new_ksm(bkm: Bkm, members: int, first: date) -> Ksm:
    """Open a group whose books begin in the week of `first`."""
    number = next(_number)
    on = week_start(first) + timedelta(days=2)
    group = groups.create_group(bkm=bkm, name=f"KSM Ukur {number}", code=f"UKUR-{number}", start_on=on)
    agree_terms(group=group, from_on=on, weekly=WEEKLY, principal=0)
    people = groups.add_members(group=group, names=[f"Anggota {n + 1}" for n in range(members)], joined_on=on)
    treasurer = User.objects.create(username=f"bendahara-{number}", name="Sari", password="!")  # noqa: S106 (nobody signs in with it)
    groups.appoint(user=treasurer, role=Appointment.Role.TREASURER, from_on=on, group=group)
    return Ksm(group, treasurer, people, on)


def signed_in(user: User) -> Client:
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    return client


def settle() -> None:
    """Do what autovacuum would have done to a history of years, and what a server does once it is up."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
    memory.settle()
