"""What a BKM asks of its UPK's figures, and how its UPK rewards paying on time, version by version."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from groups.models import Bkm
from loans.indicators import KEYS, Bounds, Key


def _percent(label: str, default: int, least: int = 0, most: int = 100) -> "models.DecimalField[Decimal, Decimal]":
    return models.DecimalField(
        label,
        max_digits=7,
        decimal_places=2,
        default=Decimal(default),
        validators=[MinValueValidator(least), MaxValueValidator(most)],
    )


class UpkPolicyQuerySet(models.QuerySet["UpkPolicy"]):
    def in_force(self, bkm_id: int, on: date) -> "UpkPolicy":
        """The version that held on a day; before the first, the bands of POB 2013 and no reward. One query."""
        found = self.filter(bkm=bkm_id, from_on__lte=on).order_by("-from_on").first()
        return found or UpkPolicy(bkm_id=bkm_id, from_on=on, version=0)


class UpkPolicy(models.Model):
    """Edges of the bands of LAR, PAR, CCr, ROI and RR, and the reward (IPTW), in per cent. Never edited, only followed.

    `…_good` is the edge of memuaskan, `…_limit` that of penundaan; both edges belong to the better band.
    """

    bkm = models.ForeignKey(Bkm, models.CASCADE, related_name="upk_policies")
    version = models.SmallIntegerField(_("version"))
    from_on = models.DateField(_("holds from"))
    lar_good = _percent(_("LAR satisfactory up to"), 10)
    lar_limit = _percent(_("LAR minimum up to"), 20)
    par_good = _percent(_("PAR satisfactory up to"), 10)
    par_limit = _percent(_("PAR minimum up to"), 20)
    ccr_good = _percent(_("CCr satisfactory from"), 125, most=1000)
    ccr_limit = _percent(_("CCr minimum from"), 100, most=1000)
    roi_good = _percent(_("ROI satisfactory from"), 10, least=-100)
    roi_limit = _percent(_("ROI minimum from"), 0, least=-100)
    rr_good = _percent(_("RR satisfactory from"), 90)
    rr_limit = _percent(_("RR minimum from"), 80)
    reward = _percent(_("IPTW, per cent of all jasa"), 0)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    written_at = models.DateTimeField()

    objects = UpkPolicyQuerySet.as_manager()

    class Meta:
        verbose_name = _("bounds of a UPK")
        verbose_name_plural = _("bounds of a UPK")
        ordering = ["bkm", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["bkm", "version"], name="loans_upkpolicy_version_unique"),
            models.UniqueConstraint(fields=["bkm", "from_on"], name="loans_upkpolicy_from_unique"),
            models.CheckConstraint(
                condition=Q(
                    lar_good__lte=F("lar_limit"),
                    par_good__lte=F("par_limit"),
                    ccr_good__gte=F("ccr_limit"),
                    roi_good__gte=F("roi_limit"),
                    rr_good__gte=F("rr_limit"),
                    reward__range=(0, 100),
                ),
                name="loans_upkpolicy_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bkm} v{self.version}"

    @property
    def bounds(self) -> dict[Key, Bounds]:
        """What `loans.indicators` judges by."""
        return {
            key: Bounds(
                Fraction(getattr(self, f"{key}_good")) / 100,
                Fraction(getattr(self, f"{key}_limit")) / 100,
                low=key in {"lar", "par"},
            )
            for key in KEYS
        }
