"""The sheets and their columns."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from groups.dates import DAYS
from meetings.workbook import cells
from meetings.xlsx import Cell

GROUP, MEMBERS, OPENING, LOANS = "Kelompok", "Anggota", "Saldo awal", "Pinjaman"
MEETINGS, ROWS, OTHER, HOLIDAYS = "Pertemuan", "Lembar", "Kas lain", "Libur"

# What people write, in small letters → what is kept.
OFFICES = {"ketua": "ketua", "sekretaris": "sekretaris", "bendahara": "bendahara", "anggota": "anggota"}
ORIGINS = {"baru": "baru", "reaktivasi": "reaktivasi"}
WEEKDAYS = {name.lower(): number for number, name in enumerate(DAYS["id"])}
ZONES = {"wib": "WIB", "wita": "WITA", "wit": "WIT"}
GENDERS = {"l": "L", "p": "P"}
YES_NO = {"ya": True, "tidak": False}
UNITS = {"pekan": "week", "bulan": "month"}
METHODS = {"flat": "flat", "menurun": "declining", "anuitas": "annuity"}
ATTENDANCE = {"h": "H", "i": "I", "s": "S", "a": "A"}


@dataclass(frozen=True, slots=True)
class Column:
    """A heading and how its cells are read.

    `needed`: the sheet is refused without this column. `filled`: a row is refused without this cell. `doubt`: a cell
    that is not understood is left out with a warning, because the books are right without it.
    """

    heading: str
    read: Callable[[Cell], Any]
    needed: bool = True
    filled: bool = False
    doubt: bool = False


FIELDS = (  # of the sheet Kelompok, one below the other
    Column("Kode", cells.code, filled=True),
    Column("Nama", cells.line(100), filled=True),
    Column("Wilayah", cells.region, needed=False, doubt=True),
    Column("Tanggal berdiri", cells.day, needed=False, doubt=True),
    Column("Asal", cells.choice(ORIGINS), needed=False, doubt=True),
    Column("Mulai dicatat", cells.day, filled=True),
    Column("Hari pertemuan", cells.choice(WEEKDAYS), needed=False, doubt=True),
    Column("Tempat", cells.line(100), needed=False),
    Column("Zona waktu", cells.choice(ZONES), needed=False, doubt=True),
    Column("Wajib per pekan", cells.rupiah, needed=False),
    Column("Simpanan pokok", cells.rupiah, needed=False),
)
LAYOUT: dict[str, tuple[Column, ...]] = {
    GROUP: (Column("Isian", cells.plain), Column("Nilai", cells.plain)),
    MEMBERS: (
        Column("No", cells.number, filled=True),
        Column("Nama", cells.line(100), filled=True),
        Column("L/P", cells.choice(GENDERS), needed=False, doubt=True),
        Column("NIK", cells.nik, needed=False, doubt=True),
        Column("Telepon", cells.line(20), needed=False),
        Column("Alamat", cells.line(200), needed=False),
        Column("Jabatan", cells.choice(OFFICES), needed=False, doubt=True),
        Column("Miskin", cells.choice(YES_NO), needed=False, doubt=True),
        Column("Masuk", cells.day, filled=True),
        Column("Keluar", cells.day),
    ),
    OPENING: (
        Column("Tanggal", cells.day, filled=True),
        Column("Akun", cells.account, filled=True),
        Column("Anggota", cells.number),
        Column("Pinjaman", cells.number),
        Column("Jumlah", cells.signed, filled=True),
    ),
    LOANS: (
        Column("No", cells.number, filled=True),
        Column("Anggota", cells.number, filled=True),
        Column("Diminta", cells.day, needed=False),
        Column("Cair", cells.day, filled=True),
        Column("Pokok", cells.rupiah, filled=True),
        Column("Jangka", cells.number, filled=True),
        Column("Satuan", cells.choice(UNITS), filled=True),
        Column("Jasa persen", cells.percent, filled=True),
        Column("Per", cells.choice(UNITS), filled=True),
        Column("Metode", cells.choice(METHODS), filled=True),
        Column("Bulatkan", cells.rupiah),
    ),
    MEETINGS: (
        Column("Tanggal", cells.day, filled=True),
        Column("Tempat", cells.line(100), needed=False),
        Column("Agenda", cells.lines, needed=False),
        Column("Keputusan", cells.lines, needed=False),
        Column("Kas dihitung", cells.rupiah),
        Column("Alasan selisih", cells.line(300), needed=False),
    ),
    ROWS: (
        Column("Tanggal", cells.day, filled=True),
        Column("Anggota", cells.number, filled=True),
        Column("Hadir", cells.choice(ATTENDANCE)),
        Column("Pokok", cells.rupiah),
        Column("Wajib", cells.rupiah),
        Column("Sukarela", cells.rupiah),
        Column("Tarik sukarela", cells.rupiah),
        Column("Angsuran", cells.rupiah),
        Column("Pinjaman", cells.number),
        Column("Denda", cells.rupiah),
        Column("Sosial", cells.rupiah),
    ),
    OTHER: (
        Column("Tanggal", cells.day, filled=True),
        Column("Akun", cells.account, filled=True),
        Column("Uraian", cells.line(200), needed=False),
        Column("Masuk", cells.rupiah),
        Column("Keluar", cells.rupiah),
    ),
    HOLIDAYS: (Column("Tanggal", cells.day, filled=True), Column("Alasan", cells.line(100), needed=False)),
}
NEEDED_SHEETS = (GROUP, MEMBERS)
