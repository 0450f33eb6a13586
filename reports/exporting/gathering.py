"""Reads everything that the book of a group holds, in a fixed number of queries however long its history."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.utils.translation import gettext_lazy, pgettext

from groups.dates import format_date
from groups.models import Group, Holiday, Member
from groups.money import format_rupiah
from ledger.models import Book
from ledger.services import Leg
from loans.models import Loan, LoanRequest
from loans.selectors import loans_by_no
from loans.services import OpenLoan
from meetings.models import Attendance, CashDifference, FollowUp, Meeting
from savings.models import SavingsTerms


@dataclass(frozen=True, slots=True)
class Posted:
    """One entry with its legs. `member_no` is whose hand-over it was, 0 when nobody's."""

    number: int
    on: date
    kind: str
    memo: str
    reverses: int  # the number of the entry it takes back, else 0
    member_no: int
    legs: tuple[Leg, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """All that is known of a group, ready to be put into sheets."""

    group: Group
    members: list[Member]
    terms: list[SavingsTerms]
    holidays: list[Holiday]  # its own and its BKM's
    loans: dict[int, OpenLoan]
    requests: list[LoanRequest]
    meetings: dict[date, Meeting]
    attendance: dict[date, dict[int, str]]  # day → member number → H, I, S or A
    differences: list[CashDifference]
    follow_ups: list[FollowUp]
    entries: list[Posted]
    others: list["Other"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Other:
    """A row of a table that the layout knows nothing of: what kind of thing it is, its day, and what it says."""

    what: str
    on: date | None
    says: str
    of_balance: bool = False  # without it the loans would not stand as they do


_ENTRIES = """
SELECT e.number, e."on", e.kind, e.memo, coalesce(r.number, 0), coalesce(m.no, 0),
       array_agg(a.code ORDER BY p.id), array_agg(p.amount ORDER BY p.id),
       array_agg(a.member_no ORDER BY p.id), array_agg(a.loan_no ORDER BY p.id)
  FROM ledger_entry e
  JOIN ledger_posting p ON p.entry_id = e.id AND p.book_id = e.book_id
  JOIN ledger_account a ON a.id = p.account_id
  LEFT JOIN ledger_entry r ON r.id = e.reverses_id
  LEFT JOIN meetings_handover h ON h.entry_id = e.id
  LEFT JOIN groups_member m ON m.id = h.member_id
 WHERE e.book_id = %s
 GROUP BY e.id, r.number, m.no ORDER BY e.number
"""


def read_entries(book_id: int) -> list[Posted]:
    """Return all entries of a book in order of number. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_ENTRIES, [book_id])
        return [
            Posted(
                number, on, kind, memo, reverses, member_no,
                legs=tuple(Leg(*leg) for leg in zip(codes, amounts, members, loans, strict=True)),
            )
            for number, on, kind, memo, reverses, member_no, codes, amounts, members, loans in cursor.fetchall()
        ]  # fmt: skip


def gather(group: Group) -> Told:
    """Read a group's whole book and everything told beside it."""
    attendance: dict[date, dict[int, str]] = defaultdict(dict)
    came = Attendance.objects.filter(meeting__group=group).values_list("meeting__on", "member__no", "status")
    for on, no, status in came:
        attendance[on][no] = status
    numbers = list(Loan.objects.filter(group=group).values_list("no", flat=True))
    differences = CashDifference.objects.filter(group=group).select_related("owner", "entry").order_by("on", "pk")
    follow_ups = FollowUp.objects.filter(meeting__group=group).select_related("meeting", "owner")
    holidays = Holiday.objects.filter(models.Q(group=group) | models.Q(bkm=group.bkm_id))
    requests = LoanRequest.objects.filter(group=group).select_related("member")
    return Told(
        group=group,
        members=list(Member.objects.filter(group=group).order_by("no")),
        terms=list(SavingsTerms.objects.filter(group=group).order_by("from_on")),
        holidays=list(holidays.order_by("week_start", "bkm")),
        loans=loans_by_no(group, numbers),
        requests=list(requests.order_by("no")),
        meetings={meeting.on: meeting for meeting in Meeting.objects.filter(group=group).order_by("on")},
        attendance=dict(attendance),
        differences=list(differences),
        follow_ups=list(follow_ups.order_by("meeting__on", "pk")),
        entries=read_entries(group.book_id),
        others=read_others(group),
    )


# Tables and columns that the sheets hold or `fit` names one by one, or that are derived. Whatever another story adds to
# a group's tables is none of these, and is named by itself.
_KNOWN = {
    "groups.Group": "code name bkm region programme origin founded_on start_on end_on meeting_weekday meeting_time "
    "place timezone book",
    "groups.Member": "group no name gender nik phone address office poor joined_on left_on",
    "groups.Holiday": "group bkm week_start reason declared_on",
    "savings.SavingsTerms": "group from_on weekly principal",
    "loans.Loan": "group no member request requested_on disbursed_on principal prior_principal prior_charge receivable "
    "charge_income periods unit rate rate_per method round_to rules",
    "loans.LoanRequest": "group no member amount purpose requested_on status decided_on decided_by agreed_by decision "
    "withdrawn_on periods unit rate rate_per method round_to",
    "loans.Instalment": "loan no due_on principal charge balance",
    "meetings.Meeting": "group on week_start place agenda discussion decisions manner cash_before cash_expected "
    "cash_counted count counted_by submission posted_by posted_at imported",
    "meetings.Attendance": "meeting member status",
    "meetings.HandOver": "meeting entry member",
    "meetings.FollowUp": "meeting what owner due_on done_on",
    "meetings.CashDifference": "meeting group on entry amount reason owner resolved_on resolution",
}
# Sign-ins, drafts and derived facts are no part of a book, and a UPK is not the group's.
_NO_BOOK = {"groups.Appointment", "meetings.SheetDraft", "compliance.GroupWeek", "groups.Bkm", "groups.Upk"}
_APPS = {"groups", "savings", "loans", "meetings", "compliance", "reports"}
_OF_BALANCE = {"loans.Loan", "loans.LoanStep", "loans.UpkLoan"}  # without these a loan would stand otherwise
_DEPTH = 3


def _path_to_group(model: type[models.Model], depth: int = _DEPTH) -> str | None:
    """Return the shortest look-up from a table's row to its group, or None when it belongs to no group."""
    if model is Group:
        return "pk"
    if model is Book:
        return "group"
    found = []
    for one in model._meta.concrete_fields:
        above = one.related_model
        if depth and isinstance(above, type) and above is not model and above._meta.app_label in {*_APPS, "ledger"}:
            path = "" if above is Group else _path_to_group(above, depth - 1)
            if path is not None:
                found.append(f"{one.name}__{path}".removesuffix("__"))
    return min(found, key=lambda path: path.count("__"), default=None)


def read_others(group: Group) -> list[Other]:
    """Return what tables hold of this group that the layout does not know. One query a table."""
    found: list[Other] = []
    for model in apps.get_models():
        label = model._meta.label
        if label in _NO_BOOK or model._meta.app_label not in _APPS or (path := _path_to_group(model)) is None:
            continue
        known = {"id", *_KNOWN.get(label, "group").split()}
        fields = model._meta.concrete_fields
        new = [one for one in fields if one.name not in known]
        if label in _KNOWN and not new:
            continue
        named = [one for one in fields if one.name in ("no", "name", "on") and one not in new]
        rows = model._default_manager.filter(**{path: group.pk}).order_by("pk")
        if label == "groups.OfficeTerm":
            rows = rows.exclude(_AS_IMPORTED)
        for values in rows.values_list(*(one.name for one in [*named, *new])):
            told = dict(zip([*named, *new], values, strict=True))
            if label not in _KNOWN or any(told[one] not in _SAYS_NOTHING and told[one] != one.default for one in new):
                found.append(_other(model, told))
    return found


# A term of office as long as her membership is what an import makes of her Jabatan.
_AS_IMPORTED = models.Q(from_on=models.F("member__joined_on"), office=models.F("member__office")) & (
    models.Q(to_on=models.F("member__left_on")) | models.Q(to_on=None, member__left_on=None)
)
_SAYS_NOTHING: tuple[Any, ...] = (None, "", [], {}, False)


# Words for columns and tables that have none of their own on any form.
_WORDS = {
    "before_meeting": gettext_lazy("before the meeting"),
    "number": gettext_lazy("read up to entry"),
    "status": gettext_lazy("status"),
    "upk_decided_on": gettext_lazy("decided by the UPK on"),
    "upk_decision": gettext_lazy("decision of the UPK"),
    "bkm_decided_on": gettext_lazy("decided by the BKM on"),
    "bkm_decision": gettext_lazy("decision of the BKM"),
    "no": gettext_lazy("number"),
    "due_on": gettext_lazy("due on"),
    "principal": gettext_lazy("principal"),
    "charge": gettext_lazy("jasa"),
    "balance": gettext_lazy("balance"),
    "announced_amount": gettext_lazy("announced"),
    "announced_on": gettext_lazy("announced on"),
    "recovery": gettext_lazy("of a debt written off"),
    "payoff": gettext_lazy("paid off early"),
    "spared": gettext_lazy("jasa spared"),
    "business": gettext_lazy("business measured by"),
    "remainder_to": gettext_lazy("remainder to"),
    "label": gettext_lazy("part"),
    "percent": gettext_lazy("per cent"),
    "target": gettext_lazy("goes to"),
    "rule": gettext_lazy("rule"),
    "step": gettext_lazy("rounded to"),
    "pay": gettext_lazy("paid out"),
    "decision": gettext_lazy("decision"),
    "savings": gettext_lazy("savings"),
    "SurplusSplit": gettext_lazy("split of the surplus"),
    "SurplusPart": gettext_lazy("part of the surplus"),
    "YearEnd": gettext_lazy("decision on a year"),
    "YearEndShare": gettext_lazy("share of a year's surplus"),
}
# How we keep it, which tells nobody anything.
_SILENT = {"digest", "at", "after_number", "written_at", "closes", "key", "gate", "void", "decided_at", "before"}


def _other(model: type[models.Model], told: dict[Any, Any]) -> Other:
    on = next((value for value in told.values() if type(value) is date), None)
    parts = [
        f"{_named(one)}: {written(one, value)}"
        for one, value in told.items()
        if value not in _SAYS_NOTHING and not one.is_relation and one.name not in _SILENT
    ]
    name = _WORDS.get(model.__name__, model._meta.verbose_name)
    return Other(str(name), on, ", ".join(parts), model._meta.label in _OF_BALANCE)


def _named(column: Any) -> str:
    own = str(column.verbose_name)
    return str(_WORDS.get(column.name, own)) if own == column.name.replace("_", " ") else own


def written(column: Any, value: Any) -> str:
    """Return a value as people write it."""
    if isinstance(value, dict):  # rupiah by instalment
        value = sum(one for one in value.values() if isinstance(one, int))
    match value:
        case _ if column.choices:
            value = dict(column.flatchoices).get(value, value)
        case True:
            value = pgettext("answer", "yes")
        case date():
            value = format_date(value)
        case int() if isinstance(column, models.BigIntegerField | models.JSONField):
            value = format_rupiah(value)
    return str(value)
