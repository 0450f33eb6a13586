"""The demonstration's UPK: its capital, the bank, and what its office costs from month to month."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid5

from groups.models import Upk
from loans.services import post_upk_money
from loans.services.upk_book import Money
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
        post_upk_money(upk=upk, money=money, key=uuid5(UUID(int=upk.pk), f"upk {turn}"), by=by, at=at)
