"""The only way money enters the books from Python: open a book, post drafts under a key, reverse, close.

Everything here is a handful of multi-row statements, however many entries one submission holds.
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from ledger import chart, digest
from ledger.announce import announce
from ledger.chart import CHART, rupiah
from ledger.models import Account, Book, Closing, Entry, Posting, Submission
from ledger.rows import array, columns_of, fetch, insert, insert_rows, instances, select_list

if TYPE_CHECKING:
    from users.models import User

AccountKey = tuple[str, int, int]  # chart code, member number, loan number; 0 where none


@dataclass(frozen=True, slots=True)
class Leg:
    """One side of an entry: an account of the book by its key, and whole rupiah, debit positive."""

    code: str
    amount: int
    member_no: int = 0
    loan_no: int = 0

    @property
    def key(self) -> AccountKey:
        return self.code, self.member_no, self.loan_no


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry that is not yet in the book. `legs` need not be merged; legs of 0 are dropped."""

    on: date
    kind: str
    legs: tuple[Leg, ...]
    memo: str = ""
    reverses: Entry | None = None
    tag: Any = field(default=None, compare=False)  # whatever the caller wants to find the entry by


@dataclass(frozen=True)
class Receipt:
    """What a submission came to; `rows` are its entries as the table holds them, none when it was posted before."""

    submission: Submission
    rows: Sequence[tuple[Any, ...]]
    created: bool

    @property
    def entry_ids(self) -> list[int]:
        """Primary keys of the entries, in the order of the drafts."""
        return [row[0] for row in self.rows]

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """The entries, in the order of the drafts."""
        return tuple(instances(Entry, self.rows))


def open_book(*, name: str, kind: str) -> Book:
    """Open an empty book."""
    uid = uuid4()
    return Book.objects.create(uid=uid, name=name, kind=kind, head_digest=digest.genesis(uid))


def lock_book(book_id: int) -> Book:
    """Hold the book until the transaction ends; everybody who posts to it waits here."""
    [book] = fetch(Book, "WHERE t.id = %s FOR NO KEY UPDATE", [book_id])
    return book


def lock_books(*book_ids: int) -> list[Book]:
    """Hold several books until the transaction ends, always in the same order, so that nobody waits in a ring."""
    held = {pk: lock_book(pk) for pk in sorted(set(book_ids))}
    return [held[pk] for pk in book_ids]


def accounts_for(book: Book, keys: Collection[AccountKey]) -> dict[AccountKey, Account]:
    """Return the accounts with these keys, opening those that do not exist. At most three statements."""
    return _opened(book, keys, _find_accounts)


class _Held(NamedTuple):
    """An account as far as posting needs it."""

    pk: int
    balance: int  # rupiah, debit positive


Found = TypeVar("Found")
Finder = Callable[[Book, Sequence[AccountKey]], dict[AccountKey, Found]]


def _opened(book: Book, keys: Collection[AccountKey], find: Finder[Found]) -> dict[AccountKey, Found]:
    """Find accounts, opening those that do not exist."""
    wanted = sorted(set(keys))
    if unknown := sorted({code for code, _m, _l in wanted} - CHART.keys()):
        raise ValidationError(_("There is no account %(code)s."), code="unknown_account", params={"code": unknown[0]})
    found = find(book, wanted)
    if missing := [key for key in wanted if key not in found]:
        Account.objects.bulk_create(
            [Account(book=book, code=code, member_no=member, loan_no=loan) for code, member, loan in missing],
            ignore_conflicts=True,
        )
        found |= find(book, missing)
    return found


def _named(columns: str, book: Book, keys: Sequence[AccountKey]) -> list[tuple[Any, ...]]:
    """Return these columns of a book's accounts, as `t`, that have one of the keys."""
    if not keys:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {columns} FROM ledger_accounts_named(%s, %s, %s, %s) t",  # noqa: S608 (names of our own columns)
            [book.pk, *(array(part) for part in zip(*keys, strict=True))],
        )
        return cursor.fetchall()


def _find_accounts(book: Book, keys: Sequence[AccountKey]) -> dict[AccountKey, Account]:
    found = instances(Account, _named(select_list(Account, "t"), book, keys))
    return {(a.code, a.member_no, a.loan_no): a for a in found}


def _find_held(book: Book, keys: Sequence[AccountKey]) -> dict[AccountKey, _Held]:
    found = _named("t.code, t.member_no, t.loan_no, t.id, t.balance", book, keys)
    return {(code, member, loan): _Held(*rest) for code, member, loan, *rest in found}


def canonical_content(content: Mapping[str, Any]) -> str:
    """Return the one text that stands for what was sent: JSON with sorted keys, dates in ISO form."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)


def _plain(value: object) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value)


def find_submission(book: Book, key: UUID, content: str) -> Submission | None:
    """Return what was posted under this key before, or None. Refuse the key with other content (`key_reused`)."""
    earlier = next(iter(fetch(Submission, "WHERE t.book_id = %s AND t.key = %s", [book.pk, key])), None)
    if earlier and earlier.content_hash != digest.text_hash(content):
        raise ValidationError(
            _("This form was already sent with other content. Open its page again to see what is in the book."),
            code="key_reused",
        )
    return earlier


def post(
    *,
    book: Book,
    key: UUID,
    content: Mapping[str, Any],
    drafts: Sequence[Draft],
    by: "User | None",
    at: datetime,
) -> Receipt:
    """Write one submission with its entries, all or nothing; the caller may already hold `lock_book(book.pk)`.

    Sending the same `key` with the same content again posts nothing and returns the first submission. Refused:
    other content under a known key, a date in a closed period, legs that do not sum to 0, an amount that would take
    cash, savings or a loan below 0, an entry reversed before.
    """
    text = canonical_content(content)
    with transaction.atomic():
        book = lock_book(book.pk)
        if earlier := find_submission(book, key, text):
            return Receipt(earlier, (), created=False)
        return post_locked(book=book, key=key, text=text, drafts=drafts, by=by, at=at)


def post_locked(
    *, book: Book, key: UUID, text: str, drafts: Sequence[Draft], by: "User | None", at: datetime
) -> Receipt:
    """Write a submission into a book the caller holds by `lock_book` and under a key she knows to be new."""
    _refuse_reversed([draft.reverses for draft in drafts if draft.reverses])
    for draft in drafts:
        _check(book, draft)
    whole = [_merge(draft) for draft in drafts]
    accounts = _opened(book, {leg.key for legs in whole for leg in legs}, _find_held)
    _check_floors(accounts, whole)
    submission = _seal_submission(book=book, key=key, text=text, entries=len(drafts), by=by, at=at)
    insert(submission)
    rows = _write_entries(book, submission, drafts, whole)
    ids = [row[0] for row in rows]
    _write_postings(book, ids, drafts, whole, accounts)
    if drafts:
        announce(book.pk, min(draft.on for draft in drafts))
    return Receipt(submission, rows, created=True)


def _check(book: Book, draft: Draft) -> None:
    if book.closed_through and draft.on <= book.closed_through:
        raise ValidationError(
            _("The book is closed through %(on)s. Ask the coordinator to correct it in the current period."),
            code="closed",
            params={"on": book.closed_through.strftime("%d-%m-%Y")},
        )
    if sum(leg.amount for leg in draft.legs) != 0:
        raise ValueError(f"legs of {draft.kind} on {draft.on} do not sum to 0")
    if draft.reverses is not None and not draft.memo:
        raise ValidationError(_("Write why it is corrected."), code="reason_required")


def _merge(draft: Draft) -> tuple[Leg, ...]:
    """Return the legs with those of one account added up and zeros dropped, in a stable order."""
    totals: dict[AccountKey, int] = {}
    for leg in draft.legs:
        totals[leg.key] = totals.get(leg.key, 0) + leg.amount
    legs = tuple(
        Leg(code, amount, member, loan) for (code, member, loan), amount in sorted(totals.items()) if amount != 0
    )
    if len(legs) < 2:
        raise ValueError(f"{draft.kind} on {draft.on} moves no money")
    return legs


def _check_floors(accounts: Mapping[AccountKey, _Held], whole: Iterable[Sequence[Leg]]) -> None:
    """Say in words what the database would refuse. The database judges again."""
    change: dict[AccountKey, int] = {}
    for legs in whole:
        for leg in legs:
            change[leg.key] = change.get(leg.key, 0) + leg.amount
    for key, amount in change.items():
        line = CHART[key[0]]
        if line.floored and line.sign * (accounts[key].balance + amount) < 0 and line.sign * amount < 0:
            raise ValidationError(
                _("%(account)s would fall below 0: there is %(has)s, %(needs)s is needed."),
                code="below_zero",
                params={
                    "account": line.name,
                    "balance": line.sign * accounts[key].balance,
                    "amount": -line.sign * amount,
                    "has": rupiah(line.sign * accounts[key].balance),
                    "needs": rupiah(-line.sign * amount),
                    "key": key,
                },
            )


def _seal_submission(*, book: Book, key: UUID, text: str, entries: int, by: "User | None", at: datetime) -> Submission:
    first, last = (book.last_number + 1, book.last_number + entries) if entries else (0, 0)
    content_hash = digest.text_hash(text)
    link = digest.SealedSubmission(first, last, at, by.pk if by else 0, key, content_hash)
    return Submission(
        book=book,
        key=key,
        content=text,
        content_hash=content_hash,
        first_number=first or None,
        last_number=last or None,
        posted_by=by,
        posted_at=at,
        digest=digest.chain(book.head_digest, link),
    )


def _write_entries(
    book: Book, submission: Submission, drafts: Sequence[Draft], whole: Sequence[Sequence[Leg]]
) -> list[tuple[Any, ...]]:
    """Seal the entries of one submission, each after the one before it, and write them in one statement."""
    previous, posted_by, at = submission.digest, submission.posted_by_id, submission.posted_at
    rows = []
    for number, (draft, legs) in enumerate(zip(drafts, whole, strict=True), start=book.last_number + 1):
        memo_hash = digest.text_hash(draft.memo)
        previous = digest.chain(
            previous,
            digest.Sealed(
                number=number,
                on=draft.on,
                kind=draft.kind,
                posted_at=at,
                posted_by=posted_by or 0,
                reverses=draft.reverses.number if draft.reverses else 0,
                key=submission.key,
                content_hash=submission.content_hash,
                memo_hash=memo_hash,
                legs=tuple((leg.code, leg.member_no, leg.loan_no, leg.amount) for leg in legs),
            ),
        )
        reverses = draft.reverses.pk if draft.reverses else None
        rows.append(
            (
                *(book.pk, submission.pk, number, draft.on, draft.kind, draft.memo, memo_hash, len(legs)),
                *(posted_by, at, reverses, previous),
            )
        )
    ids = insert_rows(Entry, columns_of(Entry)[1:], rows)
    return [(pk, *row) for pk, row in zip(ids, rows, strict=True)]


def _write_postings(
    book: Book,
    ids: Sequence[int],
    drafts: Sequence[Draft],
    whole: Sequence[Sequence[Leg]],
    accounts: Mapping[AccountKey, _Held],
) -> None:
    """Write all legs in one statement: floors are judged after the last of them."""
    insert_rows(
        Posting,
        ("book_id", "entry_id", "on", "account_id", "amount"),
        [
            (book.pk, entry_id, draft.on, accounts[leg.key].pk, leg.amount)
            for entry_id, draft, legs in zip(ids, drafts, whole, strict=True)
            for leg in legs
        ],
    )


def reversal_of(entry: Entry, *, reason: str, on: date | None = None) -> Draft:
    """Return the draft that mirrors a posted entry on its own date; `on` names another day for a closed period.

    Refused: no reason, an entry that was reversed before, a reversal (`ValidationError`).
    """
    reason = reason.strip()
    if not reason:
        raise ValidationError(_("Write why it is corrected."), code="reason_required")
    if entry.reverses_id is not None:
        raise ValidationError(_("A correction is not corrected; correct what replaced it."), code="is_reversal")
    _refuse_reversed([entry])
    postings = Posting.objects.filter(entry=entry).select_related("account").order_by("pk")
    return Draft(
        on=on or entry.on,
        kind=entry.kind,
        memo=reason[:200],
        reverses=entry,
        legs=tuple(Leg(p.account.code, -p.amount, p.account.member_no, p.account.loan_no) for p in postings),
    )


def _refuse_reversed(entries: Sequence[Entry]) -> None:
    """Refuse entries that were reversed before. Under the book's lock the answer stays true."""
    if entries and (earlier := Entry.objects.filter(reverses__in=entries).select_related("reverses").first()):
        raise ValidationError(
            _("Entry %(number)s was already corrected."),
            code="reversed",
            params={"number": earlier.reverses.number if earlier.reverses else 0},
        )


def close_through(*, book: Book, on: date) -> Book:
    """Close the book up to and including a day. Never goes back (`ValidationError`, `closed`)."""
    with transaction.atomic():
        book = lock_book(book.pk)
        if book.closed_through and on < book.closed_through:
            raise ValidationError(_("The book is already closed through a later day."), code="closed")
        book.closed_through = on
        book.save(update_fields=["closed_through"])
        return book


def balance_on(*, book: Book, code: str, on: date) -> int:
    """Return what an account of the whole book held at the end of a day: rupiah, debit positive. Two statements."""
    account = Account.objects.filter(book=book, code=code, member_no=0, loan_no=0).first()
    if account is None:
        return 0
    later = Posting.objects.filter(account=account, on__gt=on).aggregate(total=Sum("amount"))["total"]
    return account.balance - (later or 0)


def close(*, book: Book, on: date, by: "User | None", at: datetime) -> Closing:
    """Close the book through a day and write down by whom, and what box and bank held; sealed as a link of its own.

    Whether a period may be closed is for the caller to judge. Refused: a day before the one it is closed through, or
    that day again (`closed`).
    """
    with transaction.atomic():
        book = close_through(book=book, on=on)
        if Closing.objects.filter(book=book, through=on).exists():
            raise ValidationError(_("This period is already closed."), code="closed")
        cash, bank = (balance_on(book=book, code=code, on=on) for code in (chart.CASH, chart.BANK))
        text = canonical_content({"bank": bank, "cash": cash, "closing": on})
        sealed = post_locked(book=book, key=uuid4(), text=text, drafts=(), by=by, at=at).submission
        return Closing.objects.create(
            book=book,
            through=on,
            last_number=book.last_number,
            head_digest=sealed.digest,
            cash=cash,
            bank=bank,
            closed_by=by,
            closed_at=at,
        )
