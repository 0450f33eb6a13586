"""The seal of the books: which bytes of an entry are hashed, and how one digest follows another.

    genesis = sha256("buku-ksm book 1\\n" + book uid)
    digest  = sha256(previous digest (32 bytes) + canonical bytes)

The canonical bytes are UTF-8 lines, each closed by "\\n", in this order: the word `entry-1`; number; date
(`YYYY-MM-DD`); kind; time of posting as whole microseconds since 1970 in UTC; the poster's user number (0 = none);
number of the entry it reverses (0 = none); the submission's key; the submission's content hash; the memo's hash;
number of legs; then one line `code.member.loan:amount` per posting, sorted by code, member, loan and amount.
The database derives the same bytes on its own when postings arrive (`ledger/sql/guards.sql`) and refuses others.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a digest covers. `legs` are (code, member number, loan number, amount in rupiah, debit positive)."""

    number: int
    on: date
    kind: str
    posted_at: datetime
    posted_by: int
    reverses: int
    key: UUID
    content_hash: str
    memo_hash: str
    legs: tuple[tuple[str, int, int, int], ...]


def text_hash(text: str) -> str:
    """Return sha256 of a UTF-8 text as 64 hex digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def genesis(uid: UUID) -> str:
    """Return the digest that stands before a book's first entry."""
    return text_hash(f"buku-ksm book 1\n{uid}")


def canonical(entry: Sealed) -> bytes:
    """Return the bytes that stand for an entry in the chain."""
    microseconds = (entry.posted_at - _EPOCH) // timedelta(microseconds=1)
    lines: Iterable[object] = (
        "entry-1",
        entry.number,
        entry.on.isoformat(),
        entry.kind,
        microseconds,
        entry.posted_by,
        entry.reverses,
        entry.key,
        entry.content_hash,
        entry.memo_hash,
        len(entry.legs),
        *(f"{code}.{member}.{loan}:{amount}" for code, member, loan, amount in sorted(entry.legs)),
    )
    return "".join(f"{line}\n" for line in lines).encode()


def chain(previous: str, entry: Sealed) -> str:
    """Return the digest of `entry` as 64 hex digits, given the digest before it."""
    return hashlib.sha256(bytes.fromhex(previous) + canonical(entry)).hexdigest()
