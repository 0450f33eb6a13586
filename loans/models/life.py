"""What happens to a loan between its schedule and its end: every step the meeting or the borrower took.

Money a step moves is in its entry; a loan's schedule and terms never change once made. A step that closes a loan ends
it: no instalment falls due after that day.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ledger.belonging import RoutesMeet
from ledger.models import Entry, Submission
from loans.models.lending import Loan


class LoanStepQuerySet(models.QuerySet["LoanStep"]):
    def standing(self) -> "LoanStepQuerySet":
        """Those not taken back."""
        return self.filter(undone_at=None)


class LoanStep(models.Model):
    """One step in the life of a loan, numbered within it. Amounts are whole rupiah.

    principal   principal it paid, moved to another loan, wrote off, or got back of what was written off
    charge      jasa it received; with a write-off, jasa that was due then and stays on the memorandum list
    waived      jasa the meeting forgave; never posted, since jasa is income when it is received
    forgiven    of a waiver: instalment number → rupiah of its jasa that falls due no more
    """

    class Kind(models.TextChoices):
        PAYOFF = "payoff", _("paid off early")
        WAIVER = "waiver", _("jasa waived")
        RESCHEDULE = "reschedule", _("rescheduled")
        RESTRUCTURE = "restructure", _("restructured")
        WRITE_OFF = "write_off", _("written off")
        RECOVERY = "recovery", _("recovered after writing off")
        GUARANTEE = "guarantee", _("paid from blocked savings")
        EXIT = "exit", _("settled on leaving")
        TAKEN_BACK = "taken_back", _("paid out by mistake, taken back")

    loan = models.ForeignKey(Loan, models.PROTECT, related_name="steps")
    no = models.SmallIntegerField(_("number"))
    kind = models.CharField(_("step"), max_length=11, choices=Kind.choices)
    on = models.DateField(_("date"))
    decided_on = models.DateField(_("decided on"), null=True, blank=True)  # the meeting that decided it
    decision = models.CharField(_("decision"), max_length=200, blank=True)
    principal = models.BigIntegerField(_("principal"), default=0)
    charge = models.BigIntegerField(_("jasa"), default=0)
    waived = models.BigIntegerField(_("jasa waived"), default=0)
    forgiven = models.JSONField(default=dict, blank=True)
    closes = models.BooleanField(default=False)
    submission = models.ForeignKey(Submission, models.PROTECT, related_name="loan_steps")
    entry = models.ForeignKey(Entry, models.PROTECT, null=True, related_name="loan_steps")  # a waiver moves no money
    after_number = models.IntegerField()  # the book's last entry before it: what it was decided upon
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(_("posted"))
    undone_at = models.DateTimeField(_("taken back"), null=True, blank=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    undone_why = models.CharField(_("why it was taken back"), max_length=200, blank=True)

    objects = LoanStepQuerySet.as_manager()

    class Meta:
        verbose_name = _("step of a loan")
        verbose_name_plural = _("steps of loans")
        ordering = ["loan", "no"]
        constraints = [
            models.UniqueConstraint(fields=["loan", "no"], name="loans_step_no_unique"),
            models.UniqueConstraint(
                fields=["loan"], condition=Q(closes=True, undone_at=None), name="loans_step_closes_once"
            ),
            models.CheckConstraint(
                condition=Q(principal__gte=0, charge__gte=0, waived__gte=0), name="loans_step_amounts"
            ),
            models.CheckConstraint(
                condition=Q(kind="payoff", waived=0) | ~Q(decision=""), name="loans_step_decision_written"
            ),
            RoutesMeet(routes=("loan__group__book", "submission__book", "entry__book"), name="loans_step_one_group"),
        ]

    def __str__(self) -> str:
        return f"{self.loan_id}/{self.no} {self.kind}"

    @property
    def total(self) -> int:
        """Principal and jasa together."""
        return self.principal + self.charge
