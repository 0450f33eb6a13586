"""What a group agreed to save. The money itself is in the ledger, in one account per member and kind."""

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from groups.models import Group


class SavingsTermsQuerySet(models.QuerySet["SavingsTerms"]):
    def in_force(self, group: Group, on: date) -> "SavingsTerms | None":
        """The terms that held on a day; before the first ones, the first."""
        rows = list(self.filter(group=group).order_by("from_on"))
        return max((t for t in rows if t.from_on <= on), key=lambda t: t.from_on, default=rows[0] if rows else None)


class SavingsTerms(models.Model):
    """The agreed amounts from a day on, in rupiah. A weekly amount of 0 means each saves what she can."""

    group = models.ForeignKey(Group, models.CASCADE, related_name="savings_terms")
    from_on = models.DateField(_("from"))
    weekly = models.BigIntegerField(_("simpanan wajib per week"), default=0)
    principal = models.BigIntegerField(_("simpanan pokok"), default=0)

    objects = SavingsTermsQuerySet.as_manager()

    class Meta:
        verbose_name = _("savings terms")
        verbose_name_plural = _("savings terms")
        ordering = ["group", "from_on"]
        constraints = [
            models.UniqueConstraint(fields=["group", "from_on"], name="savings_terms_unique"),
            models.CheckConstraint(condition=Q(weekly__gte=0, principal__gte=0), name="savings_terms_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.group} {self.from_on}"
