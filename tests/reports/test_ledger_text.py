"""Programs written by others add our books up anew: beancount itself, and hledger's grammar read strictly.

hledger is asked too where it is installed (`make test` installs it with apt as root); it is not on PyPI.
"""

import re
import shutil
import subprocess
import sys
from collections import defaultdict
from datetime import date
from io import StringIO
from pathlib import Path
from uuid import uuid4

import pytest
from beancount import loader
from beancount.core import data
from django.core.management import CommandError, call_command
from django.urls import reverse

from groups.models import Group, Upk
from ledger import chart
from ledger.models import Account, Book
from ledger.services import Draft, Leg, post
from meetings.models import HandOver
from reports import demo
from reports.ledger_text import FORMATS, account_name, ledger_text
from tests.factories import GroupFactory, UpkFactory, treasurer
from tests.properties import by_day
from tests.reports import village
from tests.reports.round_trip import AT

pytestmark = pytest.mark.django_db
Balances = dict[str, int]


def kept(book: Book) -> Balances:
    """What the database keeps: every account's balance, debit positive, by the name it has outside."""
    accounts = Account.objects.filter(book=book, postings__isnull=False).distinct()
    return {account_name((a.code, a.member_no, a.loan_no)): a.balance for a in accounts}


def by_beancount(text: str) -> Balances:
    """What beancount makes of it; no error, assertions included."""
    entries, errors, options = loader.load_string(text)
    assert errors == []
    assert options["operating_currency"] == ["IDR"]
    found: Balances = defaultdict(int)
    for entry in entries:
        if isinstance(entry, data.Transaction):
            for posting in entry.postings:
                assert (posting.units.currency, posting.units.number % 1) == ("IDR", 0)
                found[posting.account] += int(posting.units.number)
    opened = {entry.account for entry in entries if isinstance(entry, data.Open)}
    asserted = {entry.account: int(entry.amount.number) for entry in entries if isinstance(entry, data.Balance)}
    assert opened == found.keys() == asserted.keys()
    return dict(found)


_HEAD = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}) \* (?:\(([0-9]+)\) )?([^;|\n]+)")
_POSTING = re.compile(r"    ([A-Z][A-Za-z]+(?::[A-Za-z0-9-]+)+)  (-?[0-9]+) IDR(?: = (-?[0-9]+) IDR)?")


def by_hledger_s_grammar(text: str) -> Balances:
    """Read a journal as strictly as `hledger check --strict`: declared accounts, balanced, asserted, by date."""
    declared: set[str] = set()
    found: Balances = defaultdict(int)
    sum_, last, numbers = 0, date.min, []
    for line in text.splitlines():
        if line.startswith("account "):
            declared.add(line.removeprefix("account "))
        elif head := _HEAD.fullmatch(line):
            assert (sum_, date.fromisoformat(head[1]) >= last) == (0, True), line
            last = date.fromisoformat(head[1])
            numbers += [int(head[2])] if head[2] else []
        elif posting := _POSTING.fullmatch(line):
            assert posting[1] in declared, line
            found[posting[1]] += int(posting[2])
            sum_ += int(posting[2])
            assert posting[3] is None or int(posting[3]) == found[posting[1]], line
        else:
            assert line in ("", "commodity 1000. IDR") or line.lstrip().startswith("; "), line
    assert sum_ == 0
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
    return dict(found)


def judge(book: Book, tmp_path: Path) -> None:
    """Both say of every account what we say, to the rupiah."""
    expected = kept(book)
    assert by_beancount(ledger_text(book, "beancount")) == expected
    journal = ledger_text(book, "hledger")
    assert by_hledger_s_grammar(journal) == expected
    if hledger := shutil.which("hledger"):
        path = tmp_path / f"{book.pk}.journal"
        path.write_text(journal)
        subprocess.run([hledger, "-f", str(path), "check", "--strict", "ordereddates"], check=True)
        told = subprocess.run(
            [hledger, "-f", str(path), "balance", "--flat", "--empty", "--no-total", "--format", "%(account) %(total)"],
            check=True,
            capture_output=True,
            text=True,
        )
        pairs = (line.split() for line in told.stdout.splitlines())
        assert {account: int(amount) for account, amount, *_currency in pairs} == expected


@pytest.mark.nightly
def test_every_book_of_the_demonstration_is_accepted(monkeypatch, tmp_path):
    """By day of one village, in which every kind of group lives, and of two KSM with most in their books; by night of
    them all, for the whole half year.
    """
    villages = demo.invented.VILLAGES[:1] if by_day() else demo.invented.VILLAGES
    if by_day():
        monkeypatch.setattr(demo.invented, "SMALL", demo.invented.SMALL[:2])
        monkeypatch.setattr(demo.invented, "WEEKS", 5)
    demo.load_small(today=date(2026, 7, 3), say=str)
    if by_day():
        monkeypatch.setattr(demo.invented, "WEEKS", 2)
    demo.load_villages(range(len(villages)), today=date(2026, 7, 3), say=str)
    books = [*Book.objects.filter(group__isnull=False).order_by("pk"), Upk.objects.get().book]
    assert len(books) == len(demo.invented.SMALL) + 10 * len(villages) + 1 == Book.objects.count()
    for book in books:
        judge(book, tmp_path)


def test_corrections_and_words_that_mean_something_to_the_programs(tmp_path):
    group = village.mawar()
    village.first_meeting(group)
    village.second_meeting(group)
    village.correct_sari(group)
    legs = (Leg(chart.CASH, -500), Leg(chart.OTHER_COST, 500))
    for memo in ('Kata "kutip" \\ dan ; titik koma', "a | b", "2026-01-01 * x", "baris\nbaru", "", "\t= 5 IDR"):
        drafts = [Draft(village.SECOND, "expense", legs, memo)]
        post(book=group.book, key=uuid4(), content={}, drafts=drafts, by=None, at=AT)
    judge(group.book, tmp_path)
    text = ledger_text(group.book, "beancount")
    wrong = HandOver.objects.get(meeting__on=village.SECOND, entry__reversed_by__isnull=False).entry
    assert f"membalik: {wrong.number}" in text
    assert f'sidik: "{wrong.digest}"' in text


def test_a_forged_balance_is_found_by_the_judge():
    group = village.mawar()
    village.first_meeting(group)
    text = ledger_text(group.book, "beancount")
    cash = "Assets:1110-Kas 53000 IDR"
    assert cash in text
    _entries, errors, _options = loader.load_string(text.replace(cash, "Assets:1110-Kas 53001 IDR"))
    assert len(errors) == 1
    changed = text.replace("Assets:1110-Kas  2000 IDR", "Assets:1110-Kas  2001 IDR", 1)
    assert loader.load_string(changed)[1] != []


def test_an_empty_book(tmp_path):
    judge(GroupFactory().book, tmp_path)


def test_the_command_prints_or_writes(tmp_path, capsys):
    upk = UpkFactory(bkm__code="BKM-GUYUB")
    legs = (Leg(chart.CASH, 1_000_000), Leg(chart.CAPITAL, -1_000_000))
    drafts = [Draft(date(2026, 1, 5), "opening", legs)]
    post(book=upk.book, key=uuid4(), content={}, drafts=drafts, by=None, at=AT)
    path = tmp_path / "upk.beancount"
    call_command("export_ledger", "BKM-GUYUB", "--format", "beancount", "--out", str(path))
    subprocess.run([Path(sys.executable).with_name("bean-check"), str(path)], check=True)
    assert by_beancount(path.read_text()) == {"Assets:1110-Kas": 1_000_000, "Equity:3210-Modal-hibah": -1_000_000}
    group = GroupFactory(code="KSM-MAWAR")
    call_command("export_ledger", group.code, "--format", "hledger", stdout=(out := StringIO()))
    assert out.getvalue().startswith("; ")
    for wrong in (["KSM-TIDAK-ADA"], [group.code, "--out", str(tmp_path)]):
        with pytest.raises(CommandError):
            call_command("export_ledger", *wrong, stdout=StringIO())


def test_the_treasurer_takes_the_entries_out(client):
    group = village.mawar()
    village.first_meeting(group)
    client.force_login(treasurer(group))
    for form in FORMATS:
        answer = client.get(reverse(f"take_out_{form}", args=[group.code]))
        assert answer.content.decode() == ledger_text(Group.objects.get(pk=group.pk).book, form)
        assert answer["Content-Disposition"].startswith('attachment; filename="buku-ksm-mawar.')
