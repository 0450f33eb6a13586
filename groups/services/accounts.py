"""Who may sign in, as administrators change it, and new passwords."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from groups.models import Appointment, Bkm, Group
from users import services as users
from users.models import User


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
