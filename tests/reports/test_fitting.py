"""What the sheets of a workbook cannot hold is named, kind by kind. No database: a book told in plain rows."""

from datetime import date
from decimal import Decimal

import pytest

from groups.models import Bkm, Group, Member, Programme
from ledger.models import Book, Entry
from ledger.services import Leg
from loans.models import Loan, LoanRequest
from loans.schedule import Row, Terms, schedule
from loans.services import OpenLoan
from meetings.models import CashDifference, Meeting
from reports.exporting.fitting import fit
from reports.exporting.gathering import Posted, Told

START, FIRST, SECOND = date(2026, 1, 5), date(2026, 1, 7), date(2026, 1, 14)
CASH, LOANS, WEEKLY = "1110", "1210", "2110"
SARI, WATI = 1, 2


def posted(number: int, on: date, kind: str, *legs: Leg, memo: str = "", member: int = 0, reverses: int = 0) -> Posted:
    return Posted(number, on, kind, memo, reverses, member, legs)


def handed(number: int, on: date, amount: int, *legs: Leg, member: int = SARI, memo: str = "") -> Posted:
    return posted(number, on, "handover", Leg(CASH, amount), *legs, member=member, memo=memo)


def lent(no: int = 1, on: date = FIRST, *, rows: list[Row] | None = None, asked: LoanRequest | None = None, **terms):
    """Sari's loan of 10.000 over 10 weeks at 1 % a month."""
    terms = {"principal": 10_000, "periods": 10, "unit": "week", "rate": Decimal(1), "rate_per": "month"} | terms
    loan = Loan(
        no=no, member=Member(no=SARI, name="Sari"), disbursed_on=on, requested_on=on, method="flat", round_to=0,
        request=asked, **terms,
    )  # fmt: skip
    if rows is None:
        rows = schedule(Terms(**terms, method="flat", round_to=0), disbursed_on=on)
    return OpenLoan(loan, rows, 0, 0)


def told(*entries: Posted, loans: list[OpenLoan] = (), met: tuple[date, ...] = (FIRST, SECOND), **more) -> Told:
    """A KSM of Sari and Wati, who left on 12 January."""
    group = Group(code="KSM-SATU", name="KSM Satu", start_on=START, bkm=Bkm(), book=Book(), **more.pop("group", {}))
    members = [
        Member(no=SARI, name="Sari", joined_on=START),
        Member(no=WATI, name="Wati", joined_on=START, left_on=date(2026, 1, 12)),
    ]
    came = {on: {SARI: "H"} | ({WATI: "H"} if on < date(2026, 1, 12) else {}) for on in met}
    return Told(
        group=group, members=members, terms=[], holidays=[], loans={one.loan.no: one for one in loans}, requests=[],
        meetings={on: Meeting(group=group, on=on) for on in met}, attendance=came, follow_ups=[],
        entries=list(entries), **{"differences": []} | more,
    )  # fmt: skip


def named(book: Told, weight: str) -> list[tuple[str, date | None]]:
    return [(one.what, one.on) for one in fit(book).left_out if one.weight == weight]


NO_COLUMN = ("Catatan tanpa kolom", FIRST)
PAID_OUT = posted(1, FIRST, "disbursement", Leg(LOANS, 10_000, SARI, 1), Leg(CASH, -10_000))
INCOME = posted(9, START, "income", Leg(CASH, 50_000), Leg("4190", -50_000))


def test_a_book_that_fits_leaves_nothing_out():
    assert fit(told(INCOME, PAID_OUT, loans=[lent()])).left_out == []


@pytest.mark.parametrize(
    "legs",
    [
        (Leg(LOANS, 500, SARI, 7), Leg("3210", -500)),  # no such loan
        (Leg(LOANS, 500, SARI, 1), Leg("3210", -500)),  # lent on the opening day itself
        (Leg("2210", -500, SARI, 7), Leg(CASH, 500)),  # of a loan, and yet a member's
        (Leg(WEEKLY, -500), Leg(CASH, 500)),  # a member's, without her
        (Leg(CASH, 500, 0, 3), Leg("3210", -500)),  # nobody's, and yet of a loan
    ],
)
def test_an_opening_whose_accounts_have_no_cell_is_no_saldo_awal(legs):
    book = told(posted(1, FIRST, "opening", *legs), loans=[lent()])
    assert NO_COLUMN in named(book, "money")
    assert fit(book).sheets["Saldo awal"] == []


def test_an_opening_with_a_debt_to_the_upk_is_saldo_awal():
    book = told(posted(1, FIRST, "opening", Leg("2210", -500, 0, 7), Leg(CASH, 500)))
    assert [row["Akun"] for row in fit(book).sheets["Saldo awal"]] == ["2210", CASH]


@pytest.mark.parametrize(
    "entry",
    [
        posted(1, FIRST, "handover", Leg(CASH, -500), Leg(WEEKLY, 500, SARI), member=SARI),  # she took it back
        handed(1, FIRST, 500, Leg("3210", -500)),  # a gift is no hand-over
        handed(1, FIRST, 500, Leg(LOANS, -500, SARI, 7)),  # an unknown loan
        posted(1, FIRST, "disbursement", Leg(LOANS, 9_000, SARI, 1), Leg(CASH, -9_000)),  # not what was lent
    ],
)
def test_an_entry_that_moves_what_no_column_moves_is_named(entry):
    assert NO_COLUMN in named(told(INCOME, entry, loans=[lent()]), "money")


def test_a_loan_paid_out_to_who_had_left_has_no_column():
    entry = posted(1, SECOND, "disbursement", Leg(LOANS, 10_000, WATI, 1), Leg(CASH, -10_000))
    loan = lent(on=SECOND)
    loan.loan.member = Member(no=WATI, name="Wati")
    found = named(told(INCOME, entry, loans=[loan]), "money")
    assert found == [("Catatan tanpa kolom", SECOND), ("Pinjaman yang tidak dicairkan tunai", SECOND)]


def test_words_of_entries_and_two_hand_overs_of_a_day():
    first = handed(1, FIRST, 1_000, Leg(WEEKLY, -1_000, SARI), memo="Titip anaknya")
    second = handed(2, FIRST, 500, Leg(WEEKLY, -500, SARI))
    book = told(first, second)
    assert named(book, "words") == [
        ("Untuk apa", FIRST),
        ("Dua setoran sehari menjadi satu", FIRST),
    ]
    assert [row["Wajib"] for row in fit(book).sheets["Lembar"] if "Wajib" in row] == [1_500]


def test_words_about_the_group_and_its_loans():
    asked = LoanRequest(decision="Setuju", decided_on=FIRST, purpose="Bibit")
    book = told(INCOME, PAID_OUT, loans=[lent(asked=asked)], group={"programme": Programme(name="GRD")})
    assert named(book, "words") == [("Program", None), ("Untuk apa pinjaman", FIRST), ("Keputusan pinjaman", FIRST)]


OTHERWISE = [Row(1, SECOND, 10_000, 0, 0)]


@pytest.mark.parametrize(
    ("loan", "what"),
    [
        (lent(rows=OTHERWISE), "Pinjaman dengan jadwal sendiri"),
        (lent(rows=OTHERWISE, principal=10_000, periods=20_000), "Pinjaman dengan jadwal sendiri"),
    ],
)
def test_a_loan_whose_schedule_its_terms_do_not_give_is_named(loan, what):
    assert named(told(INCOME, PAID_OUT, loans=[loan]), "money") == [(what, FIRST)]


@pytest.mark.parametrize("owed", [9_500, 11_000])  # 500 of the first instalment, without its jasa; more than was lent
def test_a_loan_that_stood_otherwise_at_the_opening_is_named(owed):
    loan = lent(on=date(2025, 12, 24))
    loan.loan.prior_principal, loan.loan.prior_charge = 10_000 - owed, 25
    opening = posted(1, FIRST, "opening", Leg(LOANS, owed, SARI, 1), Leg("3210", -owed))
    assert ("Pinjaman yang sisanya lain pada saldo awal", FIRST) in named(told(opening, loans=[loan]), "money")


def test_a_loan_never_paid_out_is_named():
    assert named(told(INCOME, loans=[lent()]), "money") == [("Pinjaman yang tidak dicairkan tunai", FIRST)]


@pytest.mark.parametrize(("on", "amount"), [(FIRST, 1_000), (SECOND, 10_251)])  # on the very day; a rupiah too much
def test_a_payment_that_an_import_would_refuse_is_named(on, amount):
    paid = handed(
        2, on, amount, Leg(LOANS, -min(amount, 10_000), SARI, 1), Leg("4110", min(0, 10_000 - amount), SARI, 1)
    )
    book = told(INCOME, PAID_OUT, paid, loans=[lent()])
    assert ("Angsuran yang dibagi lain", on) in named(book, "money")


def test_what_lies_before_the_books_and_an_account_below_zero():
    early = date(2026, 1, 2)
    spent = posted(1, FIRST, "expense", Leg("5130", 500), Leg(CASH, -500))
    assert named(told(spent, met=(early, FIRST)), "money") == [
        ("Pertemuan sebelum buku dimulai", early),
        ("Saldo di bawah 0 pada akhir hari", FIRST),
    ]


def test_differences_of_the_box():
    """One whose entry is there, though nobody counted; one that was taken back; and how it ended."""
    entry = posted(1, FIRST, "difference", Leg(CASH, 700), Leg("1290", -700))
    known = CashDifference(
        on=FIRST, entry=Entry(number=1), amount=700, reason="Kembalian", resolved_on=SECOND, resolution="Dibagi"
    )
    gone = CashDifference(on=SECOND, entry=Entry(number=2), amount=-200, reason="Salah hitung")
    book = told(entry, differences=[known, gone])
    assert named(book, "words") == [
        ("Akhir selisih kas", FIRST),
        ("Selisih kas yang dibatalkan", SECOND),
    ]
    assert [row["Kas dihitung"] for row in fit(book).sheets["Pertemuan"]] == [700, None]
