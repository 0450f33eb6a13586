"""A village to try the books in: invented people, a fixed seed, dates relative to today, money through the services.

The small part is BKM Guyub Rukun with its UPK and ten KSM of different health; the large part is the Batang
programme, 100 KSM in ten villages (37 new, 63 reactivated). Each has 26 weeks of sheets.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from groups import services as groups
from groups.dates import week_start
from groups.models import Appointment, Bkm, Group, Member, Programme
from ledger import chart
from ledger import services as ledger
from ledger.announce import one_announcement
from ledger.services import Draft, Leg
from loans import selectors as loan_selectors
from loans import services as loans
from loans.models import LoanRequest, UpkLoan, UpkLoanRequest
from loans.schedule import Terms
from loans.services import OpenLoan, UpkDebt
from meetings import services as meetings
from meetings.sheet import CashCount, Disbursement, Minutes, OtherMoney, Payment, Row, Sheet
from reports.demo_books import keep_the_books
from reports.demo_upk import open_the_book
from savings.terms import agree_terms
from users import services as users
from users.models import User

SEED = 20260122
WEEKS = 26
PASSWORD = "kas-mawar-26"  # noqa: S105 (of invented people, printed at start)

WOMEN = (
    "Sari Wati Julaika Syawiyah Tumini Kasmirah Rohmah Darsini Mujiati Warni Sumarni Rukmi Partini Ngatemi Suprihatin "
    "Wahyuni Lestari Sulastri Kartini Tukinah Murni Endang Yatmi Ponirah Surati Rusmini Karsih Wasini Jumiati Sutini"
).split()
MEN = "Budi Sutrisno Slamet Paijo Wagiman Suroto Karman Tarjo Mulyono Sukirno".split()
SECOND = ("", "", "", "", "Rahayu", "Aminah", "Khasanah", "Riyadi", "Setyowati", "Utami")


@dataclass(frozen=True, slots=True)
class Health:
    """How a group lives, as chances between 0 and 1."""

    meets: float
    comes: float
    saves: float
    repays: float
    lends: float
    counts: float
    writes: float
    late: float = 0.05  # the sheet is posted after its three days


STRONG = Health(meets=1.0, comes=0.97, saves=0.99, repays=0.98, lends=0.9, counts=1.0, writes=1.0, late=0.0)
GOOD = Health(meets=0.98, comes=0.93, saves=0.97, repays=0.95, lends=0.7, counts=0.97, writes=0.97)
FAIR = Health(meets=0.93, comes=0.85, saves=0.9, repays=0.85, lends=0.55, counts=0.85, writes=0.85, late=0.1)
IDLE = Health(meets=0.98, comes=0.92, saves=0.96, repays=0.95, lends=0.08, counts=0.95, writes=0.95)
UNPAID = Health(meets=0.95, comes=0.85, saves=0.92, repays=0.55, lends=0.8, counts=0.9, writes=0.9, late=0.1)
WEAK = Health(meets=0.75, comes=0.7, saves=0.75, repays=0.6, lends=0.4, counts=0.6, writes=0.55, late=0.3)
DYING = Health(meets=0.6, comes=0.6, saves=0.6, repays=0.45, lends=0.35, counts=0.5, writes=0.4, late=0.4)

SMALL = (
    ("Mawar", GOOD, 15, 5_000),
    ("Melati", STRONG, 20, 5_000),
    ("Mekar Arum Jaya", STRONG, 5, 10_000),
    ("Mekar Sari", GOOD, 5, 10_000),
    ("Guyub Rukun", FAIR, 18, 2_000),
    ("Flamboyan", IDLE, 5, 5_000),
    ("Kenanga", UNPAID, 10, 5_000),
    ("Gajah Duduk", UNPAID, 14, 10_000),
    ("Ngudi Lestari", WEAK, 9, 2_000),
    ("Anggrek", DYING, 11, 5_000),
)
VILLAGES = (  # ten villages in nine kecamatan of Batang
    ("Silurah", "33.25.01.2001"),
    ("Sodong", "33.25.01.2002"),
    ("Tombo", "33.25.02.2001"),
    ("Gerlang", "33.25.03.2001"),
    ("Pacet", "33.25.04.2001"),
    ("Pranten", "33.25.05.2001"),
    ("Sendang", "33.25.06.2002"),
    ("Surodadi", "33.25.07.2005"),
    ("Ngaliyan", "33.25.08.2001"),
    ("Menjangan", "33.25.09.2004"),
)
FLOWERS = (
    "Guyub Rukun,Mawar,Melati,Kenanga,Anggrek,Dahlia,Cempaka,Teratai,Sedap Malam,Bougenville,Ngudi Rahayu,"
    "Sumber Rejeki,Tani Makmur,Maju Lancar,Karya Bersama,Sido Makmur,Margo Mulyo,Sri Rejeki,Mekar Jaya,Bina Karya"
).split(",")
HEALTHS = (STRONG, GOOD, GOOD, FAIR, FAIR, IDLE, UNPAID, WEAK, GOOD, DYING)


@dataclass(frozen=True, slots=True)
class SignIn:
    """Somebody to sign in as."""

    username: str
    who: str


SIGN_INS = (
    SignIn("wati", "bendahara KSM Mawar (HP)"),
    SignIn("jumiati", "bendahara KSM Melati: buku ditutup tiap bulan"),
    SignIn("hadi", "koordinator BKM Guyub Rukun (laptop)"),
    SignIn("wahyu", "fasilitator, BKM Guyub Rukun dan Batang"),
    SignIn("rini", "petugas UPK Guyub Rukun"),
    SignIn("bambang", "pemeriksa BKM Guyub Rukun"),
    SignIn("admin", "administrator"),
)

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class UpkPlan:
    """A loan of the UPK to a group: how many of its members borrow how much each, and whether it is passed back."""

    members: int
    amount: int
    passes_on: bool = True


UPK_WEEK, UPK_MONTHS = 15, 10
UPK_PLANS = {
    "GR-MEKAR-ARUM-JAYA": UpkPlan(5, 1_000_000),
    "GR-MELATI": UpkPlan(6, 500_000),
    "GR-MEKAR-SARI": UpkPlan(5, 600_000, passes_on=False),  # holds what the members paid
}
KEEPS_BOOKS = "GR-MELATI"  # closes months, corrects, reads balances, keeps a bank account and the books of its house
UPK_ASKS = "GR-FLAMBOYAN"  # asks, and has not signed yet


SMALL_BKM, PROGRAMME = "BKM-GUYUB-RUKUN", "GRD"


@transaction.atomic
def load_small(*, today: date, say: Say, weeks: int | None = None) -> None:
    """Make BKM Guyub Rukun, its people and its ten groups: all of it or nothing."""
    people = _people()
    weeks = weeks or WEEKS
    start = week_start(today) - timedelta(weeks=weeks)
    bkm = groups.create_bkm(code=SMALL_BKM, name="BKM Guyub Rukun", region="35.73.04.1004")
    upk = groups.open_upk(bkm=bkm, name="UPK Guyub Rukun", start_on=start)
    for username, role in (
        ("hadi", Appointment.Role.COORDINATOR),
        ("wahyu", Appointment.Role.FACILITATOR),
        ("rini", Appointment.Role.UPK_STAFF),
        ("bambang", Appointment.Role.AUDITOR),
    ):
        groups.appoint(user=people[username], role=role, from_on=start, bkm=bkm)
    open_the_book(upk, start=start, today=today, by=people["rini"])
    _holiday(bkm, start)
    for index, (name, health, size, weekly) in enumerate(SMALL):
        with one_announcement():
            group = _group(bkm, "GR", name, index, start, size, weekly, "35.73.04.1004", None)
            if name == "Mawar":
                _officers(group, people, start)
            plan = UPK_PLANS.get(group.code)
            upk_loan = _UpkLife(group, plan, people["rini"], people["hadi"]) if plan else None
            by = people["wati"] if name == "Mawar" else people["hadi"]
            _Life(group, health, weekly, start, upk_loan).live(today, by, weeks)
            if group.code == KEEPS_BOOKS:
                member = Member.objects.get(group=group, no=2)
                jumiati = people["jumiati"]
                groups.appoint(user=jumiati, role=Appointment.Role.TREASURER, from_on=start, group=group, member=member)
                keep_the_books(group, by=jumiati, seed=SEED, today=today)
            if group.code == UPK_ASKS:
                _ask_upk(group, 300_000, len(Member.objects.filter(group=group)), today)
        say(f"  KSM {name}")


def missing_villages() -> list[int]:
    """Return the villages of the Batang programme that are not there yet, by their place in `VILLAGES`."""
    there = set(
        Bkm.objects.filter(code__in=[_bkm_code(name) for name, _region in VILLAGES]).values_list("code", flat=True)
    )
    return [index for index, (name, _region) in enumerate(VILLAGES) if _bkm_code(name) not in there]


def load_villages(villages: Sequence[int], *, today: date, say: Say, weeks: int | None = None) -> None:
    """Make villages of the Batang programme, ten groups each: of each village all or nothing.

    So a load that was broken off goes on where it stopped, and two processes can make a part each.
    """
    weeks = weeks or WEEKS
    start = week_start(today) - timedelta(weeks=weeks)
    programme = ensure_programme()
    wahyu, hadi = User.objects.get(username="wahyu"), User.objects.get(username="hadi")
    for village in villages:
        name, region = VILLAGES[village]
        with transaction.atomic():
            bkm = groups.create_bkm(code=_bkm_code(name), name=f"BKM {name}", region=region)
            _holiday(bkm, start)
            for place in range(10):
                number = 10 * village + place
                label = FLOWERS[(village * 7 + place) % len(FLOWERS)] if number else "Guyub Rukun"
                size = 5 + (number * 3) % 6
                with one_announcement():
                    group = _group(
                        bkm, name[:3].upper(), label, place, start, size, 2_000, region, programme, new=number < 37
                    )
                    _Life(group, HEALTHS[(place + village) % len(HEALTHS)], 2_000, start).live(today, hadi, weeks)
            # Last, because it locks him until the village is whole, and he serves them all.
            groups.appoint(user=wahyu, role=Appointment.Role.FACILITATOR, from_on=start, bkm=bkm)
        say(f"  Desa {name}: 10 KSM")


def ensure_programme() -> Programme:
    """Return the programme, entered the first time it is asked for."""
    return Programme.objects.filter(code=PROGRAMME).first() or groups.create_programme(
        code=PROGRAMME, name="Gerakan Revitalisasi Desa", starts_on=date(2016, 5, 1)
    )


def _bkm_code(village: str) -> str:
    return f"BKM-{village.upper()}"


def _people() -> dict[str, User]:
    """Make the people who sign in."""
    names = {
        "wati": "Bu Wati",
        "sari": "Bu Sari",
        "julaika": "Bu Julaika",
        "jumiati": "Bu Jumiati",
        "hadi": "Pak Hadi",
        "wahyu": "Pak Wahyu",
        "rini": "Bu Rini",
        "bambang": "Pak Bambang",
    }
    User.objects.create_superuser("admin", PASSWORD, name="Administrator")
    return users.create_people(names=names, password=PASSWORD)


def _holiday(bkm: Bkm, start: date) -> None:
    groups.declare_holiday(
        bkm=bkm, week_start=start + timedelta(weeks=9), reason="Lebaran", declared_on=start + timedelta(weeks=6)
    )


def _group(
    bkm: Bkm,
    prefix: str,
    name: str,
    index: int,
    start: date,
    size: int,
    weekly: int,
    region: str,
    programme: Programme | None,
    *,
    new: bool = True,
) -> Group:
    chance = random.Random(f"{SEED} {prefix} {index}")
    group = groups.create_group(
        bkm=bkm,
        name=f"KSM {name}",
        code=f"{prefix}-{name.upper().replace(' ', '-')}" + (f"-{index}" if programme else ""),
        start_on=start,
        region=region,
        programme=programme,
        origin=Group.Origin.NEW if new else Group.Origin.REACTIVATED,
        founded_on=date(2016, 6, 14) + timedelta(days=37 * index),
        meeting_weekday=index % 6,
        meeting_time=time(15, 30),
        place=f"Rumah Bu {chance.choice(WOMEN)}",
    )
    agree_terms(group=group, from_on=start, weekly=weekly, principal=10_000)
    fixed = ["Sari", "Wati", "Julaika"] if name == "Mawar" and programme is None else []
    first = [*fixed, *(n for n in chance.sample(WOMEN, len(WOMEN)) if n not in fixed)]
    men = chance.sample(MEN, len(MEN))
    offices = (Member.Office.CHAIR, Member.Office.TREASURER, Member.Office.SECRETARY)
    people = []
    for no in range(1, size + 1):
        is_man = no > 3 and no % 5 == 0
        given = men[no // 5 % len(men)] if is_man else first[no - 1]
        second = chance.choice(SECOND) if no > 3 else ""
        people.append(
            {
                "no": no,
                "name": f"{given} {second}".strip(),
                "gender": "L" if is_man else "P",
                "address": f"RT {1 + no % 6:02d}/{1 + no % 2:02d}",
                "office": offices[no - 1] if no <= len(offices) else Member.Office.MEMBER,
                "poor": no % 3 != 0,
                "joined_on": start,
            }
        )
    groups.take_in(group=group, people=people)
    return group


def _officers(group: Group, people: dict[str, User], start: date) -> None:
    roles = (
        ("sari", Appointment.Role.CHAIR, 1),
        ("wati", Appointment.Role.TREASURER, 2),
        ("julaika", Appointment.Role.SECRETARY, 3),
    )
    for username, role, no in roles:
        member = Member.objects.get(group=group, no=no)
        groups.appoint(user=people[username], role=role, from_on=start, group=group, member=member)


def _ask_upk(group: Group, amount: int, members: int, on: date) -> UpkLoanRequest:
    """A group asks its UPK: the first members, each for the same."""
    first = Member.objects.filter(group=group).order_by("no")[:members]
    shares = [loans.Share(member, amount, "Modal warung" if member.no % 2 else "Ternak") for member in first]
    terms = Terms(amount * len(shares), UPK_MONTHS, "month", Decimal("1.5"), "month", "flat", 1_000)
    return loans.request_upk_loan(group=group, shares=shares, terms=terms, by=None, on=on)


class _UpkLife:
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
        asked = _ask_upk(self.group, self.plan.amount, self.plan.members, on)
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


class _Life:
    """One group's weeks, played by chance from its own seed."""

    def __init__(self, group: Group, health: Health, weekly: int, start: date, upk: _UpkLife | None = None) -> None:
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


def sign_ins() -> list[dict[str, Any]]:
    """Who can sign in to the demonstration, in the order to print them."""
    return [{"username": one.username, "password": PASSWORD, "who": one.who} for one in SIGN_INS]
