"""Reads for the screens of bodies and people, each in a fixed number of queries."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet

from groups.models import Appointment, Bkm, Group, Holiday, Member, Programme
from groups.regions_search import region_labels
from users.models import User

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Bodies:
    """The groups a person holds an office in, and the boards she serves."""

    groups: list[Group]
    bkms: list[Bkm]


def bodies_of(user: User, on: date) -> Bodies:
    """Return the bodies named by her own appointments on a day, by name."""
    held = Appointment.objects.held_by(user, on)
    return Bodies(
        groups=list(Group.objects.filter(pk__in=held.filter(group__isnull=False).values("group"))),
        bkms=list(Bkm.objects.filter(pk__in=held.filter(bkm__isnull=False).values("bkm"))),
    )


@dataclass(frozen=True, slots=True)
class Membership:
    """The members of a group on a day: those of now (or still to come), and those who left."""

    active: list[Member]
    left: list[Member]
    officers: dict[str, Member]


def membership(group: Group, on: date) -> Membership:
    """Return a group's members by number, in one query."""
    members = list(Member.objects.filter(group=group).order_by("no"))
    active = [member for member in members if member.left_on is None or member.left_on > on]
    gone = [member for member in members if member not in active]
    officers = {member.office: member for member in active if member.office != Member.Office.MEMBER}
    return Membership(active, gone, officers)


def appointments_in(*, group: Group | None = None, bkm: Bkm | None = None) -> QuerySet[Appointment]:
    """Return the appointments of a group or of a BKM itself, running ones first."""
    found = Appointment.objects.filter(group=group, bkm=bkm).select_related("user", "member")
    return found.order_by("to_on", "user__name", "pk") if group else found.order_by("to_on", "role", "user__name", "pk")


def holidays_of(*, group: Group | None = None, bkm: Bkm | None = None) -> list[Holiday]:
    """Return the weeks off of a body, the latest first; a group's include those of its BKM."""
    wanted = Q(group=group) | Q(bkm=group.bkm_id) if group else Q(bkm=bkm)
    return list(Holiday.objects.filter(wanted).order_by("-week_start", "pk"))


@dataclass(frozen=True, slots=True)
class BkmLine:
    """One BKM in the list of all: its place in words and the number of its groups."""

    code: str
    name: str
    place: str
    group_count: int


@dataclass(frozen=True, slots=True)
class PersonLine:
    """One person in the list of all who sign in, with the roles she holds or will hold."""

    user: User
    appointments: list[Appointment]


def people_page(text: str, which: str, number: int, on: date) -> tuple[Page[Any], list[PersonLine]]:
    """Return one page of all who have a sign-in, by name, and its lines.

    text   part of the name, the username or the phone number, however that is written
    which  only `administrators`, only `shut` out, only those with no `role` on that day or later; else everybody
    """
    running = Appointment.objects.filter(Q(to_on=None) | Q(to_on__gt=on))
    found = User.objects.order_by("name", "username")
    if text:
        named = Q(name__icontains=text) | Q(username__icontains=text)
        digits = re.sub(r"[\s.()+-]", "", text)
        if re.fullmatch("[0-9]{3,15}", digits, re.ASCII):
            named |= Q(phone__contains=digits.removeprefix("0"))
        found = found.filter(named)
    if which == "administrators":
        found = found.filter(is_superuser=True)
    elif which == "shut":
        found = found.filter(is_active=False)
    elif which == "role":
        found = found.filter(is_superuser=False).exclude(pk__in=running.values("user"))
    page = Paginator(found, PER_PAGE).get_page(number)
    roles: dict[int, list[Appointment]] = {}
    of_these = running.filter(user__in=[user.pk for user in page])
    for one in of_these.select_related("group", "bkm").order_by("from_on", "pk"):
        roles.setdefault(one.user_id, []).append(one)
    return page, [PersonLine(user, roles.get(user.pk, [])) for user in page]


def appointments_of(user: User) -> QuerySet[Appointment]:
    """Return all appointments of a person, running ones first, with their bodies."""
    found = Appointment.objects.filter(user=user).select_related("user", "group", "bkm", "member")
    return found.order_by("-to_on", "-from_on")


def bkm_page(text: str, number: int) -> tuple[Page[Any], list[BkmLine]]:
    """Return one page of all BKM whose name or code holds the text, and its lines."""
    found = Bkm.objects.order_by("name", "code")
    if text:
        found = found.filter(Q(name__icontains=text) | Q(code__icontains=text))
    page = Paginator(found, PER_PAGE).get_page(number)
    labels = region_labels(bkm.region for bkm in page if bkm.region)
    counted = Bkm.objects.filter(pk__in=[bkm.pk for bkm in page]).annotate(group_count=Count("groups"))
    counts = dict(counted.values_list("pk", "group_count"))
    return page, [BkmLine(b.code, b.name, labels.get(b.region, b.region), counts[b.pk]) for b in page]


def programmes() -> QuerySet[Programme]:
    """Return all programmes with the number of their groups."""
    return Programme.objects.annotate(group_count=Count("groups")).order_by("name", "code")


def bkm_groups(bkm: Bkm) -> QuerySet[Group]:
    """Return the groups of a BKM by name."""
    return Group.objects.filter(bkm=bkm).order_by("name", "code")


def namesake(member: Member) -> Member | None:
    """Return another member of the group, active on her first day, whose name is the same but for capitals."""
    others = Member.objects.filter(group=member.group, name__iexact=member.name).exclude(pk=member.pk)
    return others.active_on(member.joined_on).order_by("no").first()
