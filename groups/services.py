"""Writing down who is who: boards, units, programmes, groups, members, holidays, and who acts for whom.

Whatever the five rules depend on is announced from the first day it matters on. Rows are judged by their model
(`full_clean`), so a refusal names its field.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _

from groups import offices
from groups.dates import week_start as monday_of
from groups.models import Appointment, Bkm, Group, Holiday, Member, Programme, Upk
from ledger import services as ledger
from ledger.announce import announce, one_announcement
from ledger.models import Book, Entry, Posting
from users import services as users
from users.models import User

MOST_NAMES = 60
LONGEST_CODE = 24


# Bodies


def suggest_code(name: str, *, kind: type[models.Model], prefix: str = "KSM") -> str:
    """Return a free code made of a name: `KSM-MAWAR`, and `KSM-MAWAR-2` when another Mawar has that."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().upper()
    words = re.findall(r"[A-Z0-9]+", plain.replace("'", ""))
    if words[:1] == [prefix]:
        words = words[1:]
    stem = "-".join([prefix, *words])[: LONGEST_CODE - 4].strip("-")
    taken = set(kind._default_manager.filter(code__startswith=stem).values_list("code", flat=True))
    number, code = 1, stem
    while code in taken:
        number += 1
        code = f"{stem}-{number}"
    return code


@transaction.atomic
def create_bkm(*, name: str, code: str = "", region: str = "", address: str = "") -> Bkm:
    """Enter a BKM; without a code one is made from its name. Refuses a code that is taken."""
    return _save(
        Bkm(code=code or suggest_code(name, kind=Bkm, prefix="BKM"), name=name, region=region, address=address)
    )


@transaction.atomic
def update_bkm(*, bkm: Bkm, name: str, region: str, address: str) -> Bkm:
    """Correct a BKM's name or place; its code stays."""
    bkm.name, bkm.region, bkm.address = name, region, address
    return _save(bkm)


@transaction.atomic
def open_upk(*, bkm: Bkm, name: str, start_on: date | None = None) -> Upk:
    """Give a BKM its finance unit, with an empty book that holds nothing before `start_on`. Refuses a second one."""
    if Upk.objects.filter(bkm=bkm).exists():
        raise ValidationError(_("This BKM has its UPK already."), code="upk_exists")
    book = ledger.open_book(name=name, kind=Book.Kind.UPK)
    return _save(Upk(bkm=bkm, name=name, book=book, start_on=start_on))


@transaction.atomic
def rename_upk(*, upk: Upk, name: str, start_on: date | None = None) -> Upk:
    """Correct the name of a finance unit and of its book, or say since when it is kept (None: as it is).

    Refused: a first day after an entry that stands in the book (`starts_late`).
    """
    if start_on and Entry.objects.filter(book=upk.book_id, on__lt=start_on).exists():
        late = ValidationError(_("The book holds older entries."), code="starts_late")
        raise ValidationError({"start_on": late})
    upk.name = name
    upk.start_on = start_on or upk.start_on
    _rename_book(upk.book, name)
    return _save(upk)


@transaction.atomic
def create_programme(
    *, name: str, code: str = "", starts_on: date | None = None, ends_on: date | None = None
) -> Programme:
    """Enter a programme that forms or revives groups. Refuses a code that is taken and an end before the start."""
    code = code or suggest_code(name, kind=Programme, prefix="PROG")
    return _save_programme(Programme(code=code), name, starts_on, ends_on)


@transaction.atomic
def update_programme(*, programme: Programme, name: str, starts_on: date | None, ends_on: date | None) -> Programme:
    """Correct a programme's name or dates; its code stays."""
    return _save_programme(programme, name, starts_on, ends_on)


def _save_programme(programme: Programme, name: str, starts_on: date | None, ends_on: date | None) -> Programme:
    if starts_on and ends_on and ends_on < starts_on:
        raise ValidationError({"ends_on": ValidationError(_("The end comes after the start."), code="dates")})
    programme.name, programme.starts_on, programme.ends_on = name, starts_on, ends_on
    return _save(programme)


@transaction.atomic
def create_group(
    *,
    bkm: Bkm,
    name: str,
    start_on: date,
    code: str = "",
    region: str = "",
    programme: Programme | None = None,
    origin: str = Group.Origin.NEW,
    founded_on: date | None = None,
    meeting_weekday: int = 2,
    meeting_time: time | None = None,
    place: str = "",
    timezone: str = "WIB",
) -> Group:
    """Enter a KSM with its empty book; without a code one is made from its name. Refuses a code that is taken."""
    return _save(
        Group(
            code=code or suggest_code(name, kind=Group),
            name=name,
            bkm=bkm,
            region=region,
            programme=programme,
            origin=origin,
            founded_on=founded_on,
            start_on=start_on,
            meeting_weekday=meeting_weekday,
            meeting_time=meeting_time,
            place=place,
            timezone=timezone,
            book=ledger.open_book(name=name, kind=Book.Kind.GROUP),
        )
    )


GROUP_FIELDS = frozenset(
    "name region programme origin founded_on start_on end_on meeting_weekday meeting_time place timezone".split()  # noqa: SIM905 (reads as spoken)
)


@transaction.atomic
def update_group(*, group: Group, **changes: Any) -> Group:
    """Correct what is known of a KSM (`GROUP_FIELDS`); its code, BKM and book stay.

    Refuses to begin its books after the first entry in them, and to end them before they begin.
    """
    _refuse_unknown(changes, GROUP_FIELDS)
    before = Group.objects.select_for_update(no_key=True).get(pk=group.pk)
    for field, value in changes.items():
        setattr(group, field, value)
    if group.start_on > before.start_on and Entry.objects.filter(book=group.book_id, on__lt=group.start_on).exists():
        refusal = ValidationError(_("There are entries before this day."), code="has_entries")
        raise ValidationError({"start_on": refusal})
    if group.end_on and group.end_on <= group.start_on:
        raise ValidationError({"end_on": ValidationError(_("The end comes after the start."), code="dates")})
    if group.name != before.name:
        _rename_book(group.book, group.name)
    _save(group)
    moved = [
        day
        for field in ("start_on", "end_on")
        for day in (getattr(before, field), getattr(group, field))
        if getattr(before, field) != getattr(group, field) and day
    ]
    if before.timezone != group.timezone:
        moved.append(group.start_on)
    if moved:
        announce(group.book_id, min(moved))
    return group


# Members


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
    _save(member)
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
    _save(member)
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
    _refuse_unknown(changes, MEMBER_FIELDS)
    before = Member.objects.select_for_update(no_key=True).get(pk=member.pk)
    for field, value in changes.items():
        setattr(member, field, value)
    _judge_member_dates(member)
    if member.joined_on > before.joined_on and _has_postings(member, before=member.joined_on):
        refusal = ValidationError(_("There are entries in her name before this day."), code="has_entries")
        raise ValidationError({"joined_on": refusal})
    _save(member)
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


# Holidays


@transaction.atomic
def declare_holiday(
    *, week_start: date, reason: str, declared_on: date, group: Group | None = None, bkm: Bkm | None = None
) -> Holiday:
    """Declare the week of a day off, for one group or for all groups of a BKM.

    Refuses a week that has begun on `declared_on`, because the rules count only holidays declared before, and a
    week that is off already.
    """
    monday = monday_of(week_start)
    if declared_on >= monday:
        refusal = ValidationError(_("That week has begun. A holiday is written down before its week."), code="late")
        raise ValidationError({"week_start": refusal})
    if Holiday.objects.filter(group=group, bkm=bkm, week_start=monday).exists():
        refusal = ValidationError(_("That week is off already."), code="holiday_exists")
        raise ValidationError({"week_start": refusal})
    holiday = _save(Holiday(group=group, bkm=bkm, week_start=monday, reason=reason, declared_on=declared_on))
    _announce_all(group, bkm, monday)
    return holiday


@transaction.atomic
def cancel_holiday(*, holiday: Holiday, on: date) -> None:
    """Take a holiday back. Refuses once its week has begun: what the rules counted stays counted."""
    if on >= holiday.week_start:
        raise ValidationError(_("That week has begun; its holiday stays."), code="late")
    group, bkm, monday = holiday.group, holiday.bkm, holiday.week_start
    holiday.delete()
    _announce_all(group, bkm, monday)


def _announce_all(group: Group | None, bkm: Bkm | None, from_on: date) -> None:
    books: Iterable[int] = [group.book_id] if group else Group.objects.filter(bkm=bkm).values_list("book", flat=True)
    with one_announcement():
        for book in books:
            announce(book, from_on)


# Who acts for whom


@transaction.atomic
def appoint(
    *,
    user: User,
    role: str,
    from_on: date,
    group: Group | None = None,
    bkm: Bkm | None = None,
    member: Member | None = None,
) -> Appointment:
    """Give a person a role in a body from a day on.

    Refuses the same role twice at one time, an auditor's beside another of the same board or its groups (`audits`),
    and an administrator.
    """
    if user.is_superuser:
        raise ValidationError(_("An administrator needs no role in a body."), code="administrator")
    return _appointed(Appointment(user=user, role=role, group=group, bkm=bkm, member=member, from_on=from_on))


@transaction.atomic
def change_appointment(
    *, appointment: Appointment, from_on: date, to_on: date | None, member: Member | None = None
) -> Appointment:
    """Correct the days of a role and which member holds it; `to_on` None: it has no end yet.

    Refuses an end before the start, days on which she has the same role already, and days on which she would audit
    what she keeps (`audits`).
    """
    if to_on and to_on < from_on:
        raise ValidationError({"to_on": ValidationError(_("The end comes after the start."), code="dates")})
    appointment.from_on, appointment.to_on, appointment.member = from_on, to_on, member
    return _appointed(appointment)


def _appointed(appointment: Appointment) -> Appointment:
    """Save an appointment that shares no day with another of its person which it does not go with.

    That is the same role in the same body; and of a board and its groups, an auditor's beside any other: she reads
    what the others write, and nobody judges books that she keeps.
    """
    User.objects.select_for_update(no_key=True).get(pk=appointment.user_id)
    beside = Appointment.objects.filter(Q(to_on=None) | Q(to_on__gt=appointment.from_on), user=appointment.user_id)
    beside = beside.exclude(pk=appointment.pk)
    if appointment.to_on:
        beside = beside.filter(from_on__lt=appointment.to_on)
    if beside.filter(role=appointment.role, group=appointment.group_id, bkm=appointment.bkm_id).exists():
        raise ValidationError(_("She has this role already."), code="appointed")
    board = appointment.group.bkm_id if appointment.group else appointment.bkm_id
    audits = Q(role=Appointment.Role.AUDITOR)
    clashing = beside.filter(Q(bkm=board) | Q(group__bkm=board))
    clashing = clashing.exclude(audits) if appointment.role == Appointment.Role.AUDITOR else clashing.filter(audits)
    if other := clashing.select_related("group", "bkm").first():
        told = {"role": other.get_role_display(), "body": other.group or other.bkm}
        words = _("She is %(role)s of %(body)s on these days. Nobody audits books that she keeps: end that role first.")
        raise ValidationError({"role": ValidationError(words, code="audits", params=told)})
    return _save(appointment)


@transaction.atomic
def end_appointment(*, appointment: Appointment, to_on: date) -> Appointment:
    """End a role: `to_on` is the first day it no longer holds. Refuses a day before it began, and ending it twice."""
    if appointment.to_on is not None:
        raise ValidationError(_("This role has ended already."), code="ended")
    if to_on < appointment.from_on:
        raise ValidationError({"to_on": ValidationError(_("The end comes after the start."), code="dates")})
    appointment.to_on = to_on
    return _save(appointment)


@transaction.atomic
def change_account(
    *, user: User, by: User, on: date, name: str, username: str, phone: str, is_active: bool, is_superuser: bool
) -> User:
    """Change everything about a sign-in, as administrators may: also its username, and whether it lets her in at all.

    Refuses that an administrator shuts herself out, so that one always remains, and an administrator with a role in a
    body.
    """
    # Two administrators who shut each other out in the same moment: the second is none any more.
    administrators = (
        User.objects.select_for_update(no_key=True).filter(is_superuser=True, is_active=True).order_by("pk")
    )
    if by.pk not in {one.pk for one in administrators}:
        raise ValidationError(_("You are no longer an administrator."), code="no_administrator")
    if user.pk == by.pk and not (is_active and is_superuser):
        field = "is_superuser" if is_active else "is_active"
        raise ValidationError({field: ValidationError(_("Another administrator does this for you."), code="herself")})
    if is_superuser and not user.is_superuser:
        held = Appointment.objects.filter(user=user)
        if held.filter(Q(to_on=None) | Q(to_on__gt=on)).exists():
            refusal = ValidationError(_("She has a role in a body. End it first."), code="has_role")
            raise ValidationError({"is_superuser": refusal})
    user.name, user.username, user.phone = name, username, phone
    user.is_active, user.is_superuser, user.is_staff = is_active, is_superuser, is_superuser
    users.save_person(user)
    if not is_active:
        users.end_sessions(user)
    return user


def may_reset_password(*, user: User, by: User, on: date, group: Group | None = None, bkm: Bkm | None = None) -> bool:
    """Whether everything this person may still do lies within the group or the BKM, so that no other door opens."""
    if by.is_superuser:
        return True
    if user.is_superuser or user == by:
        return False
    running = Appointment.objects.filter(Q(user=user), Q(to_on=None) | Q(to_on__gt=on))
    inside = Q(group=group) if group else Q(bkm=bkm) | Q(group__bkm=bkm)
    return running.filter(inside).exists() and not running.exclude(pk__in=running.filter(inside)).exists()


@transaction.atomic
def reset_password(*, user: User, by: User, on: date, group: Group | None = None, bkm: Bkm | None = None) -> str:
    """Return a new password for one use. Refuses for a person who also acts elsewhere: an administrator does that."""
    if not may_reset_password(user=user, by=by, on=on, group=group, bkm=bkm):
        raise ValidationError(
            _("She also acts elsewhere. Ask an administrator for the new password."), code="acts_elsewhere"
        )
    return users.reset_password(user=user)


# Within


def _save(row: Any) -> Any:
    """Save a row whose fields are right; what the database then refuses, `full_clean` explains at its field.

    Asking beforehand whether each constraint will hold, and whether the rows it points to are still there, takes a
    statement each, and another row may still come between.
    """
    row.clean_fields(exclude={field.name for field in row._meta.fields if field.is_relation})
    row.clean()
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        row.full_clean()
        raise
    return row


def _rename_book(book: Book, name: str) -> None:
    book.name = name
    book.save(update_fields=["name"])


def _refuse_unknown(changes: dict[str, Any], known: frozenset[str]) -> None:
    if unknown := sorted(changes.keys() - known):
        raise TypeError(f"cannot change {', '.join(unknown)}")
