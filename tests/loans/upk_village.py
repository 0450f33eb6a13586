"""A UPK as tests know it: its book open since 2018, people to write and to read, and money written as staff would."""

from datetime import UTC, date, datetime
from uuid import uuid4

from groups.models import Appointment, Upk
from ledger import chart
from ledger.models import Account
from loans.services import upk_book
from loans.services.upk_book import Money
from tests.factories import AppointmentFactory, UpkFactory

START = date(2018, 1, 1)


def at(on: date) -> datetime:
    """The evening of a day."""
    return datetime(on.year, on.month, on.day, 13, tzinfo=UTC)


def lestari(**fields) -> Upk:
    """UPK Lestari with an empty book."""
    return UpkFactory(bkm__code="BKM-LESTARI", bkm__name="Lestari", name="UPK Lestari", start_on=START, **fields)


def staff(upk: Upk, role: str = Appointment.Role.UPK_STAFF):
    return AppointmentFactory(bkm=upk.bkm, role=role).user


def write(upk: Upk, kind: str, on: date, amount: int, *, seen: date | None = None, **fields):
    """Write other money down on its own day."""
    money = Money(kind=kind, on=on, amount=amount, **{"memo": "Catatan", **fields})
    return upk_book.post_upk_money(upk=upk, money=money, key=uuid4(), by=None, at=at(seen or on))


def balances(upk: Upk) -> dict[str, int]:
    """What each account of the book holds on its normal side, loans added up, empty ones left out."""
    found: dict[str, int] = {}
    for code, balance in Account.objects.filter(book=upk.book_id).values_list("code", "balance"):
        found[code] = found.get(code, 0) + chart.on_normal_side(code, balance)
    return {code: amount for code, amount in sorted(found.items()) if amount}
