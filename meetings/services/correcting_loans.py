"""Writes a loan that was paid out at a meeting and that its sheet left out."""

from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from ledger import services as ledger
from ledger.announce import announce, one_announcement
from ledger.models import Entry
from ledger.services import Draft
from loans import services as loans
from loans.models import LoanRequest
from loans.services import Lending
from meetings.models import Correction, HandOver, Meeting
from meetings.services.corrections import day_of, require, write_down
from meetings.services.posting import DISBURSEMENT

if TYPE_CHECKING:
    from users.models import User


def add_disbursement(
    *,
    meeting: Meeting,
    request: LoanRequest,
    reason: str,
    key: UUID,
    by: "User | None",
    at: datetime,
    current: date | None = None,
) -> list[Entry]:
    """Pay a request out as the meeting did, under the rules of its day (a closed one: of `current`).

    The schedule begins with the day that is written; a waiting request is decided by it. The member is asked again at
    a meeting. Returns the new entry. Refused: no reason, a request made after the meeting (`asked_later`), one paid
    out, rejected or withdrawn before (`decided`), somebody who was no member that day, what exceeds the lending rules,
    a closed day without `current`, more than the cash box can bear.
    """
    require(reason)
    group = meeting.group
    terms = loans.terms_of(request, request.amount)
    told = {
        "added": meeting.on,
        "kind": DISBURSEMENT,
        "request": request.no,
        "terms": terms.content(),
        "reason": reason,
    }
    text = ledger.canonical_content(told)
    with transaction.atomic(), one_announcement():
        book = ledger.lock_book(group.book_id)
        if earlier := ledger.find_submission(book, key, text):
            return list(earlier.entries.order_by("number"))
        if request.requested_on > meeting.on:
            refusal = ValidationError(_("A loan is asked for before it is paid out."), code="asked_later")
            raise ValidationError({"request": refusal})
        on = day_of(book, meeting.on, current)
        lending = Lending(
            member=request.member,
            terms=terms,
            requested_on=request.requested_on,
            request=request,
            decision=reason,
        )
        [loan] = loans.disburse(group=group, book=book, lendings=[lending], on=on, by=by)
        legs = loans.disbursement(
            member_no=loan.member.no, loan_no=loan.no, principal=loan.principal, blocked=loan.blocked
        )
        draft = Draft(on=on, kind=DISBURSEMENT, legs=legs, memo=reason[:200])
        receipt = ledger.post_locked(book=book, key=key, text=text, drafts=[draft], by=by, at=at)
        HandOver.objects.create(meeting=meeting, entry=receipt.entries[0], member=loan.member)
        write_down(
            meeting=meeting,
            submission=receipt.submission,
            kind=Correction.Kind.DISBURSEMENT,
            reason=reason,
            members=[loan.member],
        )
        announce(book.pk, on)
        return list(receipt.entries)
