"""The bodies: the BKM, its UPK, programmes, and the KSM they look after."""

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from groups.dates import ZONES
from ledger.belonging import Stays
from ledger.models import Book

if TYPE_CHECKING:
    from users.models import User

code_validator = RegexValidator(
    r"\A[A-Z0-9][A-Z0-9-]{1,23}\Z", _("Use 2 to 24 capital letters, digits and dashes, like KSM-MAWAR.")
)


def without_ksm(name: str) -> str:
    """Return a group's name without the word KSM before it."""
    return re.sub(r"\A\s*KSM\s+", "", name, flags=re.IGNORECASE)


class BkmQuerySet(models.QuerySet["Bkm"]):
    def visible_to(self, user: "User", on: date) -> "BkmQuerySet":
        """The boards this person may see on a day: those she serves, or all for the administrator."""
        if user.is_superuser:
            return self
        from groups.models.people import Appointment  # noqa: PLC0415  (people points to bodies)

        return self.filter(pk__in=Appointment.objects.held_by(user, on).filter(bkm__isnull=False).values("bkm"))


class Bkm(models.Model):
    """Community board of a village: looks after groups."""

    code = models.CharField(_("code"), max_length=24, unique=True, validators=[code_validator])
    name = models.CharField(_("name"), max_length=100)
    region = models.CharField(_("region"), max_length=13, blank=True, db_index=True)
    address = models.CharField(_("address"), max_length=200, blank=True)

    objects = BkmQuerySet.as_manager()

    class Meta:
        verbose_name = "BKM"
        verbose_name_plural = "BKM"
        ordering = ["name", "code"]

    def __str__(self) -> str:
        return self.name


class Upk(models.Model):
    """Finance unit of a BKM, with a book of its own."""

    bkm = models.OneToOneField(Bkm, models.PROTECT, related_name="upk", verbose_name="BKM")
    name = models.CharField(_("name"), max_length=100)
    book = models.OneToOneField(Book, models.PROTECT, related_name="upk", verbose_name=_("book"))
    start_on = models.DateField(_("books kept here since"), null=True, blank=True)

    class Meta:
        verbose_name = "UPK"
        verbose_name_plural = "UPK"
        constraints = [
            Stays(fields=("bkm", "book"), name="groups_upk_stays"),
        ]

    def __str__(self) -> str:
        return self.name


class Programme(models.Model):
    """A programme that forms or revives groups, like GRD in Batang."""

    code = models.CharField(_("code"), max_length=24, unique=True, validators=[code_validator])
    name = models.CharField(_("name"), max_length=100)
    starts_on = models.DateField(_("starts on"), null=True, blank=True)
    ends_on = models.DateField(_("ends on"), null=True, blank=True)

    class Meta:
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Weekday(models.IntegerChoices):
    """Days as Python counts them; the week starts on Senin."""

    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class Zone(models.TextChoices):
    """The three zones of Indonesia by the names people use."""

    WIB = "WIB", "WIB"
    WITA = "WITA", "WITA"
    WIT = "WIT", "WIT"


class GroupQuerySet(models.QuerySet["Group"]):
    def visible_to(self, user: "User", on: date) -> "GroupQuerySet":
        """The groups this person may see on a day: her own, and all of the boards she serves."""
        if user.is_superuser:
            return self
        from groups.models.people import Appointment  # noqa: PLC0415  (people points to bodies)

        held = Appointment.objects.held_by(user, on)
        return self.filter(
            Q(pk__in=held.filter(group__isnull=False).values("group"))
            | Q(bkm__in=held.filter(bkm__isnull=False).values("bkm"))
        )

    def active_on(self, on: date) -> "GroupQuerySet":
        """Groups whose books had begun and had not ended on that day."""
        return self.filter(Q(start_on__lte=on), Q(end_on=None) | Q(end_on__gt=on))


class Group(models.Model):
    """A KSM. Its code is unique in the land and stands in every URL; its name need not be."""

    class Origin(models.TextChoices):
        NEW = "baru", _("newly formed")
        REACTIVATED = "reaktivasi", _("reactivated")

    code = models.CharField(_("code"), max_length=24, unique=True, validators=[code_validator])
    name = models.CharField(_("name"), max_length=100)
    bkm = models.ForeignKey(Bkm, models.PROTECT, related_name="groups", verbose_name="BKM")
    region = models.CharField(_("region"), max_length=13, blank=True, db_index=True)
    programme = models.ForeignKey(
        Programme, models.PROTECT, null=True, blank=True, related_name="groups", verbose_name=_("programme")
    )
    origin = models.CharField(_("origin"), max_length=10, choices=Origin.choices, default=Origin.NEW)
    founded_on = models.DateField(_("founded on"), null=True, blank=True)
    start_on = models.DateField(_("books kept here since"))
    end_on = models.DateField(_("ended on"), null=True, blank=True)
    meeting_weekday = models.SmallIntegerField(_("meeting day"), choices=Weekday.choices, default=Weekday.WEDNESDAY)
    meeting_time = models.TimeField(_("meeting time"), null=True, blank=True)
    place = models.CharField(_("meeting place"), max_length=100, blank=True)
    timezone = models.CharField(_("time zone"), max_length=4, choices=Zone.choices, default=Zone.WIB)
    book = models.OneToOneField(Book, models.PROTECT, related_name="group", verbose_name=_("book"))

    objects = GroupQuerySet.as_manager()

    class Meta:
        verbose_name = "KSM"
        verbose_name_plural = "KSM"
        ordering = ["name", "code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(end_on=None) | Q(end_on__gt=models.F("start_on")), name="groups_group_ends_after_start"
            ),
            Stays(fields=("bkm", "book"), name="groups_group_stays"),
        ]

    def __str__(self) -> str:
        return f"KSM {self.short_name}"

    @property
    def short_name(self) -> str:
        """Its name without the word KSM, which some people write and some do not."""
        return without_ksm(self.name)

    @property
    def zone(self) -> str:
        """The zone's name in the tz database."""
        return ZONES[self.timezone]

    @property
    def first_week(self) -> date:
        """Monday of the week its books began."""
        return self.start_on - timedelta(days=self.start_on.weekday())


class Holiday(models.Model):
    """A week off, for one group or for all groups of a BKM. It counts only when declared before the week began."""

    group = models.ForeignKey(Group, models.CASCADE, null=True, blank=True, related_name="holidays", verbose_name="KSM")
    bkm = models.ForeignKey(Bkm, models.CASCADE, null=True, blank=True, related_name="holidays", verbose_name="BKM")
    week_start = models.DateField(_("week"))
    reason = models.CharField(_("reason"), max_length=100)
    declared_on = models.DateField(_("declared on"))

    class Meta:
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        ordering = ["week_start"]
        constraints = [
            models.CheckConstraint(
                condition=Q(group=None, bkm__isnull=False) | Q(group__isnull=False, bkm=None),
                name="groups_holiday_of_one_body",
            ),
            models.CheckConstraint(condition=Q(week_start__iso_week_day=1), name="groups_holiday_on_monday"),
            models.UniqueConstraint(fields=["group", "week_start"], name="groups_holiday_group_unique"),
            models.UniqueConstraint(fields=["bkm", "week_start"], name="groups_holiday_bkm_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.week_start} {self.reason}"
