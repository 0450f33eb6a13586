"""A member leaves: her savings are set against what she owes, in one act that the meeting decided."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from groups.models import Member
from ledger.belonging import RoutesMeet
from ledger.models import Submission


class LeavingQuerySet(models.QuerySet["Leaving"]):
    def standing(self) -> "LeavingQuerySet":
        """Those not taken back."""
        return self.filter(undone_at=None)


class Leaving(models.Model):
    """The reckoning with a member who left, in rupiah; its entries are those of the submission.

    savings      all she had: pokok, wajib, sukarela, blocked
    principal    of her loans, set against it
    charge       jasa, likewise
    waived       jasa the meeting forgave
    written_off  principal that her savings did not cover, given up by decision
    paid_out     what she, or her heirs, took home
    """

    class Reason(models.TextChoices):
        WISH = "wish", _("her own wish")
        MOVED = "moved", _("moved away")
        DIED = "died", _("died")
        EXPELLED = "expelled", _("put out by the meeting")

    member = models.ForeignKey(Member, models.PROTECT, related_name="leavings")
    on = models.DateField(_("date"))
    reason = models.CharField(_("reason"), max_length=8, choices=Reason.choices)
    decided_on = models.DateField(_("decided on"))
    decision = models.CharField(_("decision"), max_length=200)
    savings = models.BigIntegerField(_("savings"))
    principal = models.BigIntegerField(_("principal"))
    charge = models.BigIntegerField(_("jasa"))
    waived = models.BigIntegerField(_("jasa waived"))
    written_off = models.BigIntegerField(_("written off"))
    paid_out = models.BigIntegerField(_("paid out"))
    submission = models.OneToOneField(Submission, models.PROTECT, related_name="leaving")
    after_number = models.IntegerField()  # the book's last entry before it
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(_("posted"))
    undone_at = models.DateTimeField(_("taken back"), null=True, blank=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    undone_why = models.CharField(_("why it was taken back"), max_length=200, blank=True)

    objects = LeavingQuerySet.as_manager()

    class Meta:
        verbose_name = _("leaving of a member")
        verbose_name_plural = _("leavings of members")
        ordering = ["member", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["member"], condition=Q(undone_at=None), name="loans_leaving_once"),
            models.CheckConstraint(
                condition=Q(savings__gte=0, principal__gte=0, charge__gte=0, waived__gte=0, written_off__gte=0)
                & Q(paid_out=models.F("savings") - models.F("principal") - models.F("charge"), paid_out__gte=0),
                name="loans_leaving_adds_up",
            ),
            RoutesMeet(routes=("member__group__book", "submission__book"), name="loans_leaving_one_group"),
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.on}"
