"""A group's lending rules at work: adopting a version, what a member may borrow under it, and who may decide.

A group without rules lends as it likes: nothing here refuses anything then.
"""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Case, Count, F, Q, Sum, When
from django.utils.translation import gettext as _

from groups.models import Appointment, Bkm, Group, Member
from groups.money import format_rupiah
from ledger import chart
from ledger.models import Account
from loans.ceilings import Allowance, Ceilings, Limit, allowance
from loans.models import CollectabilityClass, LendingRules, Loan, LoanRequest, LoanStep
from loans.schedule import MAX_PERIODS, InvalidTerms, Method, Terms, Unit

if TYPE_CHECKING:
    from users.models import User

MOST_STEPS = 9
# What she saved and may count on: what is blocked backs a loan already.
OWN_SAVINGS = (chart.PRINCIPAL_SAVINGS, chart.WEEKLY_SAVINGS, chart.VOLUNTARY_SAVINGS)
# A loan that ended so was not paid back, and opens no higher step.
_NOT_PAID_BACK = (
    LoanStep.Kind.WRITE_OFF,
    LoanStep.Kind.TAKEN_BACK,
    LoanStep.Kind.RESCHEDULE,
    LoanStep.Kind.RESTRUCTURE,
)


@dataclass(frozen=True, slots=True)
class Agreement:
    """What a meeting agreed on lending; rupiah and per cent, None where nothing limits."""

    rate: Decimal
    rate_per: Unit
    method: Method
    round_to: int
    most: int | None = None
    savings_multiple: Decimal | None = None
    steps: tuple[int, ...] = ()
    most_weeks: int | None = None
    most_months: int | None = None
    fine: int = 0
    blocked_percent: Decimal = Decimal(5)
    decider: str = LendingRules.Decider.MEETING


def adopt_rules(
    *, group: Group, agreed: Agreement, adopted_on: date, from_on: date, by: "User | None", at: datetime
) -> LendingRules:
    """Write the next version of a group's lending rules; the versions before it stay as they are.

    `meetings` sees to it that `adopted_on` is a meeting. Refused, at its field: a day before the meeting, or not after
    the version before (`not_after_last`), a limit below 1, steps that fall, more than 520 instalments, per cent
    outside 0–100.
    """
    refusals = _judge_numbers(agreed)
    if from_on < adopted_on:
        refusals["from_on"] = ValidationError(_("Rules hold from the meeting that adopts them."), code="before_meeting")
    with transaction.atomic():
        Group.objects.select_for_update(no_key=True).get(pk=group.pk)
        last = LendingRules.objects.filter(group=group).order_by("-version").first()
        if last and from_on <= last.from_on:
            refusals["from_on"] = ValidationError(
                _("Version %(version)s holds from %(on)s; a new one follows it."),
                code="not_after_last",
                params={"version": last.version, "on": last.from_on.strftime("%d-%m-%Y")},
            )
        if refusals:
            raise ValidationError(refusals)
        return LendingRules.objects.create(
            group=group,
            version=last.version + 1 if last else 1,
            adopted_on=adopted_on,
            from_on=from_on,
            written_by=by,
            written_at=at,
            **asdict(agreed) | {"steps": list(agreed.steps)},
        )


def _judge_numbers(agreed: Agreement) -> dict[str, ValidationError]:
    refusals: dict[str, ValidationError] = {}
    steps = agreed.steps
    if len(steps) > MOST_STEPS or any(step < 1 for step in steps) or any(a > b for a, b in pairwise(steps)):
        text = _("Write at most %(most)s amounts, each as high as the one before or higher.")
        refusals["steps"] = ValidationError(text, code="steps", params={"most": MOST_STEPS})
    for name, limit in (("most", agreed.most), ("savings_multiple", agreed.savings_multiple)):
        if limit is not None and limit <= 0:
            refusals[name] = ValidationError(_("Write more than 0, or leave it empty."), code="too_little")
    for name, count in (("most_weeks", agreed.most_weeks), ("most_months", agreed.most_months)):
        if count is not None and not 1 <= count <= MAX_PERIODS:
            refusals[name] = ValidationError(
                _("Write a number from %(least)s to %(most)s."),
                code="not_a_count",
                params={"least": 1, "most": MAX_PERIODS},
            )
    if agreed.fine < 0:
        refusals["fine"] = ValidationError(_("An amount is 0 or more."), code="negative")
    if not 0 <= agreed.blocked_percent <= 100:
        refusals["blocked_percent"] = ValidationError(_("Write a per cent from 0 to 100."), code="percent")
    try:  # what no loan can be lent on cannot be agreed either
        Terms(10**6, 1, "week", agreed.rate, agreed.rate_per, agreed.method, agreed.round_to)
    except InvalidTerms as refusal:
        refusals[refusal.field] = ValidationError(str(refusal), code=refusal.code)
    return refusals


@dataclass(frozen=True, slots=True)
class Standing:
    """What a member may borrow on a day: her group's rules (None: it has none) and what they leave her."""

    rules: LendingRules | None
    allowance: Allowance

    def refusals(self, terms: Terms) -> dict[str, ValidationError]:
        """Return why terms cannot be, by field (amount, periods, rate, method, …); empty when they can."""
        return {} if self.rules is None else {**_amount(self.allowance, terms), **_terms(self.rules, terms)}

    def after(self, principal: int) -> "Standing":
        """Return how she stands once another loan of hers is paid out."""
        owes = self.allowance.outstanding + principal
        return Standing(self.rules, Allowance(self.allowance.limits, owes))


def standings(group: Group, members: Collection[Member], on: date) -> dict[int, Standing]:
    """Return how members stand towards the rules of a day, by their number. One query without rules, else three."""
    rules = LendingRules.objects.in_force(group, on)
    if rules is None:
        nothing = Standing(None, allowance(Ceilings(), savings=0, outstanding=0, loans_before=0))
        return {member.no: nothing for member in members}
    numbers = [member.no for member in members]
    saved: dict[int, int] = dict(
        Account.objects.filter(book=group.book_id, code__in=OWN_SAVINGS, member_no__in=numbers)
        .values_list("member_no")
        .annotate(total=-Sum("balance"))
    )
    closed = LoanStep.objects.standing().filter(closes=True, kind__in=_NOT_PAID_BACK).values("loan")
    paid_back = Case(When(Q(receivable__balance=0) & ~Q(pk__in=closed), then=F("pk")))
    borrowed = {
        no: (owes, before)
        for no, owes, before in Loan.objects.filter(group=group, member__no__in=numbers, upk_loan=None)
        .values_list("member__no")
        .annotate(owes=Sum("receivable__balance"), before=Count(paid_back))
        .order_by()
    }
    return {
        no: Standing(
            rules,
            allowance(
                rules.ceilings,
                savings=saved.get(no, 0),
                outstanding=borrowed.get(no, (0, 0))[0],
                loans_before=borrowed.get(no, (0, 0))[1],
            ),
        )
        for no in numbers
    }


def standing(group: Group, member: Member, on: date) -> Standing:
    """Return how one member stands; as `standings`."""
    return standings(group, [member], on)[member.no]


def why(limit: Limit) -> str:
    """Say in words where a limit comes from."""
    if limit.kind == "step":
        return _("her loan no. %(nth)s is at most %(amount)s") % {
            "nth": limit.nth,
            "amount": format_rupiah(limit.amount),
        }
    if limit.kind == "savings":
        return _("%(times)s times her savings of %(savings)s is %(amount)s") % {
            "times": f"{Decimal(limit.multiple or 0).normalize():f}".replace(".", ","),
            "savings": format_rupiah(limit.savings),
            "amount": format_rupiah(limit.amount),
        }
    return _("the rules allow one member %(amount)s at most") % {"amount": format_rupiah(limit.amount)}


def _amount(allowed: Allowance, terms: Terms) -> dict[str, ValidationError]:
    if allowed.allows(terms.principal) or allowed.lowest is None:
        return {}
    text = _("She may borrow %(may)s now: %(why)s.")
    if allowed.outstanding:
        text = _("She may borrow %(may)s now: %(why)s, and she still owes %(owes)s.")
    params = {
        "may": format_rupiah(allowed.amount or 0),
        "why": why(allowed.lowest),
        "owes": format_rupiah(allowed.outstanding),
    }
    return {"amount": ValidationError(text, code="above_ceiling", params=params)}


def _terms(rules: LendingRules, terms: Terms) -> dict[str, ValidationError]:
    found: dict[str, ValidationError] = {}
    most = rules.most_periods(terms.unit)
    if most is not None and terms.periods > most:
        text = _("The rules allow at most %(most)s instalments.")
        found["periods"] = ValidationError(text, code="too_many_periods", params={"most": most})
    agreed = {
        "rate": f"{rules.rate.normalize():f}".replace(".", ","),
        "rate_per": rules.get_rate_per_display(),
        "method": rules.get_method_display(),
        "round_to": format_rupiah(rules.round_to),
    }
    for name, said in agreed.items():
        if getattr(terms, name) != getattr(rules, name):
            found[name] = ValidationError(_("The rules say %(agreed)s."), code="not_agreed", params={"agreed": said})
    return found


def judge_terms(*, group: Group, member: Member, terms: Terms, on: date) -> None:
    """Refuse, at their fields, an amount or terms beyond the rules of that day."""
    if refusals := standing(group, member, on).refusals(terms):
        raise ValidationError(refusals)


def judge_decider(*, request: LoanRequest, approve: bool, by: "User | None", on: date) -> bool:
    """Judge who decides outside a meeting under the rules of that day; False: one more has to agree.

    Refused: a group whose meeting decides (`meeting_decides`), somebody who holds none of the offices that decide
    (`not_decider`), one who agreed before (`agreed_before`).
    """
    rules = LendingRules.objects.in_force(request.group, on)
    if rules is None:
        return True
    if rules.decider == LendingRules.Decider.MEETING:
        raise ValidationError(
            _("By the rules of this group the meeting decides: choose it on the sheet of the meeting."),
            code="meeting_decides",
        )
    wanted = {Appointment.Role.CHAIR.value}
    if rules.decider == LendingRules.Decider.CHAIR_AND_TREASURER:
        wanted.add(Appointment.Role.TREASURER.value)
    held = _offices(request.group, by, on) & wanted
    if not held:
        text = _("By the rules of this group %(who)s decides.")
        raise ValidationError(text, code="not_decider", params={"who": rules.get_decider_display()})
    if not approve or len(wanted) == 1:
        return True
    if request.agreed_by_id is None:
        return False
    if by is not None and request.agreed_by_id == by.pk:
        raise ValidationError(_("You agreed already; the other officer decides now."), code="agreed_before")
    return bool(held | _offices(request.group, request.agreed_by, on) >= wanted)


def _offices(group: Group, user: "User | None", on: date) -> set[str]:
    if user is None:
        return set()
    return set(Appointment.objects.held_by(user, on).filter(group=group).values_list("role", flat=True))


def set_classes(*, bkm: Bkm, from_on: date, rows: Sequence[tuple[str, int, Decimal]]) -> list[CollectabilityClass]:
    """Give a BKM its own table of collectability classes from a day on: name, least instalments late, reserve in %.

    The tables before it stay. Refused: a table that does not begin with no instalment late, classes or reserves that
    do not rise, per cent outside 0–100, a class without a name, a day not after the table before.
    """
    refusals = []
    late, reserves = [least for _name, least, _percent in rows], [percent for _name, _least, percent in rows]
    if not rows or late[0] != 0:
        text = _("The first class begins with 0 instalments late.")
        refusals.append(ValidationError(text, code="from_none_late"))
    if any(a >= b for a, b in pairwise(late)) or any(a > b for a, b in pairwise(reserves)):
        text = _("Each class begins later and asks for as much reserve as the one before it, or more.")
        refusals.append(ValidationError(text, code="rising"))
    if any(not 0 <= percent <= 100 for percent in reserves):
        refusals.append(ValidationError(_("Write a per cent from 0 to 100."), code="percent"))
    if any(not name.strip() for name, _least, _percent in rows):
        refusals.append(ValidationError(_("Give every class a name."), code="name"))
    with transaction.atomic():
        Bkm.objects.select_for_update(no_key=True).get(pk=bkm.pk)
        if CollectabilityClass.objects.filter(bkm=bkm, from_on__gte=from_on).exists():
            text = _("There is a table from that day or later; a new one follows it.")
            refusals.append(ValidationError(text, code="not_after_last"))
        if refusals:
            raise ValidationError(refusals)
        return CollectabilityClass.objects.bulk_create(
            CollectabilityClass(bkm=bkm, from_on=from_on, no=no, name=name.strip(), least_late=least, reserve=percent)
            for no, (name, least, percent) in enumerate(rows, start=1)
        )
