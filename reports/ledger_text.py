"""Writes a book as plain-text accounting, for beancount and for hledger, so that others can judge it without us.

Each entry is a transaction with its number and seal; at the end every account's balance stands as an assertion, taken
from what the database keeps and not from the entries above it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from ledger.chart import CHART
from ledger.models import Account, Book, Entry
from ledger.services import AccountKey
from reports.exporting.gathering import Posted, read_entries

Format = Literal["beancount", "hledger"]
FORMATS: tuple[Format, ...] = ("beancount", "hledger")
SUFFIX: dict[Format, str] = {"beancount": "beancount", "hledger": "journal"}

_ROOTS = {"1": "Assets", "2": "Liabilities", "3": "Equity", "4": "Income", "5": "Expenses"}
_CURRENCY = "IDR"


@dataclass(frozen=True, slots=True)
class Books:
    """What a text says of one book: entries in the order of their days, seals by number, balances debit positive."""

    name: str
    entries: list[Posted]
    seals: dict[int, str]
    balances: dict[AccountKey, int]

    @property
    def first_on(self) -> dict[AccountKey, date]:
        """The day each account first moves."""
        found: dict[AccountKey, date] = {}
        for entry in self.entries:
            for leg in entry.legs:
                found.setdefault(leg.key, entry.on)
        return dict(sorted(found.items()))

    @property
    def day_after(self) -> date:
        """The day on which the balances are asserted."""
        return self.entries[-1].on + timedelta(days=1)


def read_books(book: Book) -> Books:
    """Read a book of a KSM or a UPK. Three queries."""
    accounts = Account.objects.filter(book=book).values_list("code", "member_no", "loan_no", "balance")
    return Books(
        name=book.name,
        entries=sorted(read_entries(book.pk), key=lambda one: (one.on, one.number)),
        seals=dict(Entry.objects.filter(book=book).values_list("number", "digest")),
        balances={(code, member, loan): balance for code, member, loan, balance in accounts},
    )


def account_name(key: AccountKey) -> str:
    """Name an account as both programs take it: `Liabilities:2110-Simpanan-wajib:Anggota-3`."""
    code, member_no, loan_no = key
    words = re.sub(r"[^A-Za-z0-9]+", "-", CHART[code].name).strip("-")
    parts = [_ROOTS[code[0]], f"{code}-{words}"]
    parts += [f"Anggota-{member_no}"] if member_no else []
    parts += [f"Pinjaman-{loan_no}"] if loan_no else []
    return ":".join(parts)


def ledger_text(book: Book, form: Format) -> str:
    """Return a book as a text in one of `FORMATS`. Amounts are whole rupiah, debit positive."""
    books = read_books(book)
    lines = _beancount(books) if form == "beancount" else _hledger(books)
    return "\n".join(lines) + "\n"


def _beancount(books: Books) -> Iterator[str]:
    yield f'option "title" {_quoted(books.name)}'
    yield f'option "operating_currency" "{_CURRENCY}"'
    yield ""
    for key, on in books.first_on.items():
        yield f"{on} open {account_name(key)} {_CURRENCY}"
    for entry in books.entries:
        yield ""
        yield f"{entry.on} * {_quoted(_kind(entry))} {_quoted(entry.memo)}"
        yield f"  nomor: {entry.number}"
        yield f'  sidik: "{books.seals[entry.number]}"'
        if entry.reverses:
            yield f"  membalik: {entry.reverses}"
        for name, amount in _postings(entry):
            yield f"  {name}  {amount} {_CURRENCY}"
    if books.entries:
        yield ""
        for key in books.first_on:
            yield f"{books.day_after} balance {account_name(key)} {books.balances[key]} {_CURRENCY}"


def _hledger(books: Books) -> Iterator[str]:
    yield f"; {_line(books.name)}"
    yield f"commodity 1000. {_CURRENCY}"
    yield ""
    for key in books.first_on:
        yield f"account {account_name(key)}"
    for entry in books.entries:
        yield ""
        yield f"{entry.on} * ({entry.number}) {_line(': '.join(filter(None, [_kind(entry), entry.memo])))}"
        yield f"    ; sidik:{books.seals[entry.number]}"
        if entry.reverses:
            yield f"    ; membalik:{entry.reverses}"
        for name, amount in _postings(entry):
            yield f"    {name}  {amount} {_CURRENCY}"
    if books.entries:
        yield ""
        yield f"{books.day_after} * saldo"
        for key in books.first_on:
            yield f"    {account_name(key)}  0 {_CURRENCY} = {books.balances[key]} {_CURRENCY}"


def _postings(entry: Posted) -> Iterable[tuple[str, int]]:
    return ((account_name(leg.key), leg.amount) for leg in entry.legs)


def _kind(entry: Posted) -> str:
    return f"koreksi {entry.kind}" if entry.reverses else entry.kind


def _quoted(text: str) -> str:
    """Write words as a beancount string, which may hold anything but an end."""
    return '"' + _line(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _line(text: str) -> str:
    """Write words on one line, without the signs that begin a comment or a payee."""
    plain = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(plain.replace(";", ",").replace("|", "/").split())
