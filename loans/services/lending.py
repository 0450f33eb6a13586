"""What happens to a loan: asked for, decided, paid out, paid back. Money leaves here as legs; `meetings` posts them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import BigIntegerField, Case, CharField, F, Max, Q, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from groups.models import Group, Member
from groups.money import format_rupiah
from ledger import chart
from ledger.announce import announce
from ledger.models import Account, Book
from ledger.services import AccountKey, Leg, accounts_for
from loans import arrears
from loans.models import Instalment, LendingRules, Loan, LoanRequest, LoanTerms, UpkLoan
from loans.payoff import CLOSED, Quote, quote
from loans.schedule import InvalidTerms, Row, Terms, schedule
from loans.services.guarantee import block
from loans.services.rules import judge_decider, judge_terms, standings
from loans.services.upk_debt import UpkDebt

if TYPE_CHECKING:
    from users.models import User


@dataclass(frozen=True, slots=True)
class Lending:
    """A loan about to be paid out. `no` is given only by an imported book; `request` when it was asked for here.

    `upk_loan` is the loan of the UPK that it is a member's share of.
    """

    member: Member
    terms: Terms
    requested_on: date
    request: LoanRequest | None = None
    no: int | None = None
    decision: str = ""  # what the meeting said with it
    upk_loan: UpkLoan | None = None


def terms_of(loan: LoanTerms, principal: int) -> Terms:
    """Return the arithmetic terms of a loan or request."""
    return Terms(
        principal=principal,
        periods=loan.periods,
        unit=loan.unit,  # type: ignore[arg-type]
        rate=Decimal(loan.rate),
        rate_per=loan.rate_per,  # type: ignore[arg-type]
        method=loan.method,  # type: ignore[arg-type]
        round_to=loan.round_to,
    )


def request_loan(*, group: Group, member: Member, amount: int, purpose: str, terms: Terms, on: date) -> LoanRequest:
    """Write down that a member asks for a loan; the same question twice on one day answers with the first request.

    Refused: what `judge_request` refuses, and what is beyond the group's lending rules of that day, at its field.
    """
    if terms.principal != amount:
        raise ValueError(f"terms for {terms.principal} are no terms for {amount}")
    judge_request(group=group, member=member, on=on)
    judge_terms(group=group, member=member, terms=terms, on=on)
    asked = {
        "member": member,
        "amount": amount,
        "purpose": purpose.strip(),
        "requested_on": on,
        "periods": terms.periods,
        "unit": terms.unit,
        "rate": terms.rate,
        "rate_per": terms.rate_per,
        "method": terms.method,
        "round_to": terms.round_to,
    }
    with transaction.atomic():
        Group.objects.select_for_update(no_key=True).get(pk=group.pk)
        requests = LoanRequest.objects.filter(group=group)
        if earlier := requests.filter(status=LoanRequest.Status.WAITING, **asked).order_by("no").first():
            return earlier
        no = (requests.aggregate(last=Max("no"))["last"] or 0) + 1
        request = LoanRequest.objects.create(group=group, no=no, **asked)
        announce(group.book_id, on)  # rule 4 is assessed from the first request on
        return request


def judge_request(*, group: Group, member: Member, on: date) -> None:
    """Refuse, at its field, a day before the books or after the group's end, and somebody who is no member that day."""
    if on < group.start_on:
        raise ValidationError({"requested_on": ValidationError(_("The books begin later."), code="before_books")})
    if group.end_on and on >= group.end_on:
        raise ValidationError({"requested_on": ValidationError(_("This group has ended."), code="ended")})
    if member.group_id != group.pk or not member.is_active_on(on):
        raise ValidationError({"member": ValidationError(_("She is not a member on that day."), code="not_member")})


def decide(
    *,
    request: LoanRequest,
    approve: bool,
    decision: str,
    on: date,
    by: "User | None" = None,
    in_meeting: bool = False,
) -> LoanRequest:
    """Approve or reject a waiting request; a rejection names its reason. Of two who decide at once, one does.

    A meeting may always decide; outside one the group's lending rules say who. Where two decide together the first
    who approves is remembered and the request goes on waiting. Refused: a request that is no longer waiting
    (`decided`), no reason, a day before it was asked for, somebody who may not decide, what exceeds the rules.
    """
    if not approve and not decision.strip():
        raise ValidationError({"decision": ValidationError(_("Write why it is not approved."), code="reason_required")})
    with transaction.atomic():
        request = _still_open(request, {LoanRequest.Status.WAITING}, on)
        if approve:
            terms = terms_of(request, request.amount)
            judge_terms(group=request.group, member=request.member, terms=terms, on=on)
        if not in_meeting and not judge_decider(request=request, approve=approve, by=by, on=on):
            request.agreed_by = by
            request.save(update_fields=["agreed_by"])
            return request
        request.status = LoanRequest.Status.APPROVED if approve else LoanRequest.Status.REJECTED
        request.decided_on = on
        request.decided_by = by
        request.decision = decision.strip()
        request.save(update_fields=["status", "decided_on", "decided_by", "decision"])
        return request


def withdraw_request(*, request: LoanRequest, on: date) -> LoanRequest:
    """Take a request back before the money went out. Refused: one that is settled, a day before it was asked for."""
    with transaction.atomic():
        request = _still_open(request, {LoanRequest.Status.WAITING, LoanRequest.Status.APPROVED}, on)
        request.status = LoanRequest.Status.WITHDRAWN
        request.withdrawn_on = on
        request.save(update_fields=["status", "withdrawn_on"])
        return request


def _still_open(request: LoanRequest, statuses: set[LoanRequest.Status], on: date) -> LoanRequest:
    """Return the request as it is now, under lock."""
    request = LoanRequest.objects.select_for_update().get(pk=request.pk)
    if request.status not in statuses:
        raise ValidationError(
            _("This request was already decided: %(status)s."),
            code="decided",
            params={"status": request.get_status_display()},
        )
    if on < request.requested_on:
        raise ValidationError(_("A request is decided after it was asked."), code="decided_before_asked")
    return request


def disburse(
    *, group: Group, book: Book, lendings: Sequence[Lending], on: date, by: "User | None" = None
) -> list[Loan]:
    """Open loans with their schedules and their two accounts each, in a fixed number of statements.

    The money itself moves by `disbursement`, posted by the caller in the same transaction. What was asked for here is
    lent under the group's lending rules of that day, and keeps them. Refused: terms nobody can lend on, somebody who
    is no member that day, a request that was rejected, withdrawn or paid out before, and at `q` and the request's
    number what exceeds the rules.
    """
    if not lendings:
        return []
    for lending in lendings:
        if not lending.member.is_active_on(on):
            raise ValidationError(
                _("%(name)s is not a member on that day."), code="not_member", params={"name": lending.member.name}
            )
        if lending.requested_on > on:
            raise ValidationError(_("A loan is asked for before it is paid out."), code="asked_later")
    rules = _judge_lendings(group, lendings, on)
    _take_requests([lending for lending in lendings if lending.request], on, by)
    next_no = (Loan.objects.filter(group=group).aggregate(last=Max("no"))["last"] or 0) + 1
    numbers = [lending.no or next_no + index for index, lending in enumerate(lendings)]
    keys: list[tuple[AccountKey, AccountKey]] = [
        ((chart.MEMBER_LOANS, lending.member.no, no), (chart.CHARGE_INCOME, lending.member.no, no))
        for lending, no in zip(lendings, numbers, strict=True)
    ]
    accounts = accounts_for(book, [key for pair in keys for key in pair])
    loans = [
        _loan(group, lending, rules, no=no, on=on, receivable=accounts[receivable], income=accounts[income])
        for lending, no, (receivable, income) in zip(lendings, numbers, keys, strict=True)
    ]
    Loan.objects.bulk_create(loans)
    write_schedules(loans)
    return loans


def _judge_lendings(group: Group, lendings: Sequence[Lending], on: date) -> LendingRules | None:
    """Hold what was asked for against the rules of the day, one after the other, and return them."""
    asked = [lending for lending in lendings if lending.request]
    if not asked:
        return None
    standing = standings(group, list({lending.member.no: lending.member for lending in asked}.values()), on)
    refusals: dict[str, list[ValidationError]] = {}
    for lending in asked:
        hers = standing[lending.member.no]
        if found := hers.refusals(lending.terms):
            refusals[f"q{lending.request.no}"] = list(found.values())  # type: ignore[union-attr]
        standing[lending.member.no] = hers.after(lending.terms.principal)
    if refusals:
        raise ValidationError(refusals)
    return standing[asked[0].member.no].rules


def _take_requests(lendings: Sequence[Lending], on: date, by: "User | None") -> None:
    """Mark requests as paid out, under lock, so that two people cannot pay out one request.

    One that was still waiting is decided by that: on this day, by her who sends the sheet.
    """
    if not lendings:
        return
    requests = [lending.request for lending in lendings if lending.request]
    said = [When(pk=one.request.pk, then=Value(one.decision[:200])) for one in lendings if one.request]
    new = Q(decided_on=None)
    taken = LoanRequest.objects.filter(
        pk__in=[r.pk for r in requests], status__in=[LoanRequest.Status.WAITING, LoanRequest.Status.APPROVED]
    ).update(
        status=LoanRequest.Status.DISBURSED,
        decision=Case(When(new, then=Case(*said)), default=F("decision"), output_field=CharField()),
        decided_by=Case(When(new, then=Value(by and by.pk)), default=F("decided_by"), output_field=BigIntegerField()),
        decided_on=Coalesce(F("decided_on"), on),
    )
    if taken != len(requests):
        raise ValidationError(_("This request was already decided."), code="decided")


def columns_of_terms(terms: Terms) -> dict[str, Any]:
    """Return the principal and the fields of `LoanTerms` as a loan keeps them."""
    return {
        "principal": terms.principal,
        "periods": terms.periods,
        "unit": terms.unit,
        "rate": cast("Decimal", terms.rate),  # what a request, a form or an old book says is always a decimal
        "rate_per": terms.rate_per,
        "method": terms.method,
        "round_to": terms.round_to,
    }


def _loan(
    group: Group,
    lending: Lending,
    rules: LendingRules | None,
    *,
    no: int,
    on: date,
    receivable: Account,
    income: Account,
) -> Loan:
    terms = lending.terms
    return Loan(
        group=group,
        no=no,
        member=lending.member,
        request=lending.request,
        upk_loan=lending.upk_loan,
        requested_on=lending.requested_on,
        disbursed_on=on,
        **columns_of_terms(terms),
        rules=rules if lending.request else None,
        receivable=receivable,
        charge_income=income,
    )


def write_schedules(loans: Iterable[Loan]) -> None:
    """Write the instalments of new loans in one statement."""
    Instalment.objects.bulk_create(
        [
            Instalment(
                loan=loan, no=row.no, due_on=row.due_on, principal=row.principal, charge=row.charge, balance=row.balance
            )
            for loan in loans
            for row in schedule(terms_of(loan, loan.principal), disbursed_on=loan.disbursed_on)
        ]
    )


def disbursement(*, member_no: int, loan_no: int, principal: int, blocked: int = 0) -> tuple[Leg, ...]:
    """Return the legs that pay a loan out: in cash, but for what stays behind as her blocked savings."""
    return (
        Leg(chart.MEMBER_LOANS, principal, member_no, loan_no),
        Leg(chart.CASH, blocked - principal),
        *block(member_no=member_no, loan_no=loan_no, amount=blocked),
    )


@dataclass(slots=True)
class OpenLoan:
    """A loan with its schedule and what was paid, in rupiah, while a sheet is being posted or a screen drawn.

    `paid_charge` and `paid_principal` include what counted as paid before the books began. `rows` are the instalments
    as they stand, without what waivers forgave; from `closed_on` on none of them falls due.
    """

    loan: Loan
    rows: Sequence[Row]
    paid_charge: int
    paid_principal: int
    closed_on: date | None = None
    upk: UpkDebt | None = None  # of a member's share of a UPK loan; the same object for all its shares

    @property
    def outstanding(self) -> int:
        """Principal not yet paid."""
        return self.loan.principal - self.paid_principal

    @property
    def remaining(self) -> int:
        """What the whole schedule still asks for; nothing once a step closed the loan."""
        return 0 if self.closed_on else arrears.remaining(self.rows, self.paid_charge, self.paid_principal)

    def state(self, on: date) -> arrears.State:
        if self.closed_on and self.closed_on <= on:
            return CLOSED
        return arrears.state(self.rows, self.paid_charge, self.paid_principal, on)

    def due(self, on: date) -> int:
        """What is due by that day and not yet covered."""
        return self.state(on).arrears

    def quote(self, on: date) -> Quote:
        """What paying everything back on that day takes."""
        return quote(self.rows, self.paid_charge, self.paid_principal, self.loan.method, on)

    def repay(self, amount: int, on: date) -> tuple[Leg, ...]:
        """Take a payment: return its credit legs and remember it. Refused: more than remains (`overpaid`).

        Of a share of a UPK loan it is laid aside for the UPK, in legs of their own that sum to 0.
        """
        if amount > self.remaining:
            raise ValidationError(
                _("%(amount)s is more than what is left of the loan, %(left)s."),
                code="overpaid",
                params={
                    "amount": format_rupiah(amount),
                    "left": format_rupiah(self.remaining),
                    "remaining": self.remaining,
                },
            )
        part = arrears.split(self.rows, self.paid_charge, self.paid_principal, amount, on)
        self.paid_charge += part.charge
        self.paid_principal += part.principal
        member_no, loan_no = self.loan.member.no, self.loan.no
        legs = tuple(
            Leg(code, -value, member_no, loan_no)
            for code, value in ((chart.CHARGE_INCOME, part.charge), (chart.MEMBER_LOANS, part.principal))
            if value
        )
        return legs + self.collect(principal=part.principal, charge=part.charge)

    def collect(self, *, principal: int, charge: int) -> tuple[Leg, ...]:
        """Return the legs that lay a payment of this loan aside for the UPK: none for a loan of the group's own."""
        return self.upk.collect(principal=principal, charge=charge) if self.upk else ()


def terms_or_refuse(**values: object) -> Terms:
    """Return `Terms`, turning what it refuses into a `ValidationError` at its field."""
    try:
        return Terms(**values)  # type: ignore[arg-type]
    except InvalidTerms as refusal:
        raise ValidationError({refusal.field: ValidationError(str(refusal), code=refusal.code)}) from refusal
