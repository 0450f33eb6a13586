"""The people of a group, and who acts for whom, from when to when."""

from datetime import date
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from groups.models.bodies import Bkm, Group
from ledger.belonging import RoutesMeet, Stays

if TYPE_CHECKING:
    from users.models import User


class MemberQuerySet(models.QuerySet["Member"]):
    def active_on(self, on: date) -> "MemberQuerySet":
        """Those who had joined and not left on that day; `left_on` is the first day she is no longer a member."""
        return self.filter(Q(joined_on__lte=on), Q(left_on=None) | Q(left_on__gt=on))


class Member(models.Model):
    """A member of one group. One name field; no phone needed."""

    class Office(models.TextChoices):
        CHAIR = "ketua", _("chair")
        SECRETARY = "sekretaris", _("secretary")
        TREASURER = "bendahara", _("treasurer")
        MEMBER = "anggota", _("member")

    class Gender(models.TextChoices):
        WOMAN = "P", _("woman")
        MAN = "L", _("man")

    group = models.ForeignKey(Group, models.PROTECT, related_name="members", verbose_name="KSM")
    no = models.IntegerField(_("number"))
    name = models.CharField(_("name"), max_length=100)
    gender = models.CharField(_("gender"), max_length=1, choices=Gender.choices, blank=True)
    nik = models.CharField("NIK", max_length=16, blank=True, validators=[RegexValidator(r"\A[0-9]{16}\Z")])
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    office = models.CharField(_("office"), max_length=10, choices=Office.choices, default=Office.MEMBER)
    poor = models.BooleanField(_("poor household"), null=True, blank=True)
    joined_on = models.DateField(_("joined on"))
    left_on = models.DateField(_("left on"), null=True, blank=True)
    # The membership before, of one who came back: that one keeps its number, its accounts and its history.
    former = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="again", verbose_name=_("membership before")
    )

    objects = MemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        ordering = ["group", "no"]
        constraints = [
            models.UniqueConstraint(fields=["group", "no"], name="groups_member_no_unique"),
            models.CheckConstraint(condition=Q(no__gte=1), name="groups_member_no_from_one"),
            models.CheckConstraint(
                condition=Q(left_on=None) | Q(left_on__gte=models.F("joined_on")),
                name="groups_member_leaves_after_joining",
            ),
            RoutesMeet(routes=("group", "former__group"), name="groups_member_one_group"),
            Stays(fields=("group",), name="groups_member_stays"),
        ]

    def __str__(self) -> str:
        return self.name

    def is_active_on(self, on: date) -> bool:
        """Whether she was a member at that day."""
        return self.joined_on <= on and (self.left_on is None or self.left_on > on)


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def held_by(self, user: "User", on: date) -> "AppointmentQuerySet":
        """What this person was appointed to on that day."""
        return self.filter(Q(user=user, from_on__lte=on), Q(to_on=None) | Q(to_on__gt=on))

    def held_at(self, bkm_id: int, role: str, on: date) -> "AppointmentQuerySet":
        """Who held a role at a board on that day."""
        return self.filter(Q(bkm=bkm_id, role=role, from_on__lte=on), Q(to_on=None) | Q(to_on__gt=on))


class Appointment(models.Model):
    """A person's role in a body for a time. `to_on` is the first day it no longer holds."""

    class Role(models.TextChoices):
        TREASURER = "treasurer", _("treasurer")
        SECRETARY = "secretary", _("secretary")
        CHAIR = "chair", _("chair")
        UPK_STAFF = "upk", _("UPK staff")
        COORDINATOR = "coordinator", _("BKM coordinator")
        FACILITATOR = "facilitator", _("facilitator")
        AUDITOR = "auditor", _("auditor")

    GROUP_ROLES = (Role.TREASURER, Role.SECRETARY, Role.CHAIR)
    BKM_ROLES = (Role.UPK_STAFF, Role.COORDINATOR, Role.FACILITATOR, Role.AUDITOR)

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="appointments", verbose_name=_("person")
    )
    role = models.CharField(_("role"), max_length=12, choices=Role.choices)
    group = models.ForeignKey(
        Group, models.CASCADE, null=True, blank=True, related_name="appointments", verbose_name="KSM"
    )
    bkm = models.ForeignKey(Bkm, models.CASCADE, null=True, blank=True, related_name="appointments", verbose_name="BKM")
    member = models.ForeignKey(
        Member, models.SET_NULL, null=True, blank=True, related_name="appointments", verbose_name=_("member")
    )
    from_on = models.DateField(_("from"))
    to_on = models.DateField(_("to"), null=True, blank=True)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        ordering = ["-from_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=["treasurer", "secretary", "chair"], group__isnull=False, bkm=None)
                | Q(role__in=["upk", "coordinator", "facilitator", "auditor"], bkm__isnull=False, group=None),
                name="groups_appointment_role_fits_body",
            ),
            models.CheckConstraint(
                condition=Q(to_on=None) | Q(to_on__gte=models.F("from_on")), name="groups_appointment_ends_after_start"
            ),
            RoutesMeet(routes=("group", "member__group"), name="groups_appointment_one_group"),
            RoutesMeet(routes=("bkm", "member__group__bkm"), name="groups_appointment_one_bkm"),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()}"
