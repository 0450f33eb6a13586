"""The pages people wait for, as a browser gets them: a board's dashboard, the treasurer's sheet, check and receipt."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from statistics import median
from typing import Any
from uuid import uuid4

from django.db import connection
from django.test import Client
from django.urls import reverse

from benchmarks.timing import Times, counting
from benchmarks.village import Ksm, new_ksm, settle, signed_in
from compliance.models import GroupWeek
from groups import clock
from groups import services as groups
from groups.dates import week_start
from groups.models import Appointment, Bkm
from meetings import services as meetings
from users.models import User

ROUNDS = 20
BOARDS = (10, 100, 1_000)
MEMBERS, SIZES = 25, (5, 25)
WEEKS = 26


class Page:
    """One address in one person's browser, with what getting it took."""

    def __init__(self, name: str, client: Client, address: str) -> None:
        self.name, self.client, self.address = name, client, address
        self.times = Times()
        self.get()  # templates are read and compiled once
        with counting() as found:
            self.get()
        self.statements = len(found)

    def get(self) -> None:
        """Get it, and make sure that it is the page and no redirect."""
        answer = self.client.get(self.address)
        if answer.status_code != 200:
            raise RuntimeError(f"{self.address} answered {answer.status_code}")

    def measure(self) -> None:
        with self.times.sample():
            self.get()


def _board(groups_wanted: int, models: list[Ksm], start: date) -> Bkm:
    """Make a board whose groups have the weeks of `models`, in turn: a dashboard reads these rows alone."""
    bkm = groups.create_bkm(name=f"BKM {groups_wanted} KSM", code=f"BKM-{groups_wanted}")
    made = [
        groups.create_group(bkm=bkm, name=f"KSM {n + 1}", code=f"B{groups_wanted}-{n + 1}", start_on=start)
        for n in range(groups_wanted)
    ]
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM compliance_groupweek WHERE group_id = ANY(%s)", [[group.pk for group in made]])
        for index, model in enumerate(models):
            same = [group.pk for group in made[index :: len(models)]]
            cursor.execute(
                "INSERT INTO compliance_groupweek (group_id, week_start, facts, at_meeting, at_close)"
                " SELECT copy, week_start, facts, at_meeting, at_close"
                "   FROM compliance_groupweek, unnest(%s::bigint[]) copy WHERE group_id = %s",
                [same, model.group.pk],
            )
    return bkm


def dashboards(
    bkm: Bkm,
    say: Callable[[str], None],
    rounds: int = ROUNDS,
    *,
    boards: Sequence[int] = BOARDS,
    members: int = MEMBERS,
    weeks: int = WEEKS,
) -> dict[str, Any]:
    """Measure the dashboard of boards with so many groups; print, and return what was found."""
    start = week_start(clock.today()) - timedelta(weeks=weeks)
    # Groups up to date, one week behind and two: lights and what needs action differ.
    models = [new_ksm(bkm, members, start).live(weeks + 1 - behind) for behind in range(3)]
    pages = []
    for size in boards:
        board = _board(size, models, start)
        user = User.objects.create(username=f"koordinator-{size}", name="Hadi", password="!")  # noqa: S106 (nobody signs in with it)
        groups.appoint(user=user, role=Appointment.Role.COORDINATOR, from_on=start, bkm=board)
        pages.append(Page(f"{size:5,d} groups", signed_in(user), reverse("bkm_dashboard", args=[board.code])))
    settle()
    take_turns(pages, rounds)
    _print(pages, say)
    counts = sorted({page.statements for page in pages})
    largest = median(pages[-1].times.wall)
    say(f"  {boards[-1]:,d} groups: {largest:.0f} ms   (to reach: ≤ 300 ms; statements {counts}, to reach: one number)")
    return {"statements": counts, "largest": largest, "rows": GroupWeek.objects.count()}


def sheets(
    bkm: Bkm,
    say: Callable[[str], None],
    rounds: int = ROUNDS,
    *,
    sizes: Sequence[int] = SIZES,
    weeks: int = WEEKS,
) -> dict[str, Any]:
    """Measure the treasurer's pages of groups with so many members; print, and return their statements."""
    today = clock.today()
    pages = []
    for members in sizes:
        ksm = new_ksm(bkm, members, week_start(today) - timedelta(weeks=weeks)).live(weeks)
        on = today if today > ksm.on - timedelta(weeks=1) else ksm.on
        with meetings.filling_in(group=ksm.group, on=on, by=ksm.treasurer, key=uuid4(), at=clock.now()) as draft:
            draft.data = ksm.draft()
        client = signed_in(ksm.treasurer)
        last = ksm.on - timedelta(weeks=1)
        for name, day in (("sheet", on), ("check", on), ("receipt", last)):
            address = reverse(name, args=[ksm.group.code, day])
            pages.append(Page(f"{name}, {members} members", client, address))
    settle()
    take_turns(pages, rounds)
    _print(pages, say)
    return {page.name: (page.statements, median(page.times.wall)) for page in pages}


def take_turns(pages: list[Page], rounds: int) -> None:
    for _round in range(rounds):
        for page in pages:
            page.measure()


def _print(pages: list[Page], say: Callable[[str], None]) -> None:
    for page in pages:
        say(f"  {page.name:22} {page.statements:3d} statements   {page.times.line()}")
