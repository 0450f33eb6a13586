"""Whatever a superuser does to a row behind the guards' backs, verification finds it and names the row."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from groups.models import Bkm, Group
from ledger import chart, digest, verify
from ledger.models import Account, Book, Closing, Entry, Posting, Submission
from ledger.services import open_book, post, reversal_of
from tests.books import close_through
from tests.ledger.village import (
    AT,
    MEETING,
    NEXT_MEETING,
    deposit,
    entry,
    lend,
    mawar,
    now,
    opening,
    repay,
    send,
    settle,
    spend,
    sql,
    withdraw,
)

pytestmark = pytest.mark.django_db
SEED = 20260107


@pytest.fixture
def books(django_user_model) -> list[Book]:
    """Two books with every kind of row, posted by two people, and one that is still empty."""
    tini = django_user_model.objects.create_user("tini", name="Tini")
    django_user_model.objects.create_user("wati", name="Wati")
    made = [mawar(), open_book(name="KSM Melati", kind="ksm")]
    for book in made:
        send(book, opening(200_000), *(deposit(member, 2_000) for member in range(1, 6)), content={"hadir": 5})
        send(book, content={"hadir": 0, "notulen": "hujan"})
        send(book, lend(1, 1, 50_000), spend(3_500), withdraw(4, 500), content={"lain": 1})
        send(book, reversal_of(entry(book, 3), reason="salah orang"), deposit(3, 5_000))
        close_through(book=book, on=MEETING)
        receipt_of = {"key": uuid4(), "content": {"pekan": 2}, "by": tini, "at": AT + timedelta(7)}
        post(book=book, drafts=[repay(1, 1, 10_000, 500, NEXT_MEETING), deposit(2, 2_000, NEXT_MEETING)], **receipt_of)
        send(book, content={"hadir": 0})
    settle()
    return [*map(now, made), open_book(name="KSM Kosong", kind="ksm")]


def unguard() -> None:
    """What a superuser can do: silence the triggers and take away what single rows must satisfy."""
    sql("SET LOCAL session_replication_role = replica")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass, conname FROM pg_constraint WHERE contype = 'c' AND conname LIKE 'ledger_%'"
        )
        for table, name in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")


def found(books: list[int] | None = None) -> list[verify.Problem]:
    return [problem for problem in verify.problems(books) if not problem.notice]


def first_bad(problems: list[verify.Problem]) -> verify.Problem:
    return min(problems, key=lambda p: float("inf") if p.number is None else p.number)


def test_untouched_books_are_in_order(books):
    assert found() == []
    assert found([book.pk for book in books]) == []


# 200 of 200


@dataclass(frozen=True)
class Forgery:
    """One statement on one row, and the names under which verification may report it."""

    statement: str
    names: frozenset[tuple[str, int]]


def other_than(chance: random.Random, values: Any, value: object) -> Any:
    return chance.choice([v for v in values if v != value])


def hex64(chance: random.Random) -> str:
    return chance.randbytes(32).hex()


def quoted(value: object) -> str:
    return "NULL" if value is None else f"'{value}'"


def forged_entry(chance: random.Random) -> Forgery:
    row = chance.choice(list(Entry.objects.all()))
    unreversed = Entry.objects.filter(reversed_by=None).values_list("pk", flat=True)
    users = [None, *type(row).posted_by.field.related_model.objects.values_list("pk", flat=True)]
    change = chance.choice(
        [
            "number = number + 1000",
            "number = -number",
            f'"on" = "on" + {chance.choice([-365, -1, 1, 7])}',
            "kind = 'lain'",
            f"memo = {quoted('diganti' + str(chance.random()))}",
            f"memo_hash = '{hex64(chance)}'",
            f"memo = 'x', memo_hash = '{digest.text_hash('x')}'",
            f"legs = legs + {chance.choice([-2, -1, 1])}",
            f"posted_by_id = {other_than(chance, users, row.posted_by_id) or 'NULL'}",
            f"posted_at = posted_at + interval '{chance.choice([1, 60_000_000])} microseconds'",
            "reverses_id = NULL" if row.reverses_id else f"reverses_id = {other_than(chance, unreversed, row.pk)}",
            f"digest = '{hex64(chance)}'",
            "digest = 'bukan digest'",
            f"submission_id = {other_than(chance, Submission.objects.values_list('pk', flat=True), row.submission_id)}",
            "submission_id = 0",
            f"book_id = {Book.objects.get(name='KSM Kosong').pk}",
            "book_id = 0",
            "id = -id",
        ]
    )
    return Forgery(f"UPDATE ledger_entry SET {change} WHERE id = {row.pk}", frozenset({("entry", row.number)}))


def forged_posting(chance: random.Random) -> Forgery:
    row = chance.choice(list(Posting.objects.select_related("entry", "account")))
    change = chance.choice(
        [
            f"amount = amount + {chance.choice([-1, 1, 1_000_000])}",
            "amount = -amount",
            "amount = 0",
            f"account_id = {other_than(chance, Account.objects.values_list('pk', flat=True), row.account_id)}",
            "account_id = 0",
            f'"on" = "on" + {chance.choice([-1, 7])}',
            f"book_id = {other_than(chance, Book.objects.values_list('pk', flat=True), row.book_id)}",
            f"entry_id = {other_than(chance, Entry.objects.values_list('pk', flat=True), row.entry_id)}",
            "entry_id = 0",
        ]
    )
    names = {("posting", row.pk), ("entry", row.entry.number)}
    return Forgery(f"UPDATE ledger_posting SET {change} WHERE id = {row.pk}", frozenset(names))


def forged_submission(chance: random.Random) -> Forgery:
    row = chance.choice(list(Submission.objects.all()))
    change = chance.choice(
        [
            f"key = '{UUID(int=chance.getrandbits(128))}'",
            "content = content || ' '",
            "content = ''",
            f"content_hash = '{hex64(chance)}'",
            f"content = 'x', content_hash = '{digest.text_hash('x')}'",
            "first_number = coalesce(first_number, 3) + 1",
            "first_number = coalesce(first_number - first_number, 1)",
            "last_number = coalesce(last_number, 3) + 1",
            "last_number = CASE WHEN last_number IS NULL THEN 1 END",
            "posted_by_id = CASE WHEN posted_by_id IS NULL THEN (SELECT min(id) FROM users_user) END",
            "posted_at = posted_at - interval '1 day'",
            f"digest = '{hex64(chance)}'",
            "digest = ''",
            f"book_id = {Book.objects.get(name='KSM Kosong').pk}",
            "book_id = 0" if row.first_number else "id = -id",
        ]
    )
    return Forgery(
        f"UPDATE ledger_submission SET {change} WHERE id = {row.pk}",
        frozenset({("submission", row.pk), ("submission", -row.pk)}),
    )


def forged_account(chance: random.Random) -> Forgery:
    row = chance.choice(list(Account.objects.all()))
    if chance.random() < 0.5 and row.postings.values("entry").distinct().count() > 1:
        elsewhere = Book.objects.get(name="KSM Kosong").pk
        other = ["code = '5190'", "member_no = member_no + 70", "loan_no = loan_no + 70", f"book_id = {elsewhere}"]
        change = chance.choice(other)
    else:
        sums = ["balance + 1", "balance - 1", "-balance", "balance + 100000"] if row.balance else ["-1", "1"]
        change = chance.choice([f"balance = {chance.choice(sums)}", "counted = counted - 1"])
    return Forgery(f"UPDATE ledger_account SET {change} WHERE id = {row.pk}", frozenset({("account", row.pk)}))


def forged_book(chance: random.Random) -> Forgery:
    row = chance.choice(list(Book.objects.all()))
    change = chance.choice(
        [
            f"last_number = last_number + {chance.choice([-1, 1, 10])}",
            f"head_digest = '{hex64(chance)}'",
            "head_digest = ''",
            "uid = gen_random_uuid()",
            "closed_through = coalesce(closed_through, '2026-01-01') + 1",
            "closed_through = CASE WHEN closed_through IS NULL THEN date '2026-02-01' END",
        ]
    )
    begins = Submission.objects.filter(book=row).order_by("pk").values_list("pk", flat=True)[:1]
    names = {("book", row.pk)} | ({("submission", pk) for pk in begins} if change.startswith("uid") else set())
    # A book that goes back behind its closing is named by the closing.
    names |= {("closing", pk) for pk in Closing.objects.filter(book=row).values_list("pk", flat=True)}
    return Forgery(f"UPDATE ledger_book SET {change} WHERE id = {row.pk}", frozenset(names))


def forged_closing(chance: random.Random) -> Forgery:
    row = chance.choice(list(Closing.objects.all()))
    change = chance.choice(
        [
            "through = through - 1",
            "through = through + 7",
            "last_number = last_number - 1",
            f"head_digest = '{hex64(chance)}'",
            "head_digest = (SELECT head_digest FROM ledger_book b WHERE b.id = c.book_id)",
            "cash = cash + 1",
            "bank = -1",
            "closed_by_id = (SELECT min(id) FROM users_user)",
            "closed_at = closed_at + interval '1 second'",
            f"book_id = {Book.objects.get(name='KSM Kosong').pk}",
        ]
    )
    return Forgery(f"UPDATE ledger_closing c SET {change} WHERE id = {row.pk}", frozenset({("closing", row.pk)}))


FORGERS: list[Callable[[random.Random], Forgery]] = [
    forged_entry,
    forged_posting,
    forged_submission,
    forged_account,
    forged_book,
    forged_closing,
]


@pytest.mark.tampers
def test_200_of_200_forgeries_of_a_single_row_are_found_and_named(books):
    print(f"seed {SEED}")
    chance = random.Random(SEED)
    unguard()
    missed = []
    garbled = Entry.objects.earliest("pk")
    words = f"UPDATE ledger_entry SET digest = 'bukan digest' WHERE id = {garbled.pk}"
    forgeries = (FORGERS[turn % len(FORGERS)](chance) for turn in range(200))
    for forgery in (Forgery(words, frozenset({("entry", garbled.number)})), *forgeries):
        with transaction.atomic():
            sql(forgery.statement.replace("%", "%%"))
            problems = found()
            if not forgery.names & {(problem.table, problem.row) for problem in problems}:
                missed.append((forgery, problems))
            transaction.set_rollback(True)

    assert missed == []
    assert found() == []


@pytest.mark.tampers
@pytest.mark.parametrize("table", ["entry", "posting", "submission", "account", "closing"])
def test_every_deleted_row_is_missed(books, table):
    unguard()
    model = {one._meta.model_name: one for one in (Entry, Posting, Submission, Account, Closing)}[table]
    for row in list(model.objects.order_by("pk")):
        with transaction.atomic():
            used = not isinstance(row, Account) or row.postings.exists()
            sql(f"DELETE FROM ledger_{table} WHERE id = %s", row.pk)
            problems = found([row.book_id])
            assert problems or not used, row
            if table == "entry":
                assert first_bad(problems).row == row.number
            transaction.set_rollback(True)


@pytest.mark.tampers
def test_two_memos_swapped_with_their_hashes_are_found(books):
    unguard()
    book = books[0]
    sql(
        "UPDATE ledger_entry e SET memo = o.memo, memo_hash = o.memo_hash FROM ledger_entry o"
        " WHERE e.book_id = %s AND o.book_id = e.book_id AND (e.number, o.number) IN ((1, 4), (4, 1))",
        book.pk,
    )
    problems = found([book.pk])
    assert {(p.table, p.row) for p in problems} == {("entry", 1), ("entry", 4)}
    assert first_bad(problems).row == 1


@pytest.mark.tampers
def test_an_added_reversal_that_mirrors_nothing_is_named(books):
    unguard()
    book = books[1]
    reversal = Entry.objects.get(book=book, reverses__isnull=False)
    sql("UPDATE ledger_entry SET reverses_id = %s WHERE id = %s", entry(book, 2).pk, reversal.pk)
    said = [problem.sentence for problem in found() if (problem.table, problem.row) == ("entry", reversal.number)]
    assert "Bukan cermin dari catatan yang dibetulkannya." in said


@pytest.mark.tampers
def test_a_posting_added_without_an_entry_is_named(books):
    unguard()
    legs = Posting.objects.filter(book=books[0]).first()
    columns = 'book_id, entry_id, "on", account_id, amount'
    copied = 'book_id, 0, "on", account_id, 1'
    sql(f"INSERT INTO ledger_posting ({columns}) SELECT {copied} FROM ledger_posting WHERE id = %s", legs.pk)
    added = Posting.objects.get(entry_id=0)
    assert ("posting", added.pk) in {(problem.table, problem.row) for problem in found()}


# Through the command


def run(capsys, *arguments: str) -> tuple[int, str]:
    """The command's exit code and everything it said."""
    try:
        call_command("verify_books", *arguments)
        code = 0
    except SystemExit as end:
        code = int(str(end.code))
    return code, capsys.readouterr().out


def test_the_command_says_that_all_is_well(books, capsys):
    assert run(capsys) == (0, "3 buku, 30 catatan: semuanya cocok.\n")
    assert run(capsys, "--book", "KSM Kosong") == (0, "1 buku, 0 catatan: semuanya cocok.\n")
    assert run(capsys, "--book", str(books[1].pk)) == (0, "1 buku, 13 catatan: semuanya cocok.\n")


@pytest.mark.tampers
@pytest.mark.parametrize("change", ["name = 'KSM Lain'", "kind = 'upk'"])
def test_a_book_given_another_name_or_kind_than_its_body_is_named(books, change):
    bkm = Bkm.objects.create(code="BKM-GUYUB", name="BKM Guyub")
    Group.objects.create(code="KSM-KOSONG", name="KSM Kosong", bkm=bkm, book=books[2], start_on=MEETING)
    assert found() == []
    unguard()
    sql(f"UPDATE ledger_book SET {change} WHERE id = %s", books[2].pk)
    assert {(one.table, one.row) for one in found()} == {("book", books[2].pk)}


def test_the_command_finds_a_book_by_the_code_of_its_group(books, capsys):
    bkm = Bkm.objects.create(code="BKM-GUYUB", name="BKM Guyub")
    Group.objects.create(code="KSM-KOSONG", name="KSM Kosong", bkm=bkm, book=books[2], start_on=MEETING)

    assert run(capsys, "--group", "KSM-KOSONG") == (0, "1 buku, 0 catatan: semuanya cocok.\n")
    heads = run(capsys, "--heads", "--group", "KSM-KOSONG", "--book", "KSM Mawar")[1].splitlines()
    assert heads[:2] == [
        f"{books[2].head_digest}       0  KSM Kosong",
        f"{now(books[0]).head_digest}      {now(books[0]).last_number:2d}  KSM Mawar",
    ]
    assert run(capsys, "--group", "KSM-KOSONG", "--book", "KSM Mawar")[1].startswith("2 buku, 17 catatan")
    for asked in (("--group", "KSM-LAIN"), ("--book", "KSM Lain"), ("--book", "0")):
        with pytest.raises(CommandError, match="Tidak ada buku"):
            call_command("verify_books", *asked)


@pytest.mark.tampers
def test_the_command_names_the_first_bad_row_of_each_book(books, capsys):
    unguard()
    sql("UPDATE ledger_posting SET amount = amount * 2 WHERE entry_id = %s", entry(books[0], 6).pk)
    sql("UPDATE ledger_book SET last_number = 99 WHERE id = %s", books[2].pk)

    code, said = run(capsys)

    assert code == 1
    cash, saved = (books[0].accounts.get(code=code, member_no=no).pk for code, no in (("1110", 0), ("2110", 1)))
    closing = books[0].closings.get().pk
    assert said.splitlines() == [
        "KSM Mawar: 4 masalah.",
        "  Baris pertama yang rusak: catatan 6.",
        "  - catatan 6: Sidiknya tidak cocok dengan isinya dan dengan yang sebelumnya.",
        f"  - akun id {cash}: Saldo tertulis Rp324.500, jumlah mutasinya Rp326.500.",
        f"  - akun id {saved}: Saldo tertulis -Rp5.000, jumlah mutasinya -Rp7.000.",
        f"  - closing id {closing}: Ditutup dengan Rp312.000 di kas dan bank, catatannya berjumlah Rp314.000.",
        "KSM Kosong: 1 masalah.",
        f"  Baris pertama yang rusak: buku id {books[2].pk}.",
        f"  - buku id {books[2].pk}: Nomor terakhir tertulis 99, catatan terakhir bernomor 0.",
    ]


@pytest.mark.tampers
def test_the_command_counts_what_it_does_not_print(books, capsys):
    unguard()
    sql("UPDATE ledger_entry SET kind = 'lain', posted_at = now() WHERE book_id = %s", books[0].pk)

    code, said = run(capsys, "--book", str(books[0].pk))

    assert code == 1
    assert len(said.splitlines()) == 23
    assert said.splitlines()[-1] == "  … dan 15 lagi."


@pytest.mark.tampers
def test_rows_of_a_book_that_is_gone_are_reported(books, capsys):
    unguard()
    sql("UPDATE ledger_entry SET book_id = 0 WHERE id = %s", entry(books[0], 17).pk)
    code, said = run(capsys)
    assert code == 1
    assert "buku id 0, yang tidak ada: " in said


def test_a_day_that_ends_below_0_is_a_notice_and_no_error(capsys):
    book = open_book(name="KSM Mawar", kind="ksm")
    send(book, opening(1_000, NEXT_MEETING))
    send(book, spend(400), spend(200))
    send(book, spend(100, MEETING + timedelta(1)))

    assert list(verify.problems([book.pk])) == [
        verify.Problem(
            book.pk,
            "account",
            book.accounts.get(code=chart.CASH).pk,
            "Kas kurang dari 0 pada akhir 2 hari, pertama pada 07-01-2026, paling rendah -Rp700.",
            notice=True,
        )
    ]
    code, said = run(capsys)
    assert code == 0
    assert said.splitlines()[0] == "KSM Mawar: cocok."
    assert said.splitlines()[1].startswith("  ! akun id ")
    assert said.splitlines()[2] == "1 buku, 4 catatan: semuanya cocok."


# The witness


def test_a_printed_digest_is_found_in_the_chain(books, capsys):
    printed = entry(books[0], 6).digest
    place = f"Sidik {printed[:8]} ada dalam rantai KSM Mawar, pada catatan 6 tanggal 07-01-2026.\n"
    for written in (printed, printed[:8], printed[:8].upper()):
        code, said = run(capsys, "--witness", written)
        assert (code, said.splitlines(keepends=True)[0]) == (0, place)


def test_the_head_after_a_meeting_without_money_and_of_an_empty_book_are_witnesses_too(books, capsys):
    for book in books:
        code, said = run(capsys, "--witness", book.head_digest[:8])
        assert code == 0
        assert said.startswith(f"Sidik {book.head_digest[:8]} ada dalam rantai {book.name}.\n")


def test_a_witness_of_another_book_is_none(books, capsys):
    code, said = run(capsys, "--book", "KSM Kosong", "--witness", books[0].head_digest)
    assert code == 1
    assert said.startswith(f"Sidik {books[0].head_digest} tidak ada dalam rantai mana pun")


@pytest.mark.parametrize("witness", ["", "abc", "1234567", "g" * 8, "a" * 65, "%" * 8])
def test_what_is_no_digest_is_refused(witness):
    with pytest.raises(CommandError, match="8 sampai 64"):
        call_command("verify_books", "--witness", witness)


def rewrite_tail(book: Book, from_number: int) -> None:
    """Take back an entry's submission and all after it, as if they had never been: a book in perfect order is left."""
    start = entry(book, from_number).submission
    unguard()
    sql(
        "DELETE FROM ledger_posting WHERE entry_id IN"
        " (SELECT id FROM ledger_entry WHERE submission_id >= %s AND book_id = %s)",
        start.pk, book.pk,
    )  # fmt: skip
    sql("DELETE FROM ledger_entry WHERE submission_id >= %s AND book_id = %s", start.pk, book.pk)
    sql("DELETE FROM ledger_submission WHERE id >= %s AND book_id = %s", start.pk, book.pk)
    sql(
        "UPDATE ledger_account a SET (balance, counted) ="
        " (SELECT coalesce(sum(amount), 0), coalesce(max(id), 0) FROM ledger_posting WHERE account_id = a.id)"
        " WHERE book_id = %s",
        book.pk,
    )
    last = Submission.objects.filter(book=book).latest("pk")
    sql("DELETE FROM ledger_closing WHERE book_id = %s", book.pk)
    sql(
        "UPDATE ledger_book SET closed_through = NULL, last_number = %s, head_digest = %s WHERE id = %s",
        start.first_number - 1, last.digest, book.pk,
    )  # fmt: skip
    sql("SET LOCAL session_replication_role = origin")


def test_a_tail_rewritten_whole_is_caught_by_paper_alone(books, capsys):
    book = books[1]
    before, after = entry(book, 5).digest, entry(book, 8).digest

    rewrite_tail(book, 7)
    send(book, lend(1, 1, 40_000), spend(13_500), withdraw(4, 500), content={"lain": 1})
    send(book, content={"hadir": 0})

    assert run(capsys, "--book", "KSM Melati") == (0, "1 buku, 9 catatan: semuanya cocok.\n")
    assert run(capsys, "--witness", before[:8])[0] == 0
    code, said = run(capsys, "--witness", after[:8])
    assert code == 1
    assert said == (
        f"Sidik {after[:8]} tidak ada dalam rantai mana pun: salah salin, atau buku ditulis ulang sesudah sidik itu"
        " dicetak.\n"
    )


# Checks of others


@pytest.mark.tampers
def test_others_add_their_own_checks(books, monkeypatch):
    monkeypatch.setattr(verify.checks, "_checks", list(verify.checks._checks))

    @verify.register
    def check_attendance(asked: verify.Books) -> list[verify.Problem]:
        return [verify.Problem(pk, "attendance", 7, "Hadir tidak sama dengan yang dikirim.") for pk in asked or ()]

    verify.register(check_attendance)

    assert found([books[0].pk]) == [
        verify.Problem(books[0].pk, "attendance", 7, "Hadir tidak sama dengan yang dikirim.")
    ]


@pytest.mark.tampers
def test_rows_of_others_are_named_by_their_table(books, monkeypatch, capsys):
    problem = verify.Problem(books[0].pk, "attendance", 7, "Tidak sama.")
    monkeypatch.setattr(verify.checks, "_checks", [lambda _books: [problem]])
    assert "  - attendance id 7: Tidak sama.\n" in run(capsys)[1]
