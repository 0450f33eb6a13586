"""Loans by the thousand: the instalments of a whole meeting, and who is late in a thousand groups."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.db import transaction

from benchmarks.timing import Times, counting
from benchmarks.village import new_ksm, settle
from groups import services as groups
from groups.models import Bkm, Group
from ledger import chart
from ledger import services as ledger
from ledger.announce import one_announcement
from ledger.services import Draft, Leg
from loans import selectors
from loans import services as loans
from loans.schedule import Terms
from loans.services import Lending

FIRST = date(2025, 1, 1)
ROUNDS = 10
BORROWERS = 5
BORROWERS_AT_ONCE = (5, 25)
MANY = (10, 100, 1_000)
TERMS = Terms(200_000, 20, "week", Decimal(1), "month", "flat")


def _lending_group(bkm: Bkm, number: int) -> Group:
    """Make a group whose members borrowed at once and paid for as many weeks as their number in the group says."""
    group = groups.create_group(bkm=bkm, name=f"KSM {number}", code=f"{bkm.code}-{number}", start_on=FIRST)
    members = groups.add_members(group=group, names=[f"Anggota {n + 1}" for n in range(BORROWERS)], joined_on=FIRST)
    lendings = [Lending(member, TERMS, FIRST) for member in members]
    made = loans.disburse(group=group, book=group.book, lendings=lendings, on=FIRST)
    grant = TERMS.principal * BORROWERS
    drafts = [Draft(FIRST, "opening", (Leg(chart.CASH, grant), Leg(chart.CAPITAL, -grant)))]
    drafts += [
        Draft(FIRST, "disbursement", loans.disbursement(member_no=o.member.no, loan_no=o.no, principal=o.principal))
        for o in made
    ]
    owed = selectors.open_loans(group)
    for one in owed:
        one.paid_principal, one.paid_charge = 0, 0
    for week in range(1, BORROWERS + 1):
        on = FIRST + timedelta(weeks=week)
        for one in owed:
            if one.loan.member.no >= week:
                legs = one.repay(one.due(on), on)
                drafts.append(Draft(on, "handover", (Leg(chart.CASH, -sum(leg.amount for leg in legs)), *legs)))
    at = datetime(2025, 6, 1, tzinfo=ZoneInfo("Asia/Jakarta"))
    ledger.post(book=group.book, key=uuid4(), content={"group": number}, drafts=drafts, by=None, at=at)
    return group


def arrears(say: Callable[[str], None], rounds: int, sizes: Sequence[int]) -> None:
    """Read the arrears of boards of so many groups, today and eight weeks ago."""
    boards: dict[int, Bkm] = {}
    for many in sizes:
        boards[many] = groups.create_bkm(name=f"BKM {many} KSM pinjam", code=f"PINJAM-{many}")
        with transaction.atomic(), one_announcement():
            for number in range(1, many + 1):
                _lending_group(boards[many], number)
    settle()
    days = {"now": FIRST + timedelta(weeks=12), "past": FIRST + timedelta(weeks=3)}
    found: dict[tuple[int, str], Times] = {}
    counts: dict[int, int] = {}
    for many, bkm in boards.items():
        for name, on in days.items():
            times = found[many, name] = Times()
            with counting() as seen:
                board = selectors.board_arrears(bkm, on)
            counts[many] = len(seen)
            if len(board.whole.loans) != many * BORROWERS:
                raise RuntimeError(f"{len(board.whole.loans)} loans of {many} groups")
            for _round in range(rounds):
                with times.sample():
                    selectors.board_arrears(bkm, on)
    for (many, name), times in found.items():
        say(f"  {many:5d} groups, {name:4}   {times.line()}   {counts[many]} statements")
    for name in days:
        ratio = found[sizes[-1], name].against(found[sizes[0], name])
        say(f"  {sizes[-1]:4d} groups / {sizes[0]}, {name:4}          {ratio}   (by so many loans)")


def meeting(bkm: Bkm, say: Callable[[str], None], rounds: int, sizes: Sequence[int]) -> None:
    """Read and divide the instalments of a whole meeting, with so many borrowers."""
    on = FIRST + timedelta(weeks=6)
    found: dict[int, Times] = {}
    for many in sizes:
        ksm = new_ksm(bkm, many, FIRST)
        lendings = [Lending(member, TERMS, ksm.on) for member in ksm.members]
        loans.disburse(group=ksm.group, book=ksm.group.book, lendings=lendings, on=ksm.on)
        drafts = [
            Draft(ksm.on, "disbursement", loans.disbursement(member_no=m.no, loan_no=m.no, principal=TERMS.principal))
            for m in ksm.members
        ]
        grant = TERMS.principal * many
        drafts.insert(0, Draft(ksm.on, "opening", (Leg(chart.CASH, grant), Leg(chart.CAPITAL, -grant))))
        ledger.post(book=ksm.group.book, key=uuid4(), content={}, drafts=drafts, by=None, at=ksm.at)
        times = found[many] = Times()
        for _round in range(rounds):
            with times.sample(), counting() as seen:
                for one in selectors.open_loans(ksm.group):
                    one.repay(one.due(on), on)
        say(f"  instalments of {many:2d} borrowers   {times.line()}   {len(seen)} statements")
    say(f"  {sizes[-1]:2d} borrowers / {sizes[0]}                {found[sizes[-1]].against(found[sizes[0]])}")


def run(
    bkm: Bkm,
    say: Callable[[str], None],
    rounds: int = ROUNDS,
    *,
    borrowers: Sequence[int] = BORROWERS_AT_ONCE,
    boards: Sequence[int] = MANY,
) -> None:
    """Measure and print both."""
    meeting(bkm, say, rounds, borrowers)
    arrears(say, rounds, boards)
