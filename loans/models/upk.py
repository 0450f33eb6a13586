"""Loans of a UPK to a KSM: what was asked and by whom, who decided, what was lent, what was passed back.

Money is not kept here. A UPK loan has two accounts in the UPK's book, 1220 and 4110, and three in the group's, 2210
(owed), 2220 (collected from the members, not yet passed on) and 5110 (jasa to the UPK), all under the loan's number.
"""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from groups.models import Group, Member, Upk
from ledger.belonging import RoutesMeet, Stays
from ledger.models import Account, Entry
from loans.models.lending import LoanTerms


class UpkRules(models.Model):
    """What a UPK asks of a KSM before it lends, from a day on. Without any version the defaults here hold."""

    upk = models.ForeignKey(Upk, models.PROTECT, related_name="rules")
    from_on = models.DateField(_("from"))
    least_members = models.SmallIntegerField(_("members at least"), default=5)
    women_percent = models.SmallIntegerField(_("women at least, per cent"), default=30)
    saving_months = models.SmallIntegerField(_("months of saving in a row"), default=3)
    # Of the weeks of each of those months, holidays aside.
    weeks_percent = models.SmallIntegerField(_("weeks of a month at least, per cent"), default=50)
    posting_days = models.SmallIntegerField(_("sheet in the book within days"), default=7)
    first_ceiling = models.BigIntegerField(_("first loan, at most per member"), default=1_000_000)
    repeat_ceiling = models.BigIntegerField(_("later loans, at most per member"), default=3_000_000)
    least_periods = models.SmallIntegerField(_("instalments at least"), default=3)
    most_periods = models.SmallIntegerField(_("instalments at most"), default=12)
    held_days = models.SmallIntegerField(_("pass instalments on within days"), default=14)
    blocked_percent = models.SmallIntegerField(_("tabungan tanggung renteng, per cent of each share"), default=5)
    # Of a flat loan that is paid off early; the other methods ask for no jasa of months that have not begun.
    spared_percent = models.SmallIntegerField(_("jasa of months to come spared by a payoff, per cent"), default=0)

    class Meta:
        verbose_name = _("rules of a UPK")
        verbose_name_plural = _("rules of a UPK")
        ordering = ["upk", "-from_on"]
        constraints = [
            models.UniqueConstraint(fields=["upk", "from_on"], name="loans_upkrules_from_unique"),
            models.CheckConstraint(
                condition=Q(
                    women_percent__range=(0, 100),
                    weeks_percent__range=(0, 100),
                    blocked_percent__range=(0, 100),
                    spared_percent__range=(0, 100),
                ),
                name="loans_upkrules_percent",
            ),
            models.CheckConstraint(
                condition=Q(
                    least_members__gte=1,
                    saving_months__gte=0,
                    posting_days__gte=0,
                    first_ceiling__gte=1,
                    repeat_ceiling__gte=1,
                    least_periods__gte=1,
                    most_periods__gte=F("least_periods"),
                    held_days__gte=0,
                ),
                name="loans_upkrules_sensible",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.upk} {self.from_on}"


class UpkLoanRequest(LoanTerms):
    """A KSM asks its UPK for a loan: the UPK approves first, the BKM after it, and then the money goes out."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("waiting for the UPK")
        RECOMMENDED = "recommended", _("approved by the UPK")
        APPROVED = "approved", _("approved by UPK and BKM")
        REJECTED = "rejected", _("rejected")
        WITHDRAWN = "withdrawn", _("withdrawn")
        DISBURSED = "disbursed", _("disbursed")

    upk = models.ForeignKey(Upk, models.PROTECT, related_name="requests")
    no = models.IntegerField(_("number"))
    group = models.ForeignKey(Group, models.PROTECT, related_name="upk_requests")
    amount = models.BigIntegerField(_("amount"))
    requested_on = models.DateField(_("asked on"))
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    status = models.CharField(_("status"), max_length=11, choices=Status.choices, default=Status.WAITING)
    # Every borrower signed the statement of tanggung renteng on paper; who says so.
    signed_on = models.DateField(_("signed on"), null=True, blank=True)
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    upk_decided_on = models.DateField(null=True, blank=True)
    upk_decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    upk_decision = models.CharField(max_length=200, blank=True)
    bkm_decided_on = models.DateField(null=True, blank=True)
    bkm_decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    bkm_decision = models.CharField(max_length=200, blank=True)
    gate = models.JSONField(default=list, blank=True)  # the points as they stood when the UPK approved

    class Meta:
        verbose_name = _("request to the UPK")
        verbose_name_plural = _("requests to the UPK")
        ordering = ["upk", "-no"]
        constraints = [
            models.UniqueConstraint(fields=["upk", "no"], name="loans_upkrequest_no_unique"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="loans_upkrequest_amount_positive"),
            models.CheckConstraint(
                condition=Q(upk_decided_by=None) | Q(bkm_decided_by=None) | ~Q(upk_decided_by=F("bkm_decided_by")),
                name="loans_upkrequest_two_people",
            ),
            RoutesMeet(routes=("upk__bkm", "group__bkm"), name="loans_upkrequest_one_bkm"),
            Stays(fields=("upk", "group"), name="loans_upkrequest_stays"),
        ]
        indexes = [models.Index(fields=["group", "status"], name="loans_upkrequest_group")]

    def __str__(self) -> str:
        return f"{self.no} {self.group}"


class UpkShare(models.Model):
    """What one member asks for within her group's request, and what for. The shares add up to the request."""

    request = models.ForeignKey(UpkLoanRequest, models.CASCADE, related_name="shares")
    member = models.ForeignKey(Member, models.PROTECT, related_name="upk_shares")
    amount = models.BigIntegerField(_("amount"))
    purpose = models.CharField(_("purpose"), max_length=200)

    class Meta:
        verbose_name = _("share")
        verbose_name_plural = _("shares")
        ordering = ["request", "member__no"]
        constraints = [
            models.UniqueConstraint(fields=["request", "member"], name="loans_upkshare_unique"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="loans_upkshare_amount_positive"),
            RoutesMeet(routes=("request__group", "member__group"), name="loans_upkshare_one_group"),
        ]

    def __str__(self) -> str:
        return f"{self.member}, {self.amount}"


class UpkLoan(LoanTerms):
    """A loan of a UPK to a KSM, numbered in the UPK, on the terms it was made under."""

    upk = models.ForeignKey(Upk, models.PROTECT, related_name="loans")
    no = models.IntegerField(_("number"))
    group = models.ForeignKey(Group, models.PROTECT, related_name="upk_loans")
    request = models.OneToOneField(UpkLoanRequest, models.PROTECT, null=True, related_name="loan")
    replaces = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="successors")
    disbursed_on = models.DateField(_("disbursed on"))
    principal = models.BigIntegerField(_("principal"))
    charge = models.BigIntegerField(_("jasa"))  # of the whole schedule
    # Of each share: what stays behind in the KSM until it is paid, by the rules of the day it was paid out.
    blocked_percent = models.SmallIntegerField(_("tabungan tanggung renteng in per cent"), default=0)
    # In the UPK's book: what the KSM owes, and the jasa it paid.
    receivable = models.OneToOneField(Account, models.PROTECT, related_name="+")
    charge_income = models.OneToOneField(Account, models.PROTECT, related_name="+")
    # In the group's book: what it owes, what it collected for the UPK and holds, and the jasa of both.
    owed = models.OneToOneField(Account, models.PROTECT, related_name="+")
    held = models.OneToOneField(Account, models.PROTECT, related_name="+")
    charge_cost = models.OneToOneField(Account, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("UPK loan")
        verbose_name_plural = _("UPK loans")
        ordering = ["upk", "no"]
        constraints = [
            models.UniqueConstraint(fields=["upk", "no"], name="loans_upkloan_no_unique"),
            models.CheckConstraint(condition=Q(principal__gt=0, charge__gte=0), name="loans_upkloan_amounts"),
            RoutesMeet(routes=("upk__bkm", "group__bkm"), name="loans_upkloan_one_bkm"),
            RoutesMeet(
                routes=("upk__book", "receivable__book", "charge_income__book"),
                name="loans_upkloan_one_upk",
            ),
            RoutesMeet(
                routes=(
                    "group__book",
                    "request__group__book",
                    "replaces__group__book",
                    "owed__book",
                    "held__book",
                    "charge_cost__book",
                ),
                name="loans_upkloan_one_group",
            ),
            Stays(fields=("upk", "group"), name="loans_upkloan_stays"),
        ]
        indexes = [models.Index(fields=["group", "disbursed_on"], name="loans_upkloan_group")]

    def __str__(self) -> str:
        return f"{self.no} {self.group}"

    def last_paid_on(self) -> date | None:
        """The day of the last payment the UPK has in its book."""
        received = self.payments.filter(status=UpkPayment.Status.RECEIVED)
        last: date | None = received.aggregate(last=models.Max("on"))["last"]
        return last


class UpkInstalment(models.Model):
    """One row of a UPK loan's schedule, in rupiah."""

    loan = models.ForeignKey(UpkLoan, models.CASCADE, related_name="instalments")
    no = models.SmallIntegerField()
    due_on = models.DateField()
    principal = models.BigIntegerField()
    charge = models.BigIntegerField()
    balance = models.BigIntegerField()

    class Meta:
        verbose_name = _("instalment of a UPK loan")
        verbose_name_plural = _("instalments of a UPK loan")
        ordering = ["loan", "no"]
        constraints = [
            models.UniqueConstraint(fields=["loan", "no"], name="loans_upkinstalment_unique"),
            models.CheckConstraint(
                condition=Q(principal__gte=0, charge__gte=0, balance__gte=0), name="loans_upkinstalment_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.loan_id}/{self.no}"


class UpkPayment(models.Model):
    """Money a KSM passes on to its UPK: announced by the treasurer, counted only once the UPK has it in its book.

    `principal` and `charge` are how the UPK's schedule split it; the entries stand in the two books, under one key.
    """

    class Status(models.TextChoices):
        ANNOUNCED = "announced", _("on its way")
        RECEIVED = "received", _("received by the UPK")
        CANCELLED = "cancelled", _("did not arrive")
        REVERSED = "reversed", _("taken back in both books")

    loan = models.ForeignKey(UpkLoan, models.PROTECT, related_name="payments")
    no = models.IntegerField(_("number"))
    key = models.UUIDField()
    amount = models.BigIntegerField(_("amount"))
    status = models.CharField(_("status"), max_length=9, choices=Status.choices)
    announced_amount = models.BigIntegerField(default=0)
    announced_on = models.DateField(null=True, blank=True)
    announced_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    on = models.DateField(_("received on"), null=True, blank=True)
    received_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    principal = models.BigIntegerField(default=0)
    charge = models.BigIntegerField(default=0)
    group_entry = models.OneToOneField(Entry, models.PROTECT, null=True, related_name="+")
    upk_entry = models.OneToOneField(Entry, models.PROTECT, null=True, related_name="upk_payment")
    remark = models.CharField(_("remark"), max_length=200, blank=True)
    # It came on a loan that was written off: other income of the UPK.
    recovery = models.BooleanField(default=False)
    # It paid the loan off: `spared` is the jasa never asked for, `forgiven` of which instalment (number → rupiah).
    payoff = models.BooleanField(default=False)
    spared = models.BigIntegerField(default=0)
    forgiven = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("payment to the UPK")
        verbose_name_plural = _("payments to the UPK")
        ordering = ["loan", "no"]
        constraints = [
            models.UniqueConstraint(fields=["loan", "no"], name="loans_upkpayment_no_unique"),
            models.UniqueConstraint(fields=["loan", "key"], name="loans_upkpayment_key_unique"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="loans_upkpayment_amount_positive"),
            models.CheckConstraint(
                condition=Q(
                    status__in=["received", "reversed"],
                    on__isnull=False,
                    group_entry__isnull=False,
                    upk_entry__isnull=False,
                    amount=F("principal") + F("charge"),
                )
                | Q(status__in=["announced", "cancelled"], on=None, group_entry=None, upk_entry=None),
                name="loans_upkpayment_received_whole",
            ),
            models.CheckConstraint(
                condition=Q(payoff=False, spared=0, forgiven={}) | Q(payoff=True, spared__gte=0),
                name="loans_upkpayment_spared",
            ),
            RoutesMeet(routes=("loan__upk__book", "upk_entry__book"), name="loans_upkpayment_one_upk"),
            RoutesMeet(routes=("loan__group__book", "group_entry__book"), name="loans_upkpayment_one_group"),
        ]

    def __str__(self) -> str:
        return f"{self.loan_id}/{self.no}"


class UpkWaiverQuerySet(models.QuerySet["UpkWaiver"]):
    def standing(self) -> "UpkWaiverQuerySet":
        """Those not taken back."""
        return self.filter(undone_at=None)


class UpkWaiver(models.Model):
    """Jasa of a loan its UPK gave up asking for, by decision of the BKM; the loan goes on. Whole rupiah.

    forgiven      of which instalment (number → rupiah), the oldest unpaid first
    entry         in the KSM's book, where it had collected more jasa than the UPK asks for now; else None
    after_number  the last entry of the UPK's book before it
    """

    loan = models.ForeignKey(UpkLoan, models.PROTECT, related_name="waivers")
    no = models.SmallIntegerField(_("number"))
    on = models.DateField(_("date"))
    decided_on = models.DateField(_("decided on"))
    decision = models.CharField(_("decision"), max_length=200)
    amount = models.BigIntegerField(_("amount"))
    forgiven = models.JSONField(default=dict)
    key = models.UUIDField()
    entry = models.OneToOneField(Entry, models.PROTECT, null=True, related_name="upk_waiver")
    after_number = models.BigIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(_("posted"))
    undone_at = models.DateTimeField(_("taken back"), null=True, blank=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    undone_why = models.CharField(_("why it was taken back"), max_length=200, blank=True)

    objects = UpkWaiverQuerySet.as_manager()

    class Meta:
        verbose_name = _("waiver of a UPK loan's jasa")
        verbose_name_plural = _("waivers of UPK loans' jasa")
        ordering = ["loan", "no"]
        constraints = [
            models.UniqueConstraint(fields=["loan", "no"], name="loans_upkwaiver_no_unique"),
            models.CheckConstraint(
                condition=Q(amount__gt=0) & ~Q(decision="") & Q(decided_on__lte=F("on")),
                name="loans_upkwaiver_sensible",
            ),
            RoutesMeet(routes=("loan__group__book", "entry__book"), name="loans_upkwaiver_one_group"),
        ]

    def __str__(self) -> str:
        return f"{self.loan} {self.on}"


class UpkRescheduleQuerySet(models.QuerySet["UpkReschedule"]):
    def standing(self) -> "UpkRescheduleQuerySet":
        """Those not taken back."""
        return self.filter(undone_at=None)


class UpkReschedule(models.Model):
    """The rest of a UPK loan lent anew as `fresh`, on a schedule of its own, by decision of the BKM. Whole rupiah.

    principal  what moved from one to the other, in both books under one key
    spared     jasa of the old loan not yet due, which is not asked for; `forgiven` of which instalment
    void       of a reschedule taken back: jasa of the new loan, which never was, by instalment
    """

    loan = models.ForeignKey(UpkLoan, models.PROTECT, related_name="reschedules")
    fresh = models.OneToOneField(UpkLoan, models.PROTECT, related_name="made_by")
    on = models.DateField(_("date"))
    decided_on = models.DateField(_("decided on"))
    decision = models.CharField(_("decision"), max_length=200)
    principal = models.BigIntegerField(_("principal"))
    spared = models.BigIntegerField(default=0)
    forgiven = models.JSONField(default=dict, blank=True)
    void = models.JSONField(default=dict, blank=True)
    upk_entry = models.OneToOneField(Entry, models.PROTECT, related_name="upk_reschedule")
    group_entry = models.OneToOneField(Entry, models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(_("posted"))
    undone_at = models.DateTimeField(_("taken back"), null=True, blank=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    undone_why = models.CharField(_("why it was taken back"), max_length=200, blank=True)

    objects = UpkRescheduleQuerySet.as_manager()

    class Meta:
        verbose_name = _("reschedule of a UPK loan")
        verbose_name_plural = _("reschedules of UPK loans")
        ordering = ["loan", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["loan"], condition=Q(undone_at=None), name="loans_upkreschedule_once"),
            models.CheckConstraint(
                condition=Q(principal__gt=0, spared__gte=0) & ~Q(decision="") & Q(decided_on__lte=F("on")),
                name="loans_upkreschedule_sensible",
            ),
            RoutesMeet(routes=("loan__upk__book", "upk_entry__book"), name="loans_upkreschedule_one_upk"),
            RoutesMeet(
                routes=("loan__group__book", "fresh__group__book", "group_entry__book"),
                name="loans_upkreschedule_one_group",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.loan} → {self.fresh.no}"


class UpkWriteOffQuerySet(models.QuerySet["UpkWriteOff"]):
    def standing(self) -> "UpkWriteOffQuerySet":
        """Those not taken back."""
        return self.filter(undone_at=None)


class UpkWriteOff(models.Model):
    """A loan its UPK gave up as a loss, by decision of the BKM. The KSM goes on owing it. Whole rupiah.

    principal      what was left of it and came off 1220
    from_reserve   how much of that the reserve (1229) bore; cost 5140 bore the rest
    charge         jasa that was due then, and stays on the memorandum list
    """

    loan = models.ForeignKey(UpkLoan, models.PROTECT, related_name="write_offs")
    on = models.DateField(_("date"))
    decided_on = models.DateField(_("decided on"))
    decision = models.CharField(_("decision"), max_length=200)
    principal = models.BigIntegerField(_("principal"))
    from_reserve = models.BigIntegerField(_("borne by the reserve"))
    charge = models.BigIntegerField(_("jasa"))
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="upk_write_off")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(_("posted"))
    undone_at = models.DateTimeField(_("taken back"), null=True, blank=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    undone_why = models.CharField(_("why it was taken back"), max_length=200, blank=True)

    objects = UpkWriteOffQuerySet.as_manager()

    class Meta:
        verbose_name = _("write-off of a UPK loan")
        verbose_name_plural = _("write-offs of UPK loans")
        ordering = ["loan", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["loan"], condition=Q(undone_at=None), name="loans_upkwriteoff_once"),
            models.CheckConstraint(
                condition=Q(principal__gt=0, charge__gte=0, from_reserve__range=(0, F("principal")))
                & ~Q(decision="")
                & Q(decided_on__lte=F("on")),
                name="loans_upkwriteoff_sensible",
            ),
            RoutesMeet(routes=("loan__upk__book", "entry__book"), name="loans_upkwriteoff_one_upk"),
        ]

    def __str__(self) -> str:
        return f"{self.loan} {self.on}"

    @property
    def loss(self) -> int:
        """What cost 5140 bore."""
        return self.principal - self.from_reserve
