"""The UPK's own book: every kind of money, its running balance, correction, and all that is refused at its field."""

from datetime import date
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError

from groups import services as groups
from ledger.models import Entry
from loans.selectors import upk_book as selectors
from loans.services import upk_book
from loans.services.upk_book import Money
from tests.books import close_through
from tests.loans.upk_village import at, balances, lestari, write

pytestmark = pytest.mark.django_db
D = date


@pytest.fixture
def upk():
    return lestari()


def refused(call, *arguments, **named) -> dict[str, str]:
    """The code of every refusal by its field."""
    with pytest.raises(ValidationError) as caught:
        call(*arguments, **named)
    if not hasattr(caught.value, "error_dict"):
        return {"": caught.value.code}
    return {field: errors[0].code for field, errors in caught.value.error_dict.items()}


def year(upk):
    write(upk, "upk_capital", D(2018, 1, 2), 50_000_000, memo="Modal awal", party="BKM Lestari", place="bank")
    write(upk, "upk_grant", D(2018, 1, 3), 10_000_000, memo="Hibah kota", place="bank")
    write(upk, "upk_from_bank", D(2018, 1, 4), 20_000_000, memo="Ambil dari bank")
    write(upk, "upk_administration", D(2018, 1, 31), 150_000, memo="Alat tulis")
    write(upk, "upk_meeting_cost", D(2018, 2, 5), 75_000, memo="Rapat bulanan")
    write(upk, "upk_other_cost", D(2018, 2, 6), 25_000, memo="Ongkos", place="bank")
    write(upk, "upk_other_income", D(2018, 2, 28), 40_000, memo="Jasa giro", place="bank")
    write(upk, "upk_to_bank", D(2018, 3, 1), 5_000_000, memo="Setor ke bank")
    write(upk, "upk_capital_back", D(2018, 3, 2), 1_000_000, memo="Kembali ke BKM", place="bank")


def test_every_kind_of_money_lands_on_its_account(upk):
    year(upk)
    assert balances(upk) == {
        "1110": 14_775_000,
        "1120": 44_015_000,
        "3210": 59_000_000,
        "4190": 40_000,
        "5120": 150_000,
        "5130": 75_000,
        "5190": 25_000,
    }


def test_the_cash_book_runs_its_balance_over_any_period(upk, django_assert_num_queries):
    year(upk)
    with django_assert_num_queries(3):
        book = selectors.cash_book(upk, "cash", D(2018, 1, 31), D(2018, 3, 1))
    assert (book.opening, book.received, book.paid, book.closing) == (20_000_000, 0, 5_225_000, 14_775_000)
    assert [line.balance for line in book.lines] == [19_850_000, 19_775_000, 14_775_000]
    bank = selectors.cash_book(upk, "bank", D(2018, 1, 1), D(2018, 1, 4))
    assert [(line.received, line.paid, line.balance) for line in bank.lines] == [
        (50_000_000, 0, 50_000_000),
        (10_000_000, 0, 60_000_000),
        (0, 20_000_000, 40_000_000),
    ]
    assert bank.lines[0].entry.memo == "Modal awal (BKM Lestari)"
    empty = selectors.cash_book(lestari_neighbour(), "cash", D(2018, 1, 1), D(2018, 1, 4))
    assert (empty.opening, empty.lines, empty.closing) == (0, [], 0)


def lestari_neighbour():
    from tests.factories import UpkFactory  # noqa: PLC0415 (one test's own)

    return UpkFactory()


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"kind": "repayment"}, "kind", "unknown_kind"),
        ({"amount": 0}, "amount", "too_little"),
        ({"amount": -5}, "amount", "too_little"),
        ({"memo": "  "}, "memo", "required"),
        ({"on": D(2017, 12, 31)}, "on", "before_books"),
        ({"on": D(2018, 6, 2)}, "on", "future"),
        ({"on": D(2018, 2, 28)}, "on", "closed"),
        ({"amount": 10_000_001}, "amount", "below_zero"),
        ({"kind": "upk_capital_back", "amount": 10_000_001}, "amount", "beyond_capital"),
        ({"kind": "upk_to_bank", "amount": 10_000_001}, "amount", "below_zero"),
        ({"kind": "upk_from_bank"}, "amount", "below_zero"),
    ],
)
def test_what_is_refused_is_refused_at_its_field_and_nothing_is_written(upk, change, field, code):
    write(upk, "upk_capital", D(2018, 3, 1), 10_000_000)
    close_through(book=upk.book, on=D(2018, 2, 28))
    said = {"kind": "upk_administration", "on": D(2018, 3, 2), "amount": 1_000, "memo": "Kertas", **change}
    money = Money(**said)
    got = refused(upk_book.post_upk_money, upk=upk, money=money, key=uuid4(), by=None, at=at(D(2018, 6, 1)))
    assert got == {field: code}
    assert Entry.objects.filter(book=upk.book).count() == 1


def test_money_spent_later_is_not_there_to_be_spent_earlier(upk):
    write(upk, "upk_capital", D(2018, 1, 2), 100_000)
    write(upk, "upk_administration", D(2018, 1, 20), 80_000)
    write(upk, "upk_capital", D(2018, 2, 1), 500_000)
    late = Money(kind="upk_administration", on=D(2018, 1, 10), amount=20_001, memo="Terlambat dicatat")
    with pytest.raises(ValidationError) as caught:
        upk_book.post_upk_money(upk=upk, money=late, key=uuid4(), by=None, at=at(D(2018, 2, 2)))
    assert caught.value.messages == ["Kas hanya Rp20.000 pada 20 Januari 2018."]
    write(upk, "upk_administration", D(2018, 1, 10), 20_000, seen=D(2018, 2, 2))
    assert balances(upk)["1110"] == 500_000


def test_sending_twice_writes_once_and_other_content_is_refused(upk):
    key, money = uuid4(), Money(kind="upk_capital", on=D(2018, 1, 2), amount=100_000, memo="Modal")
    first = upk_book.post_upk_money(upk=upk, money=money, key=key, by=None, at=at(D(2018, 1, 2)))
    again = upk_book.post_upk_money(upk=upk, money=money, key=key, by=None, at=at(D(2018, 1, 2)))
    assert (first.created, again.created, again.submission) == (True, False, first.submission)
    other = Money(kind="upk_capital", on=D(2018, 1, 2), amount=200_000, memo="Modal")
    assert refused(upk_book.post_upk_money, upk=upk, money=other, key=key, by=None, at=at(D(2018, 1, 2))) == {
        "": "key_reused"
    }


def correct(upk, entry, in_place, *, reason="Salah tulis", key=None):
    return upk_book.correct_upk_money(
        upk=upk, entry=entry, in_place=in_place, reason=reason, key=key or uuid4(), by=None, at=at(D(2018, 3, 5))
    )


def test_a_mistake_is_answered_on_its_own_day_with_a_reason(upk):
    write(upk, "upk_capital", D(2018, 1, 2), 1_000_000)
    (wrong,) = write(upk, "upk_administration", D(2018, 1, 9), 900_000, memo="Kertas", party="Toko Ani").entries
    assert upk_book.money_of(wrong).party == "Toko Ani"
    right = Money(kind="upk_meeting_cost", on=D(2018, 1, 9), amount=90_000, memo="Rapat")
    key = uuid4()
    back, fresh = correct(upk, wrong, right, key=key).entries
    assert (back.on, back.reverses_id, back.memo) == (D(2018, 1, 9), wrong.pk, "Salah tulis")
    assert upk_book.money_of(fresh) == right
    assert upk_book.money_of(back) is None
    assert balances(upk) == {"1110": 910_000, "3210": 1_000_000, "5130": 90_000}
    assert not correct(upk, wrong, right, key=key).created
    assert refused(correct, upk, wrong, right) == {"": "reversed"}
    assert refused(correct, upk, back, None) == {"": "is_reversal"}
    never = correct(upk, fresh, None).entries
    assert [one.kind for one in never] == ["upk_meeting_cost"]
    assert balances(upk) == {"1110": 1_000_000, "3210": 1_000_000}
    lines = selectors.cash_book(upk, "cash", D(2018, 1, 1), D(2018, 1, 31)).lines
    assert [line.reversed for line in lines] == [False, True, False, True, False]
    debit, credit = selectors.legs_of(wrong)
    assert (debit.account.code, debit.debit, credit.account.code, credit.credit) == ("5120", 900_000, "1110", 900_000)


def test_a_correction_that_the_box_cannot_bear_is_refused_whole(upk):
    (capital,) = write(upk, "upk_capital", D(2018, 1, 2), 1_000_000).entries
    (cost,) = write(upk, "upk_administration", D(2018, 1, 9), 900_000).entries
    assert refused(correct, upk, capital, None) == {"__all__": "below_zero"}
    less = Money(kind="upk_capital", on=D(2018, 1, 2), amount=899_999, memo="Modal")
    assert refused(correct, upk, capital, less) == {"amount": "below_zero"}
    assert refused(correct, upk, cost, None, reason=" ") == {"reason": "reason_required"}
    nothing = Money(kind="upk_administration", on=D(2018, 1, 9), amount=0, memo="Kertas")
    assert refused(correct, upk, cost, nothing) == {"amount": "too_little"}
    assert upk.book.entries.count() == 2


def test_after_closing_the_reversal_is_dated_on_the_day_it_is_made(upk):
    write(upk, "upk_capital", D(2018, 1, 2), 1_000_000)
    (cost,) = write(upk, "upk_administration", D(2018, 1, 9), 900_000).entries
    close_through(book=upk.book, on=D(2018, 1, 31))
    right = Money(kind="upk_administration", on=D(2018, 3, 5), amount=90_000, memo="Kertas")
    back, fresh = correct(upk, cost, right).entries
    assert (back.on, fresh.on) == (D(2018, 3, 5), D(2018, 3, 5))


def test_entries_of_other_books_and_kinds_are_corrected_elsewhere(upk):
    (mine,) = write(upk, "upk_capital", D(2018, 1, 2), 1_000_000).entries
    other = lestari_neighbour()
    assert refused(correct, other, mine, None) == {"": "other_kind"}


def test_the_book_does_not_begin_after_what_stands_in_it(upk):
    write(upk, "upk_capital", D(2018, 1, 2), 1_000_000)
    assert refused(groups.rename_upk, upk=upk, name="UPK", start_on=D(2018, 1, 3)) == {"start_on": "starts_late"}
    assert groups.rename_upk(upk=upk, name="UPK Lestari", start_on=D(2018, 1, 2)).start_on == D(2018, 1, 2)
    assert groups.rename_upk(upk=upk, name="UPK Lestari Jaya").start_on == D(2018, 1, 2)
