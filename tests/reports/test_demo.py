import os
from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from groups.models import Bkm, Group, Member, Region, Upk
from ledger.models import Account
from loans.models import UpkLoan
from loans.selectors.upk_book import cash_book
from meetings.models import Meeting, Reconfirmation
from reports import demo
from reports.management.commands.demo import Command
from users.models import User

TODAY = date(2026, 7, 3)

COPIES_END: list[int] = []  # with a status in it, a copy of this process ends at once
os.register_at_fork(after_in_child=lambda: COPIES_END and os._exit(COPIES_END[0]))


@pytest.fixture
def hamlet(monkeypatch):
    """The demonstration with one KSM in the small part, and two villages of ten in the programme."""
    monkeypatch.setattr(demo.invented, "SMALL", demo.invented.SMALL[:1])
    monkeypatch.setattr(demo.invented, "VILLAGES", demo.invented.VILLAGES[:2])
    monkeypatch.setattr(demo.invented, "WEEKS", 4)


def test_it_is_ten_ksm_and_a_programme_of_a_hundred_in_ten_villages():
    assert (len(demo.SMALL), len(demo.VILLAGES), len({code for _name, code in demo.VILLAGES})) == (10, 10, 10)
    assert len({name for name, *_rest in demo.SMALL}) == 10
    assert len({health for _name, health, *_rest in demo.SMALL}) == 7
    assert demo.WEEKS == 26


@pytest.mark.django_db
@pytest.mark.usefixtures("hamlet")
def test_the_same_day_makes_the_same_village_and_a_later_one_a_later_village():
    def told(today):
        with transaction.atomic():
            demo.load_small(today=today, say=str)
            balances = Account.objects.order_by("book__name", "code", "member_no", "loan_no")
            found = list(balances.values_list("book__name", "code", "member_no", "loan_no", "balance"))
            found += list(Member.objects.order_by("group__code", "no").values_list("group__code", "no", "name"))
            days = list(Meeting.objects.order_by("on").values_list("on", flat=True))
            transaction.set_rollback(True)
        return found, days

    first, days = told(TODAY)
    assert len(first) > 50
    assert told(TODAY) == (first, days)
    assert days == [date(2026, 6, day) for day in (1, 8, 15, 22)]
    assert told(TODAY + timedelta(weeks=3)) == (first, [day + timedelta(weeks=3) for day in days])


class Interruption(KeyboardInterrupt):
    """Ctrl-C at the worst moment."""


def interrupt(text):
    raise Interruption


@pytest.mark.django_db
@pytest.mark.usefixtures("hamlet")
def test_a_load_that_is_broken_off_leaves_whole_parts_or_nothing():
    with pytest.raises(Interruption), transaction.atomic():
        demo.load_small(today=TODAY, say=interrupt)
    assert (Bkm.objects.count(), Group.objects.count(), User.objects.count()) == (0, 0, 0)

    demo.load_small(today=TODAY, say=str)
    upk = Upk.objects.get()
    assert cash_book(upk, "cash", date(2026, 1, 1), TODAY).closing == 25_000_000 - 85_000 - 60_000
    mawar = Group.objects.get()
    # A sheet a week but for this one, which is left for whoever tries it.
    assert Meeting.objects.filter(group=mawar).count() == 4
    assert not Meeting.objects.filter(on__gte=date(2026, 6, 29)).exists()

    assert demo.missing_villages() == [0, 1]
    with pytest.raises(Interruption):
        demo.load_villages([0, 1], today=TODAY, say=interrupt)
    assert demo.missing_villages() == [1]
    demo.load_villages(demo.missing_villages(), today=TODAY, say=str)
    assert demo.missing_villages() == []
    assert Group.objects.filter(programme__code="GRD").count() == 20


@pytest.mark.django_db
def test_one_group_shows_what_is_kept_beside_the_sheets(monkeypatch):
    monkeypatch.setattr(demo.invented, "SMALL", demo.invented.SMALL[1:2])
    monkeypatch.setattr(demo.invented, "WEEKS", 14)
    demo.load_small(today=TODAY, say=str)
    melati = Group.objects.get()
    assert melati.book.closed_through == date(2026, 5, 31)
    assert melati.corrections.count() == 1
    assert not Reconfirmation.objects.filter(confirmed_on=None).exists()
    assert [one.text for one in melati.objections.all()] == ["Setoran sukarela bulan lalu belum tertulis"]
    settled, open_one = melati.cash_differences.exclude(count=None).order_by("pk")
    assert settled.settlements.get().ending == "found"
    assert (open_one.rest, open_one.resolved_on) == (500, None)
    assert Account.objects.get(book=melati.book, code="1120").balance in (500_000, 600_000)
    assert Account.objects.get(book=melati.book, code="2310").balance <= -35_000
    assert (melati.guests.count(), melati.inventory.filter(written_off_on=None).count()) == (3, 3)


@pytest.mark.usefixtures("hamlet")
def test_the_command_loads_each_part_once_the_programme_in_two_processes(fresh_database, capsys, monkeypatch):
    monkeypatch.setattr(demo.invented, "WEEKS", 1)
    Region.objects.create(code="33.25", name="Batang")  # the whole list would take longer than all the rest
    monkeypatch.setitem(globals(), "COPIES_END", [3])  # the processes begin afresh, whatever this one holds
    call_command("demo", "--if-empty")
    call_command("demo", "--if-empty")
    said = capsys.readouterr().out
    assert said.count("KSM Mawar") == said.count("Desa Silurah: 10 KSM") == said.count("Desa Sodong: 10 KSM") == 1
    assert said.count("sudah ada") == said.count("dilewati") == 1
    assert Group.objects.filter(programme__code="GRD").count() == 20
    call_command("demo", "--sign-ins")
    assert "bendahara KSM Mawar" in capsys.readouterr().out


@pytest.mark.usefixtures("hamlet")
def test_a_process_that_cannot_load_its_villages_says_why(fresh_database, capsys):
    demo.ensure_programme()  # but nobody who could serve it
    with pytest.raises(CommandError):
        Command()._load_villages([0, 1], TODAY, 1, 2)
    assert "User matching query does not exist" in capsys.readouterr().out
    assert demo.missing_villages() == [0, 1]


@pytest.mark.django_db
def test_its_boxes_agree_where_a_ksm_borrowed_from_the_upk(monkeypatch):
    monkeypatch.setattr(demo.invented, "SMALL", demo.invented.SMALL[1:2])
    demo.load_small(today=date(2026, 11, 27), say=str)
    assert UpkLoan.objects.get(group__code="GR-MELATI").blocked_percent == 5
    # 26 weeks and this one, but for the holiday; Melati never misses a meeting.
    days = list(Meeting.objects.order_by("on").values_list("on", flat=True))
    assert (len(days), days[0], days[-1]) == (26, date(2026, 5, 25), date(2026, 11, 23))
    assert Upk.objects.get().start_on == date(2026, 5, 25)
