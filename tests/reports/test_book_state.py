"""What a book says as at the end of a day: in a fixed number of queries, whatever is dated later left out."""

import json
from copy import deepcopy
from datetime import UTC, date, datetime
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from groups.models import Group
from ledger import digest
from ledger.models import Entry
from ledger.services import Draft, Leg, post, reversal_of
from meetings.importing import import_book
from reports.selectors import book_state
from tests.factories import BkmFactory, GroupFactory
from tests.meetings.workbooks import melati, packed, with_cells

pytestmark = pytest.mark.django_db
AT = datetime(2026, 2, 1, 3, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def group_of_the_file(whole_file) -> Group:
    BkmFactory(code="BKM-GUYUB")
    assert import_book(content=packed(melati()), bkm_code="BKM-GUYUB", by=None, at=AT).status == "imported"
    return Group.objects.select_related("book").get(code="KSM-MELATI")


@pytest.fixture
def group(group_of_the_file) -> Group:
    return deepcopy(group_of_the_file)


def test_before_the_opening_everything_is_empty_and_everyone_is_listed(group):
    state = book_state(group, date(2026, 1, 6))
    assert list(state) == ["group", "on", "entries", "digest", "accounts", "members"]
    assert (state["group"], state["on"], state["entries"], state["accounts"]) == ("KSM-MELATI", "2026-01-06", 0, {})
    assert state["digest"] == digest.genesis(group.book.uid)
    nothing = {"2110": 0, "2120": 0, "3110": 0, "loans": []}
    names = ["Tini", "Rukmini", "Darto", "Yem"]
    assert state["members"] == [{"no": no, "name": name, **nothing} for no, name in enumerate(names, start=1)]


def test_a_day_counts_to_its_end(group):
    state = book_state(group, date(2026, 1, 14))
    assert state["accounts"]["1110"] == 158_250
    assert state["entries"] == 10
    assert state["digest"] == Entry.objects.get(number=10).digest
    assert book_state(group, date(2026, 1, 13))["accounts"]["1110"] == 204_000
    assert book_state(group, date(2026, 1, 13))["digest"] == Entry.objects.get(number=3).digest
    tini = state["members"][0]
    assert (tini["2110"], tini["2120"], tini["3110"]) == (104_000, 10_000, 0)
    (loan,) = tini["loans"]
    assert (loan["no"], loan["outstanding"], loan["instalments_late"]) == (2, 50_000, 0)
    # 50.000 menurun over 5 weeks at 1,5 % a month: 10.000 + 188 (187,5 half up), rounded up to 11.000 on 21-01
    (loan,) = book_state(group, date(2026, 1, 20))["members"][0]["loans"]
    assert (loan["charge_due"], loan["arrears"], loan["instalments_late"]) == (0, 0, 0)
    (loan,) = book_state(group, date(2026, 1, 21))["members"][0]["loans"]
    assert (loan["charge_due"], loan["arrears"], loan["instalments_late"]) == (188, 11_000, 1)


def test_what_is_posted_later_with_an_earlier_date_belongs_to_that_date(group):
    before = book_state(group, date(2026, 1, 7))
    coffee = Entry.objects.get(number=10)
    gift = Draft(on=date(2026, 1, 7), kind="income", legs=(Leg("1110", 5000), Leg("4190", -5000)))
    drafts = [gift, reversal_of(coffee, reason="salah tulis")]
    post(book=group.book, key=uuid4(), content={}, drafts=drafts, by=None, at=AT)
    after = book_state(group, date(2026, 1, 7))
    assert (after["entries"], after["accounts"]["1110"]) == (before["entries"] + 1, before["accounts"]["1110"] + 5000)
    assert after["digest"] == Entry.objects.get(number=11).digest
    state = book_state(group, date(2026, 1, 14))
    assert state["entries"] == 12
    assert "5130" not in state["accounts"]


def test_settled_loans_are_left_out(group):
    state = with_cells({"Lembar!H5": 66_750, "Kelompok!B2": "KSM-LUNAS", "Pertemuan!E3": None})
    assert import_book(content=packed(state), bkm_code="BKM-GUYUB", by=None, at=AT).status == "imported"
    lunas = Group.objects.get(code="KSM-LUNAS")
    assert book_state(lunas, date(2026, 1, 13))["members"][1]["loans"] != []
    assert book_state(lunas, date(2026, 1, 14))["members"][1]["loans"] == []
    assert book_state(lunas, date(2026, 1, 14))["accounts"]["4110"] == 1750


def test_the_number_of_queries_does_not_grow(group, django_assert_num_queries, django_assert_max_num_queries):
    with django_assert_num_queries(6):
        assert sum(len(member["loans"]) for member in book_state(group, date(2026, 1, 13))["members"]) == 1
    cells = {"Kelompok!B2": "KSM-BESAR"}
    for no in range(5, 25):
        row = no + 1
        cells |= {f"Anggota!A{row}": no, f"Anggota!B{row}": f"Anggota {no}", f"Anggota!I{row}": date(2026, 1, 5)}
    for no in range(3, 13):
        terms = [no, no + 5, None, date(2026, 1, 7), 1000, 10, "pekan", "0", "bulan", "flat", 0]
        cells |= {f"Pinjaman!{column}{no + 1}": value for column, value in zip("ABCDEFGHIJK", terms, strict=True)}
    cells["Pertemuan!E3"] = None
    assert import_book(content=packed(with_cells(cells)), bkm_code="BKM-GUYUB", by=None, at=AT).status == "imported"
    large = Group.objects.select_related("book").get(code="KSM-BESAR")
    with django_assert_num_queries(6):
        assert sum(len(member["loans"]) for member in book_state(large, date(2026, 1, 14))["members"]) == 12
    empty = GroupFactory()
    with django_assert_max_num_queries(6):
        book_state(empty, date(2026, 1, 14))


def test_the_command_prints_json_and_words(group):
    out = StringIO()
    call_command("book_state", "KSM-MELATI", "--on", "14-01-2026", "--json", stdout=out)
    assert json.loads(out.getvalue()) == json.loads(json.dumps(book_state(group, date(2026, 1, 14))))
    out = StringIO()
    call_command("book_state", "KSM-MELATI", "--on", "2026-01-28", stdout=out)
    words = out.getvalue()
    assert "158.250" in words
    assert "pinjaman 1: sisa pokok 55.250" in words


def test_the_command_says_what_is_wrong(group):
    for arguments in (["KSM-TIDAK-ADA"], ["KSM-MELATI", "--on", "2026-02-30"], ["KSM-MELATI", "--on", "besok"]):
        with pytest.raises(CommandError):
            call_command("book_state", *arguments, stdout=StringIO())
