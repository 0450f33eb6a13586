"""Books that only grow. What each table refuses is written in `ledger/sql/` and holds for raw SQL too."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.chart import CHART


class Book(models.Model):
    """One cash book: the lock, the head of the chain and the last closed day."""

    class Kind(models.TextChoices):
        GROUP = "ksm", _("KSM")
        UPK = "upk", _("UPK")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=3, choices=Kind.choices)
    closed_through = models.DateField(null=True, blank=True)
    # Kept by the database as entries and postings arrive; nobody else can write them.
    last_number = models.IntegerField(default=0, editable=False)
    head_digest = models.CharField(max_length=64, editable=False)

    def __str__(self) -> str:
        return self.name


class Account(models.Model):
    """A line of the chart in one book, for the whole book, one member or one loan. Balance: rupiah, debit positive."""

    book = models.ForeignKey(Book, models.PROTECT, related_name="accounts")
    code = models.CharField(max_length=4)
    member_no = models.IntegerField(default=0)
    loan_no = models.IntegerField(default=0)
    # Kept by the database as postings arrive; `counted` is the id of the last of them.
    balance = models.BigIntegerField(default=0, editable=False)
    counted = models.BigIntegerField(default=0, db_default=0, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "code", "member_no", "loan_no"], name="ledger_account_unique"),
            models.CheckConstraint(condition=Q(code__in=sorted(CHART)), name="ledger_account_code_in_chart"),
            models.CheckConstraint(
                condition=Q(member_no__gte=0, loan_no__gte=0), name="ledger_account_numbers_not_negative"
            ),
            models.CheckConstraint(
                condition=~Q(code__in=[line.code for line in CHART.values() if line.per == "member"])
                | Q(member_no__gt=0, loan_no=0),
                name="ledger_account_of_a_member",
            ),
            models.CheckConstraint(
                condition=~Q(code__in=[line.code for line in CHART.values() if line.per == "loan"]) | Q(loan_no__gt=0),
                name="ledger_account_of_a_loan",
            ),
            models.CheckConstraint(
                condition=~Q(code__in=[c.code for c in CHART.values() if c.floored and c.sign == 1])
                | Q(balance__gte=0),
                name="ledger_account_asset_floor",
            ),
            models.CheckConstraint(
                condition=~Q(code__in=[c.code for c in CHART.values() if c.floored and c.sign == -1])
                | Q(balance__lte=0),
                name="ledger_account_liability_floor",
            ),
        ]

    def __str__(self) -> str:
        return CHART[self.code].name


class Submission(models.Model):
    """One thing a person sent. The same key sent again answers with this one; `content` is what was sent, sealed.

    The numbers are those of its entries, null when it holds none (a meeting where no money moved).
    """

    book = models.ForeignKey(Book, models.PROTECT, related_name="submissions")
    key = models.UUIDField()
    content = models.TextField()
    content_hash = models.CharField(max_length=64)
    first_number = models.IntegerField(null=True)
    last_number = models.IntegerField(null=True)
    posted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    posted_at = models.DateTimeField()
    digest = models.CharField(max_length=64, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "key"], name="ledger_submission_key_unique"),
            models.CheckConstraint(
                condition=Q(first_number=None, last_number=None)
                | Q(first_number__gte=1, last_number__gte=F("first_number")),
                name="ledger_submission_range",
            ),
        ]

    def __str__(self) -> str:
        return str(self.key)


class Entry(models.Model):
    """One hand-over of cash, or one event. A reversal keeps the kind of what it reverses."""

    book = models.ForeignKey(Book, models.PROTECT, related_name="entries", db_constraint=False)
    submission = models.ForeignKey(Submission, models.PROTECT, related_name="entries", db_constraint=False)
    number = models.IntegerField()
    on = models.DateField()
    kind = models.CharField(max_length=20)
    memo = models.CharField(max_length=200, blank=True)
    memo_hash = models.CharField(max_length=64)
    legs = models.SmallIntegerField()
    posted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    posted_at = models.DateTimeField()
    reverses = models.OneToOneField("self", models.PROTECT, null=True, related_name="reversed_by", db_constraint=False)
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "number"], name="ledger_entry_number_unique"),
            models.UniqueConstraint(fields=["book", "id", "on"], name="ledger_entry_identity"),
            models.CheckConstraint(condition=Q(legs__gte=2), name="ledger_entry_two_legs"),
            models.CheckConstraint(condition=Q(kind__regex=r"^[a-z_]+$"), name="ledger_entry_kind"),
            models.CheckConstraint(condition=Q(reverses=None) | ~Q(memo=""), name="ledger_entry_reversal_reason"),
        ]
        indexes = [models.Index(fields=["book", "on"], name="ledger_entry_book_on")]

    def __str__(self) -> str:
        return f"{self.number}"


class Posting(models.Model):
    """One leg of an entry: whole rupiah, debit positive, never 0. Nothing ever points at a posting."""

    book = models.ForeignKey(Book, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="postings", db_constraint=False)
    on = models.DateField()
    account = models.ForeignKey(Account, models.PROTECT, related_name="postings", db_constraint=False, db_index=False)
    amount = models.BigIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(amount=0), name="ledger_posting_not_zero")]
        indexes = [
            models.Index(fields=["account", "on"], name="ledger_posting_account_on"),
            models.Index(fields=["account", "id"], name="ledger_posting_account_id"),
            models.Index(fields=["book", "on"], name="ledger_posting_book_on"),
        ]

    def __str__(self) -> str:
        return f"{self.amount}"


class Closing(models.Model):
    """One period closed for good: through which day, by whom, and what the books held then. Never changed again.

    `last_number` is the last entry before it; `head_digest` that of the submission it is sealed in, which holds no
    entry. `cash` and `bank` are the book's rupiah at that day.
    """

    book = models.ForeignKey(Book, models.PROTECT, related_name="closings")
    through = models.DateField()
    last_number = models.IntegerField()
    head_digest = models.CharField(max_length=64)
    cash = models.BigIntegerField()
    bank = models.BigIntegerField()
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField()

    class Meta:
        ordering = ["book", "through"]
        constraints = [models.UniqueConstraint(fields=["book", "through"], name="ledger_closing_unique")]
