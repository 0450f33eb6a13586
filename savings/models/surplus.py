"""How a group splits its surplus, by version, and what was decided on each year."""

from datetime import date
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from groups.models import Group, Member
from ledger import chart
from ledger.belonging import RoutesMeet, Stays
from ledger.models import Entry, Submission
from savings.surplus import TO_MEMBERS

FUND_CODES = (chart.RESERVE, chart.RETAINED_SURPLUS, *chart.FUNDS)
"""Where a part of the surplus may go that no member gets."""


class Target(models.TextChoices):
    """Whom or what a part of the surplus is for."""

    BUSINESS = "business", _("members, by their jasa or loans (JUA)")
    SAVINGS = "savings", _("members, by their savings (JMA)")
    EQUAL = "equal", _("members, the same for each")
    RESERVE = chart.RESERVE, _("reserve (3310)")
    SOCIAL = chart.SOCIAL_FUND, _("social fund (2310)")
    OFFICERS = chart.OFFICERS_FUND, _("officers' fund (2320)")
    EDUCATION = chart.EDUCATION_FUND, _("education fund (2330)")
    BUILDING = chart.BUILDING_FUND, _("development fund (2340)")
    RETAINED = chart.RETAINED_SURPLUS, _("stays undivided (3910)")


# Cadangan 40, anggota 40 (half by business, half by savings), 5/5/5/5 others (domain.md: customary).
CUSTOMARY: tuple[tuple[str, Decimal, str], ...] = (
    ("Cadangan", Decimal(40), Target.RESERVE),
    ("Jasa usaha anggota (JUA)", Decimal(20), Target.BUSINESS),
    ("Jasa modal anggota (JMA)", Decimal(20), Target.SAVINGS),
    ("Dana pengurus", Decimal(5), Target.OFFICERS),
    ("Dana pendidikan", Decimal(5), Target.EDUCATION),
    ("Dana sosial", Decimal(5), Target.SOCIAL),
    ("Dana pembangunan", Decimal(5), Target.BUILDING),
)


class SurplusSplitQuerySet(models.QuerySet["SurplusSplit"]):
    def in_force(self, group: Group, on: date) -> "SurplusSplit | None":
        """The split that held on a day; before the first one, none: the customary one holds."""
        return self.filter(group=group, from_on__lte=on).prefetch_related("parts").order_by("-from_on").first()


class SurplusSplit(models.Model):
    """How a surplus is split from a day on: its parts sum to 100 per cent. Never changed, followed by a new one."""

    class Business(models.TextChoices):
        CHARGE = "charge", _("the jasa she paid")
        BORROWED = "borrowed", _("the amount she borrowed")

    group = models.ForeignKey(Group, models.CASCADE, related_name="surplus_splits")
    from_on = models.DateField(_("from"))
    business = models.CharField(max_length=8, choices=Business.choices, default=Business.CHARGE)
    remainder_to = models.CharField(max_length=4, default=chart.RESERVE)

    objects = SurplusSplitQuerySet.as_manager()

    class Meta:
        ordering = ["group", "from_on"]
        constraints = [
            models.UniqueConstraint(fields=["group", "from_on"], name="savings_split_unique"),
            models.CheckConstraint(condition=Q(remainder_to__in=sorted(FUND_CODES)), name="savings_split_remainder"),
        ]

    def __str__(self) -> str:
        return f"{self.group} {self.from_on}"


class SurplusPart(models.Model):
    """One line of a split: its name, per cent of the surplus, and where it goes."""

    split = models.ForeignKey(SurplusSplit, models.CASCADE, related_name="parts")
    no = models.SmallIntegerField()
    label = models.CharField(max_length=60)
    percent = models.DecimalField(max_digits=5, decimal_places=2)
    target = models.CharField(max_length=8, choices=Target.choices)

    class Meta:
        ordering = ["split", "no"]
        constraints = [
            models.UniqueConstraint(fields=["split", "no"], name="savings_part_unique"),
            models.CheckConstraint(condition=Q(percent__gt=0, percent__lte=100), name="savings_part_percent"),
            models.CheckConstraint(
                condition=Q(target__in=sorted((*TO_MEMBERS, *FUND_CODES))), name="savings_part_target"
            ),
        ]

    def __str__(self) -> str:
        return self.label


class YearEndQuerySet(models.QuerySet["YearEnd"]):
    def standing(self) -> "YearEndQuerySet":
        """Decisions that were not taken back: one a year at the most."""
        return self.filter(taken_back=None)


class YearEnd(models.Model):
    """What a group decided on one year's surplus: one dated decision, one submission. Amounts are in its entries.

    One that was a mistake stays, with the submission that took it back and the reason; then the year is decided anew.
    """

    class Pay(models.TextChoices):
        CASH = "cash", _("in cash")
        SAVINGS = "savings", _("to simpanan sukarela")

    group = models.ForeignKey(Group, models.PROTECT, related_name="year_ends")
    year = models.SmallIntegerField(_("year"))
    on = models.DateField(_("decided on"))
    surplus = models.BigIntegerField(_("surplus"))  # rupiah; negative when costs were more than income
    rule = models.CharField(max_length=8)
    step = models.IntegerField()
    pay = models.CharField(max_length=7, choices=Pay.choices)
    decision = models.CharField(max_length=300)
    submission = models.OneToOneField(Submission, models.PROTECT, related_name="year_end")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField()
    taken_back = models.OneToOneField(
        Submission, models.PROTECT, null=True, blank=True, related_name="year_end_taken_back"
    )
    taken_back_on = models.DateField(_("taken back on"), null=True, blank=True)
    taken_back_reason = models.CharField(_("reason"), max_length=200, blank=True)

    objects = YearEndQuerySet.as_manager()

    class Meta:
        ordering = ["group", "year", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["group", "year"], condition=Q(taken_back=None), name="savings_year_end_unique"
            ),
            models.CheckConstraint(
                condition=Q(taken_back=None, taken_back_on=None, taken_back_reason="")
                | Q(taken_back__isnull=False, taken_back_on__isnull=False) & ~Q(taken_back_reason=""),
                name="savings_year_end_taken_back_whole",
            ),
            RoutesMeet(
                routes=("group__book", "submission__book", "taken_back__book"), name="savings_year_end_one_group"
            ),
            Stays(fields=("group",), name="savings_year_end_stays"),
        ]

    def __str__(self) -> str:
        return f"{self.group} {self.year}"


class YearEndShare(models.Model):
    """Which entry is whose share; what it amounts to is in the entry. What she was measured by, as on that day."""

    year_end = models.ForeignKey(YearEnd, models.PROTECT, related_name="shares")
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    entry = models.OneToOneField(Entry, models.PROTECT, null=True, related_name="+")  # null: her share came to nothing
    business = models.BigIntegerField()
    savings = models.BigIntegerField()

    class Meta:
        ordering = ["year_end", "member__no"]
        constraints = [
            models.UniqueConstraint(fields=["year_end", "member"], name="savings_share_unique"),
            RoutesMeet(
                routes=("year_end__group__book", "member__group__book", "entry__book"), name="savings_share_one_group"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year_end} {self.member}"
