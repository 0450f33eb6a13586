"""Balances read aloud at a meeting, and what each member said to hers."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from groups.models import Group, Member
from ledger.belonging import RoutesMeet


class BalanceReading(models.Model):
    """One member heard her balances on a day and agreed, or did not.

    `number` and `digest` are the last entry and the head of the book as it was read: with them anybody derives again
    what she heard. What is said stays said once the day is over; somebody who objects later has an objection.
    """

    group = models.ForeignKey(Group, models.PROTECT, related_name="readings")
    on = models.DateField(_("date"))
    member = models.ForeignKey(Member, models.PROTECT, related_name="readings")
    agreed = models.BooleanField(_("agreed"))
    number = models.IntegerField()
    digest = models.CharField(max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("balance reading")
        verbose_name_plural = _("balance readings")
        constraints = [
            models.UniqueConstraint(fields=["group", "on", "member"], name="meetings_reading_unique"),
            RoutesMeet(routes=("group", "member__group"), name="meetings_reading_one_group"),
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.on}"
