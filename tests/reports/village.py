"""KSM Mawar of Desa Silurah and its first two meetings, as the worked week tells them: what papers are tested on."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from uuid import uuid4

from groups.models import Bkm, Group, Region
from ledger import chart
from ledger.announce import one_announcement
from loans import services as loans
from loans.schedule import Terms
from meetings import services as meetings
from meetings.models import HandOver, Meeting
from meetings.sheet import CashCount, Disbursement, FollowUpNote, Minutes, OtherMoney, Payment, Row, Sheet
from savings.terms import agree_terms
from tests.factories import GroupFactory, MemberFactory

FIRST, SECOND, COMING = date(2026, 1, 7), date(2026, 1, 14), date(2026, 2, 11)
FIVE = (
    ("Sari", "ketua", "RT 01/01"),
    ("Wati", "bendahara", "RT 02/01"),
    ("Julaika", "sekretaris", "RT 01/01"),
    ("Syawiyah", "anggota", "RT 03/01"),
    ("Budi", "anggota", "RT 03/01"),
)
SILURAH = "33.25.01.2001"


def silurah() -> None:
    """The village and what it lies in."""
    names = {"33": "Jawa Tengah", "33.25": "Kabupaten Batang", "33.25.01": "Wonotunggal", SILURAH: "Silurah"}
    for code, name in names.items():
        Region.objects.get_or_create(code=code, defaults={"name": name})


@one_announcement()
def mawar(members: int = 5, **fields) -> Group:
    """KSM Mawar with so many members, saving 2.000 a week, meeting on Wednesdays at 15.30."""
    silurah()
    fields = {
        "code": "KSM-MAWAR",
        "name": "KSM Mawar",
        "region": SILURAH,
        "founded_on": date(2016, 6, 14),
        "meeting_time": time(15, 30),
        "place": "Rumah Bu Sari, RT 01/01",
    } | fields
    if "bkm" not in fields:
        fields["bkm"], _ = Bkm.objects.get_or_create(code="BKM-SUMBER-REJEKI", defaults={"name": "Sumber Rejeki"})
    group = GroupFactory(**fields)
    for n in range(members):
        name, office, address = FIVE[n] if n < len(FIVE) else (f"Anggota {n + 1}", "anggota", f"RT 0{n % 6 + 1}/02")
        MemberFactory(group=group, name=name, office=office, address=address)
    agree_terms(group=group, from_on=group.start_on, weekly=2_000, principal=0)
    return group


def at(on: date) -> datetime:
    """16.47 WIB on the day of a meeting."""
    return datetime(on.year, on.month, on.day, 9, 47, tzinfo=UTC)


def first_meeting(group: Group) -> Meeting:
    """150.000 to begin with; all but Syawiyah pay 2.000; Julaika borrows 100.000; snacks 5.000; of five: 53.000."""
    members = list(group.members.order_by("no"))
    terms = Terms(
        principal=100_000, periods=10, unit="week", rate=Decimal(1), rate_per="month", method="flat", round_to=0
    )
    loans.request_loan(group=group, member=members[2], amount=100_000, purpose="warung", terms=terms, on=FIRST)
    rows = [Row(m.no, "A") if m.name == "Syawiyah" else Row(m.no, "H", weekly=2_000) for m in members]
    return meetings.post_sheet(
        group=group,
        key=uuid4(),
        sheet=Sheet(
            on=FIRST,
            rows=tuple(rows),
            place=group.place,
            income=(OtherMoney(chart.CAPITAL, "Modal awal", 150_000),),
            expenses=(OtherMoney(chart.MEETING_COST, "Jajan rapat", 5_000),),
            disbursements=(Disbursement(1),),
            count=CashCount(
                counted=43_000 + 2_000 * len(members),
                pieces={10_000: 4, 1_000: 3 + 2 * len(members)},
                counted_by="Sari",
            ),
            minutes=Minutes(
                agenda="1. Tabungan pertama\n2. Pinjaman",
                discussion="Julaika perlu modal untuk warungnya.",
                decisions="1. Wajib Rp2.000 sepekan\n- Rapat tetap hari Rabu",
                follow_ups=(FollowUpNote("Membeli kotak kas", owner_no=2, due_on=SECOND),),
            ),
        ),
        by=None,
        at=at(FIRST),
    )


def second_meeting(group: Group) -> Meeting:
    """All pay 2.000, Syawiyah her arrears too; Julaika pays 10.250. The box is 250 short, which Sari looks into."""
    members = list(group.members.order_by("no"))
    rows = []
    for m in members:
        paid = (Payment(10_250),) if m.name == "Julaika" else ()
        rows.append(Row(m.no, "H", weekly=4_000 if m.name == "Syawiyah" else 2_000, payments=paid))
    before = 43_000 + 2_000 * len(members)
    return meetings.post_sheet(
        group=group,
        key=uuid4(),
        sheet=Sheet(
            on=SECOND,
            rows=tuple(rows),
            place=group.place,
            count=CashCount(
                counted=before + 12_000 + 2_000 * len(members), reason="Kembalian keliru", owner_no=1, counted_by="Sari"
            ),
            minutes=Minutes(agenda="Angsuran", decisions="Tidak ada keputusan"),
        ),
        by=None,
        at=at(SECOND),
    )


def outflows(group: Group, on: date, expenses: int) -> Meeting:
    """A meeting that adds 1.000.000, pays so many bills of 1.000, lends Budi 50.000 and gives Sari 500 back."""
    terms = Terms(
        principal=50_000, periods=10, unit="week", rate=Decimal(1), rate_per="month", method="flat", round_to=0
    )
    budi = group.members.get(no=5)
    asked = loans.request_loan(group=group, member=budi, amount=50_000, purpose="warung", terms=terms, on=on)
    return meetings.post_sheet(
        group=group,
        key=uuid4(),
        sheet=Sheet(
            on=on,
            rows=tuple(
                Row(m.no, "H", weekly=2_000, voluntary=1_000, withdrawal=500 if m.no == 1 else 0, social=500)
                for m in group.members.order_by("no")
            ),
            income=(OtherMoney(chart.CAPITAL, "Modal tambahan", 1_000_000),),
            expenses=tuple(
                OtherMoney(chart.MEETING_COST, f"Jajan rapat ke-{n}", 1_000) for n in range(1, expenses + 1)
            ),
            disbursements=(Disbursement(asked.no),),
        ),
        by=None,
        at=at(on),
    )


def correct_sari(group: Group) -> None:
    """At the second meeting Sari had paid 3.000, not 2.000."""
    hand_over = HandOver.objects.select_related("entry", "meeting__group", "member").get(
        meeting__group=group, meeting__on=SECOND, member__no=1
    )
    meetings.correct_hand_over(
        hand_over=hand_over,
        row=Row(1, weekly=3_000),
        reason="Salah tulis",
        key=uuid4(),
        by=None,
        at=at(date(2026, 1, 15)),
    )
