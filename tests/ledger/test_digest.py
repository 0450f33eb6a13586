"""The byte string of the seal never changes: golden digests, and the same bytes from Python, SQL and sha256sum."""

import re
import subprocess
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import chart
from ledger.digest import Sealed, SealedSubmission, canonical, chain, genesis, text_hash
from ledger.models import Entry, Submission
from ledger.services import Draft, Leg, open_book, post
from tests.properties import examples

DOCUMENT = Path(__file__).parents[2] / "docs" / "ledger-format.md"

UID = UUID("7b0c1a52-3f0e-4c6e-9a41-0d5d3c1f2a90")
AT = datetime(2026, 1, 7, 2, 30, 0, 123456, tzinfo=UTC)
CONTENT = '{"hadir":["Julaika","Siti Aminah"]}'
SUBMISSION = SealedSubmission(
    first=1,
    last=2,
    posted_at=AT,
    posted_by=7,
    key=UUID("0b9f6c1e-52f4-4a0e-8a53-2f6f3a1f9d11"),
    content_hash=text_hash(CONTENT),
)
OPENING = Sealed(
    number=1,
    on=date(2026, 1, 7),
    kind="opening",
    posted_at=AT,
    posted_by=7,
    reverses=0,
    key=SUBMISSION.key,
    content_hash=SUBMISSION.content_hash,
    memo_hash=text_hash("Saldo awal"),
    legs=(("1110", 0, 0, 150_000), ("3210", 0, 0, -150_000)),
)
HAND_OVER = replace(
    OPENING,
    number=2,
    kind="hand_over",
    memo_hash=text_hash(""),
    legs=(("1110", 0, 0, 12_250), ("1210", 3, 1, -10_000), ("2110", 3, 0, -2_000), ("4110", 3, 1, -250)),
)

GOLDEN = {
    "genesis": "7e78efbde3d3f146fe45e925f038a0847413480a0c8349948feb3038cca6574f",
    "submission": "4a15d9186e72941193a5072354e3953f34ca7a5b8cdef6597488d6d0b6b8be26",
    "opening": "64e976cf1c031d0e66ac1e333095ff83b94d223ce6bb733d41c4c2d510e64a5c",
    "hand_over": "19704059f727fe4c00cceca5aa01142c5149fc8b02cee5be68841cb332090944",
}


def test_golden_digests():
    assert genesis(UID) == GOLDEN["genesis"]
    assert chain(GOLDEN["genesis"], SUBMISSION) == GOLDEN["submission"]
    assert chain(GOLDEN["submission"], OPENING) == GOLDEN["opening"]
    assert chain(GOLDEN["opening"], HAND_OVER) == GOLDEN["hand_over"]


def test_golden_bytes():
    assert canonical(HAND_OVER) == (
        b"entry-1\n2\n2026-01-07\nhand_over\n1767753000123456\n7\n0\n0b9f6c1e-52f4-4a0e-8a53-2f6f3a1f9d11\n"
        b"77e3272b40d01ef53be663539152d928998d38ab99bf299fd8832ac53b374b58\n"
        b"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
        b"4\n1110.0.0:12250\n1210.3.1:-10000\n2110.3.0:-2000\n4110.3.1:-250\n"
    )
    assert canonical(SUBMISSION) == (
        b"submission-1\n1\n2\n1767753000123456\n7\n0b9f6c1e-52f4-4a0e-8a53-2f6f3a1f9d11\n77e3272b40d01ef53be663539152d928998d38ab99bf299fd8832ac53b374b58\n"
    )


def test_the_order_of_legs_and_the_zone_of_the_clock_change_nothing():
    shuffled = replace(HAND_OVER, legs=HAND_OVER.legs[::-1], posted_at=AT.astimezone(timezone(timedelta(hours=9))))
    assert canonical(shuffled) == canonical(HAND_OVER)


def test_every_golden_digest_stands_in_the_document():
    text = DOCUMENT.read_text()
    for name, golden in GOLDEN.items():
        assert golden in text, name
    for link in (SUBMISSION, OPENING, HAND_OVER):
        assert canonical(link).decode() in text


def test_the_commands_of_the_document_give_its_digests():
    """What an outsider copies into a terminal prints what the document says it prints."""
    blocks = re.findall(r"```sh\n(.*?)```\n+prints\n+```\n([0-9a-f]{64})", DOCUMENT.read_text(), re.DOTALL)
    assert [expected for _, expected in blocks] == list(GOLDEN.values())
    script = "".join(commands for commands, _ in blocks)
    printed = subprocess.run(["bash", "-euc", script], check=True, capture_output=True, text=True).stdout
    assert re.findall(r"[0-9a-f]{64}", printed) == list(GOLDEN.values())


letters = st.characters(exclude_characters="\0", exclude_categories=["Cs"])
legs = st.lists(
    st.tuples(
        st.sampled_from([code for code, line in chart.CHART.items() if line.per == "book" and not line.floored]),
        st.integers(0, 9_999),
        st.integers(0, 9_999),
        st.integers(-(10**12), 10**12).filter(bool),
    ),
    min_size=1,
    max_size=6,
)


@pytest.mark.django_db
@settings(max_examples=examples(25))
@given(data=st.data(), parts=legs)
def test_the_database_derives_the_same_bytes(data, parts):
    """It accepts nothing else, so a posted entry proves it; its own functions say so once more."""
    on = data.draw(st.dates(date(1900, 1, 1), date(9999, 12, 31)))
    at = data.draw(st.datetimes(datetime(1901, 1, 1), datetime(9999, 12, 1), timezones=st.just(UTC)))  # noqa: DTZ001
    kind = data.draw(st.from_regex(r"\A[a-z_]{1,20}\Z"))
    memo = data.draw(st.text(letters, max_size=200))
    content = data.draw(st.dictionaries(st.text(letters, max_size=9), st.integers(), max_size=3))
    counter = Leg(chart.CAPITAL, -sum(amount for *_key, amount in parts) or 1, 10_000)
    balance = Leg(chart.RESERVE, -sum(amount for *_key, amount in parts) - counter.amount, 10_000)
    whole = (*(Leg(code, amount, member, loan) for code, member, loan, amount in parts), counter, balance)
    book = open_book(name="Buku", kind="ksm")

    receipt = post(book=book, key=uuid4(), content=content, drafts=[Draft(on, kind, whole, memo)], by=None, at=at)

    entry = Entry.objects.get(pk=receipt.entries[0].pk)
    lines = canonical(
        Sealed(
            number=1,
            on=on,
            kind=kind,
            posted_at=at,
            posted_by=0,
            reverses=0,
            key=receipt.submission.key,
            content_hash=receipt.submission.content_hash,
            memo_hash=text_hash(memo),
            legs=tuple(
                (p.account.code, p.account.member_no, p.account.loan_no, p.amount) for p in entry.postings.all()
            ),
        )
    ).decode()
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_genesis(%s), ledger_chain(%s, %s)", [book.uid, receipt.submission.digest, lines])
        assert cursor.fetchone() == (genesis(book.uid), entry.digest)
    assert Submission.objects.get(book=book).digest == receipt.submission.digest
