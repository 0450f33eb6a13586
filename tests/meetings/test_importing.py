"""KSM Melati's old book: brought in to the rupiah, spoilt cell by cell, and never half written."""

import json
from datetime import UTC, date, datetime
from io import StringIO

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from groups.models import Bkm, Group, Holiday, Member
from ledger import verify
from ledger.models import Book, Entry, Submission
from loans.models import Loan
from loans.selectors import loans_by_no
from meetings.importing import Outcome, import_book
from meetings.models import Attendance, CashDifference, Meeting
from reports.selectors import book_state
from tests.factories import BkmFactory, GroupFactory, UserFactory
from tests.meetings.workbooks import melati, packed, rewritten, row_counts, with_cells

pytestmark = pytest.mark.django_db
AT = datetime(2026, 2, 1, 3, 0, tzinfo=UTC)
BKM = "BKM-GUYUB"


@pytest.fixture(autouse=True)
def bkm():
    return BkmFactory(code=BKM)


def bring(content: bytes | None = None, **cells_or_options) -> Outcome:
    options = {"bkm_code": BKM, "by": None, "at": AT} | cells_or_options
    return import_book(content=content or packed(melati()), **options)


def spoilt(cells: dict) -> Outcome:
    return bring(packed(with_cells(cells)))


def places(outcome: Outcome) -> list[str]:
    return [f"{one.sheet}!{one.cell}" for one in outcome.errors]


def doubts(outcome: Outcome) -> list[str]:
    return [f"{one.sheet}!{one.cell}" for one in outcome.warnings]


def state(on: date) -> dict:
    return book_state(Group.objects.get(code="KSM-MELATI"), on)


# A book that is right


def test_whatever_lies_before_the_founding_is_doubted_and_taken():
    outcome = spoilt({"Kelompok!B5": date(2026, 4, 1)})
    assert (outcome.status, places(outcome)) == ("imported", [])
    members, loans, met = (f"Anggota!I{row}" for row in range(2, 6)), ("Pinjaman!D2", "Pinjaman!D3"), "Pertemuan"
    begun = ("Kelompok!B4", "Kelompok!B7")
    assert doubts(outcome) == [*begun, *members, "Saldo awal!A2", *loans, f"{met}!A2", f"{met}!A3"]


def test_the_whole_life_of_the_group_is_written():
    outcome = bring()
    assert outcome.status == "imported"
    assert doubts(outcome) == ["Kelompok!B4"]  # the list of Wilayah is empty here
    group = Group.objects.get(code="KSM-MELATI")
    assert (group.name, group.region, group.origin, group.meeting_weekday) == (
        "KSM Melati",
        "33.25.01.2001",
        "reaktivasi",
        2,
    )
    assert (group.founded_on, group.start_on, group.place) == (date(2024, 5, 1), date(2026, 1, 5), "Rumah Bu Tini")
    assert [(t.from_on, t.weekly, t.principal) for t in group.savings_terms.all()] == [(date(2026, 1, 5), 2000, 10_000)]
    yem = Member.objects.get(group=group, no=4)
    assert (yem.name, yem.left_on, yem.poor) == ("Yem", date(2026, 1, 20), True)
    assert Member.objects.get(group=group, no=3).poor is None
    lebaran = Holiday.objects.get(group=group)
    assert (lebaran.week_start, lebaran.declared_on) == (date(2026, 3, 16), date(2026, 3, 15))
    first, second = Meeting.objects.filter(group=group).order_by("on")
    assert first.imported
    assert (first.agenda, first.decisions, first.cash_counted) == ("Pembukaan", "Lanjut", None)
    assert (second.cash_before, second.cash_expected, second.difference) == (204_000, 158_250, 0)
    came = Attendance.objects.filter(meeting=first).order_by("member__no").values_list("member__no", "status")
    assert list(came) == [(1, "H"), (2, "I"), (3, "A")]  # Yem had not joined yet


def test_entries_stand_in_the_order_of_a_meeting():
    bring()
    kinds = Entry.objects.order_by("number").values_list("on", "kind")
    week1, week2 = date(2026, 1, 7), date(2026, 1, 14)
    assert list(kinds) == [
        (week1, "opening"),
        *[(week1, "handover")] * 2,
        (week2, "income"),
        *[(week2, "handover")] * 3,
        (week2, "withdrawal"),
        (week2, "disbursement"),
        (week2, "expense"),
    ]


def test_balances_are_those_of_the_paper():
    bring()
    assert state(date(2026, 1, 6))["accounts"] == {}
    # 1110: 200.000 + 4.000 + 15.000 + 27.250 − 20.000 − 50.000 − 18.000
    # 1210: 65.000 − 9.750 of loan 1 + 50.000 of loan 2; 4110: jasa of instalments 4 and 5
    assert state(date(2026, 1, 14))["accounts"] == {
        "1110": 158_250,
        "1210": 105_250,
        "2110": 110_000,
        "2120": 10_000,
        "2310": 1000,
        "3110": 20_000,
        "3210": 125_000,
        "4110": 500,
        "4190": 15_000,
        "5130": 18_000,
    }


def test_an_older_loan_goes_on_where_it_stood():
    bring()
    loan = Loan.objects.get(no=1)
    # 35.000 had come back: three whole instalments with their jasa of 250, and 5.000 towards the fourth
    assert (loan.prior_principal, loan.prior_charge, loan.receivable.balance) == (35_000, 750, 55_250)
    (tini, rukmini, _darto, _yem) = state(date(2026, 1, 7))["members"]
    assert rukmini["loans"] == [{"no": 1, "outstanding": 65_000, "charge_due": 0, "arrears": 0, "instalments_late": 0}]
    assert tini["loans"] == []
    (tini, rukmini, *_rest) = state(date(2026, 1, 28))["members"]
    # five instalments are due by 28-01, 51.250; 46.000 is paid
    assert rukmini["loans"] == [
        {"no": 1, "outstanding": 55_250, "charge_due": 0, "arrears": 5250, "instalments_late": 1}
    ]
    assert tini["loans"][0]["instalments_late"] == 2


def test_the_same_content_again_changes_nothing():
    first = bring()
    before = row_counts()
    again = bring()
    assert (again.status, again.head) == ("unchanged", first.head)
    reordered = melati()
    for name in ("Anggota", "Lembar"):
        reordered[name] = [list(reversed(row)) for row in (reordered[name][0], *reversed(reordered[name][1:]))]
    reordered["Lembar"][1][1] = None
    assert bring(packed(with_cells({"Lembar!E2": "2.000"}))).status == "unchanged"
    assert row_counts() == before


def test_columns_and_rows_may_stand_in_any_order():
    bring()
    turned = melati()
    turned["Lembar"] = [list(reversed(row)) for row in (turned["Lembar"][0], *reversed(turned["Lembar"][1:]))]
    turned["Anggota"] = [turned["Anggota"][0], *reversed(turned["Anggota"][1:])]
    assert bring(packed(dict(reversed(turned.items())))).status == "unchanged"


def test_other_content_under_a_known_code_is_refused():
    bring()
    before = row_counts()
    outcome = spoilt({"Lembar!E2": 3000})
    assert (outcome.status, places(outcome)) == ("refused", ["Kelompok!B2"])
    assert row_counts() == before


def test_a_code_of_another_bkm_or_of_a_group_kept_here_is_refused():
    GroupFactory(code="KSM-MELATI", bkm=BkmFactory(code="BKM-LAIN"))
    assert places(bring()) == ["Kelompok!B2"]


def test_a_trial_run_writes_nothing():
    before = row_counts()
    outcome = bring(dry_run=True)
    assert (outcome.status, outcome.counts["entries"], outcome.accounts["1110"]) == ("ready", 10, 158_250)
    assert row_counts() == before


def test_a_missing_bkm_is_made_only_when_asked():
    before = row_counts()
    outcome = bring(bkm_code="BKM-BARU")
    assert (outcome.status, outcome.errors[0].sheet) == ("refused", "")
    assert bring(bkm_code="BKM-BARU", create_bkm=True, dry_run=True).status == "ready"
    assert bring(bkm_code="bukan kode", create_bkm=True).status == "refused"
    assert row_counts() == before
    assert bring(bkm_code="BKM-BARU", create_bkm=True).status == "imported"
    assert Bkm.objects.get(code="BKM-BARU").name == "BKM-BARU"


def test_an_imported_book_goes_on_as_any_other():
    """What Rukmini still owes: her whole loan less what counted as paid and what she paid here."""
    bring()
    loan = loans_by_no(Group.objects.get(), [1])[1]
    assert loan.remaining == 102_500 - 35_750 - 10_250


# What would make the books wrong


REFUSED = [
    # Kelompok
    ({"Kelompok!B2": None}, "Kelompok!B2"),
    ({"Kelompok!B2": "KSM MELATI"}, "Kelompok!B2"),
    ({"Kelompok!A3": "Namanya"}, "Kelompok!A1"),
    ({"Kelompok!B7": "kemarin"}, "Kelompok!B7"),
    ({"Kelompok!B11": "dua ribu"}, "Kelompok!B11"),
    ({"Kelompok!A13": "Kode", "Kelompok!B13": "X"}, "Kelompok!A13"),
    # Anggota
    ({"Anggota!A3": 1}, "Anggota!A3"),
    ({"Anggota!A2": 0}, "Anggota!A2"),
    ({"Anggota!A2": 1.5}, "Anggota!A2"),
    ({"Anggota!A2": True}, "Anggota!A2"),
    ({"Anggota!B2": None}, "Anggota!B2"),
    ({"Anggota!B2": "n" * 101}, "Anggota!B2"),
    ({"Anggota!B2": "Ti_x0000_ni"}, "Anggota!B2"),
    ({"Anggota!B2": "Ti_xD800_ni"}, "Anggota!B2"),
    ({"Anggota!B2": False}, "Anggota!B2"),
    ({"Anggota!I2": None}, "Anggota!I2"),
    ({"Anggota!I2": "31-02-2024"}, "Anggota!I2"),
    ({"Anggota!I2": 45_000}, "Anggota!I2"),
    ({"Anggota!J5": date(2026, 1, 13)}, "Anggota!J5"),
    # Saldo awal
    ({"Saldo awal!E2": 200_001}, "Saldo awal!E7"),
    ({"Saldo awal!E2": -200_000}, "Saldo awal!E2"),
    ({"Saldo awal!E2": "200,5"}, "Saldo awal!E2"),
    ({"Saldo awal!E2": "=100+100"}, "Saldo awal!E2"),
    ({"Saldo awal!A3": date(2026, 1, 6)}, "Saldo awal!A3"),
    ({"Saldo awal!B2": "Kas"}, "Saldo awal!B2"),
    ({"Saldo awal!B2": 9999}, "Saldo awal!B2"),
    ({"Saldo awal!C4": None}, "Saldo awal!C4"),
    ({"Saldo awal!C4": 9}, "Saldo awal!C4"),
    ({"Saldo awal!D3": None}, "Saldo awal!D3"),
    ({"Saldo awal!D3": 7}, "Saldo awal!D3"),
    ({"Saldo awal!D3": 2, "Saldo awal!C3": 1}, "Saldo awal!D3"),  # paid out after the opening
    ({"Saldo awal!C3": 3}, "Saldo awal!D3"),  # somebody else's
    ({"Saldo awal!E3": 100_001, "Saldo awal!E7": 160_001}, "Saldo awal!E3"),  # more than was lent
    # Pinjaman
    ({"Pinjaman!A3": 1}, "Pinjaman!A3"),
    ({"Pinjaman!B3": 9}, "Pinjaman!B3"),
    ({"Pinjaman!B3": 4, "Pinjaman!D3": date(2026, 1, 21)}, "Pinjaman!D3"),  # Yem has left
    ({"Pinjaman!C3": date(2026, 1, 15)}, "Pinjaman!C3"),
    ({"Pinjaman!E3": 0}, "Pinjaman!E3"),
    ({"Pinjaman!F3": 521}, "Pinjaman!F3"),
    ({"Pinjaman!G3": "hari"}, "Pinjaman!G3"),
    ({"Pinjaman!H3": "satu"}, "Pinjaman!H3"),
    ({"Pinjaman!H3": 1.23456}, "Pinjaman!H3"),
    ({"Pinjaman!H3": 101}, "Pinjaman!H3"),
    ({"Pinjaman!J3": "majemuk"}, "Pinjaman!J3"),
    ({"Pinjaman!K3": 9_999_999_999}, "Pinjaman!K3"),
    # Pertemuan
    ({"Pertemuan!A3": date(2026, 1, 7), "Pertemuan!E3": None}, "Pertemuan!A3"),
    ({"Pertemuan!A2": date(2026, 1, 4)}, "Pertemuan!A2"),  # before the books
    ({"Pertemuan!A2": date(2026, 1, 6)}, "Pertemuan!A2"),  # before the opening
    ({"Pertemuan!E3": 1e30}, "Pertemuan!E3"),
    ({"Pertemuan!F3": "x" * 301}, "Pertemuan!F3"),
    # Lembar
    ({"Lembar!A2": None}, "Lembar!A2"),
    ({"Lembar!B2": 8}, "Lembar!B2"),
    ({"Lembar!C2": "X"}, "Lembar!C2"),
    ({"Lembar!E2": "2,000"}, "Lembar!E2"),
    ({"Lembar!E2": "2.000x"}, "Lembar!E2"),
    ({"Lembar!E2": 10.5}, "Lembar!E2"),
    ({"Lembar!E2": -1}, "Lembar!E2"),
    ({"Lembar!E2": date(2026, 1, 7)}, "Lembar!E2"),
    ({"Lembar!E2": 10**13}, "Lembar!E2"),
    ({"Lembar!I5": 9}, "Lembar!I5"),
    ({"Lembar!I5": 2}, "Lembar!I5"),  # Tini's
    ({"Lembar!H5": 66_751}, "Lembar!H5"),  # a rupiah more than is left
    ({"Lembar!H4": 1000}, "Lembar!H4"),  # her loan is paid out after the hand-overs
    ({"Lembar!G4": 30_001}, "Lembar!G4"),
    ({"Lembar!B2": 4}, "Lembar!B2"),  # Yem joins a week later
    ({"Lembar!A7": date(2026, 1, 7), "Lembar!B7": 1, "Lembar!C7": "S"}, "Lembar!C7"),
    # Kas lain
    ({"Kas lain!B2": 1110}, "Kas lain!B2"),
    ({"Kas lain!B2": 2110}, "Kas lain!B2"),
    ({"Kas lain!B2": 1210}, "Kas lain!B2"),
    ({"Kas lain!E3": 200_000}, "Pertemuan!A3"),  # the box is empty by then
    ({"Kas lain!B3": 2130}, "Kas lain!B3"),  # nothing there to take out
    ({"Kas lain!A2": date(2026, 1, 2)}, "Kas lain!A2"),
    # Libur
    ({"Libur!A2": "besok"}, "Libur!A2"),
]


@pytest.mark.parametrize(("cells", "place"), REFUSED, ids=lambda value: str(value)[:60])
def test_what_would_make_the_books_wrong_is_refused_at_its_cell(cells, place):
    before = row_counts()
    outcome = spoilt(cells)
    assert outcome.status == "refused"
    assert place in places(outcome)
    assert all(problem.reason for problem in outcome.problems)
    assert row_counts() == before


def test_every_problem_is_told_at_once():
    outcome = spoilt({"Anggota!A4": 1, "Lembar!E2": "2,000", "Lembar!B5": 8, "Kas lain!B2": 1110, "Pinjaman!F3": "x"})
    assert sorted(places(outcome)) == ["Anggota!A4", "Kas lain!B2", "Lembar!B5", "Lembar!E2", "Pinjaman!F3"]


def test_every_refusal_of_the_services_is_told_at_once():
    """Two overpaid instalments and a withdrawal too large, on two days; what follows from them is not."""
    outcome = spoilt(
        {
            "Lembar!H5": 500_000,
            "Lembar!G4": 90_000,
            "Lembar!A7": date(2026, 1, 21),
            "Lembar!B7": 1,
            "Lembar!C7": "H",
            "Lembar!H7": 60_000,
        }
    )
    assert places(outcome) == ["Lembar!H5", "Lembar!G4", "Lembar!H7"]


def test_what_services_refuse_is_told_beside_what_cannot_be_read():
    """A date, an amount and a number are wrong; before them a loan is larger than the box, after them a payment."""
    before = row_counts()
    outcome = spoilt(
        {
            "Pertemuan!A3": "kemarin",
            "Lembar!E6": "2.000x",
            "Anggota!A5": 3,  # so that nobody is number 4
            "Pinjaman!D3": date(2026, 1, 7),
            "Pinjaman!E3": 300_000,
            "Lembar!H5": 66_751,
        }
    )
    assert places(outcome) == ["Pertemuan!A3", "Lembar!E6", "Anggota!A5", "Pertemuan!A2", "Lembar!H5"]
    short, overpaid = outcome.errors[-2:]
    assert short.reason == "Kotak kas berisi Rp204.000, padahal yang harus dibayarkan Rp300.000."
    assert "Rp66.751" in overpaid.reason
    assert doubts(outcome) == ["Kelompok!B4"]
    assert row_counts() == before


FOLLOWING = [
    # One cell is wrong, and nobody else is accused for it.
    ({"Anggota!A3": 1}, ["Anggota!A3"]),
    ({"Anggota!A3": "dua"}, ["Anggota!A3"]),
    ({"Anggota!J5": date(2026, 1, 13)}, ["Anggota!J5"]),  # then she was no member at her only meeting
    ({"Pinjaman!A2": 2}, ["Pinjaman!A3"]),
    ({"Pinjaman!B2": 9}, ["Pinjaman!B2"]),
    ({"Saldo awal!A2": date(2026, 1, 6)}, ["Saldo awal!A2"]),
    ({"Saldo awal!C4": 9}, ["Saldo awal!C4"]),
    ({"Saldo awal!E2": -200_000}, ["Saldo awal!E2"]),
    ({"Lembar!A1": "=A2"}, ["Lembar!A1"]),
    ({"Kelompok!A2": "=A3"}, ["Kelompok!A2"]),
    ({"Lembar!G4": 5_000_000}, ["Lembar!G4"]),  # more than she has; the box has not so much either
    # What could have made a balance larger is in doubt, and so is what is taken out of it.
    ({"Saldo awal!E2": "banyak", "Kas lain!E3": 900_000}, ["Saldo awal!E2"]),
    ({"Lembar!E2": "2,000", "Kas lain!E3": 900_000}, ["Lembar!E2"]),
    ({"Lembar!F2": "x", "Lembar!G4": 90_000}, ["Lembar!F2"]),
    ({"Lembar!K2": "x", "Kas lain!B3": 2310}, ["Lembar!K2"]),
    ({"Pinjaman!E2": "x", "Lembar!H5": 500_000}, ["Pinjaman!E2"]),
    ({"Pertemuan!E2": "x", "Kas lain!E3": 900_000}, ["Pertemuan!E2"]),
    ({"Kas lain!B2": "x", "Kas lain!B3": 2330}, ["Kas lain!B2"]),
    # What could only have made it smaller is not.
    ({"Lembar!G4": "x", "Kas lain!E3": 900_000}, ["Lembar!G4", "Pertemuan!A3"]),
    ({"Lembar!E4": "x", "Lembar!G4": 90_000}, ["Lembar!E4", "Lembar!G4"]),
    ({"Lembar!C2": "X", "Kas lain!E3": 900_000}, ["Lembar!C2", "Pertemuan!A3"]),
    ({"Pertemuan!E3": "x", "Kas lain!E3": 900_000}, ["Pertemuan!E3", "Pertemuan!A3"]),
    ({"Libur!A2": "x", "Kas lain!B3": 2130}, ["Libur!A2", "Kas lain!B3"]),
    ({"Kas lain!E3": 900_000, "Lembar!H5": 500_000}, ["Lembar!H5"]),
    # A short box, and a week later a payment that is too high.
    (
        {"Kas lain!E3": 900_000, "Lembar!A7": date(2026, 1, 21), "Lembar!B7": 1, "Lembar!H7": 60_000},
        ["Pertemuan!A3", "Lembar!H7"],
    ),
    # Without a meeting: the box on one day, a fund on the next.
    (
        {
            "Kas lain!A4": date(2026, 1, 15),
            "Kas lain!B4": 5190,
            "Kas lain!E4": 900_000,
            "Kas lain!A5": date(2026, 1, 16),
            "Kas lain!B5": 2130,
            "Kas lain!E5": 1000,
        },
        ["Kas lain!A4", "Kas lain!B5"],
    ),
    # A group without a code or a first day is tried all the same.
    ({"Kelompok!B2": "k", "Kelompok!B3": None, "Lembar!H5": 66_751}, ["Kelompok!B2", "Kelompok!B3", "Lembar!H5"]),
    ({"Kelompok!B7": "kemarin", "Lembar!H5": 66_751}, ["Kelompok!B7", "Lembar!H5"]),
]


@pytest.mark.parametrize(("cells", "told"), FOLLOWING, ids=lambda value: str(value)[:60])
def test_what_only_follows_from_a_wrong_cell_is_not_told(cells, told):
    outcome = spoilt(cells)
    assert places(outcome) == told
    assert not Group.objects.exists()


def test_a_payment_refused_leaves_open_which_loan_is_the_oldest():
    """Rukmini's loan 1 takes 66.750 at most; what she pays a week later may be for loan 3, or too much for loan 1."""
    loan = [3, 2, None, date(2026, 1, 7), 10_000, 2, "bulan", "0", "bulan", "flat", 0]
    later = {"Lembar!A7": date(2026, 1, 21), "Lembar!B7": 2, "Lembar!H7": 66_751}
    cells = {f"Pinjaman!{column}4": value for column, value in zip("ABCDEFGHIJK", loan, strict=True)} | later
    assert places(spoilt(cells | {"Lembar!H5": 66_751})) == ["Lembar!H5"]
    assert places(spoilt(cells | {"Lembar!H5": "x"})) == ["Lembar!H5"]
    assert places(spoilt(cells)) == ["Lembar!H7"]


def test_a_missing_bkm_and_a_code_that_is_taken_hide_nothing():
    wrong = packed(with_cells({"Lembar!H5": 66_751}))
    assert places(bring(wrong, bkm_code="BKM-BARU")) == ["!", "Lembar!H5"]
    assert places(bring(wrong, bkm_code="bukan kode", create_bkm=True)) == ["!", "Lembar!H5"]
    bring()
    assert places(bring(wrong)) == ["Kelompok!B2", "Lembar!H5"]
    assert places(spoilt({"Lembar!E2": "2,000"})) == ["Lembar!E2"]  # put right, it may be what was brought in
    assert places(spoilt({"Lembar!D2": "-"})) == ["Lembar!D2"]
    assert list(Bkm.objects.values_list("code", flat=True)) == [BKM]


def test_missing_sheets_and_columns():
    book = melati()
    del book["Anggota"]
    assert places(bring(packed(book))) == ["Anggota!"]
    book = melati()
    for row in book["Lembar"]:
        del row[4]
    assert places(bring(packed(book))) == ["Lembar!A1"]
    book = melati()
    book["Anggota"][0][0] = "Nomer"
    assert places(bring(packed(book))) == ["Anggota!A1"]
    book = melati()
    book["Lembar"][0][9] = "Wajib"
    assert places(bring(packed(book))) == ["Lembar!J1", "Lembar!A1"]  # twice, and so there is no Denda
    assert places(bring(packed({"Kelompok": [[]], "Anggota": [[]]})))[:2] == ["Kelompok!A1", "Kelompok!A1"]


def test_too_many_rows():
    book = melati()
    book["Libur"] += [[date(2026, 3, 20), f"x{n}"] for n in range(5001)]
    outcome = bring(packed(book))
    assert places(outcome) == ["Libur!"]


def test_files_that_are_no_workbook():
    for content in (
        b"x",
        packed(melati())[:900],
        rewritten(packed(melati()), lambda n, d: d, {"xl/vbaProject.bin": b""}),
    ):
        before = row_counts()
        outcome = bring(content)
        assert (outcome.status, len(outcome.errors)) == ("refused", 1)
        assert row_counts() == before


def test_links_are_refused_at_their_cell(tmp_path):
    path = tmp_path / "tautan.xlsx"
    path.write_bytes(packed(melati()))
    book = openpyxl.load_workbook(path)
    book["Anggota"]["B2"].hyperlink = "mailto:x"
    book.save(path)
    assert places(bring(path.read_bytes())) == ["Anggota!B2"]


def test_thousands_of_problems_stay_a_list_a_person_can_open():
    book = melati()
    book["Lembar"] += [[date(2026, 1, 7), 99, "Z", "x", "x"] for _ in range(1000)]
    outcome = bring(packed(book))
    assert len(outcome.errors) == 1000


# What is only doubtful


DOUBTED = [
    ({"Kelompok!B4": "Batang"}, "Kelompok!B4"),
    ({"Kelompok!B6": "lama"}, "Kelompok!B6"),
    ({"Kelompok!B9": None}, "Kelompok!B9"),
    ({"Kelompok!B10": "GMT"}, "Kelompok!B10"),
    ({"Kelompok!B5": date(2026, 1, 6)}, "Kelompok!B7"),
    ({"Kelompok!A13": "Warna", "Kelompok!B13": "biru"}, "Kelompok!A13"),
    ({"Anggota!D2": "123"}, "Anggota!D2"),
    ({"Anggota!C2": "W"}, "Anggota!C2"),
    ({"Anggota!G2": "anggota"}, "Anggota!"),
    ({"Anggota!G2": "raja"}, "Anggota!G2"),
    ({"Anggota!H2": "mungkin"}, "Anggota!H2"),
    ({"Anggota!K1": "Catatan", "Anggota!K2": "rajin"}, "Anggota!K1"),
    ({"Anggota!L2": "tanpa judul"}, "Anggota!L1"),
    ({"Saldo awal!C2": 1}, "Saldo awal!C2"),
    ({"Saldo awal!D4": 1}, "Saldo awal!D4"),
    (
        {"Saldo awal!B7": 1210, "Saldo awal!C7": 2, "Saldo awal!D7": 1, "Saldo awal!E7": 0, "Saldo awal!E2": 75_000},
        "Saldo awal!B7",
    ),
    ({"Pinjaman!K2": None}, "Pinjaman!K2"),
    ({"Pinjaman!D2": date(2024, 4, 1), "Pinjaman!C2": None}, "Pinjaman!D2"),
    ({"Pertemuan!A2": date(2026, 1, 8)}, "Pertemuan!A2"),
    ({"Pertemuan!B2": None}, "Pertemuan!B2"),
    ({"Pertemuan!E3": 158_000}, "Pertemuan!F3"),
    ({"Lembar!C2": None}, "Lembar!C2"),
    ({"Lembar!A7": date(2026, 1, 7), "Lembar!B7": 4, "Lembar!C7": "H"}, "Lembar!B7"),
    ({"Lembar!A7": date(2026, 1, 7), "Lembar!B7": 1, "Lembar!C7": "H", "Lembar!E7": 500}, "Lembar!B7"),
    ({"Lembar!A7": date(2026, 1, 21), "Lembar!B7": 1, "Lembar!C7": "H", "Lembar!E7": 500}, "Lembar!A7"),
    ({"Lembar!A7": date(2026, 9, 2), "Lembar!B7": 1, "Lembar!C7": "H", "Lembar!E7": 500}, "Lembar!A7"),
    ({"Kas lain!A4": date(2026, 1, 15), "Kas lain!B4": 5190, "Kas lain!E4": 1000}, "Kas lain!A4"),
    ({"Kas lain!D2": None}, "Kas lain!D2"),
    ({"Libur!A3": date(2026, 3, 17), "Libur!B3": "Lagi"}, "Libur!A3"),
    ({"Libur!A3": date(2026, 1, 12)}, "Libur!A3"),
]


@pytest.mark.parametrize(("cells", "place"), DOUBTED, ids=lambda value: str(value)[:60])
def test_what_is_only_doubtful_is_told_and_kept(cells, place):
    if "Pertemuan!A2" in cells:  # the day moves with its rows
        cells = cells | {"Lembar!A2": cells["Pertemuan!A2"], "Lembar!A3": cells["Pertemuan!A2"]}
    if cells == {"Kas lain!D2": None}:
        cells = cells | {"Pertemuan!E3": 143_250}
    outcome = spoilt(cells)
    assert places(outcome) == []
    assert outcome.status == "imported"
    assert place in doubts(outcome)


def test_an_unknown_sheet_is_told_and_a_formula_in_it_refused():
    book = melati()
    book["Catatan"] = [["Halo"]]
    assert "Catatan!" in doubts(bring(packed(book)))
    book["Kelompok"][1][1] = "KSM-KENANGA"
    book["Catatan"] = [["Halo"], [None, "=1+1"]]
    assert places(bring(packed(book))) == ["Catatan!B2"]


def test_a_cash_difference_without_reason_is_kept_with_one():
    spoilt({"Pertemuan!E3": 158_000})
    difference = CashDifference.objects.get()
    assert (difference.amount, bool(difference.reason)) == (-250, True)
    assert state(date(2026, 1, 14))["accounts"]["1290"] == 250
    assert state(date(2026, 1, 14))["accounts"]["1110"] == 158_000


def test_money_without_a_meeting_makes_none():
    spoilt({"Kas lain!A4": date(2026, 1, 15), "Kas lain!B4": 5190, "Kas lain!C4": "Map", "Kas lain!E4": 1000})
    assert Meeting.objects.count() == 2
    last = Entry.objects.get(on=date(2026, 1, 15))
    assert (last.kind, last.memo) == ("expense", "Map")
    assert state(date(2026, 1, 15))["accounts"]["1110"] == 157_250


def test_a_loan_paid_out_without_a_meeting():
    spoilt({"Pinjaman!D3": date(2026, 1, 16), "Pertemuan!E3": 208_250})
    assert Loan.objects.get(no=2).disbursed_on == date(2026, 1, 16)
    assert state(date(2026, 1, 15))["accounts"]["1110"] == 208_250
    assert state(date(2026, 1, 16))["accounts"]["1110"] == 158_250


def test_a_loan_missing_in_the_opening_is_paid_back():
    outcome = spoilt(
        {
            "Saldo awal!B3": 5190,
            "Saldo awal!C3": None,
            "Saldo awal!D3": None,
            "Lembar!H5": None,
            "Pertemuan!E3": 148_000,
        }
    )
    assert "Pinjaman!D2" in doubts(outcome)
    loan = Loan.objects.get(no=1)
    assert (loan.receivable.balance, loan.prior_principal, loan.prior_charge) == (0, 100_000, 2500)
    assert state(date(2026, 1, 14))["members"][1]["loans"] == []


def test_rows_of_one_member_on_one_day_are_one_hand_over():
    """Rukmini pays two loans; each row names its own, and the money comes in one hand."""
    spoilt(
        {
            **{
                f"Pinjaman!{column}4": value
                for column, value in zip(
                    "ABCDEFGHIJK",
                    [3, 2, None, date(2026, 1, 7), 10_000, 2, "bulan", "0", "bulan", "flat", None],
                    strict=True,
                )
            },
            "Lembar!I5": 1,
            "Lembar!A7": date(2026, 1, 14),
            "Lembar!B7": 2,
            "Lembar!H7": 4000,
            "Lembar!I7": 3,
            "Pertemuan!E3": 152_250,
        }
    )
    entry = Entry.objects.get(on=date(2026, 1, 14), hand_over__member__no=2, kind="handover")
    assert entry.postings.get(account__code="1110").amount == 16_250
    assert [loan["outstanding"] for loan in state(date(2026, 1, 14))["members"][1]["loans"]] == [55_250, 6000]


def test_money_for_no_loan_in_particular_goes_to_the_oldest():
    """Loan 3 has the higher number but is older than loan 1."""
    spoilt(
        {
            **{
                f"Pinjaman!{column}4": value
                for column, value in zip(
                    "ABCDEFGHIJK",
                    [3, 2, None, date(2025, 11, 5), 40_000, 4, "bulan", "0", "bulan", "flat", 0],
                    strict=True,
                )
            },
            "Saldo awal!A8": date(2026, 1, 7),
            "Saldo awal!B8": "1210",
            "Saldo awal!C8": 2,
            "Saldo awal!D8": 3,
            "Saldo awal!E8": 20_000,
            "Saldo awal!E7": 145_000,
        }
    )
    assert [loan["outstanding"] for loan in state(date(2026, 1, 14))["members"][1]["loans"]] == [65_000, 9750]


def test_a_loss_carried_forward_stands_below_zero():
    outcome = spoilt(
        {
            "Saldo awal!B7": 3910,
            "Saldo awal!E7": -75_000,
            "Saldo awal!A8": date(2026, 1, 7),
            "Saldo awal!B8": 3210,
            "Saldo awal!E8": 200_000,
        }
    )
    assert outcome.accounts["3910"] == -75_000


def test_a_book_without_opening_starts_from_nothing():
    book = melati()
    book["Saldo awal"] = book["Saldo awal"][:1]
    book["Pinjaman"] = book["Pinjaman"][:1]
    book["Kas lain"], book["Pertemuan"][2][4] = book["Kas lain"][:1], None
    book["Lembar"][3][6] = book["Lembar"][4][7] = None
    assert bring(packed(book)).status == "imported"
    assert state(date(2026, 2, 1))["accounts"] == {"1110": 21_000, "2110": 10_000, "2310": 1000, "3110": 10_000}
    assert Submission.objects.order_by("pk").first().first_number is None


def test_a_long_book_is_told_to_the_database_while_it_is_written():
    """So that what it looks up from then on is planned for the rows that are there."""
    days = [date(2026, 1, 21), date(2026, 1, 28)]
    with CaptureQueriesContext(connection) as short:
        bring(packed(melati()), dry_run=True)
    with CaptureQueriesContext(connection) as long:
        bring(packed(with_cells({f"Pertemuan!A{row}": on for row, on in enumerate(days, start=4)})), dry_run=True)
    told = [[one["sql"] for one in queries if one["sql"].startswith("ANALYZE")] for queries in (short, long)]
    assert told == [[], ["ANALYZE ledger_submission, ledger_entry, ledger_account, ledger_posting"]]


# On the terminal


def run(tmp_path, content: bytes, *options: str) -> str:
    path = tmp_path / "buku lama.xlsx"
    path.write_bytes(content)
    out = StringIO()
    call_command("import_book", str(path), "--bkm", BKM, *options, stdout=out)
    return out.getvalue()


def test_the_command_says_what_it_did(tmp_path):
    assert "KSM-MELATI bisa dimasukkan" in run(tmp_path, packed(melati()), "--dry-run")
    assert not Group.objects.exists()
    told = json.loads(run(tmp_path, packed(melati()), "--json"))
    assert (told["status"], told["counts"]["entries"]) == ("imported", 10)
    assert told["digest"] == Book.objects.get(group__code="KSM-MELATI").head_digest
    assert "tidak ada yang berubah" in run(tmp_path, packed(melati()))
    assert list(verify.problems()) == []


def test_the_command_fails_when_it_is_refused(tmp_path, capsys):
    out = StringIO()
    path = tmp_path / "x.xlsx"
    path.write_bytes(packed(with_cells({"Lembar!E2": "2,000"})))
    with pytest.raises(CommandError):
        call_command("import_book", str(path), "--bkm", BKM, "--json", stdout=out)
    told = json.loads(out.getvalue())
    assert told["status"] == "refused"
    assert [(p["sheet"], p["cell"]) for p in told["problems"] if p["severity"] == "error"] == [("Lembar", "E2")]
    assert "2.000" in told["problems"][0]["reason"]


def test_the_command_reads_no_folder_and_no_missing_file(tmp_path):
    for path in (tmp_path, tmp_path / "tidak ada.xlsx", "nul\0"):
        with pytest.raises(CommandError):
            call_command("import_book", str(path), "--bkm", BKM, stdout=StringIO())


def test_who_and_when_are_told():
    somebody = UserFactory()
    bring(by=somebody)
    entry = Entry.objects.first()
    assert (entry.posted_by, entry.posted_at) == (somebody, AT)
    assert Meeting.objects.first().posted_at == AT
