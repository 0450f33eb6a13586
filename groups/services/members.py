"""Who belongs to a group, from when to when."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _

from groups import offices
from groups.models import Group, Member
from groups.services.rows import refuse_unknown, save
from ledger.announce import announce, one_announcement
from ledger.models import Posting

MOST_NAMES = 60


@transaction.atomic
def add_member(
    *,
    group: Group,
    name: str,
    joined_on: date,
    no: int | None = None,
    gender: str = "",
    nik: str = "",
    phone: str = "",
    address: str = "",
    office: str = Member.Office.MEMBER,
    poor: bool | None = None,
    left_on: date | None = None,
) -> Member:
    """Take one member into a group, under the next number unless `no` says another. Refuses a number that is taken."""
    no = no or _next_number(group)
    member = Member(group=group, no=no, name=name, gender=gender, nik=nik, phone=phone, address=address)
    member.office, member.poor, member.joined_on, member.left_on = office, poor, joined_on, left_on
    _judge_member_dates(member)
    save(member)
    offices.begin_term(member)
    announce(group.book_id, joined_on)
    return member


@transaction.atomic
def readmit(*, former: Member, joined_on: date) -> Member:
    """Take somebody in again who left: a new membership with a number of its own, linked to the one before.

    Her old number keeps its accounts and history; what she owes each week begins anew. Refused: somebody who has not
    left, or is back already (`not_left`), a day before she left (`dates`).
    """
    former = Member.objects.select_for_update(no_key=True).select_related("group").get(pk=former.pk)
    if former.left_on is None or Member.objects.filter(former=former).exists():
        raise ValidationError(_("Only somebody who left comes back."), code="not_left")
    if joined_on < former.left_on:
        raise ValidationError({"joined_on": ValidationError(_("She comes back after she left."), code="dates")})
    member = Member(group=former.group, no=_next_number(former.group), former=former, joined_on=joined_on)
    for name in ("name", "gender", "nik", "phone", "address", "poor"):
        setattr(member, name, getattr(former, name))
    save(member)
    announce(former.group.book_id, joined_on)
    return member


@transaction.atomic
def add_members(*, group: Group, names: Sequence[str], joined_on: date) -> list[Member]:
    """Take several members into a group at once, numbered in the order of their names."""
    first = _next_number(group)
    members = [
        Member(group=group, no=number, name=name, joined_on=joined_on) for number, name in enumerate(names, start=first)
    ]
    for member in members:
        member.full_clean(exclude=["group"], validate_unique=False, validate_constraints=False)
    Member.objects.bulk_create(members)
    if members:
        announce(group.book_id, joined_on)
    return members


@transaction.atomic
def take_in(*, group: Group, people: Sequence[Mapping[str, Any]]) -> list[Member]:
    """Take several people in with all that is known of them (fields of `add_member`): all of them or none."""
    with one_announcement():
        return [add_member(group=group, **person) for person in people]


MEMBER_FIELDS = frozenset("name gender nik phone address poor joined_on left_on".split())  # noqa: SIM905 (reads as spoken)


@transaction.atomic
def update_member(*, member: Member, **changes: Any) -> Member:
    """Correct what is known of a member (`MEMBER_FIELDS`); her number stays.

    Refuses to let her join after money moved in her name, or leave before she joined.
    """
    refuse_unknown(changes, MEMBER_FIELDS)
    before = Member.objects.select_for_update(no_key=True).get(pk=member.pk)
    for field, value in changes.items():
        setattr(member, field, value)
    _judge_member_dates(member)
    if member.joined_on > before.joined_on and _has_postings(member, before=member.joined_on):
        refusal = ValidationError(_("There are entries in her name before this day."), code="has_entries")
        raise ValidationError({"joined_on": refusal})
    save(member)
    moved = [
        day
        for field in ("joined_on", "left_on")
        for day in (getattr(before, field), getattr(member, field))
        if getattr(before, field) != getattr(member, field) and day
    ]
    if before.left_on != member.left_on:
        offices.follow_membership(member=member, before=before.left_on)
    if moved:
        announce(member.group.book_id, min(moved))
    return member


def _next_number(group: Group) -> int:
    """Return the number after the highest; two who add members at once wait for each other."""
    Group.objects.select_for_update(no_key=True).get(pk=group.pk)
    return (Member.objects.filter(group=group).aggregate(highest=Max("no"))["highest"] or 0) + 1


def _judge_member_dates(member: Member) -> None:
    if member.left_on and member.left_on < member.joined_on:
        refusal = ValidationError(_("She leaves after she joined."), code="dates")
        raise ValidationError({"left_on": refusal})


def _has_postings(member: Member, *, before: date) -> bool:
    mine = Q(account__book=member.group.book_id, account__member_no=member.no)
    return Posting.objects.filter(mine, on__lt=before).exists()
