"""Money outside the weekly sheet: bank, grant, funds, the count by two people, and differences that end in the book."""

from copy import deepcopy
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from compliance.selectors import findings
from ledger import verify
from ledger.announce import one_announcement
from ledger.models import Account, Entry
from ledger.services import close
from meetings import cash
from meetings.closing import check_month
from meetings.models import BoxCount, CashDifference, Contribution, Reconfirmation
from meetings.selectors import open_differences
from meetings.services import (
    count_box,
    move_to_or_from_bank,
    own_difference,
    pay_money,
    post_sheet,
    receive_money,
    settle_difference,
    take_back,
    take_settlement_back,
)
from meetings.sheet import CashCount, Row, Sheet
from reports.members.passbook import passbooks
from reports.members.period import Period
from savings.terms import agree_terms
from tests.factories import GroupFactory

pytestmark = pytest.mark.django_db

ON, NEXT = date(2026, 1, 7), date(2026, 1, 8)
AT = datetime(2026, 1, 8, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
@one_announcement()
def group_of_the_file(whole_file):
    """Three members; a grant of 100.000 in the box."""
    group = GroupFactory(members=3)
    agree_terms(group=group, from_on=group.start_on, weekly=2_000, principal=0)
    receive_money(
        **told(group, place="cash", code="3210", amount=100_000, payee="Desa", memo="Hibah", on=date(2026, 1, 6))
    )
    return group


@pytest.fixture
def group(group_of_the_file):
    return deepcopy(group_of_the_file)


def told(group, **more):
    return {"group": group, "on": ON, "memo": "Uji", "key": uuid4(), "by": None, "at": AT} | more


def counting(group, counted, **more):
    told_ = {"counted": counted, "counted_by": "Wati", "counted_with": "Sari", "before_meeting": False, "reason": ""}
    return {"group": group, "owner": None, "on": ON, "key": uuid4(), "by": None, "at": AT} | told_ | more


def settling(difference, ending, **more):
    return {
        "difference": difference,
        "ending": ending,
        "words": "Sudah beres",
        "on": NEXT,
        "key": uuid4(),
        "by": None,
        "at": AT,
    } | more


def held(group):
    return {a.code: a.balance for a in Account.objects.filter(book=group.book) if a.balance}


def code_of(refused):
    error = refused.value
    (first, *_rest) = error.error_list if hasattr(error, "error_list") else next(iter(error.error_dict.values()))
    return first.code


def test_bank_grant_expense_and_fund_each_keep_their_own(group):
    move_to_or_from_bank(**told(group, to_bank=True, amount=60_000))
    move_to_or_from_bank(**told(group, to_bank=False, amount=5_000))
    receive_money(**told(group, place="cash", code="2310", amount=12_000, payee="Anggota", memo="Iuran sosial"))
    given = told(group, place="cash", code="2310", amount=9_000, payee="Bu Siti", memo="Sakit")
    pay_money(**given)
    assert pay_money(**given).created is False
    pay_money(**told(group, place="bank", code="5120", amount=2_500, payee="Bank", memo="Biaya bulanan"))
    receive_money(**told(group, place="bank", code="4190", amount=700, payee="Bank", memo="Bunga bank"))
    assert held(group) == {
        "1110": 48_000,
        "1120": 53_200,
        "2310": -3_000,
        "3210": -100_000,
        "4190": -700,
        "5120": 2_500,
    }
    found = cash.box(group, ON)
    assert (found.cash, found.bank, found.funds) == (48_000, 53_200, [("2310", "Dana sosial", 3_000)])
    acts = cash.outside_sheets(group, ON, ON)
    assert [(a.entry.kind, a.cash, a.bank) for a in acts] == [
        ("income", 0, 700),
        ("expense", 0, -2_500),
        ("fund_payment", -9_000, 0),
        ("income", 12_000, 0),
        ("bank", 5_000, -5_000),
        ("bank", -60_000, 60_000),
    ]
    assert (acts[2].payee, acts[2].entry.memo, acts[2].names, acts[2].amount) == (
        "Bu Siti",
        "Sakit",
        ["Dana sosial"],
        9_000,
    )
    assert [p.amount for p in cash.fund_history(group, "2310")] == [9_000, -12_000]


def test_what_was_wrong_is_taken_back_and_after_closing_in_the_current_period(group):
    receipt = move_to_or_from_bank(**told(group, to_bank=True, amount=60_000))
    number = receipt.entries[0].number
    given = {"entry": Entry.objects.get(pk=receipt.entries[0].pk), "reason": "Salah tulis", "by": None, "at": AT}
    given |= {"on": NEXT, "key": uuid4()}
    (back,) = take_back(**given).entries
    assert (back.on, back.kind, held(group)["1110"]) == (ON, "bank", 100_000)
    assert take_back(**given).created is False
    assert cash.act(group, number).reversed
    assert not cash.act(group, number).may_take_back
    (fee,) = pay_money(**told(group, place="cash", code="5120", amount=500, payee="Toko", memo="Buku")).entries
    assert cash.act(group, fee.number).may_take_back
    close(book=group.book, on=ON, by=None, at=AT)
    (late,) = take_back(entry=fee, reason="Dobel", on=NEXT, key=uuid4(), by=None, at=AT).entries
    assert (late.on, held(group)["1110"]) == (NEXT, 100_000)
    sheet = Sheet(NEXT, tuple(Row(no, "H", weekly=2_000) for no in (1, 2, 3)))
    meeting = post_sheet(group=group, key=uuid4(), sheet=sheet, by=None, at=AT)
    with pytest.raises(ValidationError) as refused:
        take_back(entry=meeting.hand_overs.first().entry, reason="x", on=NEXT, key=uuid4(), by=None, at=AT)
    assert code_of(refused) == "not_here"


def test_a_fine_outside_a_sheet_stands_in_her_passbook_until_it_is_taken_back(group):
    sari, period = group.members.get(no=1), Period(date(2026, 1, 1), date(2026, 1, 31))
    fine = {"place": "cash", "code": "4120", "amount": 2_000, "payee": "", "memo": "Terlambat", "member": sari}
    for changed, code in (
        ({"member": None, "payee": "Sari"}, "member_required"),
        ({"code": "3210"}, "not_of_members"),
        ({"member": GroupFactory(members=1).members.get()}, "not_member"),
    ):
        with pytest.raises(ValidationError) as refused:
            receive_money(**told(group, **(fine | changed)))
        assert code_of(refused) == code
    given = told(group, **fine)
    (entry,) = receive_money(**given).entries
    assert receive_money(**given).created is False
    receive_money(**told(group, **(fine | {"code": "2310", "amount": 500, "memo": "Iuran", "on": NEXT})))
    assert held(group) == {"1110": 102_500, "3210": -100_000, "4120": -2_000, "2310": -500}
    assert cash.act(group, entry.number).payee == sari.name
    (book,) = passbooks(group, [sari], period)
    assert [(row.entry.on, row.other, row.corrected) for row in book.rows] == [(ON, 2_000, False), (NEXT, 500, False)]
    take_back(entry=entry, reason="Ternyata datang", on=NEXT, key=uuid4(), by=None, at=AT)
    (book,) = passbooks(group, [sari], period)
    assert [(row.other, row.corrected, row.reverses) for row in book.rows] == [
        (2_000, True, False),
        (-2_000, False, True),
        (500, False, False),
    ]
    asked = Reconfirmation.objects.get()
    assert (asked.member, asked.correction.kind, asked.correction.meeting) == (sari, "outside", None)
    with transaction.atomic():
        Contribution.objects.filter(entry=entry).update(member=group.members.get(no=2))
        found = [(one.table, one.row) for one in verify.problems([group.book_id])]
        transaction.set_rollback(True)
    assert found == [("entry", entry.number)]


def test_two_people_count_and_a_difference_is_owned_and_settled_in_the_book(group):
    with pytest.raises(ValidationError) as alone:
        count_box(**counting(group, 100_000, counted_with=" wati "))
    assert code_of(alone) == "two_names"
    for changed, code, words in (
        ({}, "reason_required", "Rp1.500 kurang"),
        ({"reason": "Hilang"}, "owner_required", ""),
    ):
        with pytest.raises(ValidationError) as refused:
            count_box(**counting(group, 98_500, **changed))
        assert code_of(refused) == code
        assert words in str(refused.value)
    with pytest.raises(ValidationError) as more:
        count_box(**counting(group, 100_300))
    assert "Rp300 lebih" in str(more.value)
    sari = group.members.get(no=1)
    given = counting(group, 98_500, reason="Belum ketemu", owner=sari)
    count = count_box(**given)
    assert count_box(**given) == count
    assert (count.expected, count.counted, count.counted_by, count.counted_with) == (100_000, 98_500, "Wati", "Sari")
    found = count.cash_difference
    assert (found.amount, found.size, found.owner) == (-1_500, 1_500, sari)
    assert held(group) == {"1110": 98_500, "1290": 1_500, "3210": -100_000}
    assert [one.difference.pk for one in cash.box(group, NEXT).open] == [found.pk]
    said = {"key": uuid4(), "by": None, "at": AT}
    own_difference(difference=found, owner=group.members.get(no=2), **said)
    assert own_difference(difference=found, owner=group.members.get(no=2), **said).owner.no == 2
    for changed, code in (
        ({"ending": "kept"}, "ending"),
        ({"words": " "}, "required"),
        ({"on": date(2026, 1, 6)}, "too_early"),
    ):
        with pytest.raises(ValidationError) as refused:
            settle_difference(**(settling(found, "borne") | changed))
        assert code_of(refused) == code
    given = settling(found, "borne")
    ended = settle_difference(**given)
    assert settle_difference(**given).pk == ended.pk
    assert (ended.difference.owner.no, ended.ending, ended.entry.kind) == (2, "borne", "settlement")
    assert held(group) == {"1110": 98_500, "5150": 1_500, "3210": -100_000}
    with pytest.raises(ValidationError) as twice:
        settle_difference(**settling(found, "found"))
    assert code_of(twice) == "resolved"
    with pytest.raises(ValidationError) as stranger:
        own_difference(difference=found, owner=GroupFactory(members=1).members.get(), **said)
    assert code_of(stranger) == "not_member"


@pytest.mark.parametrize(
    ("counted", "ending", "after"),
    [
        (98_500, "found", {"1110": 100_000}),
        (98_500, "repaid", {"1110": 100_000}),
        (102_000, "kept", {"1110": 102_000, "4190": -2_000}),
        (102_000, "returned", {"1110": 100_000}),
        (102_000, "found", {"1110": 100_000}),
    ],
)
def test_each_ending_leaves_nothing_on_the_difference(group, counted, ending, after):
    count = count_box(**counting(group, counted, reason="Hitung", owner=group.members.get(no=1)))
    settle_difference(**settling(count.cash_difference, ending))
    assert held(group) == after | {"3210": -100_000}


def test_a_difference_is_settled_in_parts_and_a_part_taken_back(group):
    """Of 50.000 the treasurer brings 20.000 back; the meeting decides that the group bears the rest."""
    wati = group.members.get(no=2)
    count = count_box(**counting(group, 50_000, reason="Tercecer di pasar", owner=wati))
    found = count.cash_difference
    assert (found.rest, found.age(date(2026, 1, 27))) == (50_000, 20)
    for amount in (0, 50_001):
        with pytest.raises(ValidationError) as refused:
            settle_difference(**settling(found, "repaid", amount=amount))
        assert code_of(refused) == "amount"
    given = settling(found, "repaid", amount=20_000, words="Wati mengganti sebagian")
    part = settle_difference(**given)
    assert settle_difference(**given) == part
    found.refresh_from_db()
    assert (found.rest, found.settled, found.resolved_on) == (30_000, 20_000, None)
    assert held(group) == {"1110": 70_000, "1290": 30_000, "3210": -100_000}
    with pytest.raises(ValidationError) as too_much:
        settle_difference(**settling(found, "borne", amount=30_001))
    assert "Rp30.000" in str(too_much.value)
    [line] = open_differences(date(2026, 1, 27), group=group)
    assert (line.difference.rest, line.days, line.difference.owner) == (30_000, 20, wati)
    rest = settle_difference(**settling(found, "borne", words="Rapat memutuskan jadi beban", on=date(2026, 1, 14)))
    found.refresh_from_db()
    assert (rest.amount, found.rest, found.resolved_on, found.age(date(2026, 3, 1))) == (30_000, 0, rest.on, 7)
    assert held(group) == {"1110": 70_000, "5150": 30_000, "3210": -100_000}
    assert open_differences(date(2026, 1, 27), group=group) == []
    # She had not brought anything after all: that part is taken back and stands open again.
    back = {"settlement": part, "key": uuid4(), "by": None, "at": AT}
    with pytest.raises(ValidationError) as silent:
        take_settlement_back(**back, reason=" ")
    assert code_of(silent) == "reason_required"
    for _turn in range(2):
        take_settlement_back(**back, reason="Uangnya belum dibawa")
    found.refresh_from_db()
    assert (found.rest, found.settled, found.resolved_on) == (20_000, 30_000, None)
    assert held(group) == {"1110": 50_000, "1290": 20_000, "5150": 30_000, "3210": -100_000}
    with pytest.raises(ValidationError) as again:
        take_settlement_back(**(back | {"key": uuid4()}), reason="lagi")
    assert code_of(again) == "reversed"
    close(book=group.book, on=date(2026, 1, 31), by=None, at=AT)
    with pytest.raises(ValidationError) as closed:
        take_settlement_back(**(back | {"settlement": rest, "key": uuid4()}), reason="salah")
    assert code_of(closed) == "closed"
    current = {"settlement": rest, "key": uuid4(), "current": date(2026, 2, 2), "reason": "salah"}
    take_settlement_back(**(back | current))
    assert Entry.objects.get(reverses=rest.entry).on == date(2026, 2, 2)
    assert held(group) == {"1110": 50_000, "1290": 50_000, "3210": -100_000}


def test_what_is_settled_is_proved_from_the_book(group):
    count = count_box(**counting(group, 50_000, reason="Hilang", owner=group.members.get(no=2)))
    settle_difference(**settling(count.cash_difference, "repaid", amount=20_000))
    with transaction.atomic():
        CashDifference.objects.update(settled=50_000)
        found = [(one.table, one.row) for one in verify.problems([group.book_id])]
        transaction.set_rollback(True)
    assert found == [("meetings_cashdifference", count.cash_difference.pk)]


def test_the_box_is_counted_before_a_meeting_and_again_after_it(group):
    """What was missing before anybody handed anything over is known apart from what the meeting got wrong."""
    count = count_box(**counting(group, 99_000, before_meeting=True, reason="Tikus", owner=group.members.get(no=1)))
    rows = tuple(Row(no, "H", weekly=2_000) for no in (1, 2, 3))
    told_ = CashCount(104_500, counted_by="Sari", reason="Kembalian", owner_no=2)
    meeting = post_sheet(group=group, key=uuid4(), sheet=Sheet(ON, rows, count=told_), by=None, at=AT)
    assert (meeting.cash_before, meeting.cash_expected, meeting.difference) == (99_000, 105_000, -500)
    assert [d.amount for d in CashDifference.objects.order_by("pk")] == [-1_000, -500]
    assert held(group)["1290"] == 1_500
    assert BoxCount.objects.get() == count
    with pytest.raises(ValidationError) as past:
        count_box(**counting(group, 1, on=date(2026, 1, 6)))
    assert code_of(past) == "on"
    # Counted again at the month's end: the closing looks at that count.
    count_box(**counting(group, 104_500, on=date(2026, 1, 30)))
    found = check_month(group, group.book, ON, date(2026, 2, 1)).cash
    assert (found.on, found.counted, found.book, found.agrees) == (date(2026, 1, 30), 104_500, 104_500, True)
    # A bank transfer on a day is no deposit and no meeting.
    assert findings(group, date(2026, 1, 30)).evaluation is not None


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"amount": 0}, "required"),
        ({"memo": " "}, "required"),
        ({"payee": ""}, "required"),
        ({"on": date(2025, 12, 31)}, "before_books"),
        ({"place": "pocket"}, "place"),
        ({"code": "2110"}, "account_refused"),
        ({"amount": 100_001}, "below_zero"),
        ({"code": "2310", "amount": 1}, "below_zero"),
    ],
)
def test_what_is_no_payment_is_refused(group, changed, code):
    given = {"place": "cash", "code": "5130", "amount": 1_000, "payee": "Toko", "memo": "Kue"} | changed
    with pytest.raises(ValidationError) as refused:
        pay_money(**told(group, **given))
    assert code_of(refused) == code
