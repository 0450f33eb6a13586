"""What was corrected after a sheet was sent, who has to hear of it, and what members object to."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from groups.models import Group, Member
from ledger.belonging import RoutesMeet, Stays
from ledger.models import Submission
from meetings.models.meeting import Meeting


class Correction(models.Model):
    """One correction: why, and the submission that holds the reversal and what stands now.

    Of a sent sheet, which it names, or of what was written outside the sheets and touched members.
    """

    class Kind(models.TextChoices):
        HANDOVER = "handover", _("Hand-over")
        WITHDRAWAL = "withdrawal", _("withdrawal")
        INCOME = "income", _("other money in")
        EXPENSE = "expense", _("other money out")
        DIFFERENCE = "difference", _("cash difference")
        ADDED = "added", _("hand-over written afterwards")
        ATTENDANCE = "attendance", _("attendance")
        DISBURSEMENT = "disbursement", _("loan paid out")
        OUTSIDE = "outside", _("written outside a sheet")
        YEAR_END = "year_end", _("decision on the surplus (SHU)")

    group = models.ForeignKey(Group, models.PROTECT, related_name="corrections")
    meeting = models.ForeignKey(Meeting, models.PROTECT, null=True, related_name="corrections")
    submission = models.OneToOneField(Submission, models.PROTECT, related_name="correction")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    reason = models.CharField(_("reason"), max_length=200)

    class Meta:
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        constraints = [
            models.CheckConstraint(
                condition=Q(meeting=None, kind__in=["outside", "year_end"])
                | Q(meeting__isnull=False) & ~Q(kind__in=["outside", "year_end"]),
                name="meetings_correction_of_a_sheet",
            ),
            RoutesMeet(
                routes=("group__book", "meeting__group__book", "submission__book"), name="meetings_correction_one_group"
            ),
            Stays(fields=("group",), name="meetings_correction_stays"),
        ]

    def __str__(self) -> str:
        return f"{self.group} {self.reason}"


class Reconfirmation(models.Model):
    """A member whose book was corrected hears of it at a meeting; open until she answered there."""

    correction = models.ForeignKey(Correction, models.PROTECT, related_name="reconfirmations")
    member = models.ForeignKey(Member, models.PROTECT, related_name="reconfirmations")
    confirmed_on = models.DateField(_("answered on"), null=True, blank=True)
    agreed = models.BooleanField(_("agreed"), null=True, blank=True)

    class Meta:
        verbose_name = _("re-confirmation")
        verbose_name_plural = _("re-confirmations")
        constraints = [
            models.UniqueConstraint(fields=["correction", "member"], name="meetings_reconfirmation_unique"),
            models.CheckConstraint(
                condition=Q(confirmed_on=None, agreed=None) | Q(confirmed_on__isnull=False, agreed__isnull=False),
                name="meetings_reconfirmation_whole",
            ),
            RoutesMeet(routes=("correction__group", "member__group"), name="meetings_reconfirmation_one_group"),
        ]
        indexes = [models.Index(fields=["member"], condition=Q(confirmed_on=None), name="meetings_reconfirmation_open")]

    def __str__(self) -> str:
        return f"{self.member} {self.correction_id}"


class Objection(models.Model):
    """What a member says is wrong with her balances or a correction, followed until it is answered."""

    group = models.ForeignKey(Group, models.PROTECT, related_name="objections")
    no = models.IntegerField(_("number"))
    member = models.ForeignKey(Member, models.PROTECT, related_name="objections")
    raised_on = models.DateField(_("raised on"))
    text = models.CharField(_("objection"), max_length=300)
    owner = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="objections_followed")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    answered_on = models.DateField(_("answered on"), null=True, blank=True)
    answer = models.CharField(_("answer"), max_length=300, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("objection")
        verbose_name_plural = _("objections")
        ordering = ["group", "no"]
        constraints = [
            models.UniqueConstraint(fields=["group", "no"], name="meetings_objection_no_unique"),
            models.CheckConstraint(
                condition=Q(answered_on=None, answer="") | Q(answered_on__isnull=False) & ~Q(answer=""),
                name="meetings_objection_answer_whole",
            ),
            RoutesMeet(routes=("group", "member__group", "owner__group"), name="meetings_objection_one_group"),
        ]

    def __str__(self) -> str:
        return f"{self.no} {self.member}"
