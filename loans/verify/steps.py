"""Every step of a loan is what was sealed when it was taken, and its money is what its entry says.

A waiver moves no money: its row alone makes instalments fall due no more. Which ones, and what jasa was due when a loan
was written off or moved, follows from the schedule and from what was paid before.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from ledger import chart, verify
from ledger.sealed import number, read, words
from ledger.verify import Books, Problem
from loans.arrears import state
from loans.models import LoanStep
from loans.payoff import forgiven, lessened, quote
from loans.schedule import Row

Kind = LoanStep.Kind
MOVED = (Kind.RESCHEDULE, Kind.RESTRUCTURE)
ENDING = (Kind.PAYOFF, *MOVED, Kind.WRITE_OFF, Kind.TAKEN_BACK)
Undone = tuple[datetime | None, int | None, str]
"""When, by whom and why something was taken back."""
STANDS: Undone = (None, None, "")
BEFORE = """coalesce(s.first_number - 1, (SELECT max(b.last_number) FROM ledger_submission b
                                              WHERE b.book_id = s.book_id AND b.id < s.id), 0)"""
"""The last entry of the book before a submission `s`."""


@dataclass(frozen=True, slots=True)
class _Read:
    """A step as its row says it, then what was sealed, then the sums of its entry on the loan's accounts, in rupiah."""

    book: int
    row: int
    no: int
    loan: int
    stood_for: int | None  # the loan it took over from
    upk_loan: int | None  # whose share it is
    member: int
    kind: str
    on: date
    decided_on: date | None
    decision: str
    principal: int
    charge: int
    waived: int
    forgiven: str
    closes: bool
    after: int
    by: int | None
    at: datetime
    undone_at: datetime | None
    undone_by: int | None
    undone_why: str
    submission: int
    content: str
    posted_by: int | None
    posted_at: datetime
    in_place: bool  # in this group's book, its entry in its submission, numbered after the step before
    before: int  # the book's last entry before the submission
    entry: int | None
    entry_on: date | None
    lent: int  # off what was lent
    jasa: int
    income: int  # other income of the loan
    left: int  # on the loan's account now
    rest_lost: bool  # the same submission wrote the rest of the loan off
    settled: tuple[int, int]  # jasa received and waived where the same submission settled it on leaving
    method: str
    agreed: list[Row] | None  # its schedule; None where nobody can read it, which is said with the loan
    paid_charge: int  # before the step
    paid_principal: int

    @property
    def undone(self) -> Undone:
        return self.undone_at, self.undone_by, self.undone_why

    def fits(self, waived: Sequence[dict[int, int]]) -> bool:
        """Whether all of it fits; `waived` is what stood waived of the loan before it."""
        return (
            self.in_place
            and (self.by, self.at, self.after) == (self.posted_by, self.posted_at, self.before)
            and self.entry_on in (None, self.on)
            and (not self.content or read(self.content, self._agrees) is True)
            and self._is_what_was_paid()
            and self._ends_as_it_says()
            and self._spares_what_it_should(waived)
        )

    def _agrees(self, told: Any) -> bool:
        """Whether it is what was sealed. Of a loan that stood for another, the reversal of that ends it."""
        if "undo" in told:
            its_own, reason = number(told["undo"]) == self.stood_for, words(told["reason"])
        elif "upk_reschedule_taken_back" in told:
            said = told["upk_reschedule_taken_back"]
            its_own, reason = number(said["fresh"]) == self.upk_loan, words(said["reason"]).strip()[:200]
        else:
            return self._is_of_the_deed(told.get("upk_reschedule", told)) and self._is_the_one(told)
        mine = self.kind, self.decision, self.decided_on, self.waived
        return its_own and self.entry is not None and mine == (Kind.TAKEN_BACK, reason, None, 0)

    def _is_of_the_deed(self, told: Any) -> bool:
        day = self.decided_on and self.decided_on.isoformat()
        mine = self.on.isoformat(), day, self.decision
        return mine == (told["on"], told["decided_on"], words(told["decision"])[:200])

    def _is_the_one(self, told: Any) -> bool:
        """Whether it is of the loan and kind that were sealed, and of the amounts that were sealed with them."""
        if "upk_reschedule" in told:
            return self.kind in MOVED
        if "leaving" in told:
            spared = number(told["waived"].get(str(self.loan), 0)) if self.kind == Kind.EXIT else 0
            return self.kind in (Kind.EXIT, Kind.WRITE_OFF) and (told["leaving"], spared) == (self.member, self.waived)
        sealed = told.get("amount") if self.kind == Kind.WAIVER else told.get("waived", 0)
        pays = told.get("amount") if self.kind == Kind.RECOVERY else self.principal + self.charge
        if self.kind == Kind.GUARANTEE:
            pays = sum(map(number, told["parts"].values()))
        mine = self.loan, self.waived, self.principal + self.charge
        return (number(told[self.kind]), number(sealed), number(pays)) == mine

    def _is_what_was_paid(self) -> bool:
        paid = self.principal, self.charge
        if self.kind == Kind.WAIVER:
            return (*paid, self.entry) == (0, 0, None)  # what it forgives is derived below
        if self.forgiven != "{}":
            return False
        if self.kind == Kind.RECOVERY:
            return paid == (self.income, 0)
        if self.kind == Kind.WRITE_OFF:  # its charge was due then, and is not money
            return (self.principal, self.jasa) == (self.lent, 0)
        if self.kind == Kind.TAKEN_BACK and read(self.content, lambda told: told["taken_back"]) is None:
            return paid == (0, 0)
        return paid == (self.lent, self.jasa)

    def _spares_what_it_should(self, waived: Sequence[dict[int, int]]) -> bool:
        """Whether instalments forgiven, and jasa that was due, are those of the schedule as it stood."""
        if self.agreed is None:
            return True
        if self.kind == Kind.WAIVER:
            spared = self.spares(waived)
            return spared is not None and read(self.forgiven, numbers) == {str(no): one for no, one in spared.items()}
        rows = lessened(self.agreed, waived)
        if self.kind == Kind.WRITE_OFF and self._is_of("leaving"):
            asked = quote(rows, self.paid_charge, self.paid_principal, self.method, self.on).charge
            return self.charge == asked - sum(self.settled)
        due = state(rows, self.paid_charge, self.paid_principal, self.on).charge_due
        if self.kind == Kind.WRITE_OFF:
            return self.charge == due
        return self.kind not in MOVED or not self._is_of("upk_reschedule") or self.waived == due

    def spares(self, waived: Sequence[dict[int, int]]) -> dict[int, int] | None:
        """Return what a waiver forgives, instalment number → rupiah; None where so much cannot be waived."""
        amount = read(self.content, lambda told: number(told["amount"]))
        try:
            rows = lessened(self.agreed or [], waived)
            return forgiven(rows, self.paid_charge, self.waived if amount is None else amount)
        except ValueError:
            return None

    def _is_of(self, act: str) -> bool:
        return read(self.content, lambda told: act in told) is True

    def _ends_as_it_says(self) -> bool:
        if self.kind == Kind.GUARANTEE:
            return not self.closes or self.undone != STANDS or self.left == 0
        ends = self.kind in ENDING or (self.kind == Kind.EXIT and not self.rest_lost)
        return self.closes == ends


def numbers(told: Any) -> dict[str, int]:
    """Return instalment number → rupiah as a row keeps it in JSON."""
    return {no: number(amount) for no, amount in told.items()}


def plan(text: str | None) -> list[Row] | None:
    """Read a schedule, as `PLAN` gives it; None where it cannot be read."""
    try:
        return [Row(no, date.fromisoformat(due_on), *money) for no, due_on, *money in json.loads(text or "[]")]
    except ValueError:  # a day outside the calendar, which only a forger writes
        return None


PLAN = "json_agg(json_build_array(i.no, i.due_on, i.principal, i.charge, i.balance) ORDER BY i.no)::text"
_DERIVED = (Kind.WAIVER, Kind.WRITE_OFF, *MOVED)  # of these something follows from the schedule


@verify.register
def check_steps(books: Books) -> Iterator[Problem]:
    """Every step of a loan is what was sealed and paid, and was taken back when and as that was sealed."""
    if not LoanStep.objects.exists():
        return
    taken_back = sealed_undoing(books)
    rows = verify.stream(
        f"""
        SELECT g.book_id, t.id, t.no, l.no, r.no, u.no, m.no, t.kind, t."on", t.decided_on, t.decision,
               t.principal, t.charge, t.waived, t.forgiven::text, t.closes, t.after_number, t.by_id, t.at,
               t.undone_at, t.undone_by_id, t.undone_why, s.id, s.content, s.posted_by_id, s.posted_at,
               s.book_id = g.book_id AND (e.id IS NULL OR e.submission_id = s.id)
                   AND t.no = 1 + (SELECT count(*) FROM loans_loanstep o WHERE o.loan_id = t.loan_id AND o.no < t.no),
               {BEFORE},
               e.number, e."on", p.lent, p.jasa, p.income,
               (SELECT a.balance FROM ledger_account a WHERE a.id = l.receivable_id),
               EXISTS (SELECT 1 FROM loans_loanstep o WHERE o.loan_id = t.loan_id AND o.submission_id = t.submission_id
                                                        AND o.kind = 'write_off'),
               coalesce((SELECT o.charge FROM loans_loanstep o WHERE o.loan_id = t.loan_id AND o.kind = 'exit'
                                                             AND o.submission_id = t.submission_id), 0),
               coalesce((SELECT o.waived FROM loans_loanstep o WHERE o.loan_id = t.loan_id AND o.kind = 'exit'
                                                             AND o.submission_id = t.submission_id), 0),
               l.method, (SELECT {PLAN} FROM loans_instalment i WHERE i.loan_id = l.id),
               l.prior_charge - v.jasa, l.principal - v.lent
          FROM loans_loanstep t JOIN loans_loan l ON l.id = t.loan_id JOIN groups_member m ON m.id = l.member_id
          JOIN groups_group g ON g.id = l.group_id JOIN ledger_submission s ON s.id = t.submission_id
          LEFT JOIN loans_loan r ON r.id = l.replaces_id LEFT JOIN loans_upkloan u ON u.id = l.upk_loan_id
          LEFT JOIN ledger_entry e ON e.id = t.entry_id
          CROSS JOIN LATERAL (
               SELECT coalesce(-sum(q.amount) FILTER (WHERE q.account_id = l.receivable_id), 0)::bigint AS lent,
                      coalesce(-sum(q.amount) FILTER (WHERE q.account_id = l.charge_income_id), 0)::bigint AS jasa,
                      coalesce(-sum(q.amount) FILTER (WHERE (a.code, a.member_no, a.loan_no)
                                                          = (%(other)s, m.no, l.no)), 0)::bigint AS income
                 FROM ledger_posting q JOIN ledger_account a ON a.id = q.account_id WHERE q.entry_id = e.id) p
          CROSS JOIN LATERAL (
               SELECT coalesce(sum(q.amount) FILTER (WHERE q.account_id = l.receivable_id), 0)::bigint AS lent,
                      coalesce(sum(q.amount) FILTER (WHERE q.account_id = l.charge_income_id), 0)::bigint AS jasa
                 FROM ledger_posting q JOIN ledger_entry b ON b.id = q.entry_id
                WHERE t.kind = ANY(%(derived)s) AND q.account_id IN (l.receivable_id, l.charge_income_id)
                  AND b.number <= t.after_number) v
         WHERE %(books)s::bigint[] IS NULL OR g.book_id = ANY(%(books)s::bigint[])
         ORDER BY g.book_id, l.no, t.no
        """,  # noqa: S608 (parts of our own)
        books,
        other=chart.OTHER_INCOME,
        derived=list(_DERIVED),
    )
    of: tuple[int, int] | None = None
    waivers: list[tuple[int | None, dict[int, int]]] = []  # of one loan: which submission took it back, what it forgave
    for *told, exit_charge, exit_waived, method, agreed, paid_charge, paid_principal in rows:
        step = _Read(*told, (exit_charge, exit_waived), method, plan(agreed), paid_charge, paid_principal)
        if of != (step.book, step.loan):
            of, waivers = (step.book, step.loan), []
        stood = [one for back, one in waivers if back is None or back > step.submission]
        if step.kind == Kind.WAIVER:
            back = taken_back_by(taken_back, step.book, _undone_by(step), after=step.submission)
            waivers.append((back and back[0], step.spares(stood) or {}))
        if not step.fits(stood):
            sentence = _("The step of the loan is not what was sealed, or not what its entry says.")
            yield Problem(step.book, "loans_loanstep", step.row, sentence, step.entry)
        elif step.undone != undoing(taken_back, step.book, _undone_by(step), after=step.submission):
            sentence = _("Whether the step was taken back, when and why, is not what was sealed.")
            yield Problem(step.book, "loans_loanstep", step.row, sentence, step.entry)


def _undone_by(step: _Read) -> tuple[Any, ...]:
    """Return what names a step where it is taken back: loan and number, the member who left, or the loan of the UPK."""

    def told(one: Any) -> tuple[Any, ...]:
        if "leaving" in one:
            return "leaving", one["leaving"], one["on"]
        if "upk_reschedule" in one:
            return "upk", one["upk_reschedule"]["loan"]
        return "step", step.loan, step.no

    return read(step.content, told) or ("step", step.loan, step.no)


Undoings = dict[tuple[Any, ...], list[tuple[int, Undone]]]


def sealed_undoing(books: Books) -> Undoings:
    """Return what was taken back and by which submission, by book and by what names it there, in their order."""
    rows = verify.stream(
        """
        SELECT s.book_id, s.id, s.content, s.posted_at, s.posted_by_id
          FROM ledger_submission s JOIN groups_group g ON g.book_id = s.book_id
         WHERE (content LIKE '%%"undo":%%' OR content LIKE '%%"undo_leaving":%%'
                OR content LIKE '{"upk_reschedule_taken_back":%%')
           AND (%(books)s::bigint[] IS NULL OR s.book_id = ANY(%(books)s::bigint[]))
         ORDER BY s.id
        """,
        books,
    )
    found: Undoings = defaultdict(list)
    for book, submission, content, at, by in rows:
        told = read(content, _undoing)
        if told:
            name, reason = told
            found[(book, *name)].append((submission, (at, by, reason)))
    return found


def _undoing(told: Any) -> tuple[tuple[Any, ...], str] | None:
    if "undo" in told:
        return ("step", told["undo"], told["step"]), words(told["reason"])
    if "undo_leaving" in told:
        return ("leaving", told["undo_leaving"], told["on"]), words(told["reason"])
    if "upk_reschedule_taken_back" in told:
        said = told["upk_reschedule_taken_back"]
        return ("upk", said["loan"]), words(said["reason"]).strip()[:200]
    return None


def taken_back_by(found: Undoings, book: int, name: tuple[Any, ...], *, after: int) -> tuple[int, Undone] | None:
    """Return which submission took back something of that submission, and how that was sealed."""
    return next((one for one in found.get((book, *name), []) if one[0] > after), None)


def undoing(found: Undoings, book: int, name: tuple[Any, ...], *, after: int) -> Undone:
    """Return when, by whom and why something of that submission was taken back; `STANDS` where it was not."""
    back = taken_back_by(found, book, name, after=after)
    return back[1] if back else STANDS


@verify.register
def check_lost_steps(books: Books) -> Iterator[Problem]:
    """Every entry that a step made, or that takes back what was lent, has its step; so has one without money."""
    rows = verify.stream(
        """
        SELECT e.book_id, e.number
          FROM ledger_entry e JOIN groups_group g ON g.book_id = e.book_id
         WHERE (e.kind = ANY(%(kinds)s) OR e.reverses_id IS NOT NULL)
           AND (%(books)s::bigint[] IS NULL OR e.book_id = ANY(%(books)s::bigint[]))
           AND EXISTS (SELECT 1 FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id
                         JOIN loans_loan l ON l.group_id = g.id AND l.no = a.loan_no
                        WHERE p.entry_id = e.id AND p.amount < 0
                          AND a.code = ANY(CASE WHEN e.reverses_id IS NULL THEN %(codes)s ELSE %(lent)s END)
                          AND NOT EXISTS (SELECT 1 FROM loans_loanstep t WHERE t.loan_id = l.id
                                                    AND (t.entry_id = e.id OR (e.reverses_id IS NOT NULL
                                                         AND t.submission_id = e.submission_id))))
         ORDER BY e.book_id, e.number
        """,
        books,
        kinds=[kind.value for kind in Kind],
        codes=[chart.MEMBER_LOANS, chart.CHARGE_INCOME, chart.OTHER_INCOME],
        lent=[chart.MEMBER_LOANS],
    )
    for book, entry in rows:
        yield Problem(book, "entry", entry, _("The step of a loan that it belongs to is missing."), entry)
    rows = verify.stream(
        """
        SELECT s.book_id, s.id, s.content FROM ledger_submission s JOIN groups_group g ON g.book_id = s.book_id
         WHERE s.first_number IS NULL AND content LIKE '%%"waiver":%%'
           AND (%(books)s::bigint[] IS NULL OR s.book_id = ANY(%(books)s::bigint[]))
           AND NOT EXISTS (SELECT 1 FROM loans_loanstep t WHERE t.submission_id = s.id)
         ORDER BY s.book_id, s.id
        """,
        books,
    )
    for book, submission, content in rows:
        if read(content, lambda told: number(told["waiver"])) is not None:
            yield Problem(book, "ledger_submission", submission, _("The step of a loan that it belongs to is missing."))
