"""The demonstration's books beside the weekly sheet: one KSM closes months, corrects, reads balances, keeps a bank."""

import random
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from groups import keeping
from groups.models import Group, Member
from ledger import chart
from meetings import services as meetings
from meetings.cash import box
from meetings.closing import month_end, month_to_close
from meetings.models import HandOver, Meeting
from meetings.selectors import posted_line
from meetings.services import Heard
from meetings.sheet import Payment, Row
from users.models import User

MOST_MONTHS, CARRIED = 3, 100_000  # months closed; rupiah brought to the bank
GUESTS = (
    ("Bu Lurah Endang", "Kelurahan", "Melihat pertemuan mingguan"),
    ("Pak Hadi", "BKM Guyub Rukun", "Memeriksa buku kas dan daftar hadir"),
    ("Bu Rini", "UPK Guyub Rukun", "Menjelaskan pinjaman UPK"),
)
ITEMS = (
    ("Kotak kas dengan dua kunci", "dibeli dari kas", 1, 85_000, "baik"),
    ("Buku kas besar", "dibeli dari kas", 3, 54_000, "baik"),
    ("Kalkulator", "hibah kelurahan", 1, 45_000, "sedang"),
    ("Tikar", "sumbangan anggota", 4, 160_000, "rusak"),
)


class _Books:
    """One KSM's books after its last meeting, each act on its evening, each key from the seed."""

    def __init__(self, group: Group, by: User, seed: int, today: date) -> None:
        self.group, self.by = group, by
        self.chance = random.Random(f"{seed} books {group.code}")
        held = list(Meeting.objects.filter(group=group).select_related("group").order_by("-on")[:2])
        self.last, self.before = held
        self.morrow = min(self.last.on + timedelta(days=1), today)  # the day all this is done
        self.minutes = 0

    def told(self) -> dict[str, Any]:
        """Return key, person and moment of the next act: after everything that was sent before it."""
        self.minutes += 1
        zone = ZoneInfo(self.group.zone)
        evening = datetime.combine(self.last.on + timedelta(days=1), time(19, self.minutes), zone)
        return {"key": UUID(int=self.chance.getrandbits(128), version=4), "by": self.by, "at": evening}

    def keep(self) -> None:
        self.close()
        self.correct()
        self.read()
        self.count_and_settle()
        self.use_the_bank()
        self.write_the_house_books()

    def close(self) -> None:
        """Close the first months, as far as their weeks are in and the book of the month before last stays open."""
        group = self.group
        for _month in range(MOST_MONTHS):
            month = month_to_close(group, group.book)
            if month_end(month) >= self.before.on.replace(day=1):
                return
            meetings.close_month(group=group, month=month, by=self.by, at=self.told()["at"])
            group.book.refresh_from_db()

    def correct(self) -> None:
        """A member handed over 1.000 more than was written."""
        found = HandOver.objects.filter(
            meeting=self.before, entry__kind="handover", entry__reverses=None, entry__reversed_by=None
        )
        hand_over = found.select_related("entry__book", "meeting__group", "member").order_by("-entry__number")[0]
        hand_over.meeting.group = self.group
        line = posted_line(hand_over)
        row = Row(
            hand_over.member.no,
            principal=line.amounts.get("pokok", 0),
            weekly=line.amounts.get("wajib", 0),
            voluntary=line.amounts.get("sukarela", 0) + 1_000,
            payments=tuple(Payment(amount, no) for no, amount in line.loans.items()),
            fine=line.amounts.get("denda", 0),
            social=line.amounts.get("sosial", 0),
        )
        told = self.told() | {"reason": "Sukarela Rp1.000 belum tertulis"}
        meetings.correct_hand_over(hand_over=hand_over, row=row, **told)

    def read(self) -> None:
        """Balances read aloud at the last meeting: all agree but one."""
        members = Member.objects.filter(group=self.group).active_on(self.last.on).order_by("no")
        heard = {member.no: Heard(agreed=True) for member in members}
        heard[2] = Heard(agreed=False, objection="Setoran sukarela bulan lalu belum tertulis")
        meetings.record_reading(group=self.group, on=self.last.on, heard=heard, by=self.by, at=self.told()["at"])

    def count_and_settle(self) -> None:
        """Two count the box between meetings; what lacks is found, and it is short of something else since."""
        owner = Member.objects.get(group=self.group, no=3)
        count = {
            "group": self.group,
            "counted_by": "Jumiati",
            "counted_with": owner.name,
            "before_meeting": False,
            "owner": owner,
            "on": self.morrow,
        }
        held = box(self.group, self.morrow).cash
        short = meetings.count_box(**count, counted=held - 5_000, reason="Uang snack belum dicatat", **self.told())
        meetings.settle_difference(
            difference=short.cash_difference,
            ending="found",
            words="Ada di tas bendahara",
            on=self.morrow,
            **self.told(),
        )
        meetings.count_box(**count, counted=held - 500, reason="Receh belum ketemu", **self.told())

    def use_the_bank(self) -> None:
        """Cash goes to the bank, a grant comes in there, a fund gets money and pays some of it out."""
        group, on = self.group, self.morrow
        bank = {"group": group, "place": "bank", "on": on}
        box_ = {"group": group, "place": "cash", "on": on}
        held = box(group, on).cash
        if held >= CARRIED * 2:
            memo = "Setor ke bank"
            meetings.move_to_or_from_bank(group=group, to_bank=True, amount=CARRIED, memo=memo, on=on, **self.told())
        told = {"code": chart.CAPITAL, "amount": 500_000, "payee": "Kelurahan", "memo": "Hibah modal"}
        meetings.receive_money(**bank, **told, **self.told())
        told = {"code": chart.SOCIAL_FUND, "amount": 60_000, "payee": "Bu Endang", "memo": "Sumbangan dana sosial"}
        meetings.receive_money(**box_, **told, **self.told())
        told = {"code": chart.SOCIAL_FUND, "amount": 25_000, "payee": "Bu Tumini", "memo": "Menjenguk yang sakit"}
        meetings.pay_money(**box_, **told, **self.told())

    def write_the_house_books(self) -> None:
        group = self.group
        for turn, (name, origin, purpose) in enumerate(GUESTS):
            on = self.last.on - timedelta(weeks=len(GUESTS) - 1 - turn)
            keeping.write_guest(group=group, on=on, name=name, origin=origin, purpose=purpose, by=self.by)
        for name, source, quantity, value, condition in ITEMS:
            keeping.take_in_item(
                group=group,
                name=name,
                acquired_on=group.start_on,
                source=source,
                quantity=quantity,
                value=value,
                condition=condition,
                place="Rumah bendahara",
            )
        last = group.inventory.get(no=len(ITEMS))
        keeping.write_off_item(item=last, on=self.last.on, why="Dimakan rayap, diputuskan rapat")


def keep_the_books(group: Group, *, by: User, seed: int, today: date) -> None:
    """Do what a diligent KSM does beside its sheets, after its last meeting."""
    _Books(group, by, seed, today).keep()
