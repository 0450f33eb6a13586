"""The policy a group is judged by, and one row of facts per group and week, derived from the books."""

from datetime import date
from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from compliance.rules import PolicyNumbers
from groups.models import Bkm, Group


def _fraction(label: str, default: str) -> "models.DecimalField[Decimal, Decimal]":
    return models.DecimalField(
        label,
        max_digits=5,
        decimal_places=4,
        default=Decimal(default),
        validators=[MinValueValidator(0), MaxValueValidator(1)],
    )


class PolicyQuerySet(models.QuerySet["Policy"]):
    def in_force(self, bkm_id: int | None, on: date) -> "Policy":
        """The policy of a BKM on a day: its own latest, else the common one."""
        own = self.filter(bkm=bkm_id, from_on__lte=on).order_by("-from_on").first() if bkm_id else None
        return own or self.filter(bkm=None, from_on__lte=on).latest("from_on")


class Policy(models.Model):
    """The numbers marked ⚙ in the rules, as fractions, weeks and days. Versions: never edited, only followed."""

    bkm = models.ForeignKey(Bkm, models.CASCADE, null=True, blank=True, related_name="policies")
    from_on = models.DateField(_("from"))
    version = models.IntegerField(_("version"))
    weeks = models.SmallIntegerField(
        _("assessed weeks"), default=12, validators=[MinValueValidator(1), MaxValueValidator(52)]
    )
    weeks_for_grade = models.SmallIntegerField(_("weeks needed for a grade"), default=4)
    late_value = _fraction(_("value of late payment"), "0.5")
    weight_weeks_met = _fraction(_("share of weeks met in rule 2"), "0.5")
    quorum = _fraction(_("quorum, more than"), "0.5")
    posting_days = models.SmallIntegerField(_("days to post the sheet"), default=3)
    lending_use = _fraction(_("full score for lent share"), "0.8")
    lending_breadth = _fraction(_("full score for borrowers' share"), "0.8")
    borrower_weeks = models.SmallIntegerField(_("weeks that count for borrowers"), default=52)
    weight_savings = _fraction(_("weight of rule 1"), "1")
    weight_meetings = _fraction(_("weight of rule 2"), "1")
    weight_books = _fraction(_("weight of rule 3"), "1")
    weight_lending = _fraction(_("weight of rule 4"), "1")
    weight_repayment = _fraction(_("weight of rule 5"), "1")
    green = _fraction(_("green from"), "0.9")
    amber = _fraction(_("amber from"), "0.7")
    grade_a = _fraction(_("grade A above"), "0.85")
    grade_b = _fraction(_("grade B from"), "0.75")

    objects = PolicyQuerySet.as_manager()

    class Meta:
        verbose_name = _("policy")
        verbose_name_plural = _("policies")
        constraints = [
            models.UniqueConstraint(
                fields=["bkm", "version"], name="compliance_policy_version_unique", nulls_distinct=False
            ),
            models.UniqueConstraint(
                fields=["bkm", "from_on"], name="compliance_policy_from_unique", nulls_distinct=False
            ),
        ]

    def __str__(self) -> str:
        return f"v{self.version}"

    @property
    def numbers(self) -> PolicyNumbers:
        """What `compliance.rules` judges by."""
        return PolicyNumbers.of(self.__dict__)


class GroupWeek(models.Model):
    """What one week of one group came to. Derived: `rebuild_weeks` makes the same rows from the books.

    A row never changes because of a later week. Rows run some weeks ahead of the last posting or meeting, as they
    will be if nothing more is recorded, and are carried on when somebody looks at a group silent for longer, so that a
    dashboard needs no nightly job; those ahead hold no facts. The two snapshots are shaped by `compliance.services`:
    `at_meeting` as at the week's last meeting (null without one), `at_close` as at the end of its Sunday, seen from the
    Monday after. A dashboard of today shows the current week's `at_meeting` if there is one, else the last row's
    `at_close` before it.
    """

    group = models.ForeignKey(Group, models.CASCADE, related_name="weeks")
    week_start = models.DateField()
    facts = models.JSONField(null=True)  # shape: `compliance.facts.WeekFacts`; what the next week starts from
    brief = models.JSONField(null=True)  # shape: `compliance.facts.Week`; what later weeks look back on
    at_meeting = models.JSONField(null=True)
    at_close = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "week_start"], name="compliance_group_week_unique"),
            models.CheckConstraint(condition=Q(week_start__iso_week_day=1), name="compliance_group_week_on_monday"),
        ]

    def __str__(self) -> str:
        return f"{self.group} {self.week_start}"
