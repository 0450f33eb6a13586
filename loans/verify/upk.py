"""What became of a UPK's loan is what its book sealed: paid, waived, written off, rescheduled, and what was taken back.

The life of each loan is derived once more from the sealed texts, in their order, from what their entries moved and from
the loan's schedule; then it is held against the rows. So instalments that a row says were spared are derived too.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.utils.translation import gettext as _

from ledger import chart, verify
from ledger.sealed import number, read, words
from ledger.verify import Books, Problem
from loans.arrears import Split, split, state
from loans.models import UpkLoan, UpkPayment
from loans.payoff import forgiven, lessened
from loans.schedule import Row
from loans.verify.steps import BEFORE, PLAN, plan

Status = UpkPayment.Status
PAYMENT, WAIVER, WRITE_OFF, RESCHEDULE = "payment", "waiver", "writeoff", "reschedule"
_NOTHING = Split(0, 0)


@dataclass(frozen=True, slots=True)
class _Sent:
    """A submission of a UPK's book. `moved` is what its entry moved, by `code.loan`; `before` the last entry before a
    waiver.
    """

    pk: int
    key: str
    by: int | None
    at: str
    first: int | None
    before: int | None
    moved: Mapping[str, int]


@dataclass(slots=True)
class _Deed:
    """What one submission did to a loan, as its row has to say it.

    While it stands, the jasa of `spares` is not asked for, and `part` was paid.
    """

    kind: str
    sent: _Sent
    row: dict[str, Any]
    spares: dict[int, int] = field(default_factory=dict)
    part: Split = _NOTHING
    stands: bool = True

    def is_told_by(self, row: Mapping[str, Any]) -> bool:
        """Whether a row says just that."""
        return row["in_place"] is True and all(row.get(name) == value for name, value in self.row.items())


@dataclass(slots=True)
class _Life:
    """A loan of a UPK as its sealed texts tell it. Each verb takes what was said and the submission that says it."""

    no: int
    principal: int
    agreed: list[Row]
    deeds: list[_Deed] = field(default_factory=list)

    @property
    def rows(self) -> list[Row]:
        """The schedule as it stands."""
        return lessened(self.agreed, [one.spares for one in self.deeds if one.stands])

    @property
    def paid(self) -> Split:
        """What the KSM has paid of it."""
        parts = [one.part for one in self.deeds if one.stands]
        return Split(sum(one.charge for one in parts), sum(one.principal for one in parts))

    @property
    def charge_left(self) -> int:
        """Jasa of the whole schedule that is not paid."""
        return sum(row.charge for row in self.rows) - self.paid.charge

    def take(self, told: Any, sent: _Sent) -> bool:
        """Go on by one text; one that does not fit the loan as it stands raises."""
        for act, verb in _VERBS.items():
            if act in told:
                verb(self, told[act], sent)
                if act == "upk_payment":
                    self._announced(told.get("announced"))
                return True
        return False

    def pay(self, said: Any, sent: _Sent) -> None:
        amount, paid, lost, spares = number(said["amount"]), self.paid, self._is_lost(), dict[int, int]()
        if payoff := said.get("payoff") is True:
            principal = self.principal - paid.principal
            part = Split(amount - principal, principal)
            spares = self._forgiven(paid.charge + part.charge, self.charge_left - part.charge)
        elif lost:  # its entry is other income, whole
            part = split(self.rows, paid.charge, paid.principal, amount, date.fromisoformat(said["on"]))
        else:
            part = Split(-self._moved(sent, chart.CHARGE_INCOME), -self._moved(sent, chart.GROUP_LOANS))
        row = {
            "status": Status.RECEIVED.value,
            "key": sent.key,
            "amount": amount,
            "on": said["on"],
            "received_by_id": sent.by,
            "principal": part.principal,
            "charge": part.charge,
            "recovery": lost,
            "payoff": payoff,
            "spared": sum(spares.values()),
            "forgiven": _text(spares),
        }
        if "remark" in said:  # it was not sealed at first
            row["remark"] = words(said["remark"])
        self.deeds.append(_Deed(PAYMENT, sent, row, spares, part))

    def _announced(self, no: Any) -> None:
        """A payment that answers an announcement has its number and its key, which was minted then."""
        if no is not None:
            self.deeds[-1].row["no"] = number(no)
            del self.deeds[-1].row["key"]

    def take_payment_back(self, said: Any, _sent: _Sent) -> None:
        back = {
            "no": number(said["no"]),
            "status": Status.REVERSED.value,
            "remark": words(said["reason"]).strip()[:200],
        }
        self._take_back(self._last(PAYMENT), back)

    def waive(self, said: Any, sent: _Sent) -> None:
        amount = number(said["amount"])
        spares = forgiven(self.rows, self.paid.charge, amount)
        row = {
            "no": 1 + sum(one.kind == WAIVER for one in self.deeds),
            "amount": amount,
            "forgiven": _text(spares),
            "key": sent.key,
            "after_number": sent.before,
        }
        self.deeds.append(_Deed(WAIVER, sent, _decided(said, sent) | row, spares))

    def take_waiver_back(self, said: Any, sent: _Sent) -> None:
        [one] = [one for one in self.deeds if one.kind == WAIVER and one.row["no"] == said["no"]]
        self._take_back(one, _undone(said, sent))

    def write_off(self, said: Any, sent: _Sent) -> None:
        paid = self.paid
        row = {
            "principal": -self._moved(sent, chart.GROUP_LOANS),
            "from_reserve": sent.moved.get(f"{chart.LOSS_ALLOWANCE}.0", 0),
            "charge": state(self.rows, paid.charge, paid.principal, date.fromisoformat(said["on"])).charge_due,
        }
        self.deeds.append(_Deed(WRITE_OFF, sent, _decided(said, sent) | row))

    def take_write_off_back(self, said: Any, sent: _Sent) -> None:
        self._take_back(self._last(WRITE_OFF), _undone(said, sent))

    def reschedule(self, said: Any, sent: _Sent) -> None:
        moved, spares = -self._moved(sent, chart.GROUP_LOANS), self._forgiven(self.paid.charge, self.charge_left)
        [fresh] = [account for account, amount in sent.moved.items() if amount == moved]
        row = {"principal": moved, "spared": sum(spares.values()), "forgiven": _text(spares), "fresh": fresh}
        self.deeds.append(_Deed(RESCHEDULE, sent, _decided(said, sent) | row, spares))

    def take_reschedule_back(self, said: Any, sent: _Sent) -> None:
        self._take_back(self._last(RESCHEDULE), _undone(said, sent))

    def _forgiven(self, paid: int, amount: int) -> dict[int, int]:
        return forgiven(self.rows, paid, amount) if amount else {}

    def _moved(self, sent: _Sent, code: str) -> int:
        return sent.moved.get(f"{code}.{self.no}", 0)

    def _is_lost(self) -> bool:
        return any(one.kind == WRITE_OFF and one.stands for one in self.deeds)

    def _last(self, kind: str) -> _Deed:
        return [one for one in self.deeds if one.kind == kind and one.stands][-1]

    def _take_back(self, deed: _Deed, told: Mapping[str, Any]) -> None:
        deed.stands = False
        deed.row |= told


_VERBS: Mapping[str, Callable[[_Life, Any, _Sent], None]] = {
    "upk_payment": _Life.pay,
    "upk_payment_taken_back": _Life.take_payment_back,
    "upk_waiver": _Life.waive,
    "upk_waiver_taken_back": _Life.take_waiver_back,
    "upk_write_off": _Life.write_off,
    "upk_write_off_taken_back": _Life.take_write_off_back,
    "upk_reschedule": _Life.reschedule,
    "upk_reschedule_taken_back": _Life.take_reschedule_back,
}


def _decided(said: Any, sent: _Sent) -> dict[str, Any]:
    """Return what the row of a decision of the BKM says, while it stands."""
    told = {"on": said["on"], "decided_on": said["decided_on"], "decision": words(said["decision"]).strip()[:200]}
    return {**told, "by_id": sent.by, "at": sent.at, "undone_at": None, "undone_by_id": None, "undone_why": ""}


def _undone(said: Any, sent: _Sent) -> dict[str, Any]:
    return {"undone_at": sent.at, "undone_by_id": sent.by, "undone_why": words(said["reason"]).strip()[:200]}


def _text(spares: Mapping[int, int]) -> dict[str, int]:
    return {str(no): amount for no, amount in spares.items()}


def _loan_of(told: Any) -> int | None:
    return next((number(told[act]["loan"]) for act in _VERBS if act in told), None)


# The first entries of both books, `e` of the UPK's submission `s` and `o` of the group's `t`, are one step.
_IN_UPK = "(e.book_id, e.number) = (k.book_id, s.first_number)"
_IN_BOTH = f"""{_IN_UPK} AND (o.book_id, o.number) = (g.book_id, t.first_number)
               AND (t.key, t.content_hash) = (s.key, s.content_hash)"""
_WAIVED = "t.content_hash = s.content_hash AND r.entry_id IS NOT DISTINCT FROM o.id"
_MOVED = f"{_IN_BOTH} AND f.replaces_id = l.id AND r.void = v.charges"
_SENT = "LEFT JOIN ledger_entry e ON e.id = {} LEFT JOIN ledger_submission s ON s.id = e.submission_id"
_SENT_TOO = "LEFT JOIN ledger_entry o ON o.id = {} LEFT JOIN ledger_submission t ON t.id = o.submission_id"
_TOLD = "jsonb_build_object('kind', '{}', 'sent', s.id, 'erased', s.content = '', 'in_place', {})"
_ROWS = f"""
    SELECT to_jsonb(r) || {_TOLD.format(PAYMENT, _IN_BOTH)} AS told
      FROM loans_upkpayment r {_SENT.format("r.upk_entry_id")} {_SENT_TOO.format("r.group_entry_id")}
     WHERE r.loan_id = l.id
    UNION ALL
    SELECT to_jsonb(r) || {_TOLD.format(WAIVER, _WAIVED)}
      FROM loans_upkwaiver r
      LEFT JOIN ledger_submission s ON s.book_id = k.book_id AND s.key = r.key
      LEFT JOIN ledger_submission t ON t.book_id = g.book_id AND t.key = r.key
      LEFT JOIN ledger_entry o ON o.book_id = t.book_id AND o.number = t.first_number
     WHERE r.loan_id = l.id
    UNION ALL
    SELECT to_jsonb(r) || {_TOLD.format(WRITE_OFF, _IN_UPK)}
      FROM loans_upkwriteoff r {_SENT.format("r.entry_id")}
     WHERE r.loan_id = l.id
    UNION ALL
    SELECT to_jsonb(r) || {_TOLD.format(RESCHEDULE, _MOVED)}
               || jsonb_build_object('fresh', {chart.GROUP_LOANS!r} || '.' || f.no)
      FROM loans_upkreschedule r {_SENT.format("r.upk_entry_id")} {_SENT_TOO.format("r.group_entry_id")}
      LEFT JOIN loans_upkloan f ON f.id = r.fresh_id
     CROSS JOIN LATERAL (
           SELECT coalesce(jsonb_object_agg(i.no, i.charge), '{{}}') AS charges FROM loans_upkinstalment i
            WHERE i.loan_id = r.fresh_id AND i.charge > 0 AND r.undone_at IS NOT NULL) v
     WHERE r.loan_id = l.id"""  # noqa: S608 (parts of our own)


@verify.register
def check_upk_deeds(books: Books) -> Iterator[Problem]:
    """What was paid, waived, written off or rescheduled of a loan of a UPK is what was sealed, and all has its row."""
    if not UpkLoan.objects.exists():
        return
    loans = verify.stream(
        f"""
        SELECT k.book_id, l.no, l.principal, (SELECT {PLAN} FROM loans_upkinstalment i WHERE i.loan_id = l.id),
               (SELECT coalesce(json_agg(r.told), '[]')::text FROM ({_ROWS}) r)
          FROM loans_upkloan l JOIN groups_upk k ON k.id = l.upk_id JOIN groups_group g ON g.id = l.group_id
         WHERE %(books)s::bigint[] IS NULL OR k.book_id = ANY(%(books)s::bigint[])
         ORDER BY k.book_id, l.no
        """,  # noqa: S608 (parts of our own)
        books,
    )
    sent = groupby(_sent(books), itemgetter(0))
    ahead = next(sent, None)
    for book, its_loans in groupby(loans, itemgetter(0)):
        while ahead and ahead[0] < book:
            ahead = next(sent, None)
        said = _by_loan(ahead[1]) if ahead and ahead[0] == book else {}
        for _book, no, principal, agreed, rows in its_loans:
            schedule = plan(agreed)
            if schedule is not None:  # else it is named with the loan
                yield from _problems(book, _Life(no, principal, schedule), said.get(no, []), json.loads(rows))


def _sent(books: Books) -> Iterator[tuple[int, str, _Sent]]:
    """Yield book, text and submission of all that was done to loans of UPKs, in order."""
    rows = verify.stream(
        rf"""
        SELECT s.book_id, s.content, s.id, s.key::text, s.posted_by_id, to_jsonb(s.posted_at) #>> '{{}}',
               s.first_number, CASE WHEN s.content LIKE '{{"upk_waiver":%%' THEN {BEFORE} END,
               (SELECT coalesce(json_object_agg(m.account, m.amount), '{{}}')::text FROM (
                    SELECT a.code || '.' || a.loan_no AS account, sum(p.amount) AS amount
                      FROM ledger_entry e JOIN ledger_posting p ON p.entry_id = e.id
                      JOIN ledger_account a ON a.id = p.account_id
                     WHERE e.submission_id = s.id GROUP BY 1) m)
          FROM ledger_submission s JOIN groups_upk k ON k.book_id = s.book_id
         WHERE (s.content LIKE '{{"upk\_%%' OR s.content LIKE '{{"announced":%%')
           AND (%(books)s::bigint[] IS NULL OR s.book_id = ANY(%(books)s::bigint[]))
         ORDER BY s.book_id, s.id
        """,  # noqa: S608 (parts of our own)
        books,
    )
    for book, content, *rest, moved in rows:
        yield book, content, _Sent(*rest, json.loads(moved))


_Said = tuple[str, _Sent]


def _by_loan(sent: Iterable[tuple[int, str, _Sent]]) -> dict[int, list[_Said]]:
    """Return what was sent of one book by the number of the loan it names; what names none is no such thing."""
    found: dict[int, list[_Said]] = defaultdict(list)
    for _book, content, one in sent:
        no = read(content, _loan_of)
        if no is not None:
            found[no].append((content, one))
    return found


def _problems(book: int, life: _Life, said: list[_Said], rows: list[dict[str, Any]]) -> Iterator[Problem]:
    if any(row["erased"] for row in rows):
        return  # the hashes still stand in the chain, but what came after cannot be derived
    for content, sent in said:
        read(content, partial(life.take, sent=sent))  # what does not fit is no deed, so that its row stands alone
    for deed in life.deeds:
        row = _row_of(deed, rows)
        if row is None:
            text = _("Something was done to a loan of the UPK, but its row is missing.")
            yield Problem(book, "ledger_submission", deed.sent.pk, text, deed.sent.first)
            continue
        rows.remove(row)
        if not deed.is_told_by(row):
            yield _wrong(book, row, deed.sent.first)
    for row in rows:
        if row["kind"] != PAYMENT or row["status"] in (Status.RECEIVED, Status.REVERSED):
            yield _wrong(book, row, None)


def _wrong(book: int, row: Mapping[str, Any], entry: int | None) -> Problem:
    text = _("What became of the UPK's loan is not what was sealed, or not what its entries and its schedule say.")
    return Problem(book, f"loans_upk{row['kind']}", row["id"], text, entry)


def _row_of(deed: _Deed, rows: Iterable[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the row that a submission wrote; where its entry was changed, the one of its key or number."""
    of_kind = [row for row in rows if row["kind"] == deed.kind]
    named = [row for row in of_kind if deed.sent.key == row.get("key") or deed.row.get("no", 0) == row.get("no")]
    return next((row for row in of_kind if row["sent"] == deed.sent.pk), next(iter(named), None))
