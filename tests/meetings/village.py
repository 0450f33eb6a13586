"""KSM Mawar for the meeting screens: five members meeting today, Julaika with a loan since last week."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

from groups import clock
from groups.models import Group
from ledger.announce import one_announcement
from ledger.services import Draft, Leg, post
from loans.schedule import Terms
from loans.services import request_loan
from meetings.services import post_sheet
from meetings.sheet import CashCount, Disbursement, Minutes, Row, Sheet
from savings.terms import agree_terms
from tests.factories import GroupFactory

NAMES = ("Sari", "Wati", "Julaika", "Syawiyah", "Budi")
LOAN = Terms(100_000, 10, "week", Decimal(1), "month", "flat", 0)  # 10.250 a week


def today() -> date:
    return clock.today()


@one_announcement()
def mawar(code: str = "KSM-MAWAR") -> Group:
    """Opening cash 150.000, last week's sheet posted: 5 × 5.000 in, 100.000 lent to Julaika; cash 75.000."""
    last_week = today() - timedelta(weeks=1)
    start = last_week - timedelta(days=last_week.weekday())
    group = GroupFactory(
        code=code,
        name="KSM Mawar",
        start_on=start,
        meeting_weekday=last_week.weekday(),
        place="Balai RW 03",
        members=5,
    )
    for member, name in zip(group.members.order_by("no"), NAMES, strict=True):
        member.name = name
        member.office = {"Sari": "ketua", "Wati": "bendahara"}.get(name, "anggota")
        member.save()
    agree_terms(group=group, from_on=start, weekly=5_000, principal=0)
    at = datetime.combine(last_week, datetime.min.time(), UTC) + timedelta(hours=9)
    opening = (Leg("1110", 150_000), Leg("3210", -150_000))
    post(
        book=group.book,
        key=uuid4(),
        content={"opening": 150_000},
        drafts=[Draft(start, "opening", opening, "Saldo awal")],
        by=None,
        at=at,
    )
    julaika = group.members.get(no=3)
    request_loan(group=group, member=julaika, amount=100_000, purpose="Warung", terms=LOAN, on=last_week)
    post_sheet(
        group=group,
        key=uuid4(),
        sheet=Sheet(
            on=last_week,
            rows=tuple(Row(no, "H", weekly=5_000) for no in range(1, 6)),
            disbursements=(Disbursement(1),),
            count=CashCount(75_000),
            minutes=Minutes("Simpanan", "", "Julaika meminjam 100.000"),
        ),
        by=None,
        at=at,
    )
    return group
