"""Who acts for whom: roles in a body, each for a time."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from groups.models import Appointment, Bkm, Group, Member
from groups.services.rows import save
from users.models import User


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

    Refuses an end before the start, days on which she has the same role already, and days, new ones, on which she would
    audit what she keeps (`audits`).
    """
    if to_on and to_on < from_on:
        raise ValidationError({"to_on": ValidationError(_("The end comes after the start."), code="dates")})
    within = appointment.from_on <= from_on and (
        appointment.to_on is None or (to_on is not None and to_on <= appointment.to_on)
    )
    appointment.from_on, appointment.to_on, appointment.member = from_on, to_on, member
    return _appointed(appointment, has_new_days=not within)


def _appointed(appointment: Appointment, *, has_new_days: bool = True) -> Appointment:
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
    if has_new_days and (other := clashing.select_related("group", "bkm").first()):
        told = {"role": other.get_role_display(), "body": other.group or other.bkm}
        words = _("She is %(role)s of %(body)s on these days. Nobody audits books that she keeps: end that role first.")
        raise ValidationError({"role": ValidationError(words, code="audits", params=told)})
    return save(appointment)


@transaction.atomic
def end_appointment(*, appointment: Appointment, to_on: date) -> Appointment:
    """End a role: `to_on` is the first day it no longer holds. Refuses a day before it began, and ending it twice."""
    if appointment.to_on is not None:
        raise ValidationError(_("This role has ended already."), code="ended")
    if to_on < appointment.from_on:
        raise ValidationError({"to_on": ValidationError(_("The end comes after the start."), code="dates")})
    appointment.to_on = to_on
    return save(appointment)
