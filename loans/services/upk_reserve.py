"""The reserve for loans that may not come back: each month the UPK's book is brought to what the classes ask."""

from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from groups.dates import format_date
from groups.models import Upk
from groups.money import format_rupiah
from ledger import chart
from ledger import services as ledger
from ledger.kinds import UPK_RESERVE
from ledger.models import Entry, Submission
from ledger.sealed import read
from ledger.services import Draft, Leg, Receipt
from loans.selectors.upk_portfolio import ReserveSheet, reserve_sheet
from loans.services.upk_book import judge_day, reversal

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from users.models import User


def post_reserve(*, upk: Upk, on: date, seen: int, key: UUID, by: "User | None", at: datetime, today: date) -> Receipt:
    """Bring the reserve (1229) to what the classes ask at the end of a day; cost 5160 bears the change.

    `seen` is the change that was shown, in rupiah; below 0 it frees reserve. The same key again answers with the first
    receipt. Refused: nothing to change, another change than was seen, a day before the book, in its closed period or
    still to come, a reserve already written for a later day.
    """
    with transaction.atomic():
        book = ledger.lock_book(upk.book_id)
        if earlier := Submission.objects.filter(book=book, key=key).first():
            said = read(earlier.content, lambda told: (told["reserve"]["on"], told["reserve"]["change"]))
            if said != (on.isoformat(), seen):
                ledger.find_submission(book, key, "")  # refuses: the key was used for something else
            return Receipt(earlier, (), created=False)
        judge_day(upk, book, on, at)
        later = _standing(book.pk).filter(on__gt=on).order_by("-on").first()
        if later:
            words = {"on": format_date(later.on)}
            refusal = ValidationError(_("The reserve of %(on)s is written already."), code="later", params=words)
            raise ValidationError({"on": refusal})
        sheet = reserve_sheet(upk, on, today=today)
        if sheet.change == 0:
            raise ValidationError(_("The reserve is right as it stands."), code="nothing")
        if sheet.change != seen:
            raise ValidationError(_("The figures changed meanwhile. Look again, and write then."), code="changed")
        text = ledger.canonical_content({"reserve": _content(sheet)})
        legs = (Leg(chart.ALLOWANCE_COST, sheet.change), Leg(chart.LOSS_ALLOWANCE, -sheet.change))
        words = {"needed": format_rupiah(sheet.needed), "held": format_rupiah(sheet.held)}
        memo = _("Reserve for loans: needed %(needed)s, there %(held)s") % words
        draft = Draft(on=on, kind=UPK_RESERVE, legs=legs, memo=memo[:200])
        return ledger.post_locked(book=book, key=key, text=text, drafts=[draft], by=by, at=at)


def _standing(book_id: int) -> "QuerySet[Entry]":
    """Reserves that were not taken back."""
    return Entry.objects.filter(book=book_id, kind=UPK_RESERVE, reverses=None, reversed_by=None)


def _content(sheet: ReserveSheet) -> dict[str, object]:
    """What is sealed: the day, the change, and how every class came to its reserve."""
    classes = [
        {
            "class": line.grade.roman,
            "percent": line.grade.reserve,
            "loans": line.loans,
            "balance": line.outstanding,
            "reserve": line.reserve,
        }
        for line in sheet.lines
    ]
    return {"on": sheet.on, "needed": sheet.needed, "held": sheet.held, "change": sheet.change, "classes": classes}


def take_back_reserve(*, upk: Upk, entry: Entry, reason: str, key: UUID, by: "User | None", at: datetime) -> Receipt:
    """Reverse the last reserve that stands. Refused: no reason, another entry, one that a later reserve follows."""
    text = ledger.canonical_content({"reserve_taken_back": entry.number, "reason": reason})
    with transaction.atomic():
        book = ledger.lock_book(upk.book_id)
        if earlier := ledger.find_submission(book, key, text):
            return Receipt(earlier, (), created=False)
        if _standing(book.pk).order_by("-on", "-number").first() != entry:
            raise ValidationError(_("Only the last reserve is taken back."), code="not_last")
        draft = reversal(book, entry, reason=reason, at=at)
        return ledger.post_locked(book=book, key=key, text=text, drafts=[draft], by=by, at=at)
