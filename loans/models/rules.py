"""What a group agreed on lending, version by version, and how late loans are classed.

A version is never edited, only followed by the next; every loan points to the one it was made under.
"""

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from groups.models import Bkm, Group
from loans.ageing import Grade
from loans.ceilings import Ceilings

if TYPE_CHECKING:
    from loans.models.lending import Unit


class LendingRulesQuerySet(models.QuerySet["LendingRules"]):
    def in_force(self, group: Group, on: date) -> "LendingRules | None":
        """The version that held on a day; None before the first, when a group lends as it likes. One query."""
        return self.filter(group=group, from_on__lte=on).order_by("-from_on").first()


class LendingRules(models.Model):
    """One version of a group's lending rules. Amounts are rupiah; a limit that is null does not limit.

    `adopted_on` is the day of the posted meeting that adopted it; `meetings` sees to that.
    """

    class Decider(models.TextChoices):
        MEETING = "meeting", _("the meeting")
        CHAIR = "chair", _("the chair, or the meeting")
        CHAIR_AND_TREASURER = "chair_treasurer", _("chair and treasurer together, or the meeting")

    group = models.ForeignKey(Group, models.PROTECT, related_name="lending_rules")
    version = models.SmallIntegerField(_("version"))
    adopted_on = models.DateField(_("adopted by the meeting of"))
    from_on = models.DateField(_("holds from"))
    most = models.BigIntegerField(_("most for one member"), null=True, blank=True)
    savings_multiple = models.DecimalField(
        _("times her own savings"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    steps = ArrayField(models.BigIntegerField(), verbose_name=_("most for the 1st, 2nd, 3rd loan"), default=list)
    most_weeks = models.SmallIntegerField(_("most weekly instalments"), null=True, blank=True)
    most_months = models.SmallIntegerField(_("most monthly instalments"), null=True, blank=True)
    rate = models.DecimalField(_("jasa in per cent"), max_digits=7, decimal_places=4)
    rate_per = models.CharField(_("jasa per"), max_length=5, choices=[("week", _("weeks")), ("month", _("months"))])
    method = models.CharField(
        _("method"),
        max_length=9,
        choices=[("flat", _("flat")), ("declining", _("declining")), ("annuity", _("annuity"))],
    )
    round_to = models.IntegerField(_("round instalments up to"), default=1000)
    fine = models.BigIntegerField(_("fine for each instalment late"), default=0)
    blocked_percent = models.DecimalField(
        _("blocked savings in per cent"), max_digits=5, decimal_places=2, default=Decimal(5)
    )
    decider = models.CharField(_("who decides"), max_length=15, choices=Decider.choices, default=Decider.MEETING)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    written_at = models.DateTimeField()

    objects = LendingRulesQuerySet.as_manager()

    class Meta:
        verbose_name = _("lending rules")
        verbose_name_plural = _("lending rules")
        ordering = ["group", "version"]
        constraints = [
            models.UniqueConstraint(fields=["group", "version"], name="loans_rules_version_unique"),
            models.UniqueConstraint(fields=["group", "from_on"], name="loans_rules_from_unique"),
            models.CheckConstraint(condition=Q(adopted_on__lte=F("from_on")), name="loans_rules_adopted_before"),
            models.CheckConstraint(
                condition=Q(rate__range=(0, 100), blocked_percent__range=(0, 100), fine__gte=0, round_to__gte=0),
                name="loans_rules_numbers",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group} v{self.version}"

    @property
    def ceilings(self) -> Ceilings:
        """Its limits as `loans.ceilings` reckons with them."""
        return Ceilings(self.most, self.savings_multiple, tuple(self.steps))

    def most_periods(self, unit: "Unit | str") -> int | None:
        """The most instalments per unit, if there is a limit."""
        return self.most_weeks if unit == "week" else self.most_months


class CollectabilityClassQuerySet(models.QuerySet["CollectabilityClass"]):
    def in_force(self, bkm_id: int | None, on: date) -> tuple[Grade, ...]:
        """The classes of a BKM on a day, best first: its own latest table, else the common one. One query."""
        rows = list(self.filter(Q(bkm=None) | Q(bkm=bkm_id), from_on__lte=on).order_by("no"))
        own = [row for row in rows if row.bkm_id is not None] or rows
        latest = max((row.from_on for row in own), default=None)
        return tuple(row.grade for row in own if row.from_on == latest)


class CollectabilityClass(models.Model):
    """One class of late loans and its reserve. Rows of one BKM (none: common) and day are a table, never edited."""

    bkm = models.ForeignKey(Bkm, models.CASCADE, null=True, blank=True, related_name="collectability_classes")
    from_on = models.DateField(_("from"))
    no = models.SmallIntegerField(_("class"))
    name = models.CharField(_("name"), max_length=40)
    least_late = models.SmallIntegerField(_("from so many instalments late"))
    reserve = models.DecimalField(_("reserve in per cent"), max_digits=5, decimal_places=2)

    objects = CollectabilityClassQuerySet.as_manager()

    class Meta:
        verbose_name = _("collectability class")
        verbose_name_plural = _("collectability classes")
        ordering = ["bkm", "-from_on", "no"]
        constraints = [
            models.UniqueConstraint(
                fields=["bkm", "from_on", "no"], name="loans_class_no_unique", nulls_distinct=False
            ),
            models.UniqueConstraint(
                fields=["bkm", "from_on", "least_late"], name="loans_class_late_unique", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(no__gte=1, least_late__gte=0, reserve__range=(0, 100)), name="loans_class_numbers"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.no} {self.name}"

    @property
    def grade(self) -> Grade:
        """The class as `loans.ageing` reckons with it."""
        return Grade(self.no, self.name, self.least_late, self.reserve)
