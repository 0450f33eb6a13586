"""The demonstration put into the books: the small part, and villages of the programme."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from django.db import transaction

from groups import services as groups
from groups.dates import week_start
from groups.models import Appointment, Bkm, Member, Programme
from ledger.announce import one_announcement
from reports.demo import invented
from reports.demo.books import keep_the_books
from reports.demo.group import make_group
from reports.demo.invented import FLOWERS, HEALTHS, KEEPS_BOOKS, PROGRAMME, SEED, SMALL_BKM, UPK_ASKS, UPK_PLANS
from reports.demo.life import Life
from reports.demo.people import appoint_officers, make_people
from reports.demo.upk import UpkLife, ask_upk, open_the_book
from users.models import User

Say = Callable[[str], None]


@transaction.atomic
def load_small(*, today: date, say: Say, weeks: int | None = None) -> None:
    """Make BKM Guyub Rukun, its people and its ten groups: all of it or nothing."""
    people = make_people()
    weeks = weeks or invented.WEEKS
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
    for index, (name, health, size, weekly) in enumerate(invented.SMALL):
        with one_announcement():
            group = make_group(bkm, "GR", name, index, start, size, weekly, "35.73.04.1004", None)
            if name == "Mawar":
                appoint_officers(group, people, start)
            plan = UPK_PLANS.get(group.code)
            upk_loan = UpkLife(group, plan, people["rini"], people["hadi"]) if plan else None
            by = people["wati"] if name == "Mawar" else people["hadi"]
            Life(group, health, weekly, start, upk_loan).live(today, by, weeks)
            if group.code == KEEPS_BOOKS:
                member = Member.objects.get(group=group, no=2)
                jumiati = people["jumiati"]
                groups.appoint(user=jumiati, role=Appointment.Role.TREASURER, from_on=start, group=group, member=member)
                keep_the_books(group, by=jumiati, seed=SEED, today=today)
            if group.code == UPK_ASKS:
                ask_upk(group, 300_000, len(Member.objects.filter(group=group)), today)
        say(f"  KSM {name}")


def missing_villages() -> list[int]:
    """Return the villages of the Batang programme that are not there yet, by their place in `VILLAGES`."""
    there = set(
        Bkm.objects.filter(code__in=[_bkm_code(name) for name, _region in invented.VILLAGES]).values_list(
            "code", flat=True
        )
    )
    return [index for index, (name, _region) in enumerate(invented.VILLAGES) if _bkm_code(name) not in there]


def load_villages(villages: Sequence[int], *, today: date, say: Say, weeks: int | None = None) -> None:
    """Make villages of the Batang programme, ten groups each: of each village all or nothing.

    So a load that was broken off goes on where it stopped, and two processes can make a part each.
    """
    weeks = weeks or invented.WEEKS
    start = week_start(today) - timedelta(weeks=weeks)
    programme = ensure_programme()
    wahyu, hadi = User.objects.get(username="wahyu"), User.objects.get(username="hadi")
    for village in villages:
        name, region = invented.VILLAGES[village]
        with transaction.atomic():
            bkm = groups.create_bkm(code=_bkm_code(name), name=f"BKM {name}", region=region)
            _holiday(bkm, start)
            for place in range(10):
                number = 10 * village + place
                label = FLOWERS[(village * 7 + place) % len(FLOWERS)] if number else "Guyub Rukun"
                size = 5 + (number * 3) % 6
                with one_announcement():
                    group = make_group(
                        bkm, name[:3].upper(), label, place, start, size, 2_000, region, programme, new=number < 37
                    )
                    Life(group, HEALTHS[(place + village) % len(HEALTHS)], 2_000, start).live(today, hadi, weeks)
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


def _holiday(bkm: Bkm, start: date) -> None:
    groups.declare_holiday(
        bkm=bkm, week_start=start + timedelta(weeks=9), reason="Lebaran", declared_on=start + timedelta(weeks=6)
    )
