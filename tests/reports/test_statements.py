"""The books read whole and page by page: what stands in them, that they foot, and what is said to a wrong question."""

import re
from copy import deepcopy
from datetime import date
from decimal import Decimal
from io import BytesIO
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from groups.models import Appointment
from ledger import chart
from ledger.models import Entry
from ledger.services import Draft, Leg, post
from loans.schedule import Terms
from loans.services import Lending, disburse, reschedule, waive, write_off
from reports.statements import reading
from reports.statements.asked import PER_PAGE, Account, Asked
from reports.statements.catalogue import CATALOGUE
from reports.statements.keeper import Keeper
from reports.statements.period import Period
from savings.services import decide_year
from tests.compliance.village import day
from tests.factories import AppointmentFactory, UpkFactory, treasurer
from tests.loans.lives import deed, lent, new_terms
from tests.reports.footing import foots_throughout, keeper_of, last, read, row
from tests.reports.village import FIRST, SECOND, at, correct_sari, first_meeting, mawar, second_meeting
from tests.savings import village as savings_village

pytestmark = pytest.mark.django_db
JANUARY = date(2026, 1, 1), date(2026, 1, 31)


@pytest.fixture(scope="module")
def group_of_the_file(whole_file):
    group = mawar()
    first_meeting(group)
    second_meeting(group)
    correct_sari(group)
    group.book.refresh_from_db()
    return group


@pytest.fixture
def group(group_of_the_file):
    return deepcopy(group_of_the_file)


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def write(book, on, kind, *legs, memo="", entries=1):
    drafts = [Draft(on, kind, tuple(Leg(*leg) for leg in legs), memo)] * entries
    return post(book=book, key=uuid4(), content={}, drafts=drafts, by=None, at=at(on))


# What stands in them


def test_every_statement_foots_with_the_ledger_and_the_others(group):
    foots_throughout(keeper_of(group), [date(2025, 12, 31), FIRST, SECOND, date(2026, 3, 1)])


def test_what_was_taken_back_is_shown_with_words_and_counts_once(group):
    keeper = keeper_of(group)
    wrong = Entry.objects.get(book=group.book, reversed_by__isnull=False)
    marks = {line.cells[0]: line.mark for line in read(keeper, "cash", *JANUARY).tables[0].rows if line.mark}
    assert marks == {
        wrong.number: f"dibatalkan oleh catatan {wrong.reversed_by.number}",
        wrong.reversed_by.number: f"membatalkan catatan {wrong.number}",
    }
    # 2.000 each at the first meeting but Syawiyah; then 2.000, her 4.000, and Sari's 3.000 that had been 2.000.
    flow = read(keeper, "flow", *JANUARY)
    assert row(flow, "Simpanan wajib").cells[2:4] == (21_000, None)
    savings = read(keeper, "savings", *JANUARY).tables[-1]
    assert savings.rows[0].cells == (1, "Sari", 0, 5_000, 0, 5_000)
    assert savings.rows[-1].cells[2:] == (0, 21_000, 0, 21_000)
    # The ledger itself shows both, as posted.
    assert last(read(keeper, "ledger", *JANUARY, account="2110.1")).cells[3:] == (2_000, 7_000, 5_000)


def test_arrears_of_a_past_day(group):
    loans = read(keeper_of(group), "loans", date(2026, 1, 1), date(2026, 1, 28))
    # Two instalments of 10.250 are due by the 21st and the 28th besides the one she paid.
    assert loans.tables[0].rows[0].cells == (1, "Julaika", FIRST, 100_000, 10_000, None, 90_000, 250, 20_500, 2)
    assert read(keeper_of(group), "loans", date(2026, 1, 1), date(2026, 1, 6)).tables[0].bare


def test_loans_that_ended_otherwise_than_by_being_paid_back():
    group, loan = lent(code="KSM-LAIN")  # 100.000 over ten weeks, two instalments paid
    waive(loan=loan, deed=deed(day(4)), amount=300)
    fresh = reschedule(loan=loan, deed=deed(day(5)), terms=new_terms(80_000, 20), waived=200)
    keeper = keeper_of(group)
    rows = read(keeper, "loans", day(1), day(5)).tables[0].rows
    # The old one: 20.000 paid, 80.000 moved to the new one, nothing left; the new one owes its first week only later.
    assert rows[0].cells[3:] == (100_000, 20_000, 80_000, 0, 500, None, None)
    assert rows[0].detail == "dijadwal ulang"
    assert rows[1].cells[3:] == (80_000, 0, None, 80_000, 0, None, None)
    assert rows[2].cells[3:] == (180_000, 20_000, 80_000, 80_000, 500, 0, None)
    # Before that day nothing of it was known: late with what fell due, less the jasa the meeting had forgiven.
    waived = read(keeper, "loans", day(1), day(4)).tables[0].rows[0]
    assert waived.cells[3:] == (100_000, 20_000, None, 80_000, 500, 10_000, 1)
    write_off(loan=fresh, deed=deed(day(6)))
    rows = read(keeper, "loans", day(6), day(7)).tables[0].rows
    assert [(one.cells[0], one.cells[5:7], one.detail) for one in rows[:-1]] == [(2, (80_000, 0), "dihapus buku")]
    foots_throughout(keeper, [day(4), day(5), day(6)])
    assert row(read(keeper, "surplus", day(1), day(6)), "Penghapusan pinjaman").cells[2] == 80_000


def test_the_register_of_a_past_day_knows_who_had_come_by_then(group):
    sari = group.members.get(no=1)
    sari.left_on = date(2026, 1, 20)
    sari.save()
    register = read(keeper_of(group), "members", *JANUARY)
    assert register.tables[0].rows[0].cells[4:6] == (sari.joined_on, date(2026, 1, 20))
    assert last(register).cells[1] == "4 anggota aktif dari 5 yang pernah tercatat"
    assert last(read(keeper_of(group), "members", FIRST, FIRST)).cells[1].startswith("5 anggota aktif")
    before = read(keeper_of(group), "members", date(2000, 1, 1), date(2000, 1, 2))
    assert last(before).cells[1].startswith("0 anggota aktif dari 0")


def test_a_year_is_closed_and_shared_out():
    group = savings_village.mawar(code="KSM-LAIN")
    decided = date(2027, 1, 10)
    decide_year(
        group=group,
        year=2026,
        on=decided,
        rule="equal",
        step=1_000,
        pay="cash",
        decision="Musyawarah 10 Januari",
        key=uuid4(),
        by=None,
        at=savings_village.AT,
    )
    keeper = keeper_of(group)
    foots_throughout(keeper, [date(2026, 1, 1), date(2026, 12, 31), decided])

    year_end = read(keeper, "balance", date(2026, 1, 1), date(2026, 12, 31))
    assert row(year_end, "SHU tahun berjalan").cells[2:] == (0, 40_000)
    assert last(year_end, 0).cells[3] == 240_000
    waiting = read(keeper, "balance", date(2027, 1, 1), date(2027, 1, 9))
    assert row(waiting, "SHU tahun lalu, belum ditutup").cells[2:] == (0, 40_000)
    assert row(waiting, "SHU tahun berjalan").cells[2:] == (40_000, 0)
    closed = read(keeper, "balance", date(2027, 1, 1), decided)
    assert not [one for one in closed.tables[1].rows if "SHU" in one.cells[1] and one.cells[3]]

    # The closing is no cost of January, and what members got in cash is no cost either.
    january = read(keeper, "surplus", date(2027, 1, 1), date(2027, 1, 31))
    assert last(january).cells[2] == 0
    assert january.notes
    assert last(read(keeper, "surplus", date(2026, 1, 1), date(2026, 12, 31))).cells[2] == 40_000
    flow = read(keeper, "flow", date(2027, 1, 1), date(2027, 1, 31))
    paid = 240_000 - row(flow, "Kas dan bank akhir").cells[-1]
    assert row(flow, "SHU ditahan").cells[3] == paid > 0
    assert row(flow, "Kas dan bank awal").cells[-1] == 240_000


@pytest.mark.tampers  # postings of a loan that is none
def test_a_upk_book_gives_the_same_statements():
    upk = UpkFactory()
    on = date(2026, 3, 2)
    write(upk.book, on, "upk_capital", ("1110", 5_000_000), ("3210", -5_000_000), memo="Modal awal")
    write(upk.book, on, "upk_to_bank", ("1120", 4_000_000), ("1110", -4_000_000))
    write(upk.book, on, "disbursement", ("1220", 3_000_000, 0, 1), ("1120", -3_000_000))
    write(upk.book, date(2026, 4, 2), "upk_reserve", ("5160", 30_000), ("1229", -30_000))
    upk.book.refresh_from_db()
    keeper = Keeper(upk.book, upk.name, upk.bkm.code, upk=upk)
    foots_throughout(keeper, [date(2026, 1, 1), on, date(2026, 4, 30)])
    sheet = read(keeper, "balance", date(2026, 4, 1), date(2026, 4, 30))
    assert row(sheet, "Cadangan kerugian pinjaman", 0).cells[2:] == (0, -30_000)
    assert last(sheet, 0).cells[2:] == (5_000_000, 4_970_000)
    bank = read(keeper, "cash", date(2026, 3, 1), date(2026, 4, 30), "1120")
    assert (bank.title, last(bank).cells[3:]) == ("Buku bank", (4_000_000, 3_000_000, 1_000_000))

    client = signed_in(AppointmentFactory(bkm=upk.bkm, role=Appointment.Role.AUDITOR).user)
    for name, one in CATALOGUE.items():
        expected = 404 if one.people else 200
        for page in ("upk_statement", "upk_statement_paper", "upk_statement_xlsx"):
            assert client.get(reverse(page, args=[upk.bkm.code, name])).status_code == expected, (page, name)
    assert client.get(reverse("upk_books", args=[upk.bkm.code])).status_code == 200


def test_money_set_aside_for_the_upk_has_not_moved_yet(group):
    loan = 1 if chart.CHART[chart.HELD_FOR_UPK].per == "loan" else 0
    write(group.book, SECOND, "upk_received", ("1110", 1_000_000), ("2210", -1_000_000, 0, 1))
    # A member's instalment as always, and in the same entry what of it is the UPK's.
    aside = (("2210", 100_000, 0, 1), ("5110", 10_000), ("2220", -110_000, 0, loan))
    write(group.book, SECOND, "handover", ("1110", 2_000), ("2110", -2_000, 1), *aside)
    flow = read(keeper_of(group), "flow", SECOND, SECOND)
    assert row(flow, "Pinjaman dari UPK dan setoran ke UPK").cells[2:4] == (1_000_000, None)
    write(group.book, date(2026, 1, 20), "setoran", ("2220", 110_000, 0, loan), ("1110", -110_000))
    flow = read(keeper_of(group), "flow", *JANUARY)
    assert row(flow, "Pinjaman dari UPK dan setoran ke UPK").cells[2:4] == (1_000_000, 110_000)
    foots_throughout(keeper_of(group), [FIRST, SECOND, date(2026, 1, 20)])
    assert row(read(keeper_of(group), "surplus", *JANUARY), "Jasa ke UPK").cells[2] == 10_000


def test_an_empty_book_has_statements_too():
    group = mawar(code="KSM-LAIN")
    keeper = keeper_of(group)
    foots_throughout(keeper, [date(2026, 1, 1), date(2026, 1, 31)])
    client = signed_in(treasurer(group))
    for name in CATALOGUE:
        assert client.get(reverse("statement", args=[group.code, name])).status_code == 200, name
        assert client.get(reverse("statement_paper", args=[group.code, name])).status_code == 200, name


# Page by page


def test_a_long_book_is_paged_with_balances_carried_forward_and_whole_on_paper(group):
    write(group.book, SECOND, "income", ("1110", 1_000), ("4190", -1_000), memo="Arisan", entries=2 * PER_PAGE)
    keeper = keeper_of(group)
    whole = read(keeper, "cash", *JANUARY)
    first, second, third = (
        CATALOGUE["cash"].read(keeper, asked) for asked in (_asked(keeper, page) for page in (1, 2, 3))
    )
    assert (third.page.number, third.page.count) == (3, 3)
    assert [len(one.tables[0].rows) for one in (first, second)] == [PER_PAGE + 2] * 2
    lines = [line for one in (first, second, third) for line in one.tables[0].rows if line.role == "line"]
    assert lines == [line for line in whole.tables[0].rows if line.role == "line"]
    for before, after in ((first, second), (second, third)):
        assert last(before).cells[2] == "Dipindahkan"
        assert last(before).role == "sum"
        assert after.tables[0].rows[0].cells[2:] == ("Saldo pindahan", *last(before).cells[3:])
    assert last(third).cells[2:] == last(whole).cells[2:]
    assert last(third).role == "final"


def _asked(keeper, page):
    return Asked(Period(*JANUARY), reading.span(keeper.book.pk), Account("1110"), page=page)


def test_queries_do_not_follow_what_a_statement_holds(group):
    few = mawar(code="KSM-MELATI", bkm=group.bkm)
    first_meeting(few)
    for no in (2, 3):
        terms = Terms(10_000, 10, "week", Decimal(1), "month", "flat", 0)
        disburse(group=group, book=group.book, lendings=[Lending(group.members.get(no=no), terms, SECOND)], on=SECOND)
        write(group.book, SECOND, "disbursement", ("1210", 10_000, no, no), ("1110", -10_000))
    client, other = signed_in(treasurer(group)), signed_in(treasurer(few))
    for name in CATALOGUE:
        address = reverse("statement", args=[few.code, name]) + "?from=2026-01-01&to=2026-12-31"
        counts = [_queries(other, address), _queries(client, address.replace(few.code, group.code))]
        assert counts[0] == counts[1] <= 16, name


def _queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


# On screen and on paper


def test_the_index_leads_to_every_book_with_the_period_kept(group):
    client = signed_in(treasurer(group))
    page = client.get(reverse("books", args=[group.code]) + "?from=01-01-2026&to=31-01-2026").content.decode()
    for name in CATALOGUE:
        assert f"/g/KSM-MAWAR/books/{name}/?from=2026-01-01&amp;to=2026-01-31" in page
    for kept in ("passbooks", "guests", "inventory", "papers/minutes-book", "corrections", "objections"):
        assert f"/g/KSM-MAWAR/{kept}/" in page
    assert "Januari 2026" in page
    assert 'aria-current="true"' not in page
    assert reverse("books", args=[group.code]) in client.get(reverse("members", args=[group.code])).content.decode()


def test_every_line_opens_to_its_entry_and_every_account_to_its_ledger(group):
    client = signed_in(treasurer(group))
    query = "?from=2026-01-01&to=2026-01-31"
    cash = client.get(reverse("statement", args=[group.code, "cash"]) + query).content.decode()
    for entry in Entry.objects.filter(book=group.book, postings__account__code=chart.CASH):
        assert f"/entries/{entry.number}/" in cash
    trial = client.get(reverse("statement", args=[group.code, "trial"]) + query).content.decode()
    ledger = "/g/KSM-MAWAR/books/ledger/?from=2026-01-01&amp;to=2026-01-31&amp;account=1210"
    assert ledger in trial
    answer = client.get(ledger.replace("&amp;", "&"))
    assert "1210 Piutang pinjaman anggota" in answer.content.decode()
    entry = client.get(reverse("entry", args=[group.code, 4])).content.decode()
    assert "account=2110." in entry


def test_a_paper_says_whose_it_is_of_when_and_how_it_is_sealed(group):
    client = signed_in(treasurer(group))
    for size in ("a4", "f4"):
        address = (
            reverse("statement_paper", args=[group.code, "balance"]) + f"?from=2026-01-01&to=2026-01-31&paper={size}"
        )
        page = client.get(address, headers={"accept-language": "en"}).content.decode()
        digest = group.book.head_digest
        for text in ("KSM Mawar", "Desa Silurah", "Januari 2026", f"{digest[:4]} {digest[4:8]}", "dicetak", "( Sari )"):
            assert text in page
        assert f"paper-{size}" in page


# As a workbook


def test_a_workbook_holds_the_same_numbers_as_the_paper(group):
    sari = group.members.get(no=1)
    sari.name = '=HYPERLINK("http://x")'
    sari.save()
    write(group.book, SECOND, "income", ("1110", 1_000), ("4190", -1_000), memo="@SUM(A1)")
    client, keeper = signed_in(treasurer(group)), keeper_of(group)
    files = {
        "cash": "kas-1110",
        "ledger": "buku-besar-1110",
        "trial": "neraca-saldo",
        "balance": "neraca",
        "surplus": "shu",
    }
    files |= {"flow": "arus-kas", "savings": "simpanan", "loans": "pinjaman", "members": "anggota"}
    for name in CATALOGUE:
        answer = client.get(reverse("statement_xlsx", args=[group.code, name]) + "?from=2026-01-01&to=2026-01-31")
        file = f"KSM-MAWAR-{files[name]}-20260101-20260131.xlsx"
        assert answer["Content-Disposition"] == f'attachment; filename="{file}"'
        tables = read(keeper, name, *JANUARY).tables
        pages = load_workbook(BytesIO(answer.content)).worksheets
        for page, table in zip(pages, tables, strict=True):
            assert page["A1"].value == "KSM Mawar"
            assert keeper.book.head_digest[:8] in page["D4"].value
            heads = [cell.value for cell in page[6]]
            assert heads[: len(table.columns)] == [column.label for column in table.columns]
            for line, cells in zip(table.rows, page.iter_rows(min_row=7), strict=True):
                for value, cell in zip(line.cells, cells, strict=False):
                    assert (cell.value.date() if cell.is_date else cell.value or 0) == (value or 0)
                    assert cell.data_type != "f"


# A wrong question


WRONG = [
    ("from=2026-13-01", "Tulis tanggal seperti 30-11-2026."),
    ("to=kemarin", "Tulis tanggal seperti 30-11-2026."),
    ("from=2026-02-01&to=2026-01-01", "sebelum tanggal awal"),
    ("page=0", "nomor halaman"),
    ("page=100000000000000000000", "nomor halaman"),
    ("page=2", "Tidak ada halaman 2"),
    ("account=9999", "tidak punya akun"),
    ("account=2120", "tidak punya akun"),
    ("account=1110.0.0.0", "tidak punya akun"),
    ("account=%00", "field-error"),
    ("account=" + "9" * 30, "field-error"),
]


def test_what_cannot_be_understood_comes_back_at_its_field(group):
    client = signed_in(treasurer(group))
    for query, said in WRONG:
        for page in ("statement", "statement_paper", "statement_xlsx"):
            if page != "statement" and query == "page=2":
                continue  # on paper there are no pages to ask for
            address = reverse(page, args=[group.code, "ledger"]) + f"?from=2026-01-01&to=2026-01-31&{query}"
            answer = client.get(address)
            assert answer.status_code == 422, address
            assert said in answer.content.decode(), address
            assert "field-error" in answer.content.decode(), address
    for name in CATALOGUE:
        answer = client.get(reverse("statement", args=[group.code, name]) + "?page=2&from=2026-01-01&to=2026-01-31")
        assert answer.status_code == 422, name


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", ["01-01-2026", None]),
        ("from=2026-01-05&to=31-01-2026", ["05-01-2026", "31-01-2026"]),
        ("from=2026-01-05&to=kemarin", ["05-01-2026", "kemarin"]),
        ("from=2026-01-05&to=2026-01-01", ["05-01-2026", "01-01-2026"]),
    ],
)
def test_the_fields_of_a_period_show_days_as_the_rest_does(group, query, shown):
    page = signed_in(treasurer(group)).get(reverse("books", args=[group.code]) + f"?{query}").content.decode()
    fields = re.findall(r'placeholder="29-01-2026" value="(.*?)"', page)
    assert [text for text, wanted in zip(fields, shown, strict=True) if wanted] == [one for one in shown if one]


def test_a_statement_nobody_knows_is_no_page(group):
    client = signed_in(treasurer(group))
    assert client.get(reverse("statement", args=[group.code, "tax"])).status_code == 404
    assert client.get(reverse("books", args=[group.code]) + "?from=x").status_code == 422


def test_one_day_given_means_the_year_up_to_it(group):
    client = signed_in(treasurer(group))
    page = client.get(reverse("statement", args=[group.code, "cash"]) + "?to=2026-01-10").content.decode()
    assert "1–10 Januari 2026" in page
    later = client.get(reverse("statement", args=[group.code, "cash"]) + "?from=2999-01-01&to=")
    assert later.status_code == 422


def test_the_home_of_a_group_leads_to_its_books(group):
    client = Client()
    client.force_login(treasurer(group))
    assert f"/g/{group.code}/books/" in client.get(f"/g/{group.code}/").content.decode().partition("<main")[2]
