"""Who holds which office, from when to when: terms are written here alone, and `Member.office` kept in step."""

from collections.abc import Iterable
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from groups.models import Group, Member, OfficeTerm


@transaction.atomic
def set_offices(
    *, group: Group, from_on: date, chair: Member | None, secretary: Member | None, treasurer: Member | None
) -> Group:
    """Say who the three officers are from a day on; all others are ordinary members, and what changed is a new term.

    A term that began on that very day is put right instead of ended. Refuses two offices for one, somebody of another
    group, and a day before the last change.
    """
    chosen = {
        Member.Office.CHAIR: chair,
        Member.Office.SECRETARY: secretary,
        Member.Office.TREASURER: treasurer,
    }
    holders = [member.pk for member in chosen.values() if member]
    if len(holders) != len(set(holders)):
        raise ValidationError(_("One person holds one office."), code="two_offices")
    if any(member.group_id != group.pk for member in chosen.values() if member):
        raise ValidationError(_("An officer is a member of this group."), code="foreign_member")
    Group.objects.select_for_update(no_key=True).get(pk=group.pk)
    running = {term.office: term for term in OfficeTerm.objects.filter(group=group, to_on=None)}
    changed = {
        office: member
        for office, member in chosen.items()
        if (running[office].member_id if office in running else None) != (member.pk if member else None)
    }
    if any(running[office].from_on > from_on for office in changed if office in running):
        refusal = ValidationError(_("The officers changed after that day already."), code="later_term")
        raise ValidationError({"from_on": refusal})
    for office in changed:
        if office in running:
            _end(running[office], from_on)
    for office, member in changed.items():
        if member:
            OfficeTerm.objects.create(group=group, member=member, office=office, from_on=from_on)
    others = Member.objects.filter(group=group).exclude(office=Member.Office.MEMBER)
    others.exclude(pk__in=holders).update(office=Member.Office.MEMBER)
    for office, member in chosen.items():
        if member:
            Member.objects.filter(pk=member.pk).update(office=office)
    return group


def begin_term(member: Member) -> None:
    """Write the term of somebody who is taken in with her office; a running one of that office ends then."""
    if member.office == Member.Office.MEMBER:
        return
    left = member.left_on
    if left is not None and left <= member.joined_on:
        return
    if left is None:
        for term in OfficeTerm.objects.filter(group=member.group_id, office=member.office, to_on=None):
            _end(term, max(member.joined_on, term.from_on))
    OfficeTerm.objects.create(
        group_id=member.group_id, member=member, office=member.office, from_on=member.joined_on, to_on=left
    )


def begin_terms(members: Iterable[Member]) -> None:
    """The same of several, in the order they are told."""
    for member in members:
        begin_term(member)


def follow_membership(*, member: Member, before: date | None) -> None:
    """Let her office end with her membership, and run on when she stays after all; `before`: the day she left so far.

    When somebody else holds it by then, she comes back as an ordinary member.
    """
    running = OfficeTerm.objects.filter(group=member.group_id, office=member.office)
    term = running.filter(member=member, to_on=before).first()
    if term is None:
        return
    if member.left_on is None and running.filter(to_on=None).exclude(pk=term.pk).exists():
        member.office = Member.Office.MEMBER
        member.save(update_fields=["office"])
    elif member.left_on is None:
        term.to_on = None
        term.save(update_fields=["to_on"])
    else:
        _end(term, member.left_on)


def _end(term: OfficeTerm, on: date) -> None:
    """End a term; one that had not begun by then never was."""
    if on <= term.from_on:
        term.delete()
    else:
        term.to_on = on
        term.save(update_fields=["to_on"])


def terms_between(group: Group, since: date, until: date) -> list[OfficeTerm]:
    """Return the terms that ran on any day of a period, by the day they began. One query."""
    found = OfficeTerm.objects.filter(Q(to_on=None) | Q(to_on__gt=since), group=group, from_on__lte=until)
    return list(found.select_related("member").order_by("from_on", "office", "pk"))
