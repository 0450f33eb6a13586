"""Loans inside the group: what was asked, what was lent on which terms, and when it falls due.

What was paid is not kept here. A loan has two accounts of its own in the group's book, 1210 for its principal and
4110 for its charge (both with its member and loan number), and their postings say what was paid and when.
"""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from groups.models import Group, Member
from ledger.belonging import RoutesMeet, Stays
from ledger.models import Account
from loans.ceilings import blocked_part
from loans.models.rules import LendingRules


class Unit(models.TextChoices):
    WEEK = "week", _("weeks")
    MONTH = "month", _("months")


class Method(models.TextChoices):
    FLAT = "flat", _("flat")
    DECLINING = "declining", _("declining")
    ANNUITY = "annuity", _("annuity")


class LoanTerms(models.Model):
    """What a loan is lent on: the fields of `loans.schedule.Terms` but the principal."""

    periods = models.SmallIntegerField(_("number of instalments"))
    unit = models.CharField(_("instalments per"), max_length=5, choices=Unit.choices, default=Unit.WEEK)
    rate = models.DecimalField(_("jasa in per cent"), max_digits=7, decimal_places=4)
    rate_per = models.CharField(_("jasa per"), max_length=5, choices=Unit.choices, default=Unit.MONTH)
    method = models.CharField(_("method"), max_length=9, choices=Method.choices, default=Method.FLAT)
    round_to = models.IntegerField(_("round instalments up to"), default=1000)

    class Meta:
        abstract = True


class LoanRequest(LoanTerms):
    """A member asks; the meeting decides; the money goes out at a meeting."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("waiting")
        APPROVED = "approved", _("approved")
        REJECTED = "rejected", _("rejected")
        WITHDRAWN = "withdrawn", _("withdrawn")
        DISBURSED = "disbursed", _("disbursed")

    group = models.ForeignKey(Group, models.PROTECT, related_name="loan_requests")
    no = models.IntegerField(_("number"))
    member = models.ForeignKey(Member, models.PROTECT, related_name="loan_requests")
    amount = models.BigIntegerField(_("amount"))
    purpose = models.CharField(_("purpose"), max_length=200, blank=True)
    requested_on = models.DateField(_("asked on"))
    status = models.CharField(_("status"), max_length=9, choices=Status.choices, default=Status.WAITING)
    decided_on = models.DateField(_("decided on"), null=True, blank=True)
    decision = models.CharField(_("decision"), max_length=200, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    # Where two decide together: who of them agreed so far.
    agreed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_on = models.DateField(_("withdrawn on"), null=True, blank=True)

    class Meta:
        verbose_name = _("loan request")
        verbose_name_plural = _("loan requests")
        ordering = ["requested_on", "pk"]
        indexes = [models.Index(fields=["group", "status"], name="loans_request_group_status")]
        constraints = [
            models.UniqueConstraint(fields=["group", "no"], name="loans_request_no_unique"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="loans_request_amount_positive"),
            RoutesMeet(routes=("group", "member__group"), name="loans_request_one_group"),
            Stays(fields=("group",), name="loans_request_stays"),
        ]

    def __str__(self) -> str:
        return f"{self.member}, {self.amount}"

    @property
    def waits(self) -> bool:
        """Whether the next meeting may decide on it, or pay it out."""
        return self.status in (self.Status.WAITING, self.Status.APPROVED)


class Loan(LoanTerms):
    """A loan of one member, numbered in its group, on the terms it was made under."""

    group = models.ForeignKey(Group, models.PROTECT, related_name="loans")
    no = models.IntegerField(_("number"))
    member = models.ForeignKey(Member, models.PROTECT, related_name="loans")
    request = models.OneToOneField(LoanRequest, models.PROTECT, null=True, blank=True, related_name="loan")
    # Set where it is a member's share of a loan of the UPK: her instalments are then collected for the UPK.
    upk_loan = models.ForeignKey("loans.UpkLoan", models.PROTECT, null=True, blank=True, related_name="shares")
    requested_on = models.DateField(_("asked on"))
    disbursed_on = models.DateField(_("disbursed on"))
    principal = models.BigIntegerField(_("principal"))
    # The loan whose rest this one took over by a reschedule or restructure.
    replaces = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="replacements")
    rules = models.ForeignKey(LendingRules, models.PROTECT, null=True, blank=True, related_name="loans")
    # For a loan older than its book: what the opening balance counts as paid before it (rupiah).
    prior_principal = models.BigIntegerField(default=0)
    prior_charge = models.BigIntegerField(default=0)
    receivable = models.OneToOneField(Account, models.PROTECT, related_name="+")
    charge_income = models.OneToOneField(Account, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("loan")
        verbose_name_plural = _("loans")
        ordering = ["group", "no"]
        constraints = [
            models.UniqueConstraint(fields=["group", "no"], name="loans_loan_no_unique"),
            models.CheckConstraint(
                condition=Q(principal__gt=0, prior_principal__gte=0, prior_charge__gte=0), name="loans_loan_amounts"
            ),
            models.CheckConstraint(condition=Q(requested_on__lte=F("disbursed_on")), name="loans_loan_asked_before"),
            RoutesMeet(
                routes=(
                    "group",
                    "member__group",
                    "request__group",
                    "upk_loan__group",
                    "replaces__group",
                    "rules__group",
                ),
                name="loans_loan_one_group",
            ),
            RoutesMeet(routes=("group__book", "receivable__book", "charge_income__book"), name="loans_loan_one_book"),
            Stays(fields=("group",), name="loans_loan_stays"),
        ]
        indexes = [models.Index(fields=["group", "disbursed_on"], name="loans_loan_group_disbursed")]

    def __str__(self) -> str:
        return f"{self.no} {self.member}"

    @property
    def blocked(self) -> int:
        """What stayed behind of it when it was paid out (rupiah), by the rules it was made under."""
        made_under = self.upk_loan or self.rules
        return blocked_part(self.principal, Decimal(made_under.blocked_percent)) if made_under else 0


class Instalment(models.Model):
    """One row of a loan's schedule, in rupiah."""

    loan = models.ForeignKey(Loan, models.CASCADE, related_name="instalments")
    no = models.SmallIntegerField()
    due_on = models.DateField()
    principal = models.BigIntegerField()
    charge = models.BigIntegerField()
    balance = models.BigIntegerField()

    class Meta:
        verbose_name = _("instalment")
        verbose_name_plural = _("instalments")
        ordering = ["loan", "no"]
        constraints = [
            models.UniqueConstraint(fields=["loan", "no"], name="loans_instalment_unique"),
            models.CheckConstraint(
                condition=Q(principal__gte=0, charge__gte=0, balance__gte=0), name="loans_instalment_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.loan_id}/{self.no}"
