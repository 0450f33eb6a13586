"""The weekly meeting and its sheet: who came, what was said, how much cash was counted, and which entries it made."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from groups.models import Bkm, Group, Member
from ledger.belonging import RoutesMeet, Stays
from ledger.models import Entry, Submission


class Meeting(models.Model):
    """One meeting of a group, by its date. It exists once its sheet is posted; until then there are drafts."""

    class Manner(models.TextChoices):
        """How the members came to their decisions."""

        CONSENSUS = "mufakat", _("musyawarah mufakat")
        VOTE = "voting", _("voting")

    group = models.ForeignKey(Group, models.PROTECT, related_name="meetings")
    on = models.DateField(_("date"))
    week_start = models.DateField()
    place = models.CharField(_("place"), max_length=100, blank=True)
    agenda = models.TextField(_("agenda"), blank=True)
    discussion = models.TextField(_("discussion"), blank=True)
    decisions = models.TextField(_("decisions"), blank=True)
    manner = models.CharField(_("how it was decided"), max_length=7, choices=Manner.choices, blank=True)
    cash_before = models.BigIntegerField(_("cash before"))
    cash_expected = models.BigIntegerField(_("cash by the book"))
    cash_counted = models.BigIntegerField(_("cash counted"), null=True, blank=True)
    count = models.JSONField(_("notes and coins"), default=dict, blank=True)  # {"100000": 5, ...}: value → pieces
    counted_by = models.CharField(_("counted by"), max_length=100, blank=True)
    submission = models.OneToOneField(Submission, models.PROTECT, related_name="meeting")
    posted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    posted_at = models.DateTimeField(_("posted"))
    imported = models.BooleanField(default=False)  # from an old book: rule 3 leaves it out

    class Meta:
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        ordering = ["group", "on"]
        constraints = [
            models.UniqueConstraint(fields=["group", "on"], name="meetings_meeting_on_unique"),
            models.CheckConstraint(condition=Q(week_start__iso_week_day=1), name="meetings_meeting_week_on_monday"),
            RoutesMeet(routes=("group__book", "submission__book"), name="meetings_meeting_one_group"),
            Stays(fields=("group",), name="meetings_meeting_stays"),
        ]
        indexes = [models.Index(fields=["group", "week_start"], name="meetings_meeting_week")]

    def __str__(self) -> str:
        return f"{self.group} {self.on}"

    @property
    def difference(self) -> int | None:
        """Cash counted less cash by the book, in rupiah; None when it was not counted."""
        return None if self.cash_counted is None else self.cash_counted - self.cash_expected


class Attendance(models.Model):
    """Whether a member came, as on the paper form."""

    class Status(models.TextChoices):
        PRESENT = "H", _("present")
        EXCUSED = "I", _("excused")
        SICK = "S", _("sick")
        ABSENT = "A", _("absent")

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="attendance")
    member = models.ForeignKey(Member, models.PROTECT, related_name="attendance")
    status = models.CharField(_("attendance"), max_length=1, choices=Status.choices)

    class Meta:
        verbose_name = _("attendance")
        verbose_name_plural = _("attendance")
        constraints = [
            models.UniqueConstraint(fields=["meeting", "member"], name="meetings_attendance_unique"),
            RoutesMeet(routes=("meeting__group", "member__group"), name="meetings_attendance_one_group"),
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.status}"


class HandOver(models.Model):
    """Which entry is whose at a meeting. What it amounts to is in the entry; corrected ones stay, reversed."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="hand_overs")
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="hand_over")
    member = models.ForeignKey(Member, models.PROTECT, null=True, related_name="hand_overs")

    class Meta:
        verbose_name = _("hand-over")
        verbose_name_plural = _("hand-overs")
        constraints = [
            RoutesMeet(
                routes=("meeting__group__book", "member__group__book", "entry__book"),
                name="meetings_handover_one_group",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.entry}"


class FollowUp(models.Model):
    """What somebody promised to do by a day."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="follow_ups")
    what = models.CharField(_("what"), max_length=200)
    owner = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="follow_ups")
    due_on = models.DateField(_("by"), null=True, blank=True)
    done_on = models.DateField(_("done on"), null=True, blank=True)

    class Meta:
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        ordering = ["pk"]
        constraints = [
            RoutesMeet(routes=("meeting__group", "owner__group"), name="meetings_followup_one_group"),
        ]

    def __str__(self) -> str:
        return self.what


class SheetDraft(models.Model):
    """A sheet that is being filled in: what she typed, as typed. Each person has her own, on all her devices."""

    group = models.ForeignKey(Group, models.CASCADE, related_name="sheet_drafts")
    on = models.DateField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="sheet_drafts")
    key = models.UUIDField()
    data = models.JSONField(default=dict)  # form field → text
    revision = models.IntegerField(default=0)  # times it was saved
    changes = models.JSONField(default=dict)  # form field → what pages changed, oldest first: `meetings.merging`
    saved_at = models.DateTimeField()

    class Meta:
        verbose_name = _("draft sheet")
        verbose_name_plural = _("draft sheets")
        constraints = [models.UniqueConstraint(fields=["group", "on", "by"], name="meetings_draft_unique")]

    def __str__(self) -> str:
        return f"{self.group} {self.on} {self.by}"


class BookUpload(models.Model):
    """A workbook somebody sent in and has not confirmed yet: what is checked is what is written, and only by her."""

    bkm = models.ForeignKey(Bkm, models.CASCADE, related_name="book_uploads")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="book_uploads")
    name = models.CharField(max_length=200)
    content = models.BinaryField()
    content_hash = models.CharField(max_length=64)  # sha256 of the file, in hex: names the file she looked at
    uploaded_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bkm", "by"], name="meetings_upload_unique")]

    def __str__(self) -> str:
        return self.name
