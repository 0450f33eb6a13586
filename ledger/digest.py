r"""The seal of the books: which bytes are hashed, and how one digest follows another.

    genesis = sha256("buku-ksm book 1\n" + book uid)
    digest  = sha256(previous digest (32 bytes) + canonical bytes)

The links of a book's chain are its submissions and their entries, as they came: a submission, its entries by number,
the next submission. A submission without entries (a meeting where no money moved) is a link all the same.

The canonical bytes are UTF-8 lines, each closed by "\n". Of a submission: the word `submission-1`; its first and last
entry number (0 and 0 for none); time of posting as whole microseconds since 1970 in UTC; the poster's user number
(0 = none); its key; its content hash. Of an entry: the word `entry-1`; number; date (`YYYY-MM-DD`); kind; time of
posting; the poster; number of the entry it reverses (0 = none); the submission's key; the submission's content hash;
the memo's hash; number of legs; then one line `code.member.loan:amount` per posting, sorted by code, member, loan and
amount. `docs/ledger-format.md` has an example to recompute by hand. The database derives the same bytes on its own
when rows arrive (`ledger/sql/guards.sql`) and refuses others.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Sealed:
    """What an entry's digest covers. `legs` are (code, member no, loan no, rupiah), debit positive."""

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


@dataclass(frozen=True, slots=True)
class SealedSubmission:
    """What a submission's digest covers. `first` and `last` are 0 when it holds no entry."""

    first: int
    last: int
    posted_at: datetime
    posted_by: int
    key: UUID
    content_hash: str


def text_hash(text: str) -> str:
    """Return sha256 of a UTF-8 text as 64 hex digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def genesis(uid: UUID) -> str:
    """Return the digest that stands before a book's first entry."""
    return text_hash(f"buku-ksm book 1\n{uid}")


def canonical(link: Sealed | SealedSubmission) -> bytes:
    """Return the bytes that stand for an entry or a submission in the chain."""
    microseconds = (link.posted_at - _EPOCH) // _MICROSECOND
    if isinstance(link, SealedSubmission):
        return (
            f"submission-1\n{link.first}\n{link.last}\n{microseconds}\n{link.posted_by}\n{link.key}\n"
            f"{link.content_hash}\n"
        ).encode()
    legs = "".join([f"{code}.{member}.{loan}:{amount}\n" for code, member, loan, amount in sorted(link.legs)])
    return (
        f"entry-1\n{link.number}\n{link.on.isoformat()}\n{link.kind}\n{microseconds}\n{link.posted_by}\n"
        f"{link.reverses}\n{link.key}\n{link.content_hash}\n{link.memo_hash}\n{len(link.legs)}\n{legs}"
    ).encode()


def chain(previous: str, link: Sealed | SealedSubmission) -> str:
    """Return the digest of a link as 64 hex digits, given the digest before it."""
    return hashlib.sha256(bytes.fromhex(previous) + canonical(link)).hexdigest()
