"""The box counted, and what became of a difference between it and the book."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from groups.models import Group, Member
from ledger.belonging import RoutesMeet, Stays
from ledger.models import Entry, Submission
from meetings.models.meeting import Meeting


class BoxCount(models.Model):
    """The box counted by two people outside a sheet: before a meeting begins, or between meetings."""

    group = models.ForeignKey(Group, models.PROTECT, related_name="box_counts")
    on = models.DateField(_("date"))
    before_meeting = models.BooleanField(default=False)  # it opens the meeting of that day
    expected = models.BigIntegerField(_("cash by the book"))
    counted = models.BigIntegerField(_("cash counted"))
    counted_by = models.CharField(_("counted by"), max_length=100)
    counted_with = models.CharField(_("counted with"), max_length=100)
    submission = models.OneToOneField(Submission, models.PROTECT, related_name="box_count")

    class Meta:
        verbose_name = _("count of the box")
        verbose_name_plural = _("counts of the box")
        ordering = ["group", "on", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(counted__gte=0), name="meetings_count_not_negative"),
            models.CheckConstraint(
                condition=~Q(counted_by="") & ~Q(counted_with="") & ~Q(counted_by=F("counted_with")),
                name="meetings_count_by_two",
            ),
            RoutesMeet(routes=("group__book", "submission__book"), name="meetings_count_one_group"),
            Stays(fields=("group",), name="meetings_count_stays"),
        ]

    def __str__(self) -> str:
        return f"{self.group} {self.on}"

    @property
    def difference(self) -> int:
        """Cash counted less cash by the book, in rupiah."""
        return self.counted - self.expected


class Contribution(models.Model):
    """Money a member gave outside the weekly sheet, a fine or for the social fund: it stands in her passbook too."""

    entry = models.OneToOneField(Entry, models.PROTECT, related_name="contribution")
    member = models.ForeignKey(Member, models.PROTECT, related_name="contributions")

    class Meta:
        verbose_name = _("money a member gave outside a sheet")
        verbose_name_plural = _("money members gave outside a sheet")
        constraints = [
            RoutesMeet(routes=("member__group__book", "entry__book"), name="meetings_contribution_one_group"),
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.entry}"


class CashDifference(models.Model):
    """A difference between box and book: an entry with an owner, open until all of it is settled in the ledger.

    It belongs to the count of a sheet (`meeting`) or to one outside a sheet (`count`). It is settled whole or in
    parts; `settled` is what its standing settlements come to.
    """

    class Ending(models.TextChoices):
        FOUND = "found", _("the money was found again")
        REPAID = "repaid", _("its owner made it good")
        BORNE = "borne", _("the group bears it")
        KEPT = "kept", _("the group keeps it")
        RETURNED = "returned", _("it went back to whom it belongs")

    group = models.ForeignKey(Group, models.PROTECT, related_name="cash_differences")
    on = models.DateField(_("date"))
    meeting = models.OneToOneField(Meeting, models.PROTECT, null=True, related_name="cash_difference")
    count = models.OneToOneField(BoxCount, models.PROTECT, null=True, related_name="cash_difference")
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="+")
    amount = models.BigIntegerField(_("difference"))  # rupiah; negative when cash was short
    reason = models.CharField(_("reason"), max_length=300)
    owner = models.ForeignKey(Member, models.PROTECT, null=True, related_name="+")
    resolved_on = models.DateField(_("resolved on"), null=True, blank=True)
    resolution = models.CharField(_("how it ended"), max_length=300, blank=True)
    settled = models.BigIntegerField(_("settled"), default=0)  # rupiah, without a sign

    class Meta:
        verbose_name = _("cash difference")
        verbose_name_plural = _("cash differences")
        constraints = [
            models.CheckConstraint(
                condition=Q(settled__gte=0) & (Q(settled__lte=F("amount")) | Q(settled__lte=-F("amount"))),
                name="meetings_difference_settled",
            ),
            models.CheckConstraint(
                condition=Q(meeting__isnull=False, count=None) | Q(meeting=None, count__isnull=False),
                name="meetings_difference_of_one_count",
            ),
            RoutesMeet(
                routes=(
                    "group__book",
                    "meeting__group__book",
                    "count__group__book",
                    "owner__group__book",
                    "entry__book",
                ),
                name="meetings_difference_one_group",
            ),
            Stays(fields=("group",), name="meetings_difference_stays"),
        ]
        indexes = [models.Index(fields=["group", "on"], name="meetings_difference_on")]

    def __str__(self) -> str:
        return f"{self.group} {self.on} {self.amount}"

    @property
    def counted_in(self) -> Submission:
        """The submission that told what was counted; its last entry was this difference, when it arose."""
        told: Meeting | BoxCount = self.meeting or self.count
        return told.submission

    @property
    def size(self) -> int:
        """The difference without its sign."""
        return abs(self.amount)

    @property
    def rest(self) -> int:
        """What is not settled yet, without a sign; nothing once it is resolved."""
        return 0 if self.resolved_on else self.size - self.settled

    def age(self, today: date) -> int:
        """Days it was open, or is."""
        return ((self.resolved_on or today) - self.on).days

    @property
    def short(self) -> bool:
        """Whether the box held less than the book."""
        return self.amount < 0

    @property
    def endings(self) -> list[tuple[str, str]]:
        """How it can end: short, the money comes back or the group bears it; over, it is kept or goes back."""
        wanted = (self.Ending.FOUND, self.Ending.REPAID, self.Ending.BORNE) if self.short else _OVER
        return [(one.value, str(one.label)) for one in wanted]


class Settlement(models.Model):
    """A part of a cash difference that ended, or all of it: one entry against 1290. Standing until it is reversed."""

    difference = models.ForeignKey(CashDifference, models.PROTECT, related_name="settlements")
    on = models.DateField(_("date"))
    amount = models.BigIntegerField(_("amount"))  # rupiah, without a sign
    ending = models.CharField(_("how it ended"), max_length=8, choices=CashDifference.Ending.choices)
    words = models.CharField(_("in words"), max_length=300)
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="settlement")

    class Meta:
        verbose_name = _("settlement of a cash difference")
        verbose_name_plural = _("settlements of cash differences")
        ordering = ["difference", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="meetings_settlement_of_something"),
            RoutesMeet(routes=("difference__group__book", "entry__book"), name="meetings_settlement_one_group"),
        ]

    def __str__(self) -> str:
        return f"{self.difference} {self.amount}"


_OVER = (CashDifference.Ending.KEPT, CashDifference.Ending.RETURNED, CashDifference.Ending.FOUND)
