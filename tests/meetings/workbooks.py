"""A small village book as a workbook, to be spoilt cell by cell: KSM Melati, three members, one loan older than it."""

import zipfile
from collections.abc import Callable
from copy import deepcopy
from datetime import date
from io import BytesIO
from typing import Any

import openpyxl
from django.apps import apps
from django.db import connection

Sheets = dict[str, list[list[Any]]]

MELATI: Sheets = {
    "Kelompok": [
        ["Isian", "Nilai"],
        ["Kode", "KSM-MELATI"],
        ["Nama", "KSM Melati"],
        ["Wilayah", "33.25.01.2001"],
        ["Tanggal berdiri", date(2024, 5, 1)],
        ["Asal", "reaktivasi"],
        ["Mulai dicatat", date(2026, 1, 5)],
        ["Hari pertemuan", "Rabu"],
        ["Tempat", "Rumah Bu Tini"],
        ["Zona waktu", "WIB"],
        ["Wajib per pekan", 2000],
        ["Simpanan pokok", 10_000],
    ],
    "Anggota": [
        ["No", "Nama", "L/P", "NIK", "Telepon", "Alamat", "Jabatan", "Miskin", "Masuk", "Keluar"],
        [1, "Tini", "P", None, "081234567890", "RT 02", "ketua", "ya", date(2024, 5, 1), None],
        [2, "Rukmini", "P", None, None, None, "sekretaris", "tidak", date(2024, 5, 1), None],
        [3, "Darto", "L", None, None, None, "bendahara", None, date(2024, 5, 1), None],
        [4, "Yem", "P", None, None, None, "anggota", "ya", date(2026, 1, 14), date(2026, 1, 20)],
    ],
    "Saldo awal": [
        ["Tanggal", "Akun", "Anggota", "Pinjaman", "Jumlah"],
        [date(2026, 1, 7), 1110, None, None, 200_000],
        [date(2026, 1, 7), 1210, 2, 1, 65_000],
        [date(2026, 1, 7), 2110, 1, None, 100_000],
        [date(2026, 1, 7), 2120, 1, None, "30.000"],
        [date(2026, 1, 7), 3110, 2, None, 10_000],
        [date(2026, 1, 7), 3210, None, None, 125_000],
    ],
    "Pinjaman": [
        ["No", "Anggota", "Diminta", "Cair", "Pokok", "Jangka", "Satuan", "Jasa persen", "Per", "Metode", "Bulatkan"],
        [1, 2, date(2025, 12, 24), date(2025, 12, 24), 100_000, 10, "pekan", 1, "bulan", "flat", 0],
        [2, 1, date(2026, 1, 7), date(2026, 1, 14), 50_000, 5, "pekan", "1,5", "bulan", "menurun", 1000],
    ],
    "Pertemuan": [
        ["Tanggal", "Tempat", "Agenda", "Keputusan", "Kas dihitung", "Alasan selisih"],
        [date(2026, 1, 7), "Rumah Bu Tini", "Pembukaan", "Lanjut", None, None],
        [date(2026, 1, 14), "Rumah Bu Tini", "Tabungan", "Tini meminjam", 158_250, None],
    ],
    "Lembar": [
        [
            *("Tanggal", "Anggota", "Hadir", "Pokok", "Wajib", "Sukarela", "Tarik sukarela"),
            *("Angsuran", "Pinjaman", "Denda", "Sosial"),
        ],
        [date(2026, 1, 7), 1, "H", None, 2000, None, None, None, None, None, None],
        [date(2026, 1, 7), 2, "I", None, 2000, None, None, None, None, None, None],
        [date(2026, 1, 14), 1, "H", None, 2000, None, 20_000, None, None, None, None],
        [date(2026, 1, 14), 2, "H", None, 2000, None, None, 10_250, None, None, None],
        [date(2026, 1, 14), 4, "H", 10_000, 2000, None, None, None, None, None, 1000],
    ],
    "Kas lain": [
        ["Tanggal", "Akun", "Uraian", "Masuk", "Keluar"],
        [date(2026, 1, 14), 4190, "Hibah kelurahan", 15_000, None],
        [date(2026, 1, 14), 5130, "Kopi", None, 18_000],
    ],
    "Libur": [["Tanggal", "Alasan"], [date(2026, 3, 20), "Lebaran"]],
}


def melati() -> Sheets:
    return deepcopy(MELATI)


def with_cells(cells: dict[str, Any], sheets: Sheets | None = None) -> Sheets:
    """Return the book with cells changed: {"Lembar!E5": 4000}; rows are added as needed."""
    sheets = melati() if sheets is None else sheets
    for place, value in cells.items():
        name, cell = place.split("!")
        row, column = openpyxl.utils.cell.coordinate_to_tuple(cell)
        rows = sheets[name]
        while len(rows) < row:
            rows.append([])
        rows[row - 1] += [None] * (column - len(rows[row - 1]))
        rows[row - 1][column - 1] = value
    return sheets


def packed(sheets: Sheets) -> bytes:
    """Write the sheets as a person's program does."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for number, row in enumerate(rows, start=1):
            for column, value in enumerate(row, start=1):
                if value is not None:
                    sheet.cell(number, column, value)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def rewritten(
    content: bytes, change: Callable[[str, bytes], bytes | None], extra: dict[str, bytes] | None = None
) -> bytes:
    """Return an archive with every part passed through `change` (None: left out) and parts added."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            if (data := change(part.filename, old.read(part))) is not None:
                new.writestr(part.filename, data)
        for name, data in (extra or {}).items():
            new.writestr(name, data)
    return out.getvalue()


def row_counts() -> dict[str, int]:
    """How many rows every table holds. One query."""
    tables = sorted({model._meta.db_table for model in apps.get_models()})
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT '{table}', count(*) FROM \"{table}\"" for table in tables))
        return dict(cursor.fetchall())
