"""The one chart of accounts, for group books and UPK books alike; codes and sides from `architecture.md`.

Amounts are stored debit positive. `per` says what an account is kept for: the whole book, one member, or one loan.
"""

from dataclasses import dataclass
from typing import Literal

Per = Literal["book", "member", "loan"]

CASH = "1110"
BANK = "1120"
MEMBER_LOANS = "1210"
GROUP_LOANS = "1220"
LOSS_ALLOWANCE = "1229"
CASH_DIFFERENCE = "1290"
WEEKLY_SAVINGS = "2110"
VOLUNTARY_SAVINGS = "2120"
BLOCKED_SAVINGS = "2130"
OWED_TO_UPK = "2210"
HELD_FOR_UPK = "2220"
SOCIAL_FUND = "2310"
OFFICERS_FUND = "2320"
EDUCATION_FUND = "2330"
BUILDING_FUND = "2340"
PRINCIPAL_SAVINGS = "3110"
CAPITAL = "3210"
RESERVE = "3310"
RETAINED_SURPLUS = "3910"
CHARGE_INCOME = "4110"
FINES = "4120"
OTHER_INCOME = "4190"
CHARGE_TO_UPK = "5110"
ADMINISTRATION = "5120"
MEETING_COST = "5130"
WRITE_OFF = "5140"
CASH_DIFFERENCE_COST = "5150"
ALLOWANCE_COST = "5160"
PROMPT_REWARD = "5170"
OTHER_COST = "5190"


@dataclass(frozen=True, slots=True)
class ChartLine:
    """One line of the chart. `sign` is +1 where a debit makes it grow, −1 where a credit does."""

    code: str
    name: str
    sign: Literal[1, -1]
    per: Per = "book"
    floored: bool = False  # its balance on the normal side never falls below 0


_LINES = (
    ChartLine(CASH, "Kas", 1, floored=True),
    ChartLine(BANK, "Bank", 1, floored=True),
    ChartLine(MEMBER_LOANS, "Piutang pinjaman anggota", 1, "loan", floored=True),
    ChartLine(GROUP_LOANS, "Piutang pinjaman KSM", 1, "loan", floored=True),
    # Contra to 1220 in a UPK's book: what of its loans is expected not to come back. Stands among assets, as a credit.
    ChartLine(LOSS_ALLOWANCE, "Cadangan kerugian pinjaman", -1, floored=True),
    ChartLine(CASH_DIFFERENCE, "Selisih kas", 1),
    ChartLine(WEEKLY_SAVINGS, "Simpanan wajib", -1, "member", floored=True),
    ChartLine(VOLUNTARY_SAVINGS, "Simpanan sukarela", -1, "member", floored=True),
    ChartLine(BLOCKED_SAVINGS, "Tabungan tanggung renteng", -1, floored=True),
    ChartLine(OWED_TO_UPK, "Utang ke UPK", -1, "loan", floored=True),
    ChartLine(HELD_FOR_UPK, "Titipan angsuran UPK", -1, floored=True),
    ChartLine(SOCIAL_FUND, "Dana sosial", -1, floored=True),
    ChartLine(OFFICERS_FUND, "Dana pengurus", -1, floored=True),
    ChartLine(EDUCATION_FUND, "Dana pendidikan", -1, floored=True),
    ChartLine(BUILDING_FUND, "Dana pembangunan", -1, floored=True),
    ChartLine(PRINCIPAL_SAVINGS, "Simpanan pokok", -1, "member", floored=True),
    ChartLine(CAPITAL, "Modal/hibah", -1),
    ChartLine(RESERVE, "Cadangan", -1),
    ChartLine(RETAINED_SURPLUS, "SHU ditahan", -1),
    ChartLine(CHARGE_INCOME, "Pendapatan jasa", -1),
    ChartLine(FINES, "Denda", -1),
    ChartLine(OTHER_INCOME, "Pendapatan lain", -1),
    ChartLine(CHARGE_TO_UPK, "Jasa ke UPK", 1),
    ChartLine(ADMINISTRATION, "Administrasi", 1),
    ChartLine(MEETING_COST, "Rapat", 1),
    ChartLine(WRITE_OFF, "Penghapusan pinjaman", 1),
    ChartLine(CASH_DIFFERENCE_COST, "Selisih kas", 1),
    ChartLine(ALLOWANCE_COST, "Beban cadangan kerugian pinjaman", 1),
    ChartLine(PROMPT_REWARD, "Insentif pembayaran tepat waktu (IPTW)", 1),
    ChartLine(OTHER_COST, "Beban lain", 1),
)
CHART = {line.code: line for line in _LINES}

UPK_ONLY = (LOSS_ALLOWANCE, ALLOWANCE_COST, PROMPT_REWARD)
"""What only a UPK's book holds, and only by services of their own."""

# Set aside for a purpose; paid out of, never below 0.
FUNDS = (SOCIAL_FUND, OFFICERS_FUND, EDUCATION_FUND, BUILDING_FUND)

# What a treasurer may name for money that is no member's hand-over: everything not kept per member or loan, but cash.
FREE_CODES = tuple(line.code for line in _LINES if line.per == "book" and line.code not in (CASH, *UPK_ONLY))


def on_normal_side(code: str, balance: int) -> int:
    """Turn a stored balance (debit positive, rupiah) into the amount people read."""
    return CHART[code].sign * balance


def rupiah(amount: int) -> str:
    """Write whole rupiah as people read them: `Rp1.234.567`, `-Rp500`."""
    return f"{'-' if amount < 0 else ''}Rp{abs(amount):,}".replace(",", ".")
