"""The one orchestrator: it takes a whole meeting and writes it, or nothing; and it corrects what was written.

Entries of a sheet stand in the order of the workbook: other money in, members' hand-overs, withdrawals,
disbursements, other money out, then the cash difference.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet, Sum
from django.utils.translation import gettext as _

from groups.models import Group, Member
from groups.money import format_rupiah
from ledger import chart
from ledger import services as ledger
from ledger.announce import announce, one_announcement
from ledger.models import Account, Book, Entry, Posting
from ledger.rows import insert_rows
from ledger.services import Draft, Leg
from loans import selectors as loan_selectors
from loans import services as loans
from loans.models import Loan, LoanRequest
from loans.services import Lending, OpenLoan
from meetings.models import Attendance, CashDifference, FollowUp, HandOver, Meeting, SheetDraft
from meetings.sheet import OtherMoney, Row, Sheet
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
    a loan or the savings or the cash box holds, a cash difference without a reason. `lendings` are loans of an old
    book, told in full.
    """
    refusals = Refusals()
    with transaction.atomic(), one_announcement():
        book = ledger.lock_book(group.book_id)
        text = ledger.canonical_content(sheet.content() | {"lendings": [_lending_content(one) for one in lendings]})
        not_before = Meeting.objects.filter(group=group, on__gte=sheet.on).order_by("on")
        nearest = not_before.values_list("on", flat=True).first()
        if nearest == sheet.on:
            earlier = not_before.select_related("submission")[0]
            if earlier.submission.key == key:
                ledger.find_submission(book, key, text)  # refuses other content under this key
                return earlier
            raise ValidationError(
                _("The sheet of this meeting is already in the book."),
                code="already_posted",
                params={"meeting": earlier},
            )
        _check_day(group, book, sheet.on)
        members = {m.no: m for m in Member.objects.filter(group=group)}
        _check_rows(sheet, members, refusals)
        open_loans = loan_selectors.by_member(loan_selectors.open_loans(group))
        to_lend = [*_requested(group, sheet, members, refusals), *lendings]
        drafts = [
            *_other(sheet.on, sheet.income, INCOME, refusals),
            *_hand_overs(sheet, members, open_loans, refusals),
            *_withdrawals(sheet, members),
        ]
        refusals.raise_any()
        made = loans.disburse(group=group, book=book, lendings=to_lend, on=sheet.on)
        drafts += [_disbursement(loan, sheet.on) for loan in made]
        drafts += _other(sheet.on, sheet.expenses, EXPENSE, refusals)
        refusals.raise_any()

        before = _cash_on(book, sheet.on, later=nearest is not None)
        expected = before + _cash_moved(drafts)
        _check_cash(expected, drafts, refusals)
        difference = 0 if sheet.count.counted is None else sheet.count.counted - expected
        if difference:
            _check_difference(sheet, refusals)
            drafts.append(_difference(sheet, difference))
        refusals.raise_any()

        try:
            receipt = ledger.post_locked(book=book, key=key, text=text, drafts=drafts, by=by, at=at)
        except ValidationError as refusal:
            raise _at_its_field(refusal) from refusal
        meeting = Meeting.objects.create(
            group=group,
            on=sheet.on,
            week_start=sheet.on - timedelta(days=sheet.on.weekday()),
            place=sheet.place,
            agenda=sheet.minutes.agenda,
            discussion=sheet.minutes.discussion,
            decisions=sheet.minutes.decisions,
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
        _write_people(meeting, sheet, members)
        insert_rows(
            HandOver,
            ("meeting_id", "entry_id", "member_id"),
            [
                (meeting.pk, entry.pk, draft.tag.member and draft.tag.member.pk)
                for draft, entry in zip(drafts, receipt.entries, strict=True)
            ],
        )
        if difference:
            CashDifference.objects.create(
                meeting=meeting,
                entry=receipt.entries[-1],
                amount=difference,
                reason=sheet.count.reason,
                owner=members.get(sheet.count.owner_no or 0),
            )
        for decision in sheet.decisions:
            request = LoanRequest.objects.filter(group=group, no=decision.request_no).first()
            if request is None:
                raise ValidationError({f"q{decision.request_no}": _("There is no such request.")})
            loans.decide(request=request, approve=decision.approve, decision=decision.reason, on=sheet.on)
        SheetDraft.objects.filter(group=group, on=sheet.on, by=by).delete()
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
    said = {row.member_no for row in sheet.rows if row.attendance}
    for no, member in members.items():
        if not member.is_active_on(sheet.on):
            if no in named and (named[no].received or named[no].withdrawal):
                refusals.add(f"r{no}", _("She is not a member on that day."), "not_member")
        elif no not in said:
            refusals.add(f"r{no}-attendance", _("Choose H, I, S or A."), "attendance_required")


def _requested(group: Group, sheet: Sheet, members: Mapping[int, Member], refusals: Refusals) -> list[Lending]:
    """Look up the requests this meeting pays out."""
    if not sheet.disbursements:
        return []
    found = {r.no: r for r in loan_selectors.waiting_requests(group)}
    lendings = []
    for disbursement in sheet.disbursements:
        request = found.get(disbursement.request_no)
        if request is None:
            refusals.add(f"q{disbursement.request_no}", _("This request was already decided."), "decided")
            continue
        lendings.append(
            Lending(
                member=members[request.member.no],
                terms=loans.terms_of(request, request.amount),
                requested_on=request.requested_on,
                request=request,
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
    legs = loans.disbursement(member_no=loan.member.no, loan_no=loan.no, principal=loan.principal)
    return Draft(on=on, kind=DISBURSEMENT, legs=legs, tag=_Owner(loan.member))


def _difference(sheet: Sheet, difference: int) -> Draft:
    return Draft(
        on=sheet.on,
        kind=DIFFERENCE,
        memo=sheet.count.reason[:200],
        legs=(Leg(chart.CASH, difference), Leg(chart.CASH_DIFFERENCE, -difference)),
        tag=_Owner(None),
    )


def _cash_on(book: Book, on: date, *, later: bool) -> int:
    """Return the cash by the book before a meeting. Only a sheet posted after later ones looks at postings."""
    cash = Account.objects.filter(book=book, code=chart.CASH, member_no=0, loan_no=0)
    found = cash.values_list("pk", "balance").first()
    if found is None:
        return 0
    account, balance = found
    if not later:
        return balance
    since = Posting.objects.filter(account=account, on__gt=on).aggregate(total=Sum("amount"))["total"]
    return balance - (since or 0)


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


def _check_difference(sheet: Sheet, refusals: Refusals) -> None:
    if not sheet.count.reason.strip():
        refusals.add("selisih", _("Write why the box and the book differ."), "reason_required")


def _at_its_field(refusal: ValidationError) -> ValidationError:
    """Put the ledger's word about one member's savings at her withdrawal."""
    (first, *_rest) = refusal.error_list
    code, member_no, _loan_no = (first.params or {}).get("key", ("", 0, 0))
    if first.code == "below_zero" and member_no:
        return ValidationError({f"r{member_no}-tarik": [first]})
    if first.code == "below_zero" and code == chart.CASH:
        return ValidationError({"kas": [first]})
    return refusal


def _write_people(meeting: Meeting, sheet: Sheet, members: Mapping[int, Member]) -> None:
    came: dict[int, str] = {}
    for row in sheet.rows:
        if row.attendance and row.member_no in members and members[row.member_no].is_active_on(sheet.on):
            came[row.member_no] = row.attendance
    insert_rows(
        Attendance,
        ("meeting_id", "member_id", "status"),
        [(meeting.pk, members[no].pk, status) for no, status in came.items()],
    )
    FollowUp.objects.bulk_create(
        FollowUp(meeting=meeting, what=note.what, owner=members.get(note.owner_no or 0), due_on=note.due_on)
        for note in sheet.minutes.follow_ups
    )


def correct_hand_over(
    *, hand_over: HandOver, row: Row, reason: str, key: UUID, by: "User | None", at: datetime
) -> list[Entry]:
    """Answer a wrong hand-over with its reversal and the right one, on the original's day, in one submission.

    Later payments of the same loans are reversed and written again, split as they would have been. Returns the new
    entries. Refused: no reason, nothing changed, corrected before, a closed period, more than a loan, the savings or
    the cash box can bear (`ValidationError`, at its field of the row where it has one).
    """
    refusals = Refusals()
    if not reason.strip():
        refusals.add("reason", _("Write why it is corrected."), "reason_required")
    refusals.raise_any()
    meeting = hand_over.meeting
    group = meeting.group
    text = ledger.canonical_content({"correction": hand_over.entry.number, "row": asdict(row), "reason": reason})
    with transaction.atomic(), one_announcement():
        book = ledger.lock_book(group.book_id)
        if earlier := ledger.find_submission(book, key, text):
            return list(earlier.entries.order_by("number"))
        entry = hand_over.entry
        touched = {p.account.loan_no for p in _loan_postings(book).filter(entry=entry)}
        touched |= {payment.loan_no for payment in row.payments if payment.loan_no}
        later = _later_payments(book, entry, touched)
        loan_numbers = sorted(touched | {loan_no for one in later for loan_no in one.amounts})
        owed = loan_selectors.loans_by_no(group, loan_numbers)
        for one in [_Paid.of(entry), *later]:
            one.take_back(owed)
        member = hand_over.member
        mine = [o for o in owed.values() if member and o.loan.member_id == member.pk]
        reversals = [ledger.reversal_of(one.entry, reason=reason) for one in reversed([_Paid.of(entry), *later])]
        fresh: list[tuple[Draft, HandOver]] = []
        if entry.kind == WITHDRAWAL:
            if row.withdrawal:
                legs = savings.withdraw(member_no=row.member_no, amount=row.withdrawal)
                fresh.append((Draft(on=entry.on, kind=WITHDRAWAL, legs=legs, memo=reason[:200]), hand_over))
        elif row.received:
            legs = hand_over_legs(row, entry.on, mine, refusals)
            fresh.append((Draft(on=entry.on, kind=HANDOVER, legs=legs, memo=reason[:200]), hand_over))
        fresh.extend((one.again(owed, reason, refusals), one.hand_over) for one in later)
        refusals.raise_any()
        receipt = ledger.post_locked(
            book=book, key=key, text=text, drafts=[*reversals, *(draft for draft, _ in fresh)], by=by, at=at
        )
        written = receipt.entries[len(reversals) :]
        HandOver.objects.bulk_create(
            HandOver(meeting=old.meeting, entry=new, member=old.member)
            for new, (_draft, old) in zip(written, fresh, strict=True)
        )
        announce(book.pk, entry.on)
        return list(receipt.entries)


def _loan_postings(book: Book) -> QuerySet[Posting]:
    """Postings of hand-overs on accounts of loans: principal and charge."""
    return Posting.objects.filter(book=book, account__loan_no__gt=0, entry__kind=HANDOVER).select_related("account")


@dataclass(slots=True)
class _Paid:
    """A posted hand-over with its legs, about to be taken back and, unless it is the wrong one, written again."""

    entry: Entry
    legs: list[Leg]
    hand_over: HandOver

    @classmethod
    def of(cls, entry: Entry) -> "_Paid":
        postings = Posting.objects.filter(entry=entry).select_related("account").order_by("pk")
        legs = [Leg(p.account.code, p.amount, p.account.member_no, p.account.loan_no) for p in postings]
        return cls(entry, legs, entry.hand_over)

    @property
    def amounts(self) -> dict[int, int]:
        """Rupiah paid per loan number, principal and charge together."""
        found: dict[int, int] = {}
        for leg in self.legs:
            if leg.loan_no:
                found[leg.loan_no] = found.get(leg.loan_no, 0) - leg.amount
        return found

    def take_back(self, owed: Mapping[int, OpenLoan]) -> None:
        for leg in self.legs:
            if leg.code == chart.MEMBER_LOANS:
                owed[leg.loan_no].paid_principal += leg.amount
            elif leg.loan_no:
                owed[leg.loan_no].paid_charge += leg.amount

    def again(self, owed: Mapping[int, OpenLoan], reason: str, refusals: Refusals) -> Draft:
        """Return the same money on the same day, split as the loans now stand."""
        legs = [leg for leg in self.legs if not leg.loan_no]
        for loan_no, amount in self.amounts.items():
            try:
                legs.extend(owed[loan_no].repay(amount, self.entry.on))
            except ValidationError as refusal:
                refusals.take("later", refusal)
        return Draft(on=self.entry.on, kind=HANDOVER, legs=tuple(legs), memo=reason[:200])


def _later_payments(book: Book, entry: Entry, loan_numbers: set[int]) -> list[_Paid]:
    """Return the hand-overs that paid these loans after an entry and still stand, oldest first.

    One that paid another loan too brings that loan's later payments along.
    """
    known = set(loan_numbers)
    while True:
        entries = list(
            Entry.objects.filter(
                pk__in=_loan_postings(book).filter(account__loan_no__in=known).values("entry"),
                reverses=None,
                reversed_by=None,
            )
            .filter(on__gte=entry.on)
            .exclude(pk=entry.pk)
            .select_related("hand_over__meeting", "hand_over__member")
            .order_by("on", "number")
        )
        later = [_Paid.of(one) for one in entries if (one.on, one.number) > (entry.on, entry.number)]
        if (more := {loan_no for one in later for loan_no in one.amounts}) <= known:
            return later
        known |= more


def correct_other_money(
    *, hand_over: HandOver, amount: int, memo: str, reason: str, key: UUID, by: "User | None", at: datetime
) -> list[Entry]:
    """Answer wrong other money, in or out, with its reversal and the right amount (0: it never was), on its day.

    The account stays. Refused: no reason, corrected before, a closed period, more than the cash box can bear.
    """
    entry, meeting = hand_over.entry, hand_over.meeting
    content = {"correction": entry.number, "amount": amount, "memo": memo, "reason": reason}
    text = ledger.canonical_content(content)
    with transaction.atomic(), one_announcement():
        book = ledger.lock_book(meeting.group.book_id)
        if earlier := ledger.find_submission(book, key, text):
            return list(earlier.entries.order_by("number"))
        drafts = [ledger.reversal_of(entry, reason=reason)]
        (other,) = [leg for leg in drafts[0].legs if leg.code != chart.CASH]
        sign = 1 if entry.kind == INCOME else -1
        if amount:
            legs = (Leg(chart.CASH, sign * amount), Leg(other.code, -sign * amount))
            drafts.append(Draft(on=entry.on, kind=entry.kind, legs=legs, memo=memo[:200]))
        receipt = ledger.post_locked(book=book, key=key, text=text, drafts=drafts, by=by, at=at)
        HandOver.objects.bulk_create(
            HandOver(meeting=meeting, entry=fresh, member=None) for fresh in receipt.entries[1:]
        )
        announce(book.pk, entry.on)
        return list(receipt.entries)


def later_payments(hand_over: HandOver) -> int:
    """Count the later hand-overs that a correction of this one reverses and writes again."""
    book, entry = hand_over.entry.book, hand_over.entry
    touched = {p.account.loan_no for p in _loan_postings(book).filter(entry=entry)}
    return len(_later_payments(book, entry, touched)) if touched else 0


def save_draft(*, group: Group, on: date, by: "User", key: UUID, data: Mapping[str, str], at: datetime) -> SheetDraft:
    """Keep what she typed, as typed. Her key stays the one minted when the form was first opened."""
    draft, _created = SheetDraft.objects.update_or_create(
        group=group,
        on=on,
        by=by,
        defaults={"data": dict(data), "saved_at": at},
        create_defaults={"key": key, "data": dict(data), "saved_at": at},
    )
    return draft


def discard_draft(*, group: Group, on: date, by: "User") -> None:
    """Throw one's own draft away, on one's own word."""
    SheetDraft.objects.filter(group=group, on=on, by=by).delete()


def resolve_difference(*, difference: CashDifference, resolution: str, on: date) -> CashDifference:
    """Say how a cash difference ended. The entry stays; money that is found again comes in through a sheet."""
    if not resolution.strip():
        raise ValidationError({"resolution": ValidationError(_("Write how it ended."), code="required")})
    with transaction.atomic():
        difference = CashDifference.objects.select_for_update(of=("self",)).get(pk=difference.pk)
        if difference.resolved_on:
            raise ValidationError(_("This difference was already resolved."), code="resolved")
        difference.resolved_on = on
        difference.resolution = resolution.strip()[:300]
        difference.save(update_fields=["resolved_on", "resolution"])
        return difference
