"""What was corrected in a book: who, when, why, old and new beside each other, and which members were asked again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q, QuerySet

from groups import clock
from groups.models import Group, Member
from ledger import chart
from ledger.models import Entry, Posting, Submission
from ledger.sealed import read
from loans.models import Loan
from meetings import sealed
from meetings.models import Correction, HandOver, Reconfirmation
from meetings.services.posting import HANDOVER

ATTENDANCE = Correction.Kind.ATTENDANCE


@dataclass
class Side:
    """One entry that was taken back or took its place: whose or what for, cash (negative: out), and its parts."""

    entry: Entry
    who: str
    of_member: bool = False
    cash: int = 0
    parts: list[tuple[str, int]] = field(default_factory=list)


@dataclass
class CorrectionLine:
    """One correction of a book."""

    submission: Submission
    correction: Correction | None  # None: a reversal that another act of the group brought with it
    reason: str
    posted: date  # when it was written, where the group lives
    old: list[Side]
    new: list[Side]
    attendance: list[tuple[str, str, str]]  # name, old, new
    members: list[str]
    asked: list[Reconfirmation]

    @property
    def pairs(self) -> list[tuple[Side | None, Side | None]]:
        """Old and new of the same member side by side, in order of number."""
        fresh = list(self.new)
        found: list[tuple[Side | None, Side | None]] = []
        for old in self.old:
            match = next((new for new in fresh if (new.who, new.entry.kind) == (old.who, old.entry.kind)), None)
            if match:
                fresh.remove(match)
            found.append((old, match))
        return found + [(None, new) for new in fresh]

    @property
    def waiting(self) -> bool:
        return any(one.confirmed_on is None for one in self.asked)


def corrected_submissions(group: Group) -> QuerySet[Submission]:
    """Return the submissions that corrected something, the latest first: those of corrections, and all reversals."""
    reversals = Entry.objects.filter(book=group.book_id, reverses__isnull=False).values("submission")
    found = Submission.objects.filter(Q(pk__in=reversals) | Q(correction__isnull=False), book=group.book_id)
    return found.select_related("posted_by", "correction__meeting").order_by("-pk")


def correction_lines(group: Group, submissions: Sequence[Submission]) -> list[CorrectionLine]:
    """Return these corrections of a group in words. Four queries."""
    entries = (
        Entry.objects.filter(Q(submission__in=submissions) | Q(reversed_by__submission__in=submissions))
        .select_related("hand_over__member")
        .order_by("number")
    )
    by_number = {entry.number: entry for entry in entries}
    names = dict(Member.objects.filter(group=group).values_list("no", "name"))
    sides = _sides([entry for entry in by_number.values() if entry.reverses_id is None], names)
    asked: dict[int, list[Reconfirmation]] = {}
    for one in Reconfirmation.objects.filter(correction__submission__in=submissions).select_related("member"):
        asked.setdefault(one.correction_id, []).append(one)
    lines = []
    for submission in submissions:
        own = [entry for entry in by_number.values() if entry.submission_id == submission.pk]
        correction = getattr(submission, "correction", None)
        old = [sides[entry.reverses_id] for entry in own if entry.reverses_id]
        old.sort(key=lambda side: side.entry.number)
        new = [sides[entry.pk] for entry in own if entry.reverses_id is None]
        changes = _attendance(submission, names) if correction and correction.kind == ATTENDANCE else []
        reversal = next((entry for entry in own if entry.reverses_id), None)
        waiting = asked.get(correction.pk, []) if correction else []
        who = [*(one.member.name for one in waiting), *(side.who for side in [*old, *new] if side.of_member)]
        lines.append(
            CorrectionLine(
                submission=submission,
                correction=correction,
                reason=correction.reason if correction else (reversal.memo if reversal else ""),
                posted=clock.local(submission.posted_at, group).date(),
                old=old,
                new=new,
                attendance=changes,
                members=list(dict.fromkeys(who)),
                asked=waiting,
            )
        )
    return lines


def _sides(entries: Sequence[Entry], names: Mapping[int, str]) -> dict[int, Side]:
    """Return what entries moved, by primary key: cash, and the other accounts by name in rupiah. One query."""
    found = {entry.pk: Side(entry, entry.memo) for entry in entries}
    for posting in Posting.objects.filter(entry__in=found).select_related("account").order_by("account__code"):
        side, account = found[posting.entry_id], posting.account
        if account.code == chart.CASH:
            side.cash += posting.amount
            continue
        side.parts.append((chart.CHART[account.code].name, abs(posting.amount)))
        if account.member_no and not side.of_member:
            side.who, side.of_member = names.get(account.member_no, ""), True
    return found


def _attendance(submission: Submission, names: Mapping[int, str]) -> list[tuple[str, str, str]]:
    """Return who was put right from what to what, as it was sealed; nothing once the text was erased."""
    told = read(submission.content, sealed.put_right)
    return [(names.get(no, str(no)), old or "–", new) for no, (old, new) in told[1].items()] if told else []


def payable_loans(group: Group, member_id: int | None, on: date) -> list[int]:
    """Return the numbers of a member's loans that a payment of that day may go to, the oldest first. One query."""
    owed = Loan.objects.filter(group=group, member=member_id, disbursed_on__lte=on, receivable__balance__gt=0)
    return list(owed.order_by("disbursed_on", "no").values_list("no", flat=True))


def disbursed_loan(hand_over: HandOver) -> Loan | None:
    """Return the loan an entry paid out. One query."""
    return Loan.objects.filter(receivable__postings__entry=hand_over.entry_id).select_related("member").first()


def was_paid(loan: Loan) -> bool:
    """Whether anything that was paid on a loan still stands. One query."""
    paid = Posting.objects.filter(account__in=[loan.receivable_id, loan.charge_income_id], entry__kind=HANDOVER)
    return paid.filter(entry__reverses=None, entry__reversed_by=None).exists()
