"""A village book in few words, and a pen that writes past the services, for tests that attack the books."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from ledger import chart, digest, verify
from ledger.models import Account, Book, Entry
from ledger.services import Draft, Leg, Receipt, open_book, post

MEETING = date(2026, 1, 7)
NEXT_MEETING = date(2026, 1, 14)
AT = datetime(2026, 1, 7, 9, 30, 0, 123456, tzinfo=UTC)


def opening(amount: int, on: date = MEETING) -> Draft:
    return Draft(on, "opening", (Leg(chart.CASH, amount), Leg(chart.CAPITAL, -amount)), "Saldo awal")


def deposit(member: int, amount: int, on: date = MEETING) -> Draft:
    return Draft(on, "hand_over", (Leg(chart.CASH, amount), Leg(chart.WEEKLY_SAVINGS, -amount, member)))


def withdraw(member: int, amount: int, on: date = MEETING) -> Draft:
    return Draft(on, "withdrawal", (Leg(chart.CASH, -amount), Leg(chart.WEEKLY_SAVINGS, amount, member)))


def lend(member: int, loan: int, amount: int, on: date = MEETING) -> Draft:
    return Draft(on, "disbursement", (Leg(chart.MEMBER_LOANS, amount, member, loan), Leg(chart.CASH, -amount)))


def repay(member: int, loan: int, principal: int, charge: int = 0, on: date = MEETING) -> Draft:
    legs = (
        Leg(chart.CASH, principal + charge),
        Leg(chart.MEMBER_LOANS, -principal, member, loan),
        Leg(chart.CHARGE_INCOME, -charge, member, loan),
    )
    return Draft(on, "hand_over", legs)


def spend(amount: int, on: date = MEETING) -> Draft:
    return Draft(on, "expense", (Leg(chart.MEETING_COST, amount), Leg(chart.CASH, -amount)), "Konsumsi")


def send(book: Book, *drafts: Draft, key: UUID | None = None, content: Mapping[str, Any] | None = None) -> Receipt:
    return post(book=book, key=key or uuid4(), content=content or {}, drafts=drafts, by=None, at=AT)


def mawar() -> Book:
    """A KSM after its first meeting: entries 1 to 4, cash 156.000, of which 3.000 and 5.000 saved."""
    book = open_book(name="KSM Mawar", kind="ksm")
    send(book, opening(150_000), deposit(1, 3_000), deposit(2, 5_000), spend(2_000), content={"hadir": [1, 2]})
    settle()
    return now(book)


def now(book: Book) -> Book:
    """The book as the database has it."""
    return Book.objects.get(pk=book.pk)


def balance(book: Book, code: str, member: int = 0, loan: int = 0) -> int:
    return Account.objects.get(book=book, code=code, member_no=member, loan_no=loan).balance


def entry(book: Book, number: int) -> Entry:
    return Entry.objects.get(book=book, number=number)


def sql(statement: str, *params: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


def by_force(statement: str, *params: object) -> None:
    """Write as a superuser can who silences the triggers: they stay silent until the transaction ends."""
    sql("SET LOCAL session_replication_role = replica")
    sql(statement, *params)


@contextmanager
def silenced() -> Iterator[None]:
    """Write with the triggers silenced; afterwards they speak again."""
    sql("SET LOCAL session_replication_role = replica")
    yield
    sql("SET LOCAL session_replication_role = origin")


def named(*books: int) -> set[tuple[str, int]]:
    """Return table and row of all that `verify_books` finds in these books, or in all."""
    return {(one.table, one.row) for one in verify.problems(books or None) if not one.notice}


def named_if(table: str, row: int, change: str) -> set[tuple[str, int]]:
    """Return what is named once a row is changed by force; then it is as it was."""
    with transaction.atomic():
        try:
            by_force(f"UPDATE {table} SET {change} WHERE id = %s", row)
            return named()
        finally:
            transaction.set_rollback(True)


def settle() -> None:
    """Judge now what the database would judge at commit."""
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    sql("SET CONSTRAINTS ALL DEFERRED")


@contextmanager
def refused(words: str) -> Iterator[None]:
    """The database refuses what happens inside, in these words, at the latest at commit; and nothing of it stays."""
    with pytest.raises(DatabaseError, match=words), transaction.atomic():  # noqa: PT012 - commit's checks are part of it
        yield
        settle()


@contextmanager
def accepted() -> Iterator[None]:
    """The database takes what happens inside, commit included."""
    with transaction.atomic():
        yield
        settle()


Row = dict[str, Any]
Legs = Sequence[tuple[Account, int]]


class Pen:
    """Writes rows of a book by plain SQL, all of them right except for what the test says otherwise."""

    def __init__(self, book: Book) -> None:
        self.book = book

    def account(self, code: str, member: int = 0, loan: int = 0) -> Account:
        return Account.objects.get_or_create(book=self.book, code=code, member_no=member, loan_no=loan)[0]

    def submission(self, entries: int = 1, **other: object) -> Row:
        book = now(self.book)
        first, last = (book.last_number + 1, book.last_number + entries) if entries else (None, None)
        row: Row = {
            "book_id": book.pk,
            "key": uuid4(),
            "content": "{}",
            "content_hash": digest.text_hash("{}"),
            "first_number": first,
            "last_number": last,
            "posted_by_id": None,
            "posted_at": AT,
        } | other
        link = digest.SealedSubmission(
            row["first_number"] or 0,
            row["last_number"] or 0,
            row["posted_at"],
            row["posted_by_id"] or 0,
            row["key"],
            row["content_hash"],
        )
        row.setdefault("digest", digest.chain(book.head_digest, link))
        return self._insert("submission", [row])[0]

    def entries(self, submission: Row, *whole: Legs, **other: object) -> list[Row]:
        book = now(self.book)
        previous, rows = book.head_digest, []
        for number, legs in enumerate(whole, start=book.last_number + 1):
            row: Row = {
                "book_id": book.pk,
                "submission_id": submission["id"],
                "number": number,
                "on": MEETING,
                "kind": "hand_over",
                "memo": "",
                "legs": len(legs),
                "posted_by_id": submission["posted_by_id"],
                "posted_at": submission["posted_at"],
                "reverses_id": None,
            } | other
            row.setdefault("memo_hash", digest.text_hash(row["memo"]))
            link = digest.Sealed(
                number=row["number"],
                on=row["on"],
                kind=row["kind"],
                posted_at=row["posted_at"],
                posted_by=row["posted_by_id"] or 0,
                reverses=Entry.objects.get(pk=row["reverses_id"]).number if row["reverses_id"] else 0,
                key=submission["key"],
                content_hash=submission["content_hash"],
                memo_hash=row["memo_hash"],
                legs=tuple((a.code, a.member_no, a.loan_no, amount) for a, amount in legs),
            )
            row.setdefault("digest", digest.chain(previous, link))
            previous = row["digest"]
            rows.append(row)
        return self._insert("entry", rows)

    def postings(self, entry: Row, legs: Legs, /, **other: object) -> list[Row]:
        rows = [
            {"book_id": entry["book_id"], "entry_id": entry["id"], "on": entry["on"]}
            | {"account_id": account.pk, "amount": amount}
            | other
            for account, amount in legs
        ]
        return self._insert("posting", rows)

    def write(self, legs: Legs, /, **other: object) -> Row:
        """Write one whole submission of one entry; `other` changes the entry."""
        written = self.entries(self.submission(), legs, **other)[0]
        self.postings(written, legs)
        return written

    def _insert(self, table: str, rows: list[Row]) -> list[Row]:
        columns = ", ".join(f'"{column}"' for column in rows[0])
        values = ", ".join("(" + ", ".join(["%s"] * len(row)) + ")" for row in rows)
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO ledger_{table} ({columns}) VALUES {values} RETURNING id",
                [value for row in rows for value in row.values()],
            )
            return [row | {"id": pk} for row, (pk,) in zip(rows, cursor.fetchall(), strict=True)]
