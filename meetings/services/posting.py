"""The one orchestrator: it takes a whole meeting and writes it, or nothing; and it corrects what was written.

Entries of a sheet stand in the order of the workbook: other money in, members' hand-overs, withdrawals,
disbursements, other money out, then the cash difference.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from groups.models import Group, Member
from groups.money import format_rupiah
from ledger import chart
from ledger import services as ledger
from ledger.announce import announce, one_announcement
from ledger.models import Book
from ledger.rows import columns_of, fetch, insert, insert_side_by_side, instances, select_list
from ledger.services import Draft, Leg
from loans import selectors as loan_selectors
from loans import services as loans
from loans.models import Leaving, Loan, LoanRequest
from loans.schedule import Terms
from loans.services import Lending, OpenLoan
from meetings.models import Attendance, CashDifference, FollowUp, HandOver, Meeting
from meetings.sheet import OtherMoney, Row, Sheet, same_person
from savings import services as savings

if TYPE_CHECKING:
    from users.models import User

HANDOVER = "handover"
WITHDRAWAL = "withdrawal"
DISBURSEMENT = "disbursement"
INCOME = "income"
EXPENSE = "expense"
DIFFERENCE = "difference"


class Refusals:
    """Gathers everything wrong with a sheet, each at its field, so that she sees it all at once."""

    def __init__(self) -> None:
        self._errors: dict[str, list[ValidationError]] = {}

    def add(self, field: str, message: str, code: str) -> None:
        self._errors.setdefault(field, []).append(ValidationError(message, code=code))

    def take(self, field: str, refusal: ValidationError) -> None:
        self._errors.setdefault(field, []).extend(refusal.error_list)

    def raise_any(self) -> None:
        if self._errors:
            raise ValidationError(self._errors)


@dataclass(frozen=True, slots=True)
class _Owner:
    """What an entry of the sheet belongs to, until its HandOver row is written."""

    member: Member | None


def post_sheet(
    *,
    group: Group,
    key: UUID,
    sheet: Sheet,
    by: "User | None",
    at: datetime,
    lendings: Sequence[Lending] = (),
    imported: bool = False,
) -> Meeting:
    """Write one meeting: attendance, minutes, count, and every hand-over as an entry of its own. All or nothing.

    The same key with the same sheet answers with the meeting it made. Refused, with every problem at its field
    (`r4-angsuran`, `r4-attendance`, `q2`, `out1`, `selisih`, …) or as a whole: a day already posted
    (`already_posted`), a closed period, a day outside the group's life, no attendance for an active member, more than
    a loan or the savings or the cash box holds, a cash difference without a reason or an owner, a count that names
    only its sender (an imported book names whom it names). `lendings` are loans of an old book, told in full.
    """
    refusals = Refusals()
    with transaction.atomic(), one_announcement():
        book, before, earlier = _opening(group, sheet.on)
        requests = _requests(group, sheet)
        content = sheet.content() | {"lendings": [_lending_content(one) for one in lendings]}
        if requests:
            content["lent"] = [{"request_no": no, **_terms(one).content()} for no, one in requests.items()]
        text = ledger.canonical_content(content)
        if earlier:
            if earlier.submission.key == key:
                ledger.find_submission(book, key, text)  # refuses other content under this key
                return earlier
            raise ValidationError(
                _("The sheet of this meeting is already in the book."),
                code="already_posted",
                params={"meeting": earlier},
            )
        _check_day(group, book, sheet.on)
        members = {m.no: m for m in fetch(Member, "WHERE t.group_id = %s ORDER BY t.no", [group.pk])}
        _check_rows(sheet, members, refusals)
        if by and not imported:
            _check_counters(sheet, by, refusals)
        open_loans = loan_selectors.by_member(loan_selectors.open_loans(group, members.values()))
        to_lend = [*_requested(requests, sheet, members, refusals), *lendings]
        drafts = [
            *_other(sheet.on, sheet.income, INCOME, refusals),
            *_hand_overs(sheet, members, open_loans, refusals),
            *_withdrawals(sheet, members),
        ]
        refusals.raise_any()
        made = loans.disburse(group=group, book=book, lendings=to_lend, on=sheet.on, by=by)
        drafts += [_disbursement(loan, sheet.on) for loan in made]
        drafts += _other(sheet.on, sheet.expenses, EXPENSE, refusals)
        refusals.raise_any()

        expected = before + _cash_moved(drafts)
        _check_cash(expected, drafts, refusals)
        difference = 0 if sheet.count.counted is None else sheet.count.counted - expected
        if difference:
            _check_difference(sheet, members, refusals, owned=not imported)
            drafts.append(_difference(sheet, difference))
        refusals.raise_any()

        try:
            receipt = ledger.post_locked(book=book, key=key, text=text, drafts=drafts, by=by, at=at)
        except ValidationError as refusal:
            raise at_its_field(refusal) from refusal
        meeting = Meeting(
            group=group,
            on=sheet.on,
            week_start=sheet.on - timedelta(days=sheet.on.weekday()),
            place=sheet.place,
            agenda=sheet.minutes.agenda,
            discussion=sheet.minutes.discussion,
            decisions=sheet.minutes.decisions,
            manner=sheet.minutes.manner,
            cash_before=before,
            cash_expected=expected,
            cash_counted=sheet.count.counted,
            count={str(value): pieces for value, pieces in sheet.count.pieces.items() if pieces},
            counted_by=sheet.count.counted_by,
            submission=receipt.submission,
            posted_by=by,
            posted_at=at,
            imported=imported,
        )
        insert(meeting)
        owner = members.get(sheet.count.owner_no or 0)
        insert_side_by_side(
            (Attendance, ("meeting_id", "member_id", "status"), _attendance(meeting, sheet, members)),
            (FollowUp, ("meeting_id", "what", "owner_id", "due_on"), _follow_ups(meeting, sheet, members)),
            (
                HandOver,
                ("meeting_id", "entry_id", "member_id"),
                [
                    (meeting.pk, entry_id, draft.tag.member and draft.tag.member.pk)
                    for draft, entry_id in zip(drafts, receipt.entry_ids, strict=True)
                ],
            ),
            (
                CashDifference,
                ("group_id", "on", "meeting_id", "entry_id", "amount", "reason", "owner_id", "resolution", "settled"),
                [
                    (
                        *(group.pk, sheet.on, meeting.pk, receipt.entry_ids[-1]),
                        *(difference, sheet.count.reason, owner and owner.pk, "", 0),
                    )
                ]
                if difference
                else [],
            ),
        )
        _decide(group, sheet, by)
        if by:
            _forget_draft(group, sheet.on, by)
        announce(book.pk, sheet.on)
        return meeting


def _lending_content(lending: Lending) -> dict[str, object]:
    terms = lending.terms
    return {
        "no": lending.no,
        "member_no": lending.member.no,
        "requested_on": lending.requested_on,
        "principal": terms.principal,
        "periods": terms.periods,
        "unit": terms.unit,
        "rate": str(terms.rate),
        "rate_per": terms.rate_per,
        "method": terms.method,
        "round_to": terms.round_to,
    }


def _check_day(group: Group, book: Book, on: date) -> None:
    if on < group.start_on:
        raise ValidationError(_("The books of this group begin later."), code="before_books")
    if group.end_on and on >= group.end_on:
        raise ValidationError(_("This group has ended."), code="ended")
    if book.closed_through and on <= book.closed_through:
        raise ValidationError(_("This week is closed. Ask the coordinator to correct it."), code="closed")


def _check_rows(sheet: Sheet, members: Mapping[int, Member], refusals: Refusals) -> None:
    named = {row.member_no: row for row in sheet.rows}
    for row in sheet.rows:
        if row.member_no not in members:
            refusals.add(f"r{row.member_no}", _("There is no member with this number."), "unknown_member")
    for no in _reckoned(named.values(), members):
        text = _("She has left, and her savings were reckoned and paid out. Take her leaving back first.")
        refusals.add(f"r{no}", text, "left")
    said = {row.member_no for row in sheet.rows if row.attendance}
    for no, member in members.items():
        if not member.is_active_on(sheet.on):
            if no in named and (named[no].received or named[no].withdrawal):
                refusals.add(f"r{no}", _("She is not a member on that day."), "not_member")
        elif no not in said:
            refusals.add(f"r{no}-attendance", _("Choose H, I, S or A."), "attendance_required")


def _reckoned(rows: Iterable[Row], members: Mapping[int, Member]) -> list[int]:
    """Return who would save or take out although her leaving was reckoned: of somebody who left. At most one query."""
    moved = [row.member_no for row in rows if row.principal or row.weekly or row.voluntary or row.withdrawal]
    left = [members[no].pk for no in moved if no in members and members[no].left_on]
    if not left:
        return []
    return list(Leaving.objects.standing().filter(member__in=left).values_list("member__no", flat=True))


def _requests(group: Group, sheet: Sheet) -> dict[int, LoanRequest]:
    """Return the requests a sheet names to be paid out, by number, whatever became of them. One query, or none."""
    numbers = [one.request_no for one in sheet.disbursements]
    if not numbers:
        return {}
    found = LoanRequest.objects.filter(group=group, no__in=numbers).select_related("member")
    return {one.no: one for one in found.order_by("requested_on", "no")}


def _terms(request: LoanRequest) -> Terms:
    return loans.terms_of(request, request.amount)


def _requested(
    requests: Mapping[int, LoanRequest], sheet: Sheet, members: Mapping[int, Member], refusals: Refusals
) -> list[Lending]:
    """Look up the requests this meeting pays out."""
    lendings = []
    for disbursement in sheet.disbursements:
        request = requests.get(disbursement.request_no)
        if request is None or not request.waits:
            refusals.add(f"q{disbursement.request_no}", _("This request was already decided."), "decided")
            continue
        lendings.append(
            Lending(
                member=members[request.member.no],
                terms=_terms(request),
                requested_on=request.requested_on,
                request=request,
                decision=disbursement.reason,
            )
        )
    return lendings


def _other(on: date, lines: Iterable[OtherMoney], kind: str, refusals: Refusals) -> list[Draft]:
    drafts = []
    prefix, sign = ("in", 1) if kind == INCOME else ("out", -1)
    for index, line in enumerate(lines, start=1):
        if line.code not in chart.FREE_CODES:
            refusals.add(f"{prefix}{index}", _("This account is not for other money."), "account_refused")
            continue
        drafts.append(
            Draft(
                on=on,
                kind=kind,
                memo=line.memo[:200],
                legs=(Leg(chart.CASH, sign * line.amount), Leg(line.code, -sign * line.amount)),
                tag=_Owner(None),
            )
        )
    return drafts


def _hand_overs(
    sheet: Sheet, members: Mapping[int, Member], open_loans: Mapping[int, list[OpenLoan]], refusals: Refusals
) -> list[Draft]:
    drafts = []
    for row in sheet.rows:
        if not row.received or row.member_no not in members:
            continue
        legs = hand_over_legs(row, sheet.on, open_loans.get(row.member_no, []), refusals)
        drafts.append(Draft(on=sheet.on, kind=HANDOVER, legs=legs, tag=_Owner(members[row.member_no])))
    return drafts


def hand_over_legs(row: Row, on: date, owed: Sequence[OpenLoan], refusals: Refusals) -> tuple[Leg, ...]:
    """Return the legs of one member's hand-over; what cannot be goes to `refusals` at its field."""
    legs = list(
        savings.deposit(member_no=row.member_no, principal=row.principal, weekly=row.weekly, voluntary=row.voluntary)
    )
    for payment in row.payments:
        if not payment.amount:
            continue
        field = f"r{row.member_no}-angsuran" + (f"-{payment.loan_no}" if payment.loan_no else "")
        loan = next(
            (o for o in owed if payment.loan_no in (None, o.loan.no) and (payment.loan_no or o.remaining)), None
        )
        if loan is None:
            refusals.add(field, _("There is no open loan to pay."), "no_loan")
            continue
        try:
            legs.extend(loan.repay(payment.amount, on))
        except ValidationError as refusal:
            refusals.take(field, refusal)
    if row.fine:
        legs.append(Leg(chart.FINES, -row.fine))
    if row.social:
        legs.append(Leg(chart.SOCIAL_FUND, -row.social))
    return Leg(chart.CASH, -sum(leg.amount for leg in legs)), *legs


def _withdrawals(sheet: Sheet, members: Mapping[int, Member]) -> list[Draft]:
    return [
        Draft(
            on=sheet.on,
            kind=WITHDRAWAL,
            legs=savings.withdraw(member_no=row.member_no, amount=row.withdrawal),
            tag=_Owner(members[row.member_no]),
        )
        for row in sheet.rows
        if row.withdrawal and row.member_no in members
    ]


def _disbursement(loan: Loan, on: date) -> Draft:
    legs = loans.disbursement(member_no=loan.member.no, loan_no=loan.no, principal=loan.principal, blocked=loan.blocked)
    return Draft(on=on, kind=DISBURSEMENT, legs=legs, tag=_Owner(loan.member))


def _difference(sheet: Sheet, difference: int) -> Draft:
    return Draft(
        on=sheet.on,
        kind=DIFFERENCE,
        memo=sheet.count.reason[:200],
        legs=(Leg(chart.CASH, difference), Leg(chart.CASH_DIFFERENCE, -difference)),
        tag=_Owner(None),
    )


_FORGET_DRAFT = 'DELETE FROM meetings_sheetdraft WHERE group_id = %s AND "on" = %s AND by_id = %s'


def _opening(group: Group, on: date) -> tuple[Book, int, Meeting | None]:
    """Hold the book as `ledger.lock_book` does; return it, its cash as at a day, and that day's meeting. One statement.

    What is dated later is not in the cash.
    """
    width = len(columns_of(Book))
    with connection.cursor() as cursor:
        cursor.execute(_select_opening(), [group.book_id, group.pk, on])
        row = cursor.fetchone()
    [book] = instances(Book, [row[:width]])
    cash, *meeting = row[width:]
    return book, cash, next(iter(instances(Meeting, [meeting] if meeting[0] else [])), None)


@lru_cache
def _select_opening() -> str:
    columns = f"{select_list(Book, '(f.b)')}, f.cash, {select_list(Meeting, '(f.m)')}"
    return f"SELECT {columns} FROM meetings_opening(%s, %s, %s) f"  # noqa: S608 (names of our own columns)


def _cash_moved(drafts: Iterable[Draft]) -> int:
    return sum(leg.amount for draft in drafts for leg in draft.legs if leg.code == chart.CASH)


def _check_cash(expected: int, drafts: Sequence[Draft], refusals: Refusals) -> None:
    if expected < 0:
        out = -_cash_moved([draft for draft in drafts if _cash_moved([draft]) < 0])
        refusals.add(
            "kas",
            _("The box holds %(have)s, but %(out)s is to be paid out.")
            % {"have": format_rupiah(expected + out), "out": format_rupiah(out)},
            "cash_short",
        )


def _check_counters(sheet: Sheet, by: "User", refusals: Refusals) -> None:
    """Two people count the box: the sender, and somebody else who is named."""
    if sheet.count.counted is not None and same_person(sheet.count.counted_by, by.name):
        refusals.add("c-by", _("Two people count the box: write who counted with you."), "two_names")


def _check_difference(sheet: Sheet, members: Mapping[int, Member], refusals: Refusals, *, owned: bool) -> None:
    """A difference has a reason and somebody who looks after it; an old book (not `owned`) tells the reason alone."""
    if not sheet.count.reason.strip():
        refusals.add("selisih", _("Write why the box and the book differ."), "reason_required")
    if owned and sheet.count.owner_no not in members:
        refusals.add("d-owner", _("Choose who looks after it."), "owner_required")


def at_its_field(refusal: ValidationError) -> ValidationError:
    """Put the ledger's word about one member's savings at her withdrawal."""
    (first, *_rest) = refusal.error_list
    code, member_no, _loan_no = (first.params or {}).get("key", ("", 0, 0))
    if first.code == "below_zero" and member_no:
        return ValidationError({f"r{member_no}-tarik": [first]})
    if first.code == "below_zero" and code == chart.CASH:
        return ValidationError({"kas": [first]})
    return refusal


def _decide(group: Group, sheet: Sheet, by: "User | None") -> None:
    """Write down what the meeting decided on requests that it does not pay out now."""
    if not sheet.decisions:
        return
    numbers = [decision.request_no for decision in sheet.decisions]
    asked = {one.no: one for one in LoanRequest.objects.filter(group=group, no__in=numbers)}
    for decision in sheet.decisions:
        field = f"q{decision.request_no}"
        request = asked.get(decision.request_no)
        if request is None:
            raise ValidationError({field: _("There is no such request.")})
        try:
            loans.decide(
                request=request, approve=decision.approve, decision=decision.reason, on=sheet.on, by=by, in_meeting=True
            )
        except ValidationError as refusal:
            raise ValidationError({field: refusal.messages}) from refusal


def _forget_draft(group: Group, on: date, by: "User") -> None:
    with connection.cursor() as cursor:
        cursor.execute(_FORGET_DRAFT, [group.pk, on, by.pk])


def _attendance(meeting: Meeting, sheet: Sheet, members: Mapping[int, Member]) -> list[tuple[Any, ...]]:
    came: dict[int, str] = {}
    for row in sheet.rows:
        if row.attendance and row.member_no in members and members[row.member_no].is_active_on(sheet.on):
            came[row.member_no] = row.attendance
    return [(meeting.pk, members[no].pk, status) for no, status in came.items()]


def _follow_ups(meeting: Meeting, sheet: Sheet, members: Mapping[int, Member]) -> list[tuple[Any, ...]]:
    owners = [members.get(note.owner_no or 0) for note in sheet.minutes.follow_ups]
    return [
        (meeting.pk, note.what, owner and owner.pk, note.due_on)
        for note, owner in zip(sheet.minutes.follow_ups, owners, strict=True)
    ]
