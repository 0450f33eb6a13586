"""KSM Mawar with its year 2026 in the book and closed: what the year's end and the savings screens are tried on."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4

from groups.models import Group
from ledger.announce import one_announcement
from ledger.services import Draft, Leg, close, post
from loans.schedule import Terms
from loans.services import Lending, disburse
from savings.terms import agree_terms
from tests.factories import GroupFactory

AT = datetime(2027, 1, 10, 3, 0, tzinfo=UTC)
NAMES = ("Sari", "Wati", "Julaika")
YEAR_END = date(2026, 12, 31)


def write(group: Group, on: date, kind: str, *legs: tuple, memo: str = "") -> None:
    """Post one entry as it stands; a leg is (code, amount) or (code, amount, member_no, loan_no)."""
    drafts = [Draft(on, kind, tuple(Leg(*leg) for leg in legs), memo)]
    post(book=group.book, key=uuid4(), content={}, drafts=drafts, by=None, at=AT)


@one_announcement()
def mawar(*, closed: bool = True, code: str = "KSM-MAWAR") -> Group:
    """Three members. 2026: jasa 30.000 of Sari and 10.000 of Wati, fines 5.000, costs 5.000: a surplus of 40.000.

    Savings at the year's end: Sari 100.000 wajib and 20.000 pokok, Wati 60.000, Julaika 20.000. The box holds
    240.000, no loan is open.
    """
    group = GroupFactory(code=code, name="KSM Mawar", members=3)
    for member, name in zip(group.members.order_by("no"), NAMES, strict=True):
        member.name = name
        member.office = {"Sari": "ketua", "Wati": "bendahara"}.get(name, "anggota")
        member.save()
    agree_terms(group=group, from_on=group.start_on, weekly=2_000, principal=0)
    march = date(2026, 3, 4)
    write(group, march, "handover", ("1110", 120_000), ("2110", -100_000, 1), ("3110", -20_000, 1))
    write(group, march, "handover", ("1110", 60_000), ("2110", -60_000, 2))
    write(group, march, "handover", ("1110", 20_000), ("2120", -20_000, 3))
    for no, principal, percent in ((1, 50_000, 24), (2, 20_000, 20)):  # 10 weeks: jasa 60 % and 50 %
        terms = Terms(principal, 10, "week", Decimal(percent), "month", "flat", 0)
        lending = Lending(group.members.get(no=no), terms, march)
        disburse(group=group, book=group.book, lendings=[lending], on=march)
        write(group, march, "disbursement", ("1210", principal, no, no), ("1110", -principal))
    june = date(2026, 6, 3)
    write(group, june, "handover", ("1110", 80_000), ("1210", -50_000, 1, 1), ("4110", -30_000, 1, 1))
    write(group, june, "handover", ("1110", 35_000), ("1210", -20_000, 2, 2), ("4110", -10_000, 2, 2), ("4120", -5_000))
    write(group, june, "expense", ("5130", 5_000), ("1110", -5_000), memo="Kue rapat")
    if closed:
        close(book=group.book, on=YEAR_END, by=None, at=AT)
        group.book.refresh_from_db()
    return group
