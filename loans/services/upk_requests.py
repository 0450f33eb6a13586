"""A KSM asks its UPK for a loan: shares, the signed statement, the UPK's word and the BKM's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from groups.models import Group, Member, Upk
from groups.money import format_rupiah
from loans import gate
from loans.models import Loan, LoanStep, UpkLoanRequest, UpkRules, UpkShare
from loans.schedule import MAX_PERIODS, WEEKS_PER_MONTH, Terms
from loans.services.lending import judge_request

if TYPE_CHECKING:
    from users.models import User

Status = UpkLoanRequest.Status
MOST_MONTHS = MAX_PERIODS // WEEKS_PER_MONTH
OPEN = (Status.WAITING, Status.RECOMMENDED, Status.APPROVED)
RULE_FIELDS = (
    "least_members",
    "women_percent",
    "saving_months",
    "weeks_percent",
    "posting_days",
    "first_ceiling",
    "repeat_ceiling",
    "least_periods",
    "most_periods",
    "held_days",
    "blocked_percent",
    "spared_percent",
)


@dataclass(frozen=True, slots=True)
class Share:
    """What one member asks for, in rupiah, and what for."""

    member: Member
    amount: int
    purpose: str


def set_upk_rules(*, upk: Upk, from_on: date, **numbers: int) -> UpkRules:
    """Set what a UPK asks from a day on; on the same day again it replaces. Refused: numbers that make no sense."""
    rules = UpkRules(upk=upk, from_on=from_on, **numbers)
    rules.clean_fields(exclude=["upk"])
    problems = {
        name: ValidationError(_("Write a number from 0 to 100."), code="percent")
        for name in ("women_percent", "weeks_percent", "blocked_percent", "spared_percent")
        if not 0 <= getattr(rules, name) <= 100
    }
    for name, least in (
        ("least_members", 1),
        ("saving_months", 0),
        ("posting_days", 0),
        ("first_ceiling", 1),
        ("repeat_ceiling", 1),
        ("least_periods", 1),
        ("most_periods", rules.least_periods),
        ("held_days", 0),
    ):
        if getattr(rules, name) < least:
            problems[name] = ValidationError(_("Write at least %(least)s."), code="too_little", params={"least": least})
    if rules.most_periods > MOST_MONTHS:
        words = {"most": MOST_MONTHS}
        problems["most_periods"] = ValidationError(_("Write at most %(most)s."), code="too_much", params=words)
    if problems:
        raise ValidationError(problems)
    values = {name: getattr(rules, name) for name in RULE_FIELDS}
    return UpkRules.objects.update_or_create(upk=upk, from_on=from_on, defaults=values)[0]


def rules_on(upk: Upk, on: date) -> UpkRules:
    """Return the rules in force on a day: the latest set by then, else the defaults, unsaved."""
    return UpkRules.objects.filter(upk=upk, from_on__lte=on).order_by("-from_on").first() or UpkRules(
        upk=upk, from_on=on
    )


def ceilings(group: Group, rules: UpkRules) -> dict[int, int]:
    """Return the most each member may have, by primary key: more once her earlier shares are paid off."""
    shares = Loan.objects.filter(group=group, upk_loan__isnull=False)
    given_up = shares.filter(steps__kind=LoanStep.Kind.WRITE_OFF, steps__undone_at=None)
    owing = shares.filter(receivable__balance__gt=0) | shares.filter(pk__in=given_up.values("pk"))
    repeat = set(shares.exclude(member__in=owing.values("member")).values_list("member", flat=True))
    members = Member.objects.filter(group=group).values_list("pk", flat=True)
    return {pk: rules.repeat_ceiling if pk in repeat else rules.first_ceiling for pk in members}


def request_upk_loan(
    *, group: Group, shares: Sequence[Share], terms: Terms, by: "User | None", on: date
) -> UpkLoanRequest:
    """Write down what a KSM asks of its UPK; the same again on one day answers with the first.

    Refused, at its field: a BKM without UPK, a day outside the books, nobody asking, somebody who is no member, a
    share of nothing, without a purpose or above her ceiling (`share-4`), shares that do not add up to the amount, a
    tenor outside the UPK's rules, and a second request while one is open.
    """
    if terms.unit != "month":
        raise ValueError("a UPK is paid by the month")
    upk = Upk.objects.filter(bkm=group.bkm_id).first()
    if upk is None:
        raise ValidationError(_("The BKM of this KSM has no UPK."), code="no_upk")
    rules = rules_on(upk, on)
    _judge_shares(group, shares, terms, rules, on)
    if not rules.least_periods <= terms.periods <= rules.most_periods:
        words = {"least": rules.least_periods, "most": rules.most_periods}
        raise ValidationError(
            {
                "periods": ValidationError(
                    _("This UPK lends for %(least)s to %(most)s months."), code="periods_out_of_rules", params=words
                )
            }
        )
    asked = {
        "group": group,
        "amount": terms.principal,
        "requested_on": on,
        "periods": terms.periods,
        "unit": terms.unit,
        "rate": terms.rate,
        "rate_per": terms.rate_per,
        "method": terms.method,
        "round_to": terms.round_to,
    }
    with transaction.atomic():
        Upk.objects.select_for_update(no_key=True).get(pk=upk.pk)
        earlier = UpkLoanRequest.objects.filter(upk=upk, group=group, status__in=OPEN).first()
        if earlier:
            told = {(one.member_id, one.amount, one.purpose) for one in earlier.shares.all()}
            same = all(getattr(earlier, name) == value for name, value in asked.items())
            if same and told == {(one.member.pk, one.amount, one.purpose.strip()) for one in shares}:
                return earlier
            raise ValidationError(
                _("This KSM has a request that is not settled yet: no. %(no)s."),
                code="open_request",
                params={"no": earlier.no},
            )
        no = (UpkLoanRequest.objects.filter(upk=upk).aggregate(last=Max("no"))["last"] or 0) + 1
        request = UpkLoanRequest.objects.create(upk=upk, no=no, requested_by=by, **asked)
        UpkShare.objects.bulk_create(
            UpkShare(request=request, member=one.member, amount=one.amount, purpose=one.purpose.strip())
            for one in shares
        )
        return request


def _judge_shares(group: Group, shares: Sequence[Share], terms: Terms, rules: UpkRules, on: date) -> None:
    """Refuse shares that cannot be, each at its field."""
    judge_request(group=group, member=shares[0].member, on=on) if shares else None
    problems: dict[str, ValidationError] = {}
    most = ceilings(group, rules)
    for one in shares:
        field = f"share-{one.member.no}"
        if one.member.group_id != group.pk or not one.member.is_active_on(on):
            problems[field] = ValidationError(_("She is not a member on that day."), code="not_member")
        elif one.amount > most[one.member.pk]:
            problems[field] = ValidationError(
                _("%(name)s may have at most %(most)s."),
                code="above_ceiling",
                params={"name": one.member.name, "most": format_rupiah(most[one.member.pk])},
            )
        elif one.amount < (weeks := terms.periods * WEEKS_PER_MONTH):
            problems[field] = ValidationError(
                _("Write at least %(least)s."), code="too_little", params={"least": weeks}
            )
        if not one.purpose.strip():
            problems[f"purpose-{one.member.no}"] = ValidationError(_("Write what for."), code="required")
    if len({one.member.pk for one in shares}) < len(shares):
        raise ValueError("a member has one share")
    if not shares:
        problems["amount"] = ValidationError(_("Write at least one member's share."), code="no_shares")
    elif (total := sum(one.amount for one in shares)) != terms.principal:
        problems["amount"] = ValidationError(
            _("The shares add up to %(shares)s, not to %(amount)s."),
            code="shares_differ",
            params={"shares": format_rupiah(total), "amount": format_rupiah(terms.principal)},
        )
    if problems:
        raise ValidationError(problems)


def record_signing(*, request: UpkLoanRequest, signed_on: date, by: "User | None", on: date) -> UpkLoanRequest:
    """Write down that every borrower signed the statement of tanggung renteng.

    Refused: a settled request, a day before it was asked for or after today (`on`).
    """
    with transaction.atomic():
        request = _take(request, OPEN)
        if not request.requested_on <= signed_on <= on:
            raise ValidationError(
                {"signed_on": ValidationError(_("Between the day of the request and today."), code="out_of_range")}
            )
        request.signed_on, request.signed_by = signed_on, by
        request.save(update_fields=["signed_on", "signed_by"])
        return request


def decide_by_upk(
    *, request: UpkLoanRequest, approve: bool, decision: str, points: Sequence[gate.Point], by: "User", on: date
) -> UpkLoanRequest:
    """Say the UPK's word. `points` are the gate's, as `loans.selectors.gate_of` finds them today.

    Refused: a request that is no longer waiting (`decided`), a rejection without reason, a point that is not met.
    """
    _judge_reason(decision, approve=approve)
    with transaction.atomic():
        request = _take(request, (Status.WAITING,), on)
        _judge_gate(points, approve=approve)
        request.status = Status.RECOMMENDED if approve else Status.REJECTED
        request.upk_decided_on, request.upk_decided_by, request.upk_decision = on, by, decision.strip()
        request.gate = [point.as_json() for point in points]
        request.save(update_fields=["status", "upk_decided_on", "upk_decided_by", "upk_decision", "gate"])
        return request


def decide_by_bkm(
    *, request: UpkLoanRequest, approve: bool, decision: str, points: Sequence[gate.Point], by: "User", on: date
) -> UpkLoanRequest:
    """Say the BKM's word, after the UPK's and by somebody else. Refused as by the UPK, and one person saying both."""
    _judge_reason(decision, approve=approve)
    with transaction.atomic():
        request = _take(request, (Status.RECOMMENDED,), on)
        if request.upk_decided_by_id == by.pk:
            raise ValidationError(
                _("You approved it for the UPK; somebody else says the BKM's word."), code="same_person"
            )
        _judge_gate(points, approve=approve)
        request.status = Status.APPROVED if approve else Status.REJECTED
        request.bkm_decided_on, request.bkm_decided_by, request.bkm_decision = on, by, decision.strip()
        request.save(update_fields=["status", "bkm_decided_on", "bkm_decided_by", "bkm_decision"])
        return request


def withdraw_upk_request(*, request: UpkLoanRequest, on: date) -> UpkLoanRequest:
    """Take a request back before the money went out. Refused: one that is settled."""
    with transaction.atomic():
        request = _take(request, OPEN, on)
        request.status = Status.WITHDRAWN
        request.save(update_fields=["status"])
        return request


def _judge_reason(decision: str, *, approve: bool) -> None:
    if not approve and not decision.strip():
        raise ValidationError({"decision": ValidationError(_("Write why it is not approved."), code="reason_required")})


def _judge_gate(points: Sequence[gate.Point], *, approve: bool) -> None:
    if approve and not all(point.met for point in points):
        raise ValidationError(_("Not every point of the gate is met; see below what is missing."), code="gate")


def _take(request: UpkLoanRequest, statuses: Sequence[UpkLoanRequest.Status], on: date | None = None) -> UpkLoanRequest:
    """Return the request as it is now, under lock."""
    request = UpkLoanRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    if request.status not in statuses:
        raise ValidationError(_("This request was already decided."), code="decided")
    if on is not None and on < request.requested_on:
        raise ValidationError(_("A request is decided after it was asked."), code="decided_before_asked")
    return request
