"""What only loans know of the books: every loan is what was paid out, on the terms that were sealed or asked for."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from ledger import chart, verify
from ledger.sealed import number, read, words
from ledger.verify import Books, Problem
from loans.arrears import InvalidPayment, prior_credit
from loans.models import Loan, UpkLoan, UpkLoanRequest
from loans.schedule import Terms, schedule, terms_for_share

_OPENING = "opening"
_PLAN = "json_agg(json_build_array(i.no, i.due_on, i.principal, i.charge, i.balance) ORDER BY i.no)"

# The entry that lent a loan: the first that stands on its account as a debit and takes nothing back.
_PAID_OUT = """
          LEFT JOIN LATERAL (
               SELECT q.amount, e."on", e.kind, e.number, s.content
                 FROM ledger_posting q JOIN ledger_entry e ON e.id = q.entry_id
                 JOIN ledger_submission s ON s.id = e.submission_id
                WHERE q.account_id = l.receivable_id AND q.amount > 0 AND e.reverses_id IS NULL
                ORDER BY e.number LIMIT 1) p ON true"""


@dataclass(frozen=True, slots=True)
class _Read:
    """A loan as its row says it, beside the entry that lent it and its stored schedule.

    `terms` and `asked` are seven columns each: principal, periods, unit, rate, per, method, rounding.
    """

    book: int
    table: str
    row: int
    no: int
    in_place: bool  # its accounts are those of its book, member and number
    prior: tuple[int, int]  # principal, charge
    disbursed_on: date
    terms: Sequence[Any]
    asked: Sequence[Any]  # on which it was asked for; of a share, those of the whole loan
    is_share: bool
    lent: int | None
    lent_on: date | None
    kind: str | None
    entry: int | None
    content: str | None
    plan: list[list[Any]]
    charge: int | None = None
    request_no: int | None = None

    def problems(self) -> Iterator[Problem]:
        """Say what does not fit."""
        if not self.in_place:
            yield self._wrong(_("It is not the loan of the member and accounts it was paid out to."))
        try:
            terms = _terms(self.terms)
            rows = schedule(terms, disbursed_on=self.disbursed_on)
        except (ValueError, OverflowError):
            yield self._wrong(_("Nobody can lend on its terms."))
            return
        if not self._was_lent(terms.principal, rows):
            yield self._wrong(_("Its principal, its day, or what counts as paid before, is not what the entries say."))
        if any(terms != other for other in self._agreed(terms)):
            yield self._wrong(_("Its terms are not those it was lent on."))
        due = [[one.no, one.due_on.isoformat(), one.principal, one.charge, one.balance] for one in rows]
        if self.plan != due or self.charge not in (None, sum(one.charge for one in rows)):
            yield self._wrong(_("Its instalments are not those of its terms."))

    def _wrong(self, sentence: str) -> Problem:
        return Problem(self.book, self.table, self.row, sentence, self.entry)

    def _was_lent(self, principal: int, rows: Sequence[Any]) -> bool:
        if self.lent is not None and self.kind != _OPENING:
            return (self.lent, self.lent_on, self.prior) == (principal, self.disbursed_on, (0, 0))
        try:
            charge, returned = prior_credit(rows, principal - (self.lent or 0))
        except InvalidPayment:
            return False
        return self.prior == (returned, charge)

    def _agreed(self, terms: Terms) -> Iterator[Terms | None]:
        """Yield what is known of the terms besides the row: as sealed, else as asked for."""
        sealed = read(self.content or "", lambda told: self._sealed(told, terms.principal))
        if sealed is not None:
            yield sealed
        elif self.kind not in (None, _OPENING) and self.asked[0] is not None:
            try:
                asked = _terms(self.asked)
                yield terms_for_share(asked, terms.principal) if self.is_share else asked
            except ValueError:
                yield None

    def _sealed(self, told: Any, principal: int) -> Terms | None:
        """Return the terms a submission seals of this loan; None where it seals none, like the first sheets of all."""
        of_upk = told.get("upk_loan") or told.get("upk_reschedule") or {}
        if "terms" in of_upk:
            whole = _told(of_upk["terms"])
            return terms_for_share(whole, principal) if self.is_share else whole
        if "terms" in told:
            return _told(told["terms"])
        for one in told.get("lent", []):
            if one["request_no"] == self.request_no:
                return _told(one)
        for one in told.get("lendings", []):
            if one["no"] == self.no:
                return _told(one)
        return None


@verify.register
def check_loans(books: Books) -> Iterator[Problem]:
    """Every loan of a member is what was paid out to her, on its terms, with the instalments of these."""
    if not Loan.objects.exists():
        return  # a plan of so many tables takes longer than all other checks of a small book
    rows = verify.stream(
        f"""
        SELECT g.book_id, l.id, l.no,
               m.group_id = l.group_id AND coalesce(
                   (r.book_id, r.code::text, r.member_no, r.loan_no) = (g.book_id, %(lent)s, m.no, l.no)
                   AND (c.book_id, c.code::text, c.member_no, c.loan_no) = (g.book_id, %(income)s, m.no, l.no), false),
               l.prior_principal, l.prior_charge, l.disbursed_on,
               l.principal, l.periods, l.unit, l.rate, l.rate_per, l.method, l.round_to,
               coalesce(q.amount, u.principal), coalesce(q.periods, u.periods), coalesce(q.unit, u.unit),
               coalesce(q.rate, u.rate), coalesce(q.rate_per, u.rate_per), coalesce(q.method, u.method),
               coalesce(q.round_to, u.round_to), u.id IS NOT NULL,
               p.amount, p."on", p.kind, p.number, p.content,
               (SELECT {_PLAN} FROM loans_instalment i WHERE i.loan_id = l.id), q.no
          FROM loans_loan l JOIN groups_group g ON g.id = l.group_id JOIN groups_member m ON m.id = l.member_id
          LEFT JOIN ledger_account r ON r.id = l.receivable_id LEFT JOIN ledger_account c ON c.id = l.charge_income_id
          LEFT JOIN loans_loanrequest q ON q.id = l.request_id LEFT JOIN loans_upkloan u ON u.id = l.upk_loan_id
          {_PAID_OUT}
         WHERE %(books)s::bigint[] IS NULL OR g.book_id = ANY(%(books)s::bigint[])
         ORDER BY g.book_id, l.no
        """,  # noqa: S608 (parts of our own)
        books,
        lent=chart.MEMBER_LOANS,
        income=chart.CHARGE_INCOME,
    )
    for book, row, no, in_place, principal, charge, on, *rest in rows:
        terms, asked, (is_share, *lent, plan, request_no) = rest[:7], rest[7:14], rest[14:]
        prior = (principal, charge)
        yield from _Read(
            book, "loans_loan", row, no, in_place, prior, on, terms, asked, is_share, *lent, _plain(plan), None,
            request_no,
        ).problems()  # fmt: skip


@verify.register
def check_upk_loans(books: Books) -> Iterator[Problem]:
    """Every loan of a UPK is what it paid out to the KSM, on its terms, with the instalments of these."""
    if not UpkLoan.objects.exists():
        return
    rows = verify.stream(
        f"""
        SELECT k.book_id, l.id, l.no,
               coalesce((r.book_id, r.code::text, r.member_no, r.loan_no) = (k.book_id, %(lent)s, 0, l.no)
                   AND (c.book_id, c.code::text, c.member_no, c.loan_no) = (k.book_id, %(income)s, 0, l.no)
                   AND (SELECT count(*) FROM ledger_account a
                         WHERE a.book_id = g.book_id AND a.member_no = 0 AND a.loan_no = l.no
                           AND (a.id, a.code) IN ((l.owed_id, %(owed)s), (l.held_id, %(held)s),
                                                  (l.charge_cost_id, %(cost)s))) = 3, false),
               l.disbursed_on, l.charge, l.principal, l.periods, l.unit, l.rate, l.rate_per, l.method, l.round_to,
               q.amount, q.periods, q.unit, q.rate, q.rate_per, q.method, q.round_to,
               p.amount, p."on", p.kind, p.number, p.content,
               (SELECT {_PLAN} FROM loans_upkinstalment i WHERE i.loan_id = l.id)
          FROM loans_upkloan l JOIN groups_upk k ON k.id = l.upk_id JOIN groups_group g ON g.id = l.group_id
          LEFT JOIN ledger_account r ON r.id = l.receivable_id LEFT JOIN ledger_account c ON c.id = l.charge_income_id
          LEFT JOIN loans_upkloanrequest q ON q.id = l.request_id
          {_PAID_OUT}
         WHERE %(books)s::bigint[] IS NULL OR k.book_id = ANY(%(books)s::bigint[])
         ORDER BY k.book_id, l.no
        """,  # noqa: S608 (parts of our own)
        books,
        lent=chart.GROUP_LOANS,
        income=chart.CHARGE_INCOME,
        owed=chart.OWED_TO_UPK,
        held=chart.HELD_FOR_UPK,
        cost=chart.CHARGE_TO_UPK,
    )
    for book, row, no, in_place, on, charge, *rest in rows:
        terms, asked, (*lent, plan) = rest[:7], rest[7:14], rest[14:]
        yield from _Read(
            book, "loans_upkloan", row, no, in_place, (0, 0), on, terms, asked, False, *lent, _plain(plan), charge
        ).problems()


@verify.register
def check_requests(books: Books) -> Iterator[Problem]:
    """A request is of a member of the group, and says that it was paid out when its loan is there, and only then."""
    rows = verify.stream(
        """
        SELECT g.book_id, q.id FROM loans_loanrequest q
          JOIN groups_group g ON g.id = q.group_id JOIN groups_member m ON m.id = q.member_id
         WHERE (%(books)s::bigint[] IS NULL OR g.book_id = ANY(%(books)s::bigint[]))
           AND (m.group_id <> g.id
                OR (q.status = 'disbursed') <> EXISTS (SELECT 1 FROM loans_loan l WHERE l.request_id = q.id))
         ORDER BY g.book_id, q.id
        """,
        books,
    )
    for book, row in rows:
        yield Problem(
            book,
            "loans_loanrequest",
            row,
            _("Who asked for it, or whether it was paid out, is not what its group and its loan say."),
        )


@verify.register
def check_upk_requests(books: Books) -> Iterator[Problem]:
    """A request to a UPK was paid out when its loan is there, and only then: as it was sealed, in the shares lent.

    Who asked, signed and decided was not sealed at first.
    """
    if not UpkLoanRequest.objects.exists():
        return
    rows = verify.stream(
        f"""
        SELECT k.book_id, q.id, p.number, p.content,
               (q.status = 'disbursed') = (l.id IS NOT NULL)
                   AND coalesce((q.upk_id, q.group_id) = (l.upk_id, l.group_id), true),
               h.shares::text, CASE WHEN l.id IS NULL THEN h.shares ELSE t.shares END::text,
               q.no, json_build_array(q.requested_on, q.requested_by_id)::text,
               json_build_array(q.signed_on, q.signed_by_id)::text,
               json_build_array(q.upk_decided_on, q.upk_decided_by_id, q.upk_decision)::text,
               json_build_array(q.bkm_decided_on, q.bkm_decided_by_id, q.bkm_decision)::text, q.gate::text,
               q.amount, q.periods, q.unit, q.rate, q.rate_per, q.method, q.round_to
          FROM loans_upkloanrequest q JOIN groups_upk k ON k.id = q.upk_id
          LEFT JOIN loans_upkloan l ON l.request_id = q.id
         CROSS JOIN LATERAL (
               SELECT coalesce(json_agg(json_build_array(CASE WHEN m.group_id = q.group_id THEN m.no ELSE -m.id END,
                                                         s.amount) ORDER BY m.no), '[]') AS shares
                 FROM loans_upkshare s JOIN groups_member m ON m.id = s.member_id WHERE s.request_id = q.id) h
         CROSS JOIN LATERAL (
               SELECT coalesce(json_agg(json_build_array(m.no, s.principal) ORDER BY m.no), '[]') AS shares
                 FROM loans_loan s JOIN groups_member m ON m.id = s.member_id
                WHERE s.upk_loan_id = l.id AND s.replaces_id IS NULL) t
          {_PAID_OUT}
         WHERE %(books)s::bigint[] IS NULL OR k.book_id = ANY(%(books)s::bigint[])
         ORDER BY k.book_id, q.no
        """,  # noqa: S608 (parts of our own)
        books,
    )
    for book, row, entry, content, in_place, shares, lent, no, requested, signed, upk, bkm, gate, *terms in rows:
        asked = _asked(shares, requested, signed, upk, bkm, gate)
        sealed = read(content or "", _upk_request)
        if in_place and shares == lent and (sealed is None or _is_sealed(sealed, no, terms, asked)):
            continue
        text = _("What was asked of the UPK, who decided on it, or whether it was paid out, is not what was sealed.")
        yield Problem(book, "loans_upkloanrequest", row, text, entry)


def _asked(shares: str, requested: str, signed: str, upk: str, bkm: str, gate: str) -> dict[str, Any] | None:
    """Return a request as it is sealed, of what its rows say; None where its points cannot be read."""
    points = read(gate, lambda told: [[one["name"], one["met"], one["have"], one["need"]] for one in told])
    told = {"requested": requested, "signed": signed, "upk": upk, "bkm": bkm, "shares": shares}
    return None if points is None else {name: json.loads(text) for name, text in told.items()} | {"gate": points}


def _upk_request(told: Any) -> tuple[int, Terms | None, Any]:
    said = told["upk_loan"]
    return number(said["request"]), _told(said["terms"]) if "terms" in said else None, said.get("asked")


def _is_sealed(sealed: tuple[int, Terms | None, Any], no: int, terms: Sequence[Any], asked: Any) -> bool:
    known, agreed, said = sealed
    try:
        fits = agreed in (None, _terms(terms))
    except (ValueError, ArithmeticError):  # terms on which nobody can lend
        fits = False
    return fits and known == no and said in (None, asked)


@verify.register
def check_lost_loans(books: Books) -> Iterator[Problem]:
    """Every account of a loan in a book of a group or a UPK that money was lent from has its loan."""
    rows = verify.stream(
        """
        SELECT a.book_id, a.id, min(p.number) FROM ledger_account a
          JOIN LATERAL (SELECT e.number FROM ledger_posting q JOIN ledger_entry e ON e.id = q.entry_id
                         WHERE q.account_id = a.id) p ON true
         WHERE (%(books)s::bigint[] IS NULL OR a.book_id = ANY(%(books)s::bigint[]))
           AND ((a.code = %(members)s AND EXISTS (SELECT 1 FROM groups_group WHERE book_id = a.book_id)
                 AND NOT EXISTS (SELECT 1 FROM loans_loan WHERE receivable_id = a.id))
                OR (a.code = %(groups)s AND EXISTS (SELECT 1 FROM groups_upk WHERE book_id = a.book_id)
                    AND NOT EXISTS (SELECT 1 FROM loans_upkloan WHERE receivable_id = a.id)))
         GROUP BY a.book_id, a.id ORDER BY a.book_id, a.id
        """,
        books,
        members=chart.MEMBER_LOANS,
        groups=chart.GROUP_LOANS,
    )
    for book, row, entry in rows:
        yield Problem(book, "account", row, _("Money was lent on it, but its loan is missing."), entry)


def _terms(columns: Sequence[Any]) -> Terms:
    principal, periods, unit, rate, rate_per, method, round_to = columns
    return Terms(principal, periods, unit, Decimal(rate), rate_per, method, round_to)


def _told(one: Any) -> Terms:
    return Terms(
        principal=number(one["principal"]),
        periods=number(one["periods"]),
        unit=one["unit"],
        rate=Decimal(words(one["rate"])),
        rate_per=one["rate_per"],
        method=one["method"],
        round_to=number(one["round_to"]),
    )


def _plain(plan: Any) -> list[list[Any]]:
    """JSON read through a bare cursor comes as text where Django has it so."""
    return (json.loads(plan) if isinstance(plan, str) else plan) or []
