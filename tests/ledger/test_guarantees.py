"""The seven promises of the books, each attacked by plain SQL and through the services."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from ledger import chart, digest
from ledger.chart import CHART
from ledger.models import Account, Book, Entry, Posting, Submission
from ledger.services import Draft, Leg, accounts_for, open_book, post, reversal_of
from tests.books import close_through
from tests.ledger.village import (
    AT,
    MEETING,
    NEXT_MEETING,
    Pen,
    accepted,
    balance,
    deposit,
    entry,
    lend,
    mawar,
    now,
    opening,
    refused,
    repay,
    send,
    spend,
    sql,
    withdraw,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def book() -> Book:
    return mawar()


@pytest.fixture
def pen(book) -> Pen:
    return Pen(book)


@pytest.fixture
def legs(pen):
    """1.000 from member 1 into the box."""
    return [(pen.account(chart.CASH), 1_000), (pen.account(chart.WEEKLY_SAVINGS, 1), -1_000)]


def test_the_pen_writes_what_the_books_accept(book, pen, legs):
    with accepted():
        pen.write(legs)

    assert now(book).last_number == 5
    assert balance(book, chart.CASH) == 157_000
    assert balance(book, chart.WEEKLY_SAVINGS, 1) == -4_000


# 1. Entries are whole, in balance, in their book and on their day, and written once.


@pytest.mark.parametrize("amounts", [(1_000, -999), (1_000, 1_000), (-1_000, 999)])
def test_an_entry_sums_to_0(pen, amounts):
    legs = [(pen.account(chart.CASH), amounts[0]), (pen.account(chart.CAPITAL), amounts[1])]
    with refused("whole and in balance"):
        pen.write(legs)


def test_the_services_post_nothing_that_does_not_sum_to_0(book):
    with pytest.raises(ValueError, match="do not sum to 0"):
        send(book, Draft(MEETING, "hand_over", (Leg(chart.CASH, 1_000), Leg(chart.CAPITAL, -999))))
    with pytest.raises(ValueError, match="moves no money"):
        send(book, Draft(MEETING, "hand_over", (Leg(chart.CASH, 1_000), Leg(chart.CASH, -1_000))))
    assert now(book).last_number == 4


def test_an_entry_has_exactly_its_legs(pen, legs):
    with refused("whole and in balance"):
        pen.write(legs, legs=3)
    with refused("whole and in balance"):
        written = pen.entries(pen.submission(), legs)[0]
        pen.postings(written, legs[:1])


def test_an_entry_has_two_legs(pen, legs):
    with refused("ledger_entry_two_legs"):
        pen.write(legs, legs=1)


def test_a_posting_is_never_of_0_rupiah(pen, legs):
    with refused("ledger_posting_not_zero"):
        pen.write([*legs, (pen.account(chart.BANK), 0)])


def test_a_later_addition_is_refused_even_in_balance(book, pen, legs):
    posted = entry(book, 2)
    with refused("written once"):
        pen.postings({"id": posted.pk, "book_id": book.pk, "on": posted.on}, legs)


def test_the_same_postings_again_are_refused(pen, legs):
    with refused("written once"):
        pen.postings(pen.write(legs), legs)


def test_an_entry_left_empty_is_refused_at_commit(pen, legs):
    with refused("left empty"):
        pen.entries(pen.submission(), legs)


def test_entries_announced_but_never_written_are_refused_at_commit(pen):
    with refused("never came"):
        pen.submission(entries=2)


def test_a_submission_waits_for_the_last_one_to_be_whole(pen, book):
    with refused("does not follow"):
        pen.submission(entries=2)
        pen.submission(entries=0)
    with refused("does not follow"):
        pen.submission(entries=2)
        pen.submission(entries=1, first_number=7, last_number=7)


def test_entries_are_those_their_submission_announced(pen, legs):
    with refused("disagree"):
        pen.entries(pen.submission(entries=2), legs)
    with refused("disagree"):
        pen.entries(pen.submission(entries=1), legs, legs)
    with refused("disagree"):
        pen.entries(pen.submission(), legs, posted_at=AT + timedelta(microseconds=1))


def test_postings_stay_in_the_book_of_their_entry(book, pen, legs):
    melati = Pen(mawar())
    with refused("ledger_posting_account"):
        pen.write([legs[0], (melati.account(chart.WEEKLY_SAVINGS, 1), -1_000)])
    with refused("ledger_posting_entry"):
        pen.postings(pen.entries(pen.submission(), legs)[0], legs, book_id=melati.book.pk)
    with refused("ledger_entry_submission"):
        pen.entries(melati.submission(), legs)


def test_postings_keep_the_day_of_their_entry(pen, legs):
    with refused("ledger_posting_entry"):
        pen.postings(pen.entries(pen.submission(), legs)[0], legs, on=NEXT_MEETING)


@pytest.mark.parametrize("day", ["infinity", "-infinity", "1215-06-15"])
def test_a_day_lies_in_the_calendar(pen, legs, day):
    submission = pen.submission()
    with refused("ledger_entry_on_in_calendar"):
        sql(
            'INSERT INTO ledger_entry (book_id, submission_id, number, "on", kind, memo, memo_hash, legs, posted_at,'
            " digest) VALUES (%s, %s, 5, %s, 'hand_over', '', %s, 2, %s, '')",
            pen.book.pk, submission["id"], day, digest.text_hash(""), AT,
        )  # fmt: skip
    pen.postings(pen.entries(submission, legs)[0], legs)


# 2. What is written stays; a mistake is answered by one mirror image with a reason.


@pytest.mark.parametrize("table", ["entry", "posting", "submission"])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_{} SET id = id",
        "UPDATE ledger_{} SET id = id WHERE false",
        "DELETE FROM ledger_{}",
        "TRUNCATE ledger_{}",
        "TRUNCATE ledger_{} CASCADE",
        "MERGE INTO ledger_{} t USING (VALUES (1)) v ON true WHEN MATCHED THEN DELETE",
    ],
)
def test_what_is_posted_stays(book, table, statement):
    with refused("append-only|cannot truncate a table referenced"):
        sql(statement.format(table))
    assert (Entry.objects.count(), Posting.objects.count(), Submission.objects.count()) == (4, 8, 1)


@pytest.mark.parametrize("table", ["ledger_book", "ledger_account", "users_user"])
def test_truncating_what_the_books_stand_on_takes_nothing_along(book, table):
    with refused("append-only"):
        sql(f"TRUNCATE {table} CASCADE")
    assert Posting.objects.count() == 8


def test_an_insert_that_turns_into_an_update_is_refused(book):
    with refused("append-only"):
        sql("INSERT INTO ledger_posting SELECT * FROM ledger_posting ON CONFLICT (id) DO UPDATE SET amount = 7")


def test_saving_or_deleting_a_posted_row_is_refused(book):
    for row in (entry(book, 2), Posting.objects.all()[0], Submission.objects.get()):
        with refused("append-only"):
            row.save()
    with refused("append-only"):
        Posting.objects.all().delete()


def test_a_book_or_an_account_is_not_written_anew(book):
    """Deleted and inserted again within one statement, before anything that points at it is looked after."""
    columns = "id, uid, name, kind, last_number, head_digest"
    with refused("append-only"):
        sql(
            f"WITH old AS (DELETE FROM ledger_book RETURNING *) INSERT INTO ledger_book ({columns})"
            " SELECT id, uid, name, kind, 0, ledger_genesis(uid) FROM old"
        )
    with refused("append-only"):
        sql(
            "WITH old AS (DELETE FROM ledger_account WHERE code = '1110' RETURNING *)"
            " INSERT INTO ledger_account (id, book_id, code, member_no, loan_no, balance)"
            " SELECT id, book_id, code, member_no, loan_no, 0 FROM old"
        )
    for table in ("ledger_account", "ledger_book"):
        with refused("append-only"):
            sql(f"DELETE FROM {table}")


def test_a_reversal_mirrors_its_entry_and_the_money_is_back(book):
    receipt = send(book, reversal_of(entry(book, 3), reason="  salah orang "))

    reversal = receipt.entries[0]
    assert (reversal.number, reversal.on, reversal.kind, reversal.memo) == (5, MEETING, "hand_over", "salah orang")
    assert balance(book, chart.CASH) == 151_000
    assert balance(book, chart.WEEKLY_SAVINGS, 2) == 0


@pytest.mark.parametrize("amount", [4_999, 5_001, -5_000])
def test_a_reversal_of_another_amount_is_refused(book, pen, amount):
    legs = [(pen.account(chart.CASH), -amount), (pen.account(chart.WEEKLY_SAVINGS, 2), amount)]
    with refused("does not mirror"):
        pen.write(legs, reverses_id=entry(book, 3).pk, memo="salah")


def test_a_reversal_through_another_account_is_refused(book, pen):
    legs = [(pen.account(chart.CASH), -3_000), (pen.account(chart.CAPITAL), 3_000)]
    with refused("does not mirror"):
        pen.write(legs, reverses_id=entry(book, 2).pk, memo="salah")


def test_a_reversal_with_legs_beyond_the_mirror_is_refused(book, pen):
    cash, saved = pen.account(chart.CASH), pen.account(chart.WEEKLY_SAVINGS, 2)
    with refused("does not mirror"):
        pen.write([(cash, -5_000), (saved, 5_000), (cash, 1), (cash, -1)], reverses_id=entry(book, 3).pk, memo="salah")
    with refused("does not mirror"):
        pen.write([(cash, -2_500), (cash, -2_500), (saved, 5_000)], reverses_id=entry(book, 3).pk, memo="salah")


def mirror(pen: Pen, posted: Entry) -> list[tuple[Account, int]]:
    return [(p.account, -p.amount) for p in Posting.objects.filter(entry=posted).select_related("account")]


def test_an_entry_is_reversed_once(book, pen):
    deposited = entry(book, 3)
    send(book, reversal_of(deposited, reason="salah orang"))

    with pytest.raises(ValidationError) as refusal:
        reversal_of(deposited, reason="sekali lagi")
    assert refusal.value.code == "reversed"
    with refused("reverses_id"):
        pen.write(mirror(pen, deposited), reverses_id=deposited.pk, memo="sekali lagi")


def test_a_reversal_is_refused_when_somebody_was_quicker(book):
    draft = reversal_of(entry(book, 3), reason="salah orang")
    send(book, draft)

    with pytest.raises(ValidationError) as refusal:
        send(book, draft)
    assert refusal.value.code == "reversed"
    assert refusal.value.messages == ["Catatan 3 sudah dibetulkan."]


def test_a_reversal_is_not_reversed(book, pen):
    reversal = send(book, reversal_of(entry(book, 3), reason="salah orang")).entries[0]

    with pytest.raises(ValidationError) as refusal:
        reversal_of(reversal, reason="ternyata benar")
    assert refusal.value.code == "is_reversal"
    with refused("does not answer"):
        pen.write(mirror(pen, reversal), reverses_id=reversal.pk, memo="ternyata benar")


def test_a_reversal_says_why(book, pen):
    deposited = entry(book, 3)
    for reason in ("", "  "):
        with pytest.raises(ValidationError) as refusal:
            reversal_of(deposited, reason=reason)
        assert refusal.value.code == "reason_required"
    with pytest.raises(ValidationError) as refusal:
        send(book, Draft(MEETING, "hand_over", reversal_of(deposited, reason="x").legs, "", reverses=deposited))
    assert refusal.value.code == "reason_required"
    with refused("ledger_entry_reversal_reason|ledger_entry_reason_not_blank"):
        pen.write(mirror(pen, deposited), reverses_id=deposited.pk, memo="")
    with refused("ledger_entry_reason_not_blank"):
        pen.write(mirror(pen, deposited), reverses_id=deposited.pk, memo="  ")


def test_a_reversal_keeps_day_and_kind_of_its_entry(book, pen):
    deposited = entry(book, 3)
    for other in ({"on": NEXT_MEETING}, {"on": MEETING - timedelta(1)}, {"kind": "withdrawal"}):
        with refused("does not answer"):
            pen.write(mirror(pen, deposited), reverses_id=deposited.pk, memo="salah", **other)
    with pytest.raises(IntegrityError, match="does not answer"), transaction.atomic():
        send(book, reversal_of(deposited, reason="salah", on=NEXT_MEETING))


def test_after_closing_a_reversal_takes_another_day(book):
    close_through(book=book, on=MEETING)

    send(book, reversal_of(entry(book, 3), reason="salah orang", on=NEXT_MEETING))

    assert entry(book, 5).on == NEXT_MEETING
    assert balance(book, chart.WEEKLY_SAVINGS, 2) == 0


def test_a_reversal_answers_an_earlier_entry_of_its_own_book(book, pen):
    melati = mawar()
    with refused("ledger_entry_reverses"):
        pen.write(mirror(Pen(melati), entry(melati, 3)), reverses_id=entry(melati, 3).pk, memo="salah")

    with refused("does not answer"):
        submission = pen.submission(entries=2)
        sql(
            'INSERT INTO ledger_entry (id, book_id, submission_id, number, "on", kind, memo, memo_hash, legs,'
            " posted_at, reverses_id, digest)"
            " SELECT v.id, %s, %s, v.number, %s, 'hand_over', 'salah', %s, 2, %s, v.reverses, ''"
            " FROM (VALUES (900001, 5, 900002), (900002, 6, NULL)) AS v (id, number, reverses)",
            book.pk, submission["id"], MEETING, digest.text_hash("salah"), AT,
        )  # fmt: skip


# 3. Balances and heads are kept by the postings and by nobody else.


def test_a_balance_is_the_sum_of_its_postings(book):
    for account in Account.objects.filter(book=book):
        assert account.balance == sum(account.postings.values_list("amount", flat=True))
    assert balance(book, chart.CASH) == 156_000
    assert sum(Account.objects.filter(book=book).values_list("balance", flat=True)) == 0


@pytest.mark.parametrize("change", ["balance + 1", "0", "balance - 1", "balance, counted = counted + 1"])
def test_a_balance_is_not_updated(book, change):
    with refused("kept by its postings"):
        sql(f"UPDATE ledger_account SET balance = {change} WHERE code = '1110'")
    assert balance(book, chart.CASH) == 156_000


def test_a_balance_is_not_updated_through_an_insert(book):
    with refused("kept by its postings"):
        sql(
            "INSERT INTO ledger_account (book_id, code, member_no, loan_no, balance)"
            " VALUES (%s, '1110', 0, 0, 0)"
            " ON CONFLICT (book_id, code, member_no, loan_no) DO UPDATE SET balance = 1",
            book.pk,
        )


def test_an_account_starts_at_0(book):
    with refused("starts at 0"):
        Account.objects.create(book=book, code=chart.BANK, balance=1)
    with refused("starts at 0"):
        sql(
            "INSERT INTO ledger_account (book_id, code, member_no, loan_no, balance) VALUES (%s, '1120', 0, 0, 5000)",
            book.pk,
        )


def test_a_stale_account_cannot_be_saved(book):
    stale = Account.objects.get(book=book, code=chart.CASH)
    send(book, deposit(1, 1_000))

    with refused("kept by its postings"):
        stale.save()

    assert balance(book, chart.CASH) == 157_000


@pytest.mark.parametrize(
    "change", ["code = '1120'", "member_no = 5", "loan_no = 5", "book_id = (SELECT max(id) FROM ledger_book)", "id = 0"]
)
def test_an_account_keeps_its_identity(book, change):
    open_book(name="KSM Melati", kind="ksm")
    with refused("keeps its identity|violates foreign key"):
        sql(f"UPDATE ledger_account SET {change} WHERE code = '1110'")


def test_an_account_is_one_line_of_the_chart(book):
    for broken in (
        {"code": "9999"},
        {"code": chart.BANK, "member_no": -1},
        {"code": chart.WEEKLY_SAVINGS},
        {"code": chart.WEEKLY_SAVINGS, "member_no": 1, "loan_no": 1},
        {"code": chart.MEMBER_LOANS, "member_no": 1},
        {"code": chart.CASH},
    ):
        with refused("ledger_account_"):
            Account.objects.create(book=book, **broken)


@pytest.mark.parametrize("change", ["last_number = 9", "head_digest = repeat('0', 64)"])
def test_a_head_is_not_updated(book, change):
    with refused("kept by its entries"):
        sql(f"UPDATE ledger_book SET {change}")


def test_a_stale_book_cannot_be_saved_but_its_name_can(book):
    send(book, deposit(1, 1_000))
    book.name = "KSM Mawar Indah"

    with refused("kept by its entries"):
        book.save()
    book.save(update_fields=["name"])

    assert (now(book).name, now(book).last_number) == ("KSM Mawar Indah", 5)


IMITATIONS = {
    "plainly": "UPDATE ledger_account SET balance = balance + 1000",
    "word for word": """UPDATE ledger_account a SET balance = a.balance + d.total, counted = d.last
    FROM (SELECT account_id, sum(amount) AS total, max(id) AS last FROM new_postings GROUP BY account_id) d
   WHERE a.id = d.account_id""",
    "the head": "UPDATE ledger_book SET head_digest = repeat('0', 64)",
    "the head, word for word": (
        "UPDATE ledger_book b SET head_digest = n.digest FROM new_submissions n WHERE b.id = n.book_id"
    ),
    "what is counted": "UPDATE ledger_account SET counted = 0",
}


@pytest.mark.parametrize("statement", IMITATIONS.values(), ids=IMITATIONS)
@pytest.mark.parametrize("name", ["through", "ledger_posting_arrives"])
def test_a_trigger_of_somebody_s_own_moves_no_head_and_no_balance(book, name, statement):
    """Whoever may create a temporary table has triggers too: being inside one is no key to the books."""
    account = book.accounts.get(code=chart.CASH)
    sql("CREATE TEMP TABLE door (account_id bigint, amount bigint, book_id bigint, digest text, id bigint)")
    for table in ("new_postings", "new_submissions"):
        sql(f"CREATE TEMP TABLE {table} (LIKE door)")
        sql(f"INSERT INTO {table} VALUES (%s, 1000, %s, repeat('0', 64), 9)", account.pk, book.pk)
    sql(
        f"CREATE FUNCTION pg_temp.{name}() RETURNS trigger LANGUAGE plpgsql AS"
        f" $door$ BEGIN {statement}; RETURN NULL; END $door$"
    )
    sql(f"CREATE TRIGGER door AFTER INSERT ON door FOR EACH STATEMENT EXECUTE FUNCTION pg_temp.{name}()")

    with refused("kept by its"):
        sql("INSERT INTO door VALUES (1)")


def last_word(table: str, does: str) -> None:
    """Somebody's own trigger on a table of the ledger, by name the last of those that speak before a row is written."""
    sql(
        "CREATE FUNCTION pg_temp.last_word() RETURNS trigger LANGUAGE plpgsql AS"
        f" $word$ BEGIN {does}; RETURN NEW; END $word$"
    )
    sql(f"CREATE TRIGGER zz BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION pg_temp.last_word()")


@pytest.mark.parametrize(
    ("table", "does", "words"),
    [
        ("account", "NEW.balance := NEW.balance + 1000", "kept by its"),
        ("account", "NEW.code := '1120'", "keeps its identity|floor"),
        ("book", "NEW.last_number := 0", "kept by its"),
        ("book", "NEW.head_digest := repeat('0', 64)", "kept by its"),
        ("book", "NEW.closed_through := NULL", "is closed through"),
        ("book", "NEW.kind := 'upk'", "keeps its identity"),
    ],
)
def test_no_trigger_that_speaks_later_changes_what_is_kept(book, table, does, words):
    close_through(book=book, on=MEETING)
    last_word(f"ledger_{table}", does)
    with refused(words):
        sql(f"UPDATE ledger_{table} SET id = id")


@pytest.mark.parametrize("does", ["NEW.last_number := 3", "NEW.head_digest := repeat('0', 64)"])
def test_no_trigger_makes_a_book_start_with_something(does):
    last_word("ledger_book", does)
    with refused("starts empty"):
        open_book(name="KSM Melati", kind="ksm")


@pytest.mark.parametrize(
    ("table", "does"),
    [
        ("account", "NEW.balance := NEW.balance + 1000"),
        ("account", "NEW.balance := OLD.balance"),
        ("account", "RETURN NULL"),
        ("book", "RETURN NULL"),
        ("book", "NEW.head_digest := OLD.head_digest"),
        ("book", "NEW.head_digest := repeat('0', 64)"),
        ("book", "NEW.last_number := OLD.last_number"),
        ("book", "NEW.last_number := OLD.last_number + 7"),
        ("account", "NEW.counted := OLD.counted"),
        ("account", "NEW.counted := NEW.counted + 1"),
        ("account", "NEW := OLD"),
    ],
)
def test_what_arrives_moves_balance_and_head_by_exactly_what_it_is(book, table, does):
    """Nobody's trigger adds to it on the way, and none holds it back."""
    last_word(f"ledger_{table}", does)
    with refused("held back|kept by its"):
        send(book, deposit(1, 1_000))


@pytest.mark.parametrize("table", ["book", "account", "submission", "entry", "posting", "closing"])
def test_no_table_is_put_above_what_is_posted(book, table):
    """A statement on what a table inherits from reaches its rows and asks none of its statements' triggers."""
    sql("CREATE TABLE above (id bigint NOT NULL GENERATED BY DEFAULT AS IDENTITY)")
    with refused("prevents table"):
        sql(f"ALTER TABLE ledger_{table} INHERIT above")


def test_what_a_row_points_at_is_there_before_it(book, pen):
    """Foreign keys are judged at commit: a submission of a book still to come would be judged by nobody."""
    with refused("does not follow"):
        sql(
            "INSERT INTO ledger_submission (book_id, key, content, content_hash, posted_at, digest)"
            " VALUES ((SELECT max(id) + 9 FROM ledger_book), gen_random_uuid(), '', %s, now(), repeat('a', 64))",
            digest.text_hash(""),
        )
    sql("ALTER TABLE ledger_posting ALTER CONSTRAINT ledger_posting_entry DEFERRABLE INITIALLY DEFERRED")
    with refused("written once, whole and in balance"):
        sql(
            'INSERT INTO ledger_posting (book_id, entry_id, account_id, "on", amount)'
            " SELECT book_id, (SELECT max(id) + 9 FROM ledger_entry), id, %s, 1000 FROM ledger_account"
            " WHERE code = '1110' LIMIT 1",
            MEETING,
        )


@pytest.mark.parametrize("zone", ["AAA0BBB-24,J7/0,J300/0", "Pacific/Apia", "Asia/Jakarta"])
def test_the_day_that_is_sealed_is_nobody_s_time_zone_s(pen, legs, zone):
    """In some zones some midnight does not exist, and a date that goes through one becomes the next."""
    with accepted():
        sql("SELECT set_config('TimeZone', %s, true)", zone)
        pen.write(legs, on=date(2026, 1, 7))
    sql("SELECT set_config('TimeZone', 'UTC', true)")


def test_no_operator_and_no_function_of_somebody_s_own_judges(book, pen, legs):
    sql("CREATE FUNCTION public.evil(bigint, numeric) RETURNS numeric LANGUAGE sql AS 'SELECT 7777777::numeric'")
    sql("CREATE OPERATOR public.+ (LEFTARG = bigint, RIGHTARG = numeric, FUNCTION = public.evil)")
    sql("CREATE FUNCTION public.never(numeric, integer) RETURNS boolean LANGUAGE sql AS 'SELECT false'")
    sql("CREATE OPERATOR public.<> (LEFTARG = numeric, RIGHTARG = integer, FUNCTION = public.never)")
    sql("DISCARD PLANS")
    with refused("kept by its"):
        sql("UPDATE ledger_account SET balance = 7777777 WHERE code = '1110'")
    with refused("in balance"):
        pen.write([(legs[0][0], legs[0][1] + 1), *legs[1:]])


def test_no_policy_hides_rows_from_judgement(book, pen, legs):
    sql("CREATE ROLE clerk")
    sql("GRANT ALL ON ALL TABLES IN SCHEMA public TO clerk")
    sql("ALTER TABLE ledger_account ENABLE ROW LEVEL SECURITY")
    sql("SET LOCAL ROLE clerk")
    with refused("row-level security"):
        pen.write(legs)
    sql("RESET ROLE")


@pytest.mark.parametrize("day", ["infinity", "20000-01-01", "0001-01-01"])
def test_closing_lies_in_the_calendar(book, day):
    with refused("in_calendar"):
        sql("UPDATE ledger_book SET closed_through = %s", day)


def test_whoever_may_write_and_nothing_else_posts(book, pen, legs):
    """A role without a right to the sequences: identities need none."""
    sql("CREATE ROLE clerk")
    sql("GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO clerk")
    sql("SET LOCAL ROLE clerk")
    with accepted():
        pen.write(legs)
    sql("RESET ROLE")


@pytest.mark.parametrize("goes", ["RENAME TO gone", "OWNER TO CURRENT_USER"])
def test_a_function_that_takes_the_name_and_the_words_of_the_ledger_s_moves_nothing(book, goes):
    """Found first, word for word, and under another name when somebody looks: it is the postings that are asked."""
    account = book.accounts.get(code=chart.CASH)
    sql("CREATE SCHEMA forged")
    sql("CREATE TEMP TABLE new_postings (id bigint, account_id bigint, amount bigint)")
    sql("INSERT INTO new_postings VALUES (%s, %s, 1000)", account.counted + 1, account.pk)
    sql("SET LOCAL search_path = forged, public")
    sql(
        "CREATE FUNCTION forged.ledger_posting_arrives() RETURNS void LANGUAGE plpgsql AS $door$ BEGIN"
        f" EXECUTE 'ALTER FUNCTION forged.ledger_posting_arrives() {goes}'; {IMITATIONS['word for word']}; END $door$"
    )
    with refused("kept by its"):
        sql("SELECT forged.ledger_posting_arrives()")


def test_nobody_counts_postings_twice(book):
    """Between the postings and their counting, a trigger of somebody's own counts them first."""
    sql(
        "CREATE FUNCTION pg_temp.twice() RETURNS trigger LANGUAGE plpgsql AS $word$ BEGIN"
        " IF pg_trigger_depth() < 4 THEN UPDATE public.ledger_account SET balance = NEW.balance + 1000"
        " WHERE id = NEW.id; END IF; RETURN NULL; END $word$"
    )
    sql("CREATE TRIGGER zz AFTER UPDATE ON ledger_account FOR EACH ROW EXECUTE FUNCTION pg_temp.twice()")
    with refused("kept by its"):
        send(book, deposit(1, 1_000))


@pytest.mark.parametrize("ids", ["(SELECT min(id) - 1 FROM ledger_posting)", "9223372036854775800"])
def test_postings_come_in_the_order_of_their_ids(book, pen, legs, ids):
    """Accounts count by them: one from before would be counted never, one from far ahead would be the last."""
    sql(
        "CREATE FUNCTION pg_temp.numbered() RETURNS trigger LANGUAGE plpgsql AS"
        f" $word$ BEGIN NEW.id := {ids} - mod(NEW.id, 2); RETURN NEW; END $word$"
    )
    sql("CREATE TRIGGER zz BEFORE INSERT ON ledger_posting FOR EACH ROW EXECUTE FUNCTION pg_temp.numbered()")
    for holds in ("NULL", "NEW := OLD"):
        with refused("does not follow"):
            if holds != "NULL":
                last_word("ledger_account", holds)
            pen.write(legs)


def test_a_table_that_inherits_stands_in_for_nothing(book, pen):
    """A forger's entry of the announced number is none, though a plain FROM would find it."""
    columns = 'id, book_id, submission_id, number, "on", kind, memo, memo_hash, legs, posted_at, digest'
    sql("CREATE TEMP TABLE more_entries () INHERITS (public.ledger_entry)")
    with refused("announced entries that never came"):
        sent = pen.submission(entries=1)
        sql(
            f"INSERT INTO more_entries ({columns}) VALUES (0, %s, %s, %s, %s, 'x', '', %s, 2, now(), %s)",
            book.pk, sent["id"], sent["last_number"], MEETING, digest.text_hash(""), "0" * 64,
        )  # fmt: skip


def test_what_moves_a_head_or_a_balance_listens_to_its_own_table_alone(book):
    """An entry's postings heard once more, from a table of somebody's own, would count twice."""
    for table, arrived in (("submission", "new_submissions"), ("entry", "new_entries"), ("posting", "new_postings")):
        sql(f"CREATE TEMP TABLE another_{table} (LIKE ledger_{table})")
        sql(
            f"CREATE TRIGGER heard AFTER INSERT ON another_{table} REFERENCING NEW TABLE AS {arrived}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_{table}_arrives()"
        )
        with refused("nothing arrives in"):
            sql(f"INSERT INTO another_{table} SELECT * FROM ledger_{table}")


@pytest.mark.parametrize("change", ["id = 0", "uid = gen_random_uuid()", "kind = 'upk'"])
def test_a_book_keeps_its_identity(book, change):
    with refused("keeps its identity"):
        sql(f"UPDATE ledger_book SET {change}")


@pytest.mark.parametrize("other", [{"last_number": 3}, {"head_digest": "0" * 64}])
def test_a_book_starts_empty(other):
    uid = uuid4()
    with refused("starts empty"):
        Book.objects.create(**({"uid": uid, "name": "x", "kind": "ksm", "head_digest": digest.genesis(uid)} | other))


def test_closing_never_goes_back(book):
    close_through(book=book, on=NEXT_MEETING)
    stale = now(book)
    stale.closed_through = None

    for earlier in (MEETING, None):
        with refused("is closed through"):
            sql("UPDATE ledger_book SET closed_through = %s", earlier)
    with refused("is closed through"):
        stale.save()
    with pytest.raises(ValidationError) as refusal:
        close_through(book=book, on=MEETING)
    assert refusal.value.code == "closed"
    assert close_through(book=book, on=NEXT_MEETING).closed_through == NEXT_MEETING


def test_a_table_put_in_front_of_the_real_one_deceives_nobody(book, pen, legs):
    """Temporary tables come first on the search path: guards that trusted it would look at the forger's."""
    for table in ("book", "entry", "account", "posting", "submission"):
        sql(f"CREATE TEMP TABLE ledger_{table} (LIKE public.ledger_{table})")
    try:
        sql("INSERT INTO pg_temp.ledger_book SELECT * FROM public.ledger_book")
        sql("UPDATE pg_temp.ledger_book SET last_number = 40")
        with pytest.raises(IntegrityError, match="does not follow"), transaction.atomic():
            sql(
                "INSERT INTO public.ledger_submission (book_id, key, content, content_hash, first_number, last_number,"
                " posted_at, digest) VALUES (%s, gen_random_uuid(), '', %s, 41, 41, now(), '')",
                book.pk, digest.text_hash(""),
            )  # fmt: skip
        with pytest.raises(IntegrityError, match="head of book"), transaction.atomic():
            sql("UPDATE public.ledger_book SET last_number = 40")
    finally:
        for table in ("book", "entry", "account", "posting", "submission"):
            sql(f"DROP TABLE pg_temp.ledger_{table}")
    assert now(book).last_number == 4


# 4. Floors.


def legs_below_zero(code: str) -> tuple[Leg, Leg]:
    line = CHART[code]
    member, loan = int(line.per in {"member", "loan"}), int(line.per == "loan")
    return Leg(code, -line.sign, member, loan), Leg(chart.CAPITAL, line.sign)


@pytest.mark.parametrize("code", [line.code for line in CHART.values() if line.floored])
def test_what_has_a_floor_never_falls_below_0(code):
    book = open_book(name="KSM Melati", kind="ksm")
    pen = Pen(book)
    legs = legs_below_zero(code)

    with pytest.raises(ValidationError) as refusal:
        send(book, Draft(MEETING, "hand_over", legs))
    assert refusal.value.code == "below_zero"
    with refused("ledger_account_(asset|liability)_floor"):
        pen.write([(pen.account(leg.code, leg.member_no, leg.loan_no), leg.amount) for leg in legs])
    assert now(book).last_number == 0


@pytest.mark.parametrize("code", [line.code for line in CHART.values() if not line.floored and line.code != "3210"])
def test_what_has_no_floor_may(code):
    book = open_book(name="KSM Melati", kind="ksm")
    send(book, Draft(MEETING, "hand_over", legs_below_zero(code)))
    assert balance(book, code) == -CHART[code].sign


def test_the_floored_codes_are_these():
    assert {line.code for line in CHART.values() if line.floored} == {
        "1110", "1120", "1210", "1220", "1229", "2110", "2120", "2130", "2210", "2220", "2310", "2320", "2330", "2340",
        "3110",
    }  # fmt: skip


def test_a_refusal_says_what_is_there_and_what_is_needed(book):
    with pytest.raises(ValidationError) as refusal:
        send(book, spend(156_001))
    assert refusal.value.messages == ["Kas akan kurang dari 0: ada Rp156.000, perlu Rp156.001."]
    send(book, spend(156_000))
    assert balance(book, chart.CASH) == 0


def test_a_loan_is_not_overpaid(book):
    send(book, lend(1, 1, 50_000))
    with pytest.raises(ValidationError, match="Piutang pinjaman anggota"):
        send(book, repay(1, 1, 50_001))
    send(book, repay(1, 1, 50_000, 500))
    assert balance(book, chart.MEMBER_LOANS, 1, 1) == 0


def test_a_correction_is_judged_as_a_whole(book):
    """Alone the reversal would overdraw member 2; with its replacement it does not."""
    send(book, withdraw(2, 4_000))
    wrong = entry(book, 3)

    with pytest.raises(ValidationError):
        send(book, reversal_of(wrong, reason="5.000 ditulis, 4.500 diterima"))
    send(book, reversal_of(wrong, reason="5.000 ditulis, 4.500 diterima"), deposit(2, 4_500))

    assert balance(book, chart.WEEKLY_SAVINGS, 2) == -500


# 5. Numbers and closed days.


@pytest.mark.parametrize("number", [0, 4, 6, -1, 2_000_000])
def test_numbers_leave_no_gap(pen, legs, number):
    with refused("leave a gap|ledger_entry_number_unique|does not follow"):
        written = pen.submission()
        pen.entries(written, legs, number=number)


def test_a_submission_announces_the_next_numbers(pen):
    for first, last in ((4, 5), (6, 6), (1, 1)):
        with refused("does not follow"):
            pen.submission(first_number=first, last_number=last)
    for first, last in ((5, 4), (5, None), (None, 5), (0, 3)):
        with refused("ledger_submission_range"):
            pen.submission(first_number=first, last_number=last)


def test_submissions_come_in_the_order_of_their_ids_one_at_a_time(book, pen):
    with refused("does not follow"):
        pen.submission(entries=0, id=0)
    row = "(%s, gen_random_uuid(), '', %s, now(), '')"
    with refused("does not follow"):
        sql(
            "INSERT INTO ledger_submission (book_id, key, content, content_hash, posted_at, digest)"
            f" VALUES {row}, {row}",
            book.pk, digest.text_hash(""), book.pk, digest.text_hash(""),
        )  # fmt: skip


@pytest.mark.parametrize("ahead", [1, 2**63 - 1])
def test_no_submission_takes_an_id_that_was_not_given_out(book, pen, legs, ahead):
    """Ids are the order of submissions: after the highest there is, nobody could post to the book again."""
    sql("SELECT nextval('ledger_submission_id_seq')")
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_value FROM ledger_submission_id_seq")
        [(given,)] = cursor.fetchall()
    with refused("does not follow"):
        pen.submission(entries=0, id=max(given + 1, ahead))
    with accepted():
        pen.submission(entries=0, id=given)
        pen.write(legs)


def test_nothing_is_posted_into_a_closed_day(book, pen, legs):
    close_through(book=book, on=MEETING)

    for on in (MEETING, date(2025, 12, 31)):
        with pytest.raises(ValidationError) as refusal:
            send(book, deposit(1, 1_000, on))
        assert refusal.value.code == "closed"
        with refused("closed period"):
            pen.write(legs, on=on)
    send(book, deposit(1, 1_000, MEETING + timedelta(1)))
    assert now(book).last_number == 5


# 6. One key, one posting.


def test_sending_twice_posts_once_and_answers_with_the_first(book):
    key = uuid4()
    first = send(book, deposit(1, 1_000), key=key, content={"setoran": 1_000})
    again = send(book, deposit(1, 1_000), key=key, content={"setoran": 1_000})

    assert (first.created, again.created, again.entries) == (True, False, ())
    assert again.submission == first.submission
    assert (again.submission.first_number, again.submission.last_number) == (5, 5)
    assert balance(book, chart.CASH) == 157_000


def test_a_known_key_with_other_content_is_refused(book, pen):
    key = uuid4()
    send(book, deposit(1, 1_000), key=key, content={"setoran": 1_000})

    with pytest.raises(ValidationError) as refusal:
        send(book, deposit(1, 2_000), key=key, content={"setoran": 2_000})
    assert refusal.value.code == "key_reused"
    with refused("ledger_submission_key_unique"):
        pen.submission(entries=0, key=key)
    send(mawar(), deposit(1, 1_000), key=key, content={"lain": True})  # another book knows nothing of it


def test_content_has_one_form_whatever_the_order_it_was_typed_in(book):
    key = uuid4()
    send(book, key=key, content={"a": MEETING, "b": [1, AT], "c": chart.CASH, "d": UUID(int=7)})
    again = send(
        book,
        key=key,
        content={"d": "00000000-0000-0000-0000-000000000007", "c": "1110", "b": [1, AT.isoformat()], "a": "2026-01-07"},
    )
    assert not again.created


@pytest.mark.parametrize("other", [{"content": "{ }"}, {"content": ""}, {"content_hash": "0" * 64}])
def test_content_matches_its_hash(pen, other):
    with refused("ledger_submission_content_hash"):
        pen.submission(entries=0, **other)


def test_a_memo_matches_its_hash(pen, legs):
    for memo in ("Setoran", ""):
        with refused("ledger_entry_memo_hash"):
            pen.write(legs, memo=memo, memo_hash=digest.text_hash("lain"))


# 7. The chain.


@pytest.mark.parametrize("wrong", ["0" * 64, "", "x" * 64])
def test_an_entry_carries_its_digest(pen, legs, wrong):
    with refused("does not carry its digest"):
        pen.write(legs, digest=wrong)


@pytest.mark.parametrize("wrong", ["0" * 64, "", "x" * 64])
def test_a_submission_carries_its_digest(pen, wrong):
    with refused("does not carry its digest"):
        pen.submission(entries=0, digest=wrong)


def test_a_digest_follows_the_head_and_not_some_earlier_link(pen, legs, book):
    content_hash = digest.text_hash("{}")
    stale = digest.SealedSubmission(0, 0, AT, 0, uuid4(), content_hash)
    for earlier in (digest.genesis(book.uid), entry(book, 3).digest, Submission.objects.get().digest):
        with refused("does not carry its digest"):
            pen.submission(entries=0, key=stale.key, digest=digest.chain(earlier, stale))


@pytest.mark.parametrize(
    "hidden", [{"on": NEXT_MEETING}, {"kind": "withdrawal"}, {"memo": "Setoran"}, {"legs": 4}, {"number": 6}]
)
def test_everything_in_an_entry_is_under_its_digest(pen, legs, hidden):
    """The digest of one entry does not fit another that differs in any one thing."""
    with transaction.atomic():
        honest = pen.write(legs)
        transaction.set_rollback(True)
    with refused("does not carry|whole and in balance|leave a gap"):
        pen.write(legs, digest=honest["digest"], **hidden)


def test_a_meeting_without_money_is_a_link_too(book, pen):
    before = book.head_digest
    quiet = send(book, content={"hadir": [], "notulen": "Hujan, hanya ketua yang datang."})
    after = send(book, deposit(1, 1_000))

    assert quiet.entries == ()
    assert (quiet.submission.first_number, quiet.submission.last_number) == (None, None)
    assert quiet.submission.digest != before
    assert now(book).head_digest == after.entries[-1].digest
    with accepted():
        pen.submission(entries=0)
        pen.submission(entries=0)
    assert now(book).last_number == 5


# What the services refuse before the database has to.


def test_an_account_outside_the_chart_is_refused(book):
    with pytest.raises(ValidationError) as refusal:
        accounts_for(book, [("1110", 0, 0), ("9999", 0, 0)])
    assert refusal.value.code == "unknown_account"


def test_accounts_are_opened_once_and_found_again(book):
    wanted = [(chart.CASH, 0, 0), (chart.BANK, 0, 0), (chart.WEEKLY_SAVINGS, 9, 0)]
    first = accounts_for(book, wanted)
    again = accounts_for(book, wanted)

    assert {key: account.pk for key, account in first.items()} == {key: account.pk for key, account in again.items()}
    assert accounts_for(book, []) == {}
    assert [str(first[key]) for key in wanted] == ["Kas", "Bank", "Simpanan wajib"]


def test_posting_costs_the_same_statements_for_1_and_35_entries(book):
    whole_group = [deposit(member, 1_000) for member in range(1, 36)]
    send(book, *whole_group)

    with CaptureQueriesContext(connection) as one:
        send(book, deposit(1, 1_000))
    with CaptureQueriesContext(connection) as many:
        send(book, *whole_group)

    for queries in (one, many):
        # A savepoint, then the lock, the key, the accounts, the submission, its entries and their legs.
        assert [q["sql"].startswith('INSERT INTO "ledger_posting"') for q in queries][:7] == [False] * 6 + [True]


def test_two_plain_words_for_every_row(book):
    assert str(book) == "KSM Mawar"
    assert str(entry(book, 2)) == "2"
    assert str(Submission.objects.get().key) == str(Submission.objects.get())
    assert {str(posting) for posting in entry(book, 2).postings.all()} == {"3000", "-3000"}


def test_posting_without_anybody_and_by_somebody(book, django_user_model):
    tini = django_user_model.objects.create_user("tini", name="Tini")
    receipt = post(book=book, key=uuid4(), content={}, drafts=[opening(1_000)], by=tini, at=AT)
    assert receipt.entries[0].posted_by == receipt.submission.posted_by == tini


def test_amounts_are_read_on_their_normal_side():
    assert chart.on_normal_side(chart.CASH, 5_000) == 5_000
    assert chart.on_normal_side(chart.WEEKLY_SAVINGS, -5_000) == 5_000


def test_every_guard_that_reads_tables_fixes_where_it_looks_and_how():
    """Nobody's temporary table stands in for a real one, and no cached plan scans the books whole."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.proname, coalesce(p.proconfig, '{}') FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang"
            " WHERE p.proname LIKE 'ledger\\_%' AND l.lanname = 'plpgsql'"
            " AND p.prosrc ~ '(FROM|JOIN|UPDATE) +(ONLY +)?(public[.])?ledger_'"
        )
        guards = dict(cursor.fetchall())
    assert set(guards) == {
        "ledger_submission_arrives", "ledger_submission_filled", "ledger_entry_arrives", "ledger_posting_arrives",
        "ledger_accounts_named", "ledger_book_guard", "ledger_account_guard",
    }  # fmt: skip
    for name, config in guards.items():
        if name == "ledger_accounts_named":  # reads alone
            assert "search_path=public, pg_temp" in config
        else:
            assert {"search_path=pg_catalog, pg_temp", "row_security=off"} <= set(config)
            assert {"enable_seqscan=off", "enable_hashjoin=off", "enable_mergejoin=off"} <= set(config)
