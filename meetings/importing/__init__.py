"""Brings an old book in from a workbook: judges what its cells say together, then writes the whole life of a group.

The judging is done first and gathers every problem of the cells; the writing plays the meetings through the same
services as every sheet, day by day, and takes everything back when one of them refuses or a cell was wrong. What is
wrong is left out of the play with all that hangs on it (`doubts`), so that one list holds what cells and services say.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from groups import services as groups
from groups.models import Bkm, Group, Holiday, Member
from groups.offices import begin_terms
from ledger import chart
from ledger.announce import announce, one_announcement
from ledger.models import Account, Submission
from meetings import workbook
from meetings.importing.judge import Plan, judged
from meetings.importing.play import Player
from meetings.models import Meeting
from meetings.workbook import Problem, Problems
from savings.models import SavingsTerms

if TYPE_CHECKING:
    from users.models import User

Status = Literal["imported", "ready", "unchanged", "refused"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an import ended. `ready`: a trial run found nothing that keeps the book out, and wrote nothing.

    `counts` says how many members, loans, meetings, rows, entries and holidays it holds; `accounts` is what the book
    comes to, chart code → rupiah on the normal side; `head` the book's last digest.
    """

    status: Status
    problems: tuple[Problem, ...] = ()
    group_code: str = ""
    group_name: str = ""
    counts: dict[str, int] = field(default_factory=dict)
    accounts: dict[str, int] = field(default_factory=dict)
    first_on: date | None = None
    last_on: date | None = None
    head: str = ""

    @property
    def errors(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.severity == "error"]

    @property
    def warnings(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.severity == "warning"]


class _TakeBack(Exception):
    """Undoes everything written, and carries the outcome out of the transaction."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.status)
        self.outcome = outcome


def import_book(
    *, content: bytes, bkm_code: str, by: "User | None", at: datetime, create_bkm: bool = False, dry_run: bool = False
) -> Outcome:
    """Bring the book of a workbook in under a BKM: all of it or nothing, and never twice.

    Nothing is raised for what a file holds: the outcome lists every problem as sheet, cell and reason. Refused: what
    would make the books wrong, a group whose code is there with other content, a BKM that is not there (unless
    `create_bkm` lets it be made, named by its code).
    """
    problems = Problems()
    read = workbook.read_workbook(content, problems)
    if read is None:
        return Outcome("refused", tuple(problems.found))
    plan = judged(read, problems, at)
    if plan is None:
        return Outcome("refused", tuple(problems.found), read.group["Kode"] or "", read.group["Nama"] or "")
    try:
        with transaction.atomic():
            return _write(plan, problems, bkm_code, by, at, create_bkm=create_bkm, dry_run=dry_run)
    except _TakeBack as taken:
        return taken.outcome


def _write(
    plan: Plan,
    problems: Problems,
    bkm_code: str,
    by: "User | None",
    at: datetime,
    *,
    create_bkm: bool,
    dry_run: bool,
) -> Outcome:
    code, name = plan.group["Kode"] or "", plan.group["Nama"] or ""
    with connection.cursor() as cursor:  # two who bring in one book at once: the second finds it there
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"import {code}"])
    there = Group.objects.select_related("book", "bkm").filter(code=code).first()
    here = there and there.bkm.code == bkm_code
    if there and here and not problems.errors:
        if Submission.objects.filter(book=there.book, key=plan.key("book")).exists():
            return _outcome("unchanged", plan, problems, there)
        here = False
    # Put right, what was brought in before may still turn out to be the same.
    if there and not (here and Meeting.objects.filter(group=there, imported=True).exists()):
        reason = _("There is a group %(code)s with another book. A book is brought in once, into an empty group code.")
        problems.error(workbook.GROUP, plan.group.cell("Kode"), reason % {"code": code})
    bkm = _find_bkm(bkm_code, problems, create=create_bkm)
    with one_announcement():
        group, members = _found_group(plan, bkm, code="" if there else code, name=name)
        Player(plan, problems, group, members, by, at).play()
        announce(group.book_id, plan.start_on)
        if problems.errors:
            raise _TakeBack(Outcome("refused", tuple(problems.found), code, name))
        group.book.refresh_from_db()
        if dry_run:
            raise _TakeBack(_outcome("ready", plan, problems, group))
    return _outcome("imported", plan, problems, group)


def _find_bkm(code: str, problems: Problems, *, create: bool) -> Bkm:
    """Return the BKM; where there is none, one to try the book in."""
    if bkm := Bkm.objects.filter(code=code).first():
        return bkm
    if create:
        try:
            return groups.create_bkm(name=code, code=code)
        except ValidationError as refusal:
            problems.error("", "", " ".join(refusal.messages))
    else:
        problems.error("", "", _("There is no BKM %(code)s.") % {"code": code})
    return groups.create_bkm(name="BKM")


def _found_group(plan: Plan, bkm: Bkm, *, code: str, name: str) -> tuple[Group, dict[int, Member]]:
    """Enter the group, its agreed savings, its members and its holidays.

    In a book that is only tried a group without a code gets one, and a member is there throughout of whom nobody knows
    from when to when she is.
    """
    told = plan.group
    group = groups.create_group(
        bkm=bkm,
        code=code,
        name=name or "KSM",
        region=told["Wilayah"] or "",
        origin=told["Asal"] or "baru",
        founded_on=told["Tanggal berdiri"],
        start_on=plan.start_on,
        meeting_weekday=2 if told["Hari pertemuan"] is None else told["Hari pertemuan"],
        place=told["Tempat"] or "",
        timezone=told["Zona waktu"] or "WIB",
    )
    SavingsTerms.objects.create(
        group=group,
        from_on=plan.start_on,
        weekly=told["Wajib per pekan"] or 0,
        principal=told["Simpanan pokok"] or 0,
    )
    members = Member.objects.bulk_create(
        Member(
            group=group,
            no=no,
            name=line["Nama"] or "",
            gender=line["L/P"] or "",
            nik=line["NIK"] or "",
            phone=line["Telepon"] or "",
            address=line["Alamat"] or "",
            office=line["Jabatan"] or Member.Office.MEMBER,
            poor=line["Miskin"],
            joined_on=plan.start_on if no in plan.unclear else line["Masuk"],
            left_on=None if no in plan.unclear else line["Keluar"],
        )
        for no, line in sorted(plan.members.items())
    )
    Holiday.objects.bulk_create(
        Holiday(group=group, week_start=monday, reason=reason, declared_on=monday - timedelta(days=1))
        for monday, reason in sorted(plan.holidays.items())
    )
    begin_terms(members)
    return group, {member.no: member for member in members}


def _outcome(status: Status, plan: Plan, problems: Problems, group: Group) -> Outcome:
    """Say what the book holds now."""
    accounts: dict[str, int] = {}
    for account in Account.objects.filter(book=group.book).exclude(balance=0).order_by("code"):
        amount = chart.on_normal_side(account.code, account.balance)
        accounts[account.code] = accounts.get(account.code, 0) + amount
    days = [*plan.days, *([plan.opening_on] if plan.opening_on else [])]
    return Outcome(
        status=status,
        problems=tuple(problems.found),
        group_code=group.code,
        group_name=group.name,
        counts={
            "members": len(plan.members),
            "loans": len(plan.loans),
            "meetings": sum(1 for day in plan.days.values() if day.meeting or day.rows),
            "rows": sum(len(day.rows) for day in plan.days.values()),
            "entries": group.book.last_number,
            "holidays": len(plan.holidays),
        },
        accounts=accounts,
        first_on=min(days, default=None),
        last_on=max(days, default=None),
        head=group.book.head_digest,
    )
