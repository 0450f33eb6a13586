"""Balances read aloud: what each member said, what she was asked again, and objections followed until answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from groups import clock
from groups.models import Group, Member
from ledger import services as ledger
from ledger.models import Book
from meetings.models import BalanceReading, Meeting, Objection, Reconfirmation

if TYPE_CHECKING:
    from users.models import User


@dataclass(frozen=True, slots=True)
class Heard:
    """What a member said to her balances: she agrees, or what she objects to."""

    agreed: bool
    objection: str = ""


def record_reading(
    *, group: Group, on: date, heard: Mapping[int, Heard], by: "User | None", at: datetime
) -> list[BalanceReading]:
    """Write down what members said, by their number, at a meeting's day or on the day it is written (`at`).

    What was said on another day stays said; what was said the same day is put right by saying it again: an objection
    that is none after all is answered so, one in other words gets them. With it goes the answer to every correction
    she was still to be asked about; an objection becomes an item of its own. The reading names the book's last entry
    and digest, under the book's lock, so it says which balances were read. Returns the answers that are new or
    changed. Refused: a day without a meeting that is not today (`no_meeting`), somebody who is no member that day,
    an objection without words.
    """
    today = clock.local(at, group).date()
    with transaction.atomic():
        book = ledger.lock_book(group.book_id)
        if on != today and not Meeting.objects.filter(group=group, on=on).exists():
            raise ValidationError(_("Balances are read at a meeting, or today."), code="no_meeting")
        members = {m.no: m for m in Member.objects.filter(group=group).active_on(on)}
        for no, one in heard.items():
            if no not in members:
                raise ValidationError({f"m{no}": ValidationError(_("She is not a member on that day."), code="member")})
            if not one.agreed and not one.objection.strip():
                refusal = ValidationError(_("Write what she objects to."), code="objection_required")
                raise ValidationError({f"m{no}-text": refusal})
        known = {
            one.member.no: one for one in BalanceReading.objects.filter(group=group, on=on).select_related("member")
        }
        fresh = {members[no]: one for no, one in sorted(heard.items()) if no not in known}
        changed = [
            _again(group, known[no], one, by=by, at=at)
            for no, one in sorted(heard.items())
            if no in known and on == today
        ]
        readings = BalanceReading.objects.bulk_create(
            BalanceReading(
                group=group,
                on=on,
                member=member,
                agreed=one.agreed,
                number=book.last_number,
                digest=book.head_digest,
                by=by,
                at=at,
            )
            for member, one in fresh.items()
        )
        for agreed in (True, False):
            said = [member for member, one in fresh.items() if one.agreed is agreed]
            asked = Reconfirmation.objects.filter(correction__group=group, member__in=said, confirmed_on=None)
            asked.update(confirmed_on=on, agreed=agreed)
        for member, one in fresh.items():
            if not one.agreed:
                raise_objection(group=group, member=member, text=one.objection, on=on, by=by)
        return [*readings, *(reading for reading in changed if reading)]


def _again(
    group: Group, reading: BalanceReading, heard: Heard, *, by: "User | None", at: datetime
) -> BalanceReading | None:
    """Put what a member said today right; None when it is the same."""
    raised = Objection.objects.filter(group=group, member=reading.member, raised_on=reading.on, answered_on=None)
    objection, words = raised.order_by("-no").first(), heard.objection.strip()[:300]
    if (heard.agreed and reading.agreed) or (not heard.agreed and objection and objection.text == words):
        return None
    if objection and heard.agreed:
        answer_objection(objection=objection, answer=_("She agrees after all."), on=reading.on, by=by)
    elif objection and not reading.agreed:
        objection.text = words
        objection.save(update_fields=["text"])
    elif not heard.agreed:
        raise_objection(group=group, member=reading.member, text=words, on=reading.on, by=by)
    asked = Reconfirmation.objects.filter(correction__group=group, member=reading.member, confirmed_on=reading.on)
    asked.update(agreed=heard.agreed)
    book = Book.objects.get(pk=group.book_id)
    reading.agreed, reading.by, reading.at = heard.agreed, by, at
    reading.number, reading.digest = book.last_number, book.head_digest
    reading.save()
    return reading


def raise_objection(*, group: Group, member: Member, text: str, on: date, by: "User | None") -> Objection:
    """Write down what a member says is wrong. The chair follows it up, else the secretary, else who objects herself.

    Refused: no words.
    """
    if not text.strip():
        raise ValidationError({"text": ValidationError(_("Write what she objects to."), code="objection_required")})
    with transaction.atomic():
        Group.objects.select_for_update(no_key=True).get(pk=group.pk)
        officers = {m.office: m for m in Member.objects.filter(group=group).active_on(on)}
        owner = officers.get(Member.Office.CHAIR) or officers.get(Member.Office.SECRETARY) or member
        no = (Objection.objects.filter(group=group).aggregate(last=Max("no"))["last"] or 0) + 1
        return Objection.objects.create(
            group=group, no=no, member=member, raised_on=on, text=text.strip()[:300], owner=owner, by=by
        )


def hand_objection(*, objection: Objection, owner: Member) -> Objection:
    """Say who follows an objection up. Refused: one that is answered, somebody of another group."""
    with transaction.atomic():
        objection = _open(objection)
        if owner.group_id != objection.group_id:
            raise ValidationError({"owner": ValidationError(_("She is no member of this group."), code="foreign")})
        objection.owner = owner
        objection.save(update_fields=["owner"])
        return objection


def answer_objection(*, objection: Objection, answer: str, on: date, by: "User | None") -> Objection:
    """Answer an objection. Refused: no words, one that was answered before, a day before it was raised."""
    if not answer.strip():
        raise ValidationError({"answer": ValidationError(_("Write what was found and done."), code="required")})
    with transaction.atomic():
        objection = _open(objection)
        if on < objection.raised_on:
            raise ValidationError(_("It is answered after it was raised."), code="before_raised")
        objection.answer, objection.answered_on, objection.answered_by = answer.strip()[:300], on, by
        objection.save(update_fields=["answer", "answered_on", "answered_by"])
        return objection


def _open(objection: Objection) -> Objection:
    """Return the objection as it is now, under lock."""
    objection = Objection.objects.select_for_update(of=("self",)).get(pk=objection.pk)
    if objection.answered_on:
        raise ValidationError(_("This objection was answered already."), code="answered")
    return objection
