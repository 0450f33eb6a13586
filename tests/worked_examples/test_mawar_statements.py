"""The books of KSM Mawar as they stand on paper, to the rupiah: six weeks of the worked group."""

from copy import deepcopy
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from groups.models import Group
from groups.money import format_amount
from reports.statements.shape import Column, Statement, Value
from tests.reports.footing import foots_throughout, keeper_of, read

HERE = Path(__file__).parent
START, END = date(2026, 1, 1), date(2026, 2, 2)
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def mawar_of_the_file(whole_file):
    file = str(HERE / "ksm_mawar.xlsx")
    call_command("import_book", file, "--bkm", "BKM-CONTOH", "--create-bkm", "--json", stdout=StringIO())
    return keeper_of(Group.objects.select_related("book", "bkm").get(code="KSM-MAWAR"))


@pytest.fixture
def mawar(mawar_of_the_file):
    return deepcopy(mawar_of_the_file)


def cell(column: Column, value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return f"{value:%d-%m}"
    return format_amount(value) if column.kind == "amount" else str(value)


def paper(statement: Statement) -> str:
    """The statement in plain letters: a line above a sum, a double one below what closes."""
    lines = []
    for table in statement.tables:
        lines += [table.title] if table.title else []
        for row, cells in table.lines:
            lines += ["-"] if row.role in ("sum", "final") else []
            lines.append(" | ".join(cell(column, value) for column, value in cells).strip(" |"))
            lines += ["="] if row.role == "final" else []
    return "\n".join(lines)


def says(keeper, name: str, text: str, account: str = "", start: date = START) -> None:
    expected = "\n".join(line.strip() for line in text.strip().splitlines())
    assert paper(read(keeper, name, start, END, account)) == expected


def test_the_cash_book(mawar):
    says(
        mawar,
        "cash",
        """
        01-01 | Saldo awal |  |  | 0
        1 | 05-01 | Saldo awal | 150.000 |  | 150.000
        2 | 08-01 | Setoran Sari | 2.000 |  | 152.000
        3 | 08-01 | Setoran Wati | 2.000 |  | 154.000
        4 | 08-01 | Setoran Budi | 2.000 |  | 156.000
        5 | 08-01 | Setoran Julaika | 2.000 |  | 158.000
        6 | 08-01 | Pencairan pinjaman Julaika |  | 100.000 | 58.000
        7 | 08-01 | Uang keluar: Snack rapat |  | 5.000 | 53.000
        8 | 15-01 | Setoran Sari | 2.000 |  | 55.000
        9 | 15-01 | Setoran Wati | 2.000 |  | 57.000
        10 | 15-01 | Setoran Budi | 2.000 |  | 59.000
        11 | 15-01 | Setoran Julaika | 12.250 |  | 71.250
        12 | 15-01 | Setoran Syawiyah | 4.000 |  | 75.250
        13 | 29-01 | Setoran Sari | 4.000 |  | 79.250
        14 | 29-01 | Setoran Wati | 4.000 |  | 83.250
        15 | 29-01 | Setoran Budi | 4.000 |  | 87.250
        16 | 29-01 | Setoran Julaika | 24.500 |  | 111.750
        17 | 29-01 | Setoran Syawiyah | 4.000 |  | 115.750
        -
        Jumlah | 220.750 | 105.000 | 115.750
        =
        """,
    )


def test_the_cash_book_of_the_last_week_begins_with_what_was_there(mawar):
    says(
        mawar,
        "cash",
        """
        26-01 | Saldo awal |  |  | 75.250
        13 | 29-01 | Setoran Sari | 4.000 |  | 79.250
        14 | 29-01 | Setoran Wati | 4.000 |  | 83.250
        15 | 29-01 | Setoran Budi | 4.000 |  | 87.250
        16 | 29-01 | Setoran Julaika | 24.500 |  | 111.750
        17 | 29-01 | Setoran Syawiyah | 4.000 |  | 115.750
        -
        Jumlah | 40.500 | 0 | 115.750
        =
        """,
        start=date(2026, 1, 26),
    )


def test_the_ledger_of_one_loan_and_of_one_members_savings(mawar):
    says(
        mawar,
        "ledger",
        """
        01-01 | Saldo awal |  |  | 0
        6 | 08-01 | Pencairan pinjaman Julaika | 100.000 |  | 100.000
        11 | 15-01 | Setoran Julaika |  | 10.000 | 90.000
        16 | 29-01 | Setoran Julaika |  | 20.000 | 70.000
        -
        Jumlah | 100.000 | 30.000 | 70.000
        =
        """,
        account="1210.4.1",
    )
    says(
        mawar,
        "ledger",
        """
        01-01 | Saldo awal |  |  | 0
        12 | 15-01 | Setoran Syawiyah |  | 4.000 | 4.000
        17 | 29-01 | Setoran Syawiyah |  | 4.000 | 8.000
        -
        Jumlah | 0 | 8.000 | 8.000
        =
        """,
        account="2110.5",
    )


def test_the_trial_balance(mawar):
    says(
        mawar,
        "trial",
        """
        1110 | Kas |  |  | 220.750 | 105.000 | 115.750
        1210 | Piutang pinjaman anggota |  |  | 100.000 | 30.000 | 70.000
        2110 | Simpanan wajib |  |  |  | 40.000 |  | 40.000
        3210 | Modal/hibah |  |  |  | 150.000 |  | 150.000
        4110 | Pendapatan jasa |  |  |  | 750 |  | 750
        5130 | Rapat |  |  | 5.000 |  | 5.000
        -
        Jumlah | 0 | 0 | 325.750 | 325.750 | 190.750 | 190.750
        =
        """,
    )


def test_the_balance_sheet(mawar):
    says(
        mawar,
        "balance",
        """
        Aset
        1110 | Kas | 0 | 115.750
        1210 | Piutang pinjaman anggota | 0 | 70.000
        -
        Jumlah aset | 0 | 185.750
        =
        Kewajiban dan modal
        Kewajiban
        2110 | Simpanan wajib | 0 | 40.000
        -
        Jumlah kewajiban | 0 | 40.000
        Modal
        3210 | Modal/hibah | 0 | 150.000
        SHU tahun berjalan | 0 | −4.250
        -
        Jumlah modal | 0 | 145.750
        -
        Kewajiban dan modal | 0 | 185.750
        =
        """,
    )


def test_the_surplus(mawar):
    says(
        mawar,
        "surplus",
        """
        Pendapatan
        4110 | Pendapatan jasa | 750
        -
        Jumlah pendapatan | 750
        Biaya
        5130 | Rapat | 5.000
        -
        Jumlah biaya | 5.000
        -
        Rugi | −4.250
        =
        """,
    )


def test_the_cash_flow(mawar):
    says(
        mawar,
        "flow",
        """
        Kas dan bank awal |  |  | 0
        Pembukaan buku
        Kas saat buku dibuka | 150.000
        -
        Jumlah | 150.000 | 0 | 150.000
        Simpanan anggota
        2110 | Simpanan wajib | 40.000
        -
        Jumlah | 40.000 | 0 | 40.000
        Pinjaman
        1210 | Piutang pinjaman anggota | 30.000 | 100.000
        -
        Jumlah | 30.000 | 100.000 | −70.000
        Pendapatan dan biaya
        4110 | Pendapatan jasa | 750
        5130 | Rapat |  | 5.000
        -
        Jumlah | 750 | 5.000 | −4.250
        -
        Perubahan dalam periode | 220.750 | 105.000 | 115.750
        -
        Kas dan bank akhir |  |  | 115.750
        =
        1110 | di antaranya Kas |  |  | 115.750
        """,
    )


def test_savings_loans_and_members(mawar):
    says(
        mawar,
        "savings",
        """
        Simpanan wajib
        1 | Sari | 4.000 | 4.000 | 0 | 8.000
        2 | Wati | 4.000 | 4.000 | 0 | 8.000
        3 | Budi | 4.000 | 4.000 | 0 | 8.000
        4 | Julaika | 4.000 | 4.000 | 0 | 8.000
        5 | Syawiyah | 4.000 | 4.000 | 0 | 8.000
        -
        Jumlah | 20.000 | 20.000 | 0 | 40.000
        =
        """,
        start=date(2026, 1, 16),
    )
    says(
        mawar,
        "loans",
        """
        1 | Julaika | 08-01 | 100.000 | 30.000 |  | 70.000 | 750
        -
        Jumlah |  | 100.000 | 30.000 | 0 | 70.000 | 750 | 0
        =
        """,
    )
    says(
        mawar,
        "members",
        """
        1 | Sari | P | ketua | 05-01 |  | 8.000 | 0
        2 | Wati | P | sekretaris | 05-01 |  | 8.000 | 0
        3 | Budi | L | bendahara | 05-01 |  | 8.000 | 0
        4 | Julaika | P | anggota | 05-01 |  | 8.000 | 70.000
        5 | Syawiyah | P | anggota | 05-01 |  | 8.000 | 0
        -
        5 anggota aktif dari 5 yang pernah tercatat |  |  |  |  | 40.000 | 70.000
        =
        """,
    )


def test_every_statement_foots_with_the_ledger_and_the_others(mawar):
    foots_throughout(mawar, [START, date(2026, 1, 8), date(2026, 1, 15), date(2026, 1, 16), END])
