"""A UPK as tests know it: its book open since 2018, people to write and to read, and money written as staff would."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4

from groups.models import Appointment, Group, Upk
from groups.services import suggest_code
from ledger import chart
from ledger.models import Account
from ledger.services import Draft, Leg, post
from loans.models import UpkLoan, UpkLoanRequest, UpkShare
from loans.services import disburse_upk_loan, receive_upk_payment, upk_book
from loans.services.upk_book import Money
from tests.factories import AppointmentFactory, GroupFactory, UpkFactory

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


def ksm(upk: Upk, name: str) -> Group:
    """A KSM of one member with 20 million of its own in the box, so that it can always pay."""
    group = GroupFactory(bkm=upk.bkm, name=name, code=suggest_code(name, kind=Group), start_on=START, members=1)
    legs = (Leg(chart.CASH, 20_000_000), Leg(chart.CAPITAL, -20_000_000))
    draft = Draft(on=START, kind="opening", legs=legs)
    post(book=group.book, key=uuid4(), content={"opening": name}, drafts=[draft], by=None, at=at(START))
    return group


def lend(upk: Upk, group: Group, principal: int, on: date, *, periods: int = 10, rate: str = "1.5") -> UpkLoan:
    """A loan by the month, flat and not rounded, asked for and approved on the day it is paid out."""
    no = UpkLoanRequest.objects.filter(upk=upk).count() + 1
    decided = {"upk_decided_on": on, "bkm_decided_on": on, "status": UpkLoanRequest.Status.APPROVED}
    terms = {"periods": periods, "unit": "month", "rate": Decimal(rate), "rate_per": "month", "round_to": 0}
    asked = UpkLoanRequest.objects.create(
        upk=upk, no=no, group=group, amount=principal, requested_on=on, signed_on=on, method="flat", **decided, **terms
    )
    UpkShare.objects.create(request=asked, member=group.members.get(), amount=principal, purpose="Warung")
    return disburse_upk_loan(request=asked, key=uuid4(), by=None, on=on, at=at(on))


def pay(loan: UpkLoan, amount: int, on: date):
    """What a KSM brings to the UPK."""
    return receive_upk_payment(loan=loan, amount=amount, on=on, key=uuid4(), by=None, at=at(on))
