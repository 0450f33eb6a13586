"""A KSM in the database, kept through the services a treasurer uses; a sheet is one line."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.core.management import call_command

from compliance.models import GroupWeek
from groups.models import Bkm, Group
from groups.services import add_members, create_group
from ledger import services as ledger
from ledger.announce import one_announcement
from ledger.models import Entry
from ledger.services import Draft, Leg
from loans.schedule import Terms
from loans.services import request_loan
from meetings.models import Meeting
from meetings.services import post_sheet
from meetings.sheet import CashCount, Disbursement, Minutes, OtherMoney, Payment, Row, Sheet
from savings.terms import agree_terms
from tests.books import old_sheet

MONDAY = date(2026, 1, 5)
NAMES = ("Sari", "Wati", "Budi", "Julaika", "Syawiyah")
COMPLETE = Minutes(agenda="Tabungan", decisions="Tidak ada keputusan")


def day(week: int, weekday: int = 3) -> date:
    """The Thursday (3) of the n-th week, from 1."""
    return MONDAY + timedelta(days=7 * (week - 1) + weekday)


def noon(on: date) -> datetime:
    return datetime.combine(on, time(12), ZoneInfo("Asia/Jakarta"))


@one_announcement()
def found_group(
    *,
    bkm: Bkm | None = None,
    names: Sequence[str] = NAMES,
    weekly: int = 2000,
    opening: int = 150_000,
    code: str = "KSM-MAWAR",
) -> Group:
    bkm = bkm or Bkm.objects.get_or_create(code="BKM-GUYUB", defaults={"name": "Guyub Rukun"})[0]
    group = create_group(bkm=bkm, name=code.removeprefix("KSM-").title(), code=code, start_on=MONDAY)
    agree_terms(group=group, from_on=MONDAY, weekly=weekly, principal=0)
    add_members(group=group, names=names, joined_on=MONDAY)
    if opening:
        post(group, MONDAY, "opening", Leg("1110", opening), Leg("3210", -opening))
    return group


def post(group: Group, on: date, kind: str, *legs: Leg, memo: str = "", reverses: Entry | None = None) -> Entry:
    """One entry outside a meeting."""
    draft = Draft(on=on, kind=kind, legs=legs, memo=memo, reverses=reverses)
    receipt = ledger.post(book=group.book, key=uuid4(), content={"kind": kind}, drafts=[draft], by=None, at=noon(on))
    return receipt.entries[0]


def ask(group: Group, no: int, amount: int, on: date, *, periods: int = 10, unit: str = "week") -> Disbursement:
    """A member's request, to be paid out by a sheet."""
    terms = Terms(amount, periods, unit, Decimal(1), "month", "flat", 0)
    member = group.members.get(no=no)
    return Disbursement(request_loan(group=group, member=member, amount=amount, purpose="", terms=terms, on=on).no)


def meet(
    group: Group,
    on: date,
    weekly: Mapping[int, int],
    *,
    pay: Mapping[int, int] | None = None,
    voluntary: Mapping[int, int] | None = None,
    away: Mapping[int, str] | None = None,
    lend: Sequence[Disbursement] = (),
    snacks: int = 0,
    counted: int | None = None,
    reason: str = "",
    minutes: Minutes = COMPLETE,
    posted_on: date | None = None,
    imported: bool = False,
) -> Meeting:
    """One sheet: who gave how much wajib. Everybody active is present but those `away`."""
    pay, voluntary, away = pay or {}, voluntary or {}, away or {}
    rows = tuple(
        Row(
            member_no=member.no,
            attendance=away.get(member.no, "H"),
            weekly=weekly.get(member.no, 0),
            voluntary=voluntary.get(member.no, 0),
            payments=(Payment(pay[member.no]),) if pay.get(member.no) else (),
        )
        for member in group.members.active_on(on)
    )
    sheet = Sheet(
        on=on,
        rows=rows,
        place="Balai RW 03",
        expenses=(OtherMoney("5130", "Snack rapat", snacks),) if snacks else (),
        disbursements=tuple(lend),
        count=CashCount(counted=counted, reason=reason, owner_no=1),
        minutes=minutes,
    )
    at = noon(posted_on or on)
    key = old_sheet(group, on, at) if imported else uuid4()
    return post_sheet(group=group, key=key, sheet=sheet, by=None, at=at, imported=imported)


def cash(group: Group) -> int:
    return group.book.accounts.get(code="1110").balance


def kept(group: Group) -> list[tuple[object, ...]]:
    """All rows of a group as they stand."""
    return list(
        GroupWeek.objects.filter(group=group)
        .order_by("week_start")
        .values_list("week_start", "facts", "brief", "at_meeting", "at_close")
    )


def assert_rows_are_what_the_books_say(group: Group) -> None:
    before = kept(group)
    call_command("rebuild_weeks", group=group.code, verbosity=0)
    after = kept(group)
    assert [row[0] for row in before] == [row[0] for row in after]
    for old, new in zip(before, after, strict=True):
        assert old == new
