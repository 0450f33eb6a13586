"""What goes out: the layout itself, the last state of what was corrected, and every thing that no column holds."""

import json
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO, StringIO
from pathlib import Path
from uuid import uuid4
from zipfile import ZipFile

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from groups.models import Group, Holiday, Member
from groups.services import add_member, update_group, update_member
from ledger import chart
from ledger import services as ledger
from ledger.services import Draft, Leg
from loans.models import LoanStep
from loans.schedule import Terms
from loans.services import request_loan, withdraw_request
from meetings import xlsx
from meetings.importing import import_book
from meetings.models import CashDifference, HandOver, Meeting
from meetings.services import correct_hand_over, correct_other_money, count_box, post_sheet
from meetings.sheet import CashCount, Minutes, Payment, Row, Sheet
from meetings.workbook import LAYOUT
from reports import demo
from reports.exporting import export_book
from reports.exporting.gathering import written
from reports.statements.catalogue import CATALOGUE
from savings.terms import agree_terms
from tests.books import close_through
from tests.factories import AppointmentFactory, BkmFactory, GroupFactory, coordinator, treasurer
from tests.meetings.workbooks import packed, with_cells
from tests.reports import village
from tests.reports.round_trip import AT, balances, brought_in, emptied, fresh, judge_round_trip, said, sheets_of

pytestmark = pytest.mark.django_db
MAWAR = Path(__file__).parents[1] / "worked_examples" / "ksm_mawar.xlsx"
DAY1, DAY2, DAY3 = date(2026, 1, 7), date(2026, 1, 14), date(2026, 1, 21)


def melati_group(cells: dict | None = None) -> Group:
    """KSM Melati, brought in from its workbook."""
    BkmFactory(code="BKM-GUYUB")
    outcome = import_book(content=packed(with_cells(cells or {})), bkm_code="BKM-GUYUB", by=None, at=AT)
    assert outcome.errors == []
    return Group.objects.select_related("bkm", "book", "programme").get(code="KSM-MELATI")


def named(group: Group, weight: str) -> list[str]:
    return [one.what for one in export_book(fresh(group)).left_out if one.weight == weight]


def post(group: Group, *drafts: Draft) -> None:
    ledger.post(book=group.book, key=uuid4(), content={"x": str(uuid4())}, drafts=drafts, by=None, at=AT)


def meet(group: Group, on: date, rows: tuple[Row, ...], **sheet) -> Meeting:
    return post_sheet(group=group, key=uuid4(), sheet=Sheet(on=on, rows=rows, **sheet), by=None, at=AT)


# Books that fit


def test_the_layout_goes_out_as_it_came_in():
    """KSM Mawar's workbook comes back with the same sheets, headings and cells; rows without anything stay out."""
    bkm = BkmFactory(code="BKM-CONTOH")
    call_command("import_book", str(MAWAR), "--bkm", bkm.code, stdout=StringIO())
    group = Group.objects.select_related("bkm", "book").get(code="KSM-MAWAR")
    export = export_book(group)
    assert export.left_out == ()
    told = sheets_of(export)
    assert list(told) == list(LAYOUT)
    for sheet in xlsx.read(MAWAR.read_bytes()):
        head, *rows = (cells for _number, cells in sorted(sheet.rows.items()))
        came = _by_heading(head, rows)
        out_head, *out_rows = (cells for _number, cells in sorted(told[sheet.name].items()))
        assert [cell.value for _no, cell in sorted(out_head.items())] == [one.heading for one in LAYOUT[sheet.name]]
        gone_out = _by_heading(out_head, out_rows)
        if sheet.name == "Kelompok":
            pairs = [{row["Isian"]: row.get("Nilai") for row in told} for told in (came, gone_out)]
            assert pairs[0].items() <= pairs[1].items()
        else:
            assert sorted(came, key=str) == sorted(gone_out, key=str)


def _by_heading(head: dict, rows: list[dict]) -> list[dict]:
    """Rows as heading → value in words; absent members without money, and amounts of 0, say nothing."""
    found = []
    for row in rows:
        values = {
            str(head[column].value): str(cell.value).replace(".", "") for column, cell in row.items() if column in head
        }
        silent = ("0",) if "Bulatkan" not in values else ()
        values = {heading: value for heading, value in values.items() if value not in silent}
        if "Hadir" in values:
            values.pop("Pinjaman", None)  # what was left to the oldest loan goes out with its number
        if values.get("Hadir") != "A" or len(values) > 3:
            found.append(values)
    return found


def test_melati_comes_back_to_the_rupiah_and_to_the_word(client):
    days = [DAY1, DAY2, date(2026, 1, 28), date(2026, 4, 1)]
    export = judge_round_trip(melati_group({"Pertemuan!E3": 158_000}), days, pages=True)
    assert export.left_out == ()


@pytest.mark.parametrize("name", ["Mawar", "Anggrek"])
def test_a_group_of_the_demonstration_goes_out_and_comes_in(monkeypatch, name):
    """All its weeks; what the columns do not hold is named and stands on a sheet of its own."""
    monkeypatch.setattr(demo.invented, "SMALL", [one for one in demo.invented.SMALL if one[0] == name])
    monkeypatch.setattr(demo.invented, "WEEKS", 12)
    demo.load_small(today=date(2026, 7, 3), say=str)
    group = Group.objects.get()
    days = [group.start_on + timedelta(weeks=week, days=6) for week in (3, 8, 13)]
    export = judge_round_trip(group, days)
    kinds = {one.what for one in export.words}
    assert {"Jam pertemuan", "Yang menghitung kas", "Untuk apa pinjaman"} <= kinds
    rest = xlsx.read(export.content)[-1]
    assert rest.name == "Tidak muat"
    assert len(rest.rows) == 1 + len(export.left_out)


def test_a_corrected_hand_over_goes_out_as_it_stands_now():
    group = melati_group()
    wrong = HandOver.objects.get(entry__book=group.book, meeting__on=DAY1, member__no=1)
    row = Row(member_no=1, attendance="H", weekly=2500)
    correct_hand_over(hand_over=wrong, row=row, reason="salah tulis", key=uuid4(), by=None, at=AT)
    export = judge_round_trip(group, [DAY1, DAY2])
    assert "Catatan yang dikoreksi" in [one.what for one in export.words]
    assert any("salah tulis" in one.says for one in export.words)
    (count,) = [one for one in export.words if one.what.startswith("Hitungan kas")]
    assert "Rp158.250" in count.says
    assert "Rp158.750" in count.says
    rows = sheets_of(export)["Lembar"]
    assert rows[2][5].value == 2500


def test_a_difference_of_the_box_stays_the_book_s_own_after_a_correction():
    group = melati_group({"Pertemuan!E3": 158_000, "Pertemuan!F3": "receh"})
    coffee = HandOver.objects.get(entry__book=group.book, entry__kind="expense")
    correct_other_money(hand_over=coffee, amount=20_000, memo="Kopi", reason="nota", key=uuid4(), by=None, at=AT)
    judge_round_trip(group, [DAY2])
    assert balances(group)["1290", 0, 0] == 250


def test_of_two_differences_on_a_day_the_second_is_told_in_words():
    group = melati_group({"Pertemuan!E3": 158_000, "Pertemuan!F3": "receh"})
    on = CashDifference.objects.get(group=group).on
    again = {"counted": 157_000, "counted_by": "Wati", "counted_with": "Sari", "before_meeting": False}
    owner = group.members.get(no=2)
    count_box(group=group, on=on, reason="Tercecer", owner=owner, key=uuid4(), by=None, at=AT, **again)
    export = export_book(fresh(group))
    assert [row[6].value for row in list(sheets_of(export)["Pertemuan"].values())[1:] if 6 in row] == ["receh"]
    told = {one.what: one.says for one in export.words if one.on == on}
    assert told["Selisih kas lain pada hari itu"] == "−Rp1.000: Tercecer"
    assert told["Yang mengurus selisih kas"] == owner.name


def test_two_loans_paid_in_one_hand_are_two_rows():
    cells = {
        **dict(zip(
            [f"Pinjaman!{column}4" for column in "ABCDEFGHIJK"],
            [3, 2, None, date(2026, 1, 7), 10_000, 2, "bulan", "0", "bulan", "flat", None],
            strict=True,
        )),
        "Lembar!I5": 1, "Lembar!J5": 500, "Lembar!A7": DAY2, "Lembar!B7": 2, "Lembar!H7": 4000, "Lembar!I7": 3,
        "Pertemuan!E3": None,
    }  # fmt: skip
    export = judge_round_trip(melati_group(cells), [DAY2])
    rows = [cells for cells in sheets_of(export)["Lembar"].values() if cells[2].value == 2]
    assert [(row[8].value, row[9].value, 10 in row) for row in rows[1:]] == [(10_250, 1, True), (4000, 3, False)]


# Words that look like orders


STARTS = ("=", "+", "-", "@", "\t", "\n", '=HYPERLINK("http://x")', "#N/A", "_x0041_", "'")


def test_words_stay_words_whatever_they_begin_with():
    """One member and one agenda for each beginning."""
    group = melati_group()
    names = {no: f"{start.strip() or '='}cmd|' /C calc'!A0" for no, start in enumerate(STARTS, start=1)}
    agendas = {DAY3 + timedelta(weeks=week): f"{start}1+1" for week, start in enumerate(STARTS)}
    for no, name in names.items():
        if member := Member.objects.filter(group=group, no=no).first():
            update_member(member=member, name=name)
        else:
            add_member(group=group, no=no, name=name, gender="P", joined_on=DAY1)
    for on, agenda in agendas.items():
        meet(group, on, tuple(Row(no, "H") for no in names), minutes=Minutes(agenda=agenda))
    export = judge_round_trip(group, [DAY2])
    book = openpyxl.load_workbook(BytesIO(export.content))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    with ZipFile(BytesIO(export.content)) as archive:
        assert not any(b"<f>" in archive.read(name) for name in archive.namelist())
    told = [row[1] for row in book["Anggota"].iter_rows(min_row=2)]
    assert [bool(cell.quotePrefix) for cell in told] == [cell.value[0] in "=+-@" for cell in told]
    with emptied(group):
        assert brought_in(export, group).errors == []
        copy = Group.objects.get(code=group.code)
        assert dict(copy.members.values_list("no", "name")) == names
        assert dict(copy.meetings.filter(on__in=agendas).values_list("on", "agenda")) == agendas


def test_signs_nobody_can_print_are_named():
    group = melati_group()
    meet(group, DAY3, tuple(Row(no, "H") for no in (1, 2, 3)), minutes=Minutes(agenda="Ti\x01ni\ufffe"))
    export = export_book(fresh(group))
    assert [(one.what, one.on) for one in export.words] == [("Teks", DAY3)]
    assert sheets_of(export)["Pertemuan"][4][3].value == "Tini"


# What no column holds


def test_words_without_a_column_are_named_one_by_one():
    group = village.mawar()
    village.first_meeting(group)
    village.second_meeting(group)
    words = named(group, "words")
    assert {"Jam pertemuan", "Pembahasan", "Yang menghitung kas"} <= set(words)
    assert "Cara memutuskan" not in words
    minutes = Minutes(decisions="Beli pupuk", manner="mufakat")
    third = village.SECOND + timedelta(weeks=1)
    meet(group, third, tuple(Row(no, "H") for no in range(1, 6)), minutes=minutes)
    told = [(one.says, one.on) for one in export_book(fresh(group)).words if one.what == "Cara memutuskan"]
    assert told == [("musyawarah mufakat", third)]


def test_other_terms_holidays_and_ends_are_named():
    group = melati_group()
    agree_terms(group=group, from_on=date(2026, 2, 2), weekly=3000, principal=10_000)
    Holiday.objects.create(group=group, week_start=date(2026, 2, 16), reason="Banjir", declared_on=date(2026, 2, 17))
    Holiday.objects.create(bkm=group.bkm, week_start=date(2026, 3, 16), reason="Idulfitri", declared_on=DAY1)
    update_group(group=group, end_on=date(2026, 6, 1))
    close_through(book=group.book, on=DAY1)
    assert sorted(named(group, "words")) == [
        "Buku sudah ditutup",
        "KSM berakhir",
        "Kesepakatan simpanan sebelumnya",
        "Pekan libur yang terlambat diumumkan",
    ]
    judge_round_trip(group, [DAY2], findings=False)


CASH = chart.CASH
MONEY = {
    "wajib taken back": Draft(DAY2, "withdrawal", (Leg("2110", 1000, 1), Leg(CASH, -1000))),
    "between a member's accounts": Draft(DAY2, "transfer", (Leg("2120", 1000, 1), Leg("2110", -1000, 1))),
    "a loan paid on a day without a meeting": Draft(DAY3, "handover", (Leg(CASH, 500), Leg("1210", -500, 2, 1))),
    "a loan written off": Draft(DAY2, "write_off", (Leg("5140", 500), Leg("1210", -500, 2, 1))),
    "money from the UPK": Draft(DAY2, "upk", (Leg(CASH, 500), Leg("2210", -500, 0, 4))),
    "surplus to a member": Draft(DAY2, "share_out", (Leg("3910", 500), Leg("2120", -500, 1))),
    "before the opening": Draft(date(2026, 1, 6), "income", (Leg(CASH, 500), Leg("4190", -500))),
    "more than one loan paid out": Draft(DAY2, "disbursement", (Leg("1210", 500, 1, 2), Leg(CASH, -500))),
    "a second difference": Draft(DAY2, "difference", (Leg(CASH, 5), Leg("1290", -3), Leg("5150", -2))),
    "a hand-over of nobody": Draft(DAY2, "handover", (Leg(CASH, 5), Leg("2110", -5, 1))),
}  # fmt: skip


@pytest.mark.tampers  # a loan and a difference that only postings know
@pytest.mark.parametrize("name", MONEY)
def test_an_entry_without_a_column_is_named_and_nothing_is_handed_over_in_silence(name, tmp_path):
    group = melati_group()
    post(group, MONEY[name])
    assert "Catatan tanpa kolom" in named(group, "money")
    with pytest.raises(CommandError):
        call_command("export_book", group.code, str(tmp_path / "buku.xlsx"), stdout=(out := StringIO()))
    assert "Catatan tanpa kolom: catatan no. 11" in out.getvalue()
    assert not (tmp_path / "buku.xlsx").exists()


def test_what_can_be_told_as_other_money_is():
    """A bank deposit with its fee, income closed into the reserve: every account comes back to the rupiah."""
    group = melati_group()
    post(
        group,
        Draft(DAY3, "bank", (Leg(CASH, -10_000), Leg("1120", 9_000), Leg("5120", 1_000)), "Setor ke bank"),
        Draft(DAY3, "closing", (Leg("4190", 15_000), Leg("3310", -15_000)), "Tutup tahun"),
    )
    export = judge_round_trip(group, [DAY2, DAY3])
    assert [one.what for one in export.left_out] == ["Catatan yang ditulis sebagai kas lain"] * 2


def test_what_was_taken_back_on_another_day_is_named():
    group = melati_group()
    entry = group.book.entries.get(kind="income")
    close_through(book=group.book, on=DAY2)
    post(group, ledger.reversal_of(entry, reason="bukan hibah", on=DAY3))
    export = export_book(fresh(group))
    assert [one.what for one in export.money][:1] == ["Catatan yang dikoreksi pada hari lain"]
    assert "Hibah kelurahan" in export.money[0].says


def test_a_sheet_posted_late_that_divided_an_instalment_otherwise_is_named():
    """Rukmini paid all jasa due by February; her payment of January, written afterwards, found nothing of it due."""
    group = melati_group()
    early, late = date(2026, 1, 28), date(2026, 2, 25)
    for on, amount in ((late, 20_500), (early, 10_000)):
        meet(group, on, tuple(Row(no, "H", payments=(Payment(amount),) if no == 2 else ()) for no in (1, 2, 3)))
    money = export_book(fresh(group)).money
    assert [(one.what, one.on) for one in money] == [
        ("Angsuran yang dibagi lain", early),
    ]


def test_a_member_who_came_before_she_was_one():
    group = melati_group()
    Member.objects.filter(group=group, no=3).update(joined_on=date(2026, 1, 10))
    assert "Kehadiran bukan anggota" in named(group, "words")


def test_a_book_too_long_for_one_import_says_so(monkeypatch):
    group = melati_group()
    assert named(group, "money") == []
    monkeypatch.setattr("reports.exporting.MAX_PACKED", 5_000)
    (too_large,) = export_book(fresh(group)).money
    assert (too_large.what, "kB" in too_large.says) == ("Buku terlalu panjang untuk dimasukkan sekaligus", True)
    monkeypatch.setattr("reports.exporting.fitting.refusals.MAX_ROWS", 4)
    assert named(group, "money") == [too_large.what] * 4, "three sheets are too long as well"


# On the terminal and on screen


def test_the_command_writes_what_fits(tmp_path):
    group = melati_group()
    path = tmp_path / "buku.xlsx"
    call_command("export_book", group.code, str(path), stdout=(out := StringIO()))
    assert "KSM-MELATI ditulis ke" in out.getvalue()
    with emptied(group):
        call_command("import_book", str(path), "--bkm", "BKM-GUYUB", "--json", stdout=(told := StringIO()))
        assert json.loads(told.getvalue())["status"] == "imported"
    for wrong in (["KSM-TIDAK-ADA", str(path)], [group.code, str(tmp_path)], [group.code, "nul\0"]):
        with pytest.raises(CommandError):
            call_command("export_book", *wrong, stdout=StringIO())


@pytest.mark.tampers  # an entry of a step without its step
def test_the_command_leaves_out_when_told_to(tmp_path):
    group = melati_group()
    post(group, MONEY["a loan written off"])
    path = tmp_path / "buku.xlsx"
    call_command("export_book", group.code, str(path), "--leave-out", stdout=(out := StringIO()))
    assert "saldonya tidak akan sama" in out.getvalue()
    rest = xlsx.read(path.read_bytes())[-1]
    assert "5140 +500" in rest.rows[2][3].value
    assert rest.rows[2][4].value == "tidak sama"


def test_the_treasurer_takes_the_book_out(client):
    group = melati_group()
    client.force_login(treasurer(group))
    url = reverse("take_out", args=[group.code])
    assert "Ambil buku kerja" in client.get(url).content.decode()
    answer = client.post(url)
    assert answer["Content-Disposition"] == 'attachment; filename="buku-ksm-melati.xlsx"'
    assert [sheet.name for sheet in xlsx.read(answer.content)] == list(LAYOUT)


@pytest.mark.parametrize("role", ["treasurer", "chair"])
def test_the_groups_own_people_take_everything_away_without_anybody_else(client, role):
    group = melati_group()
    client.force_login(AppointmentFactory(group=group, role=role).user)
    assert reverse("take_out", args=[group.code]) in client.get(reverse("books", args=[group.code])).content.decode()
    assert client.post(reverse("take_out", args=[group.code])).status_code == 200
    for name in (
        "take_out_beancount",
        "take_out_hledger",
        "paper_minutes_book",
        "paper_passbooks",
        "paper_corrections",
    ):
        assert client.get(reverse(name, args=[group.code])).status_code == 200, name
    for name in CATALOGUE:
        for form in ("statement_xlsx", "statement_paper"):
            assert client.get(reverse(form, args=[group.code, name])).status_code == 200, (form, name)


@pytest.mark.tampers  # an entry of a step without its step
def test_what_does_not_fit_is_read_before_the_file_is_there(client):
    group = melati_group()
    post(group, MONEY["a loan written off"])
    client.force_login(coordinator(group.bkm))
    url = reverse("take_out", args=[group.code])
    words = client.get(url).content.decode()
    assert "Saldo tidak akan sama" in words
    assert "Catatan tanpa kolom" in words
    refused = client.post(url)
    assert (refused.status_code, "lalu centang" in refused.content.decode()) == (422, True)
    assert client.post(url, {"seen": "1"})["Content-Type"].startswith("application/vnd.openxml")


def test_the_page_costs_the_same_for_a_long_book(client, django_assert_num_queries):
    group = melati_group()
    client.force_login(treasurer(group))
    url = reverse("take_out", args=[group.code])
    with CaptureQueriesContext(
        connection,
    ) as first:
        client.get(url)
    for week in range(3):
        rows = tuple(Row(member_no=no, attendance="H", weekly=2000) for no in (1, 2, 3))
        meet(group, DAY3 + timedelta(weeks=week), rows)
    with django_assert_num_queries(len(first)):
        client.get(url)


def test_a_request_that_came_to_nothing_stays_behind_by_name_and_with_it_when_lending_is_judged():
    """Rule 4 is judged from the day a member first asked; taken back or not, no sheet of the workbook holds that."""
    group = GroupFactory(code="KSM-PINTA", members=3)
    rows = tuple(Row(no, "H", weekly=2_000) for no in (1, 2, 3))
    start = group.start_on
    meet(group, start, rows, count=CashCount(6_000))
    terms = Terms(50_000, 10, "week", Decimal(1), "month", "flat")
    darto = group.members.get(no=3)
    asked = request_loan(group=group, member=darto, amount=50_000, purpose="Bibit", terms=terms, on=start)
    withdraw_request(request=asked, on=start)
    export = export_book(fresh(group))
    assert export.money == []
    (left,) = [one for one in export.words if one.what == "Permohonan pinjaman"]
    assert (left.on, "Bibit" in left.says) == (start, True)
    day = start + timedelta(days=7)
    before = said(fresh(group), [day])[f"findings {day}"][1]
    with emptied(group):
        assert brought_in(export, group).errors == []
        after = said(fresh(Group.objects.get(code="KSM-PINTA")), [day])[f"findings {day}"][1]
    differ = [
        (now["rule"], old["assessed"], now["assessed"]) for old, now in zip(before, after, strict=True) if old != now
    ]
    assert differ == [("lending", True, False)]


@pytest.mark.parametrize(
    ("model", "column", "value", "told"),
    [
        (LoanStep, "forgiven", {"3": 250, "4": 250}, "Rp500"),
        (LoanStep, "waived", 1_250, "Rp1.250"),
        (LoanStep, "kind", "waiver", "jasa dibebaskan"),
        (LoanStep, "on", date(2026, 2, 4), "4 Februari 2026"),
        (LoanStep, "closes", True, "ya"),
        (LoanStep, "no", 3, "3"),
    ],
)
def test_what_is_left_out_is_told_as_people_write_it(model, column, value, told):
    assert written(model._meta.get_field(column), value) == told
