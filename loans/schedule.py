"""When a loan falls due and how much: flat, declining and annuity schedules, exact to the rupiah.

Everything is computed in fractions and rounded half up where the rules of the field say so; no float comes near it.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Literal, NamedTuple

Unit = Literal["week", "month"]
Method = Literal["flat", "declining", "annuity"]

UNITS = ("week", "month")
METHODS = ("flat", "declining", "annuity")
WEEKS_PER_MONTH = 4
MAX_PERIODS = 520
MAX_RATE = 100
MAX_RATE_DENOMINATOR = 10**8


class InvalidTerms(ValueError):
    """Terms nobody can lend on: `field` is the one at fault, `code` says why."""

    def __init__(self, field: str, code: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.code = code


@dataclass(frozen=True, slots=True)
class Terms:
    """What a loan is lent on.

    `principal` and `round_to` are whole rupiah (`round_to` 0 = no rounding), `periods` counts instalments, one per
    `unit`; `rate` is in per cent per `rate_per`, exact. Refuses, with `InvalidTerms`, a principal below 1 or below a
    rupiah per instalment, periods outside 1–520, a rate outside 0–100 or with more than 8 decimals,
    and a negative rounding.
    """

    principal: int
    periods: int
    unit: Unit
    rate: Decimal | Fraction
    rate_per: Unit
    method: Method
    round_to: int = 0

    def content(self) -> dict[str, int | str]:
        """Return the terms as the books seal them: a rate is the same text however it was read."""
        rate = format(self.rate.normalize(), "f") if isinstance(self.rate, Decimal) else str(self.rate)
        return asdict(self) | {"rate": rate}

    def __post_init__(self) -> None:
        if self.principal < 1:
            raise InvalidTerms("principal", "principal_too_small", "Pokok pinjaman paling sedikit Rp1.")
        if not 1 <= self.periods <= MAX_PERIODS:
            raise InvalidTerms("periods", "periods_out_of_range", f"Jangka antara 1 dan {MAX_PERIODS} angsuran.")
        if self.principal < self.periods:
            raise InvalidTerms(
                "principal", "principal_below_periods", "Pokok pinjaman kurang dari Rp1 untuk setiap angsuran."
            )
        if isinstance(self.rate, float):
            raise InvalidTerms("rate", "rate_not_exact", "Jasa harus angka pasti, bukan pecahan biner.")
        if (isinstance(self.rate, Decimal) and not self.rate.is_finite()) or not 0 <= self.rate <= MAX_RATE:
            raise InvalidTerms("rate", "rate_out_of_range", f"Jasa antara 0 dan {MAX_RATE} persen.")
        if Fraction(self.rate).denominator > MAX_RATE_DENOMINATOR:  # an annuity's powers of it would take hours
            raise InvalidTerms("rate", "rate_too_fine", "Jasa ditulis dengan paling banyak 8 angka di belakang koma.")
        if self.round_to < 0:
            raise InvalidTerms("round_to", "round_to_negative", "Pembulatan 0 rupiah atau lebih.")
        for field, value, known in (
            ("unit", self.unit, UNITS),
            ("rate_per", self.rate_per, UNITS),
            ("method", self.method, METHODS),
        ):
            if value not in known:
                raise InvalidTerms(field, f"unknown_{field}", f"“{value}” tidak dikenal: {', '.join(known)}.")

    @property
    def rate_per_period(self) -> Fraction:
        """The rate as a fraction of 1 per instalment period, 4 weeks to the month both ways."""
        rate = Fraction(self.rate) / 100
        if self.unit == self.rate_per:
            return rate
        return rate / WEEKS_PER_MONTH if self.unit == "week" else rate * WEEKS_PER_MONTH


def terms_for_share(terms: Terms, principal: int) -> Terms:
    """Return what a member pays her share of a monthly loan on: weekly, 4 weeks to the month, the rest as it is."""
    return replace(terms, principal=principal, periods=terms.periods * WEEKS_PER_MONTH, unit="week")


class Row(NamedTuple):
    """One instalment in whole rupiah; `balance` is the principal still owed once it is paid."""

    no: int
    due_on: date
    principal: int
    charge: int
    balance: int

    @property
    def total(self) -> int:
        """Principal and charge together."""
        return self.principal + self.charge


def half_up(amount: Fraction) -> int:
    """Return the nearest whole rupiah, a half going up."""
    return floor(amount + Fraction(1, 2))


def _round_up(amount: Fraction, step: int) -> int:
    """Return the smallest multiple of `step` not below `amount`: an exact multiple stays."""
    return ceil(amount / step) * step


def schedule(terms: Terms, *, disbursed_on: date | None = None, first_due: date | None = None) -> list[Row]:
    """Return the instalments of a loan (at most `terms.periods`; fewer when rounding uses the principal up early).

    The first is due one period after `disbursed_on`, or on `first_due` when given; monthly dates keep that day of
    the month, clamped to the month's end without drifting. Refuses a `first_due` before `disbursed_on` and dates
    beyond the calendar (`InvalidTerms`).
    """
    try:
        due = list(due_dates(terms, disbursed_on=disbursed_on, first_due=first_due))
    except (OverflowError, ValueError) as beyond:
        if isinstance(beyond, InvalidTerms):
            raise
        raise InvalidTerms("first_due", "beyond_calendar", "Angsuran terakhir jatuh di luar kalender.") from None
    rows: list[Row] = []
    balance = terms.principal
    for no, (principal, charge) in enumerate(_amounts(terms), start=1):
        balance -= principal
        rows.append(Row(no, due[no - 1], principal, charge, balance))
    return rows


def due_dates(terms: Terms, *, disbursed_on: date | None = None, first_due: date | None = None) -> Iterator[date]:
    """Yield the due date of every period, first to last."""
    anchor = first_due or disbursed_on
    if anchor is None:
        raise TypeError("a schedule starts from disbursed_on or from first_due")
    if first_due and disbursed_on and first_due < disbursed_on:
        raise InvalidTerms("first_due", "due_before_disbursed", "Angsuran pertama jatuh sebelum pinjaman cair.")
    offset = 0 if first_due else 1
    for period in range(offset, terms.periods + offset):
        yield anchor + timedelta(weeks=period) if terms.unit == "week" else _months_later(anchor, period)


def _months_later(anchor: date, months: int) -> date:
    """Return the same day of the month `months` later, or that month's last day if it is shorter."""
    years, month = divmod(anchor.month - 1 + months, 12)
    first = date(anchor.year + years, month + 1, 1)
    next_month = (first + timedelta(days=31)).replace(day=1)
    return first.replace(day=min(anchor.day, (next_month - timedelta(days=1)).day))


def _amounts(terms: Terms) -> Iterator[tuple[int, int]]:
    """Yield (principal, charge) of every instalment until the principal is used up.

    flat: C = half_up(P × r × n), the charge of instalment k is half_up(C·k/n) − half_up(C·(k−1)/n), the principal
    likewise from P. declining: principal as above, charge = half_up(balance × r). annuity: the instalment is
    half_up(P·r / (1 − (1+r)^−n)), the charge half_up(balance × r), the principal the rest; at rate 0 equal principal.
    With rounding, the exact instalment is rounded up instead, and the principal is what the charge leaves of it.
    """
    loan, periods, rate = terms.principal, terms.periods, terms.rate_per_period
    flat_charge = half_up(loan * rate * periods)
    annuity = loan * rate / (1 - 1 / (1 + rate) ** periods) if rate else Fraction(loan, periods)
    balance, charged, no = loan, 0, 0
    while balance:
        no += 1
        if terms.method == "flat":
            charge = _part(flat_charge, no, periods)
            exact = Fraction(loan + flat_charge, periods)
        else:
            charge = half_up(balance * rate)
            exact = Fraction(loan, periods) + balance * rate if terms.method == "declining" else annuity
        if terms.round_to:
            principal = _round_up(exact, terms.round_to) - charge
        elif terms.method == "annuity" and rate:
            principal = half_up(annuity) - charge
        else:
            principal = _part(loan, no, periods)
        if principal >= balance or no == periods:
            # The last instalment takes what is left; in a flat loan the agreed charge too, however early it comes.
            principal = balance
            if terms.method == "flat":
                charge = flat_charge - charged
        yield principal, charge
        balance -= principal
        charged += charge


def _part(whole: int, no: int, parts: int) -> int:
    """Return the share of part `no` of `parts` near-equal ones that sum to `whole` exactly."""
    return half_up(Fraction(whole * no, parts)) - half_up(Fraction(whole * (no - 1), parts))
