"""Any consistent book that a group might have kept comes in, is found in order, and says what plain arithmetic says."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from random import Random
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils import get_column_letter

from groups.models import Group
from ledger import verify
from loans.schedule import Terms, schedule
from meetings.importing import import_book
from reports.selectors import book_state
from tests.meetings.workbooks import MELATI, Sheets, packed, with_cells
from tests.properties import examples
from tests.reports.round_trip import judge_round_trip

pytestmark = pytest.mark.django_db
AT = datetime(2026, 8, 1, tzinfo=UTC)
OPENING = date(2026, 1, 7)
METHODS = {"flat": "flat", "menurun": "declining", "anuitas": "annuity"}
codes = (f"KSM-ACAK-{n}" for n in count(1))


@dataclass
class PaperLoan:
    """A loan card kept by hand: what each instalment still lacks."""

    no: int
    member: int
    rows: list[list[Any]]  # due date, jasa left, pokok left
    full: list[tuple[date, int]]  # due date, pokok + jasa
    open: bool = True

    @property
    def owed(self) -> int:
        return sum(row[2] for row in self.rows)

    @property
    def left(self) -> int:
        return sum(row[1] + row[2] for row in self.rows)

    def returned(self, amount: int) -> None:
        """Before the book: whole instalments with their jasa, then part of the next one's pokok."""
        for row in self.rows:
            part = min(amount, row[2])
            if part == row[2]:
                row[1] = 0
            row[2] -= part
            amount -= part
            if row[2]:
                break

    def pay(self, amount: int, on: date) -> int:
        """Strike the payment off, line by line; returns the jasa in it."""
        due = [row for row in self.rows if row[0] <= on]
        order = [(row, 1) for row in due] + [(row, 2) for row in due]
        order += [(row, column) for row in self.rows if row[0] > on for column in (1, 2)]
        charge = 0
        for row, column in order:
            part = min(amount, row[column])
            row[column] -= part
            amount -= part
            charge += part if column == 1 else 0
        assert amount == 0
        return charge

    def standing(self, on: date) -> dict[str, int]:
        paid = sum(total for _due, total in self.full) - self.left
        late = arrears = 0
        for due, total in self.full:
            lacking = total - min(total, paid)
            paid -= min(total, paid)
            if due <= on and lacking:
                late, arrears = late + 1, arrears + lacking
        charge_due = sum(row[1] for row in self.rows if row[0] <= on)
        return {
            "no": self.no,
            "outstanding": self.owed,
            "charge_due": charge_due,
            "arrears": arrears,
            "instalments_late": late,
        }


@dataclass
class Paper:
    """A whole book kept by hand, and the workbook made of it."""

    chance: Random
    sheets: Sheets = field(default_factory=lambda: {name: [list(rows[0])] for name, rows in MELATI.items()})
    accounts: dict[str, int] = field(default_factory=dict)
    savings: dict[tuple[str, int], int] = field(default_factory=dict)
    loans: list[PaperLoan] = field(default_factory=list)
    members: int = 0

    def add(self, code: str, amount: int, member: int = 0) -> None:
        self.accounts[code] = self.accounts.get(code, 0) + amount
        if member:
            self.savings[code, member] = self.savings.get((code, member), 0) + amount

    def lend(self, no: int, member: int, on: date) -> tuple[PaperLoan, list[Any]]:
        chance = self.chance
        method = chance.choice(list(METHODS))
        unit, per = chance.choice(["pekan", "bulan"]), chance.choice(["pekan", "bulan"])
        rate = Decimal(chance.choice(["0", "1", "1.5", "2.25"]))
        principal, periods = chance.randint(10, 200) * 500, chance.randint(1, 12)
        round_to = chance.choice([0, 0, 500, 1000])
        units = {"pekan": "week", "bulan": "month"}
        terms = Terms(principal, periods, units[unit], rate, units[per], METHODS[method], round_to)
        rows = schedule(terms, disbursed_on=on)
        loan = PaperLoan(
            no, member, [[row.due_on, row.charge, row.principal] for row in rows], [(r.due_on, r.total) for r in rows]
        )
        self.loans.append(loan)
        self.sheets["Pinjaman"].append(
            [no, member, on, on, principal, periods, unit, str(rate).replace(".", ","), per, method, round_to]
        )
        return loan, rows

    def begin(self, code: str) -> None:
        chance = self.chance
        self.members = chance.randint(2, 6)
        head = {"Kode": code, "Nama": "KSM Acak", "Mulai dicatat": OPENING, "Wajib per pekan": 1000}
        self.sheets["Kelompok"] += [[label, value] for label, value in head.items()]
        for no in range(1, self.members + 1):
            row = [no, f"Anggota {no}", "P", None, None, None, "anggota", None, date(2025, 1, 1), None]
            self.sheets["Anggota"].append(row)
        lines: list[list[Any]] = [["1110", None, None, chance.randint(0, 400) * 500]]
        self.add("1110", lines[0][3])
        for member in range(1, self.members + 1):
            for account in ("2110", "2120", "3110"):
                if amount := chance.choice([0, chance.randint(1, 50_000)]):
                    lines.append([account, member, None, amount])
                    self.add(account, amount, member)
        for no in range(1, chance.randint(1, 4)):
            member = chance.randint(1, self.members)
            loan, _rows = self.lend(no, member, OPENING - timedelta(days=chance.randint(1, 100)))
            returned = chance.choice([0, loan.owed, chance.randint(0, loan.owed)])
            loan.returned(returned)
            if loan.owed:
                lines.append(["1210", member, no, loan.owed])
                self.add("1210", loan.owed)
        assets = self.accounts["1110"] + self.accounts.get("1210", 0)
        rest = assets - sum(amount for code, amount in self.accounts.items() if code not in ("1110", "1210"))
        if rest:
            lines.append(["3210", None, None, rest])
            self.add("3210", rest)
        self.sheets["Saldo awal"] += [[OPENING, *line] for line in lines]

    def meet(self, on: date) -> None:
        chance = self.chance
        if chance.random() < 0.3:
            amount = chance.randint(1, 20) * 1000
            self.sheets["Kas lain"].append([on, 4190, "Masuk", amount, None])
            self.add("1110", amount)
            self.add("4190", amount)
        withdrawals = []
        for member in range(1, self.members + 1):
            if chance.random() < 0.2:
                continue  # no row at all
            amounts = [chance.choice([0, 0, chance.randint(1, 5000)]) for _column in range(5)]
            for code, amount in zip(("3110", "2110", "2120", "4120", "2310"), amounts, strict=True):
                self.add(code, amount, member if code in ("3110", "2110", "2120") else 0)
            principal, weekly, voluntary, fine, social = amounts
            mine = [loan for loan in self.loans if loan.member == member and loan.owed]
            paid, named = 0, None
            if mine and chance.random() < 0.7:
                loan = chance.choice(mine)
                named, paid = loan.no, chance.choice([loan.left, chance.randint(1, loan.left)])
                charge = loan.pay(paid, on)
                self.add("4110", charge)
                self.add("1210", charge - paid)
            taken = chance.choice([0, 0, chance.randint(0, self.savings.get(("2120", member), 0))])
            self.add("1110", sum(amounts) + paid)
            withdrawals.append((member, taken))
            row = [on, member, chance.choice("HISA"), principal, weekly, voluntary, None, paid, named, fine, social]
            self.sheets["Lembar"].append(row)
        for row, (member, taken) in zip(self.sheets["Lembar"][-len(withdrawals) :], withdrawals, strict=False):
            if 0 < taken <= self.accounts["1110"]:
                row[6] = taken
                self.add("1110", -taken)
                self.add("2120", -taken, member)
        if chance.random() < 0.3 and self.accounts["1110"] > 150_000:
            loan, _rows = self.lend(len(self.loans) + 1, chance.randint(1, self.members), on)
            self.add("1110", -loan.owed)
            self.add("1210", loan.owed)
        counted = None
        if chance.random() < 0.5:
            counted = max(0, self.accounts["1110"] + chance.choice([0, 0, -500, 700]))
            if difference := counted - self.accounts["1110"]:
                self.add("1110", difference)
                self.add("1290", -difference)
        self.sheets["Pertemuan"].append([on, "Balai", "Tabungan", "Lanjut", counted, chance.choice([None, "Lupa"])])

    def state(self, on: date) -> dict[str, Any]:
        return {
            "accounts": {code: amount for code, amount in sorted(self.accounts.items()) if amount},
            "members": [
                {
                    "no": no,
                    "name": f"Anggota {no}",
                    **{code: self.savings.get((code, no), 0) for code in ("2110", "2120", "3110")},
                    "loans": [loan.standing(on) for loan in self.loans if loan.member == no and loan.owed],
                }
                for no in range(1, self.members + 1)
            ],
        }


def any_book(chance: Random) -> tuple[str, bytes, list[tuple[date, dict[str, Any]]]]:
    """A group's code, its workbook, and what it must say on days of its life and long after."""
    code, sheets, days = any_paper(chance)
    return code, packed(sheets), days


def any_paper(chance: Random) -> tuple[str, Sheets, list[tuple[date, dict[str, Any]]]]:
    """The same, not yet packed."""
    paper = Paper(chance)
    paper.begin(code := next(codes))
    days: list[tuple[date, dict[str, Any]]] = []
    for week in range(chance.randint(0, 5)):
        paper.meet(on := OPENING + timedelta(weeks=week, days=chance.randint(0, 6)))
        days.append((on, paper.state(on)))
    later = OPENING + timedelta(days=chance.randint(60, 400))
    days.append((later, paper.state(later)))
    return code, paper.sheets, days


@settings(max_examples=examples(15))
@given(chance=st.randoms(use_true_random=False))
def test_any_book_comes_in_as_it_was_kept(chance):
    code, content, days = any_book(chance)
    with transaction.atomic():
        outcome = import_book(content=content, bkm_code="BKM-ACAK", by=None, at=AT, create_bkm=True)
        assert (outcome.status, outcome.errors) == ("imported", [])
        group = Group.objects.select_related("book").get(code=code)
        assert list(verify.problems([group.book_id])) == []
        for on, expected in days:
            told = book_state(group, on)
            assert {"accounts": told["accounts"], "members": told["members"]} == expected, on
        assert import_book(content=content, bkm_code="BKM-ACAK", by=None, at=AT).status == "unchanged"
        transaction.set_rollback(True)


@settings(max_examples=examples(12))
@given(chance=st.randoms(use_true_random=False))
def test_cells_that_cannot_be_read_are_told_and_nothing_that_follows_from_them(chance):
    """One to three cells hold a formula; every one is told, and no other."""
    _code, sheets, _days = any_paper(chance)
    cells = [
        f"{name}!{get_column_letter(column)}{number}"
        for name, rows in sheets.items()
        for number, row in enumerate(rows[1:], start=2)
        for column in range(1, len(row) + 1)
    ]
    spoilt = sorted(chance.sample(cells, chance.randint(1, 3)))
    content = packed(with_cells(dict.fromkeys(spoilt, "=1+1"), sheets))
    outcome = import_book(content=content, bkm_code="BKM-ACAK", by=None, at=AT, create_bkm=True)
    assert sorted(f"{one.sheet}!{one.cell}" for one in outcome.errors) == spoilt
    assert not Group.objects.exists()


@settings(max_examples=examples(4))
@given(chance=st.randoms(use_true_random=False))
def test_any_book_goes_out_and_comes_in_again(chance):
    """Every account on every day, the findings, the printed papers, and the second export's sheets, cell by cell."""
    code, content, days = any_book(chance)
    with transaction.atomic():
        import_book(content=content, bkm_code="BKM-ACAK", by=None, at=AT, create_bkm=True)
        group = Group.objects.get(code=code)
        assert judge_round_trip(group, [on for on, _state in days[-3:]], pages=True).left_out == ()
        transaction.set_rollback(True)
