"""Money between a UPK and a KSM: paid out, passed back, taken back. Each is one step in both books, under one key."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from groups.dates import format_date
from groups.models import Group, Upk
from groups.money import format_rupiah
from ledger import chart
from ledger import services as ledger
from ledger.announce import one_announcement
from ledger.kinds import HANDOVER, UPK_LOAN, UPK_PAYMENT
from ledger.models import Book, Entry
from ledger.services import Draft, Leg
from loans.held import Parts
from loans.models import UpkInstalment, UpkLoan, UpkLoanRequest, UpkPayment, UpkShare
from loans.payoff import Quote, spared
from loans.schedule import Terms, schedule, terms_for_share
from loans.services.lending import Lending, columns_of_terms, disburse, disbursement, terms_of
from loans.services.upk_book import judge_cash, judge_day
from loans.services.upk_requests import rules_on
from loans.services.upk_standing import Standing

if TYPE_CHECKING:
    from users.models import User

Status = UpkPayment.Status


def disburse_upk_loan(*, request: UpkLoanRequest, key: UUID, by: "User | None", on: date, at: datetime) -> UpkLoan:
    """Pay an approved request out: from the UPK's cash to the group's, and from there to the members, in one step.

    The same key again answers with the loan it made. Refused: a request that is not approved or was paid out, a day
    before the approval or the group's last sheet, outside its life, in the future or closed in either book, more than
    the UPK's cash.
    """
    group, upk = request.group, request.upk
    with transaction.atomic(), one_announcement():
        upk_book, group_book = ledger.lock_books(upk.book_id, group.book_id)
        request = UpkLoanRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
        shares = list(request.shares.select_related("member").order_by("member__no"))
        terms = terms_of(request, request.amount)
        said = {"request": request.no, "group": group.code, "on": on, "terms": terms.content()}
        text = ledger.canonical_content({"upk_loan": {**said, "asked": _asked(request, shares)}})
        if ledger.find_submission(upk_book, key, text):
            return request.loan
        if request.status != UpkLoanRequest.Status.APPROVED:
            raise ValidationError(_("This request is not approved, or was already paid out."), code="decided")
        judge_day(upk, upk_book, on, at)
        if request.bkm_decided_on is None or on < request.bkm_decided_on:
            raise ValidationError({"on": ValidationError(_("Not before it was approved."), code="before_approval")})
        loan = open_upk_loan(
            upk,
            group,
            terms,
            on=on,
            upk_book=upk_book,
            group_book=group_book,
            blocked_percent=rules_on(upk, on).blocked_percent,
            request=request,
        )
        members = disburse(
            group=group,
            book=group_book,
            lendings=[
                Lending(
                    member=share.member,
                    terms=terms_for_share(terms, share.amount),
                    requested_on=request.requested_on,
                    upk_loan=loan,
                )
                for share in shares
            ],
            on=on,
        )
        memo = _("UPK loan no. %(no)s") % {"no": loan.no}
        upk_legs = (
            Leg(chart.GROUP_LOANS, loan.principal, loan_no=loan.no),
            Leg(chart.CASH, -loan.principal),
        )
        group_legs = (
            Leg(chart.CASH, loan.principal),
            Leg(chart.OWED_TO_UPK, -loan.principal, loan_no=loan.no),
        )
        in_group = [
            Draft(on, UPK_LOAN, group_legs, memo),
            *(
                Draft(
                    on,
                    "disbursement",
                    disbursement(member_no=one.member.no, loan_no=one.no, principal=one.principal, blocked=one.blocked),
                    memo,
                )
                for one in members
            ),
        ]
        in_upk = [Draft(on, UPK_LOAN, upk_legs, str(group)[:200])]
        judge_cash(upk_book, in_upk)
        judge_group(group, group_book, on, in_group)
        _post_both((upk_book, in_upk), (group_book, in_group), key, text, by, at)
        request.status = UpkLoanRequest.Status.DISBURSED
        request.save(update_fields=["status"])
        return loan


def _asked(request: UpkLoanRequest, shares: Sequence[UpkShare]) -> dict[str, Any]:
    """Return what is sealed of a request: who asked, signed and decided, when, upon which points, and the shares.

    Not what each member wants her money for, and none of the names that a point may go into.
    """
    return {
        "requested": [request.requested_on, request.requested_by_id],
        "signed": [request.signed_on, request.signed_by_id],
        "upk": [request.upk_decided_on, request.upk_decided_by_id, request.upk_decision],
        "bkm": [request.bkm_decided_on, request.bkm_decided_by_id, request.bkm_decision],
        "gate": [[point["name"], point["met"], point["have"], point["need"]] for point in request.gate],
        "shares": [[one.member.no, one.amount] for one in shares],
    }


def _post_both(
    upk: tuple[Book, Sequence[Draft]],
    group: tuple[Book, Sequence[Draft]],
    key: UUID,
    text: str,
    by: "User | None",
    at: datetime,
) -> tuple[Entry, Entry]:
    """Write one step into both books, held by the caller; return the first entry in each."""
    entries = []
    for book, drafts in (upk, group):
        ledger.find_submission(book, key, text)
        receipt = ledger.post_locked(book=book, key=key, text=text, drafts=drafts, by=by, at=at)
        entries.append(receipt.entries[0])
    return entries[0], entries[1]


def judge_group(group: Group, book: Book, on: date, drafts: Sequence[Draft]) -> None:
    """Refuse, at its field, a day outside the group's books or before its last sheet, and more than its cash box holds.

    At a meeting the box is counted against the book: money that moves on an earlier day would make that count wrong.
    """
    if on < group.start_on:
        raise ValidationError({"on": ValidationError(_("The books begin later."), code="before_books")})
    if group.end_on and on >= group.end_on:
        raise ValidationError({"on": ValidationError(_("This group has ended."), code="ended")})
    if book.closed_through and on <= book.closed_through:
        words = {"on": format_date(book.closed_through)}
        refusal = ValidationError(_("The KSM's book is closed through %(on)s."), code="closed", params=words)
        raise ValidationError({"on": refusal})
    sheets = Entry.objects.filter(book=book, kind=HANDOVER, on__gt=on, reverses=None, reversed_by=None)
    if last := sheets.aggregate(last=Max("on"))["last"]:
        words = {"on": format_date(last)}
        refusal = ValidationError(
            _("The KSM's sheet of %(on)s is in its book, and its cash was counted. Write that day or a later one."),
            code="before_sheet",
            params=words,
        )
        raise ValidationError({"on": refusal})
    try:
        judge_cash(book, drafts)
    except ValidationError as refusal:
        words = {"what": refusal.messages[0]}
        below = ValidationError(_("In the KSM's book: %(what)s"), code="cash_short", params=words)
        raise ValidationError({"amount": below}) from refusal


def open_upk_loan(
    upk: Upk,
    group: Group,
    terms: Terms,
    *,
    on: date,
    upk_book: Book,
    group_book: Book,
    blocked_percent: int,
    request: UpkLoanRequest | None = None,
    replaces: UpkLoan | None = None,
) -> UpkLoan:
    """Make the loan with its schedule and its five accounts; the money is the caller's to post."""
    rows = schedule(terms, disbursed_on=on)
    no = (UpkLoan.objects.filter(upk=upk).aggregate(last=Max("no"))["last"] or 0) + 1
    in_upk = ledger.accounts_for(upk_book, [(chart.GROUP_LOANS, 0, no), (chart.CHARGE_INCOME, 0, no)])
    in_group = ledger.accounts_for(
        group_book, [(code, 0, no) for code in (chart.OWED_TO_UPK, chart.HELD_FOR_UPK, chart.CHARGE_TO_UPK)]
    )
    loan = UpkLoan.objects.create(
        upk=upk,
        no=no,
        group=group,
        request=request,
        replaces=replaces,
        disbursed_on=on,
        charge=sum(row.charge for row in rows),
        **columns_of_terms(terms),
        blocked_percent=blocked_percent,
        receivable=in_upk[chart.GROUP_LOANS, 0, no],
        charge_income=in_upk[chart.CHARGE_INCOME, 0, no],
        owed=in_group[chart.OWED_TO_UPK, 0, no],
        held=in_group[chart.HELD_FOR_UPK, 0, no],
        charge_cost=in_group[chart.CHARGE_TO_UPK, 0, no],
    )
    UpkInstalment.objects.bulk_create(
        UpkInstalment(
            loan=loan, no=row.no, due_on=row.due_on, principal=row.principal, charge=row.charge, balance=row.balance
        )
        for row in rows
    )
    return loan


def announce_upk_payment(*, loan: UpkLoan, amount: int, key: UUID, by: "User | None", on: date) -> UpkPayment:
    """Say that money is on its way to the UPK. It counts for nothing until the UPK has it; sent twice, it is one.

    Refused, at its field: nothing, more than the loan still asks, more than the group's cash, an announcement open
    already.
    """
    with transaction.atomic():
        group_book = ledger.lock_book(loan.group.book_id)
        if earlier := UpkPayment.objects.filter(loan=loan, key=key).first():
            return earlier
        if UpkPayment.objects.filter(loan=loan, status=Status.ANNOUNCED).exists():
            raise ValidationError(_("A payment is on its way already; the UPK answers it first."), code="announced")
        part = Standing(loan).split(amount, on)
        out = (Leg(chart.CASH, -part.total), Leg(chart.HELD_FOR_UPK, part.total, loan_no=loan.no))
        judge_group(loan.group, group_book, on, [Draft(on, UPK_PAYMENT, out)])
        return UpkPayment.objects.create(
            loan=loan,
            no=_next_payment(loan),
            key=key,
            amount=amount,
            announced_amount=amount,
            announced_on=on,
            announced_by=by,
            status=Status.ANNOUNCED,
        )


def cancel_upk_payment(*, payment: UpkPayment, remark: str) -> UpkPayment:
    """Say that announced money did not arrive. Refused: no reason, one that was answered already."""
    if not remark.strip():
        raise ValidationError({"remark": ValidationError(_("Write why."), code="reason_required")})
    with transaction.atomic():
        payment = _take_announced(payment)
        payment.status, payment.remark = Status.CANCELLED, remark.strip()[:200]
        payment.save(update_fields=["status", "remark"])
        return payment


def _take_announced(payment: UpkPayment) -> UpkPayment:
    payment = UpkPayment.objects.select_for_update(of=("self",)).get(pk=payment.pk)
    if payment.status != Status.ANNOUNCED:
        raise ValidationError(_("This payment was already answered."), code="answered")
    return payment


def receive_upk_payment(
    *,
    loan: UpkLoan,
    amount: int,
    on: date,
    key: UUID,
    by: "User | None",
    at: datetime,
    announced: UpkPayment | None = None,
    remark: str = "",
    payoff: bool = False,
) -> UpkPayment:
    """Take in what a KSM brings: out of what it holds, else of its own money, in both books at once.

    `announced` is the announcement it answers; what is counted here is what counts. A `payoff` ends the loan: it is
    exactly what the quote of that day asks, and the jasa that this spares is never posted; what the members still owe
    is theirs to pay, and the group's own. The same key again answers with the payment it made. Refused, at its field:
    nothing, more than the loan still asks, a payoff of another amount, more than the group's cash, a day before the
    loan, its write-off, its last payment or the group's last sheet, in the future or closed in a book.
    """
    said = {"loan": loan.no, "group": loan.group.code, "amount": amount, "on": on, "remark": remark.strip()[:200]}
    content = {"upk_payment": said | {"payoff": True} if payoff else said}
    text = ledger.canonical_content(content | {"announced": announced and announced.no})
    with transaction.atomic(), one_announcement():
        upk_book, group_book = ledger.lock_books(loan.upk.book_id, loan.group.book_id)
        if earlier := ledger.find_submission(upk_book, key, text):
            return UpkPayment.objects.get(loan=loan, upk_entry__submission=earlier)
        payment = _take_announced(announced) if announced else UpkPayment(loan=loan, no=_next_payment(loan), key=key)
        if payment.loan_id != loan.pk:
            raise ValueError("the announcement is another loan's")
        standing = Standing(loan)
        judge_day(loan.upk, upk_book, on, at)
        last = loan.last_paid_on() or loan.disbursed_on
        lost = loan.write_offs.standing().filter(on__gt=on)
        if on < last or lost.exists():
            raise ValidationError(
                {"on": ValidationError(_("Not before the loan or its last payment."), code="before_last")}
            )
        asked = _judge_payoff(standing, loan, amount, on) if payoff else None
        part = Parts(asked.principal, asked.charge) if asked else standing.split(amount, on)
        memo = _("UPK loan no. %(no)s") % {"no": loan.no}
        in_upk = [Draft(on, UPK_PAYMENT, standing.upk_legs(loan.no, part), str(loan.group)[:200])]
        in_group = [Draft(on, UPK_PAYMENT, standing.group_legs(loan.no, part, ends=payoff), memo)]
        judge_group(loan.group, group_book, on, in_group)
        upk_entry, group_entry = _post_both((upk_book, in_upk), (group_book, in_group), key, text, by, at)
        payment.amount, payment.principal, payment.charge = amount, part.principal, part.charge
        payment.status, payment.on, payment.received_by = Status.RECEIVED, on, by
        payment.recovery = standing.lost is not None
        if asked:
            payment.payoff, payment.spared = True, asked.spared
            payment.forgiven = {str(no): one for no, one in spared(standing.rows, standing.paid.charge, asked).items()}
        payment.upk_entry, payment.group_entry, payment.remark = upk_entry, group_entry, remark.strip()[:200]
        payment.save()
        return payment


def _judge_payoff(standing: Standing, loan: UpkLoan, amount: int, on: date) -> Quote:
    """Return the quote by the UPK's rules of a day; refuse a loan with nothing left, and another amount."""
    asked = standing.quote(on, rules_on(loan.upk, on).spared_percent)
    if not asked.total:
        raise ValidationError(_("This loan is settled."), code="settled")
    if amount != asked.total:
        message = _("To pay the loan off on that day takes %(total)s.")
        words = {"total": format_rupiah(asked.total)}
        raise ValidationError({"amount": ValidationError(message, code="not_the_quote", params=words)})
    return asked


def take_back_upk_payment(
    *, payment: UpkPayment, reason: str, key: UUID, by: "User | None", at: datetime
) -> UpkPayment:
    """Reverse a payment that was written wrong, in both books. Only the last one of its loan can be.

    Refused: no reason, one that a later payment follows, a closed period, money the UPK no longer has in its cash.
    """
    if not reason.strip():
        raise ValidationError({"remark": ValidationError(_("Write why it is corrected."), code="reason_required")})
    loan = payment.loan
    text = ledger.canonical_content({"upk_payment_taken_back": {"loan": loan.no, "no": payment.no, "reason": reason}})
    with transaction.atomic(), one_announcement():
        upk_book, group_book = ledger.lock_books(loan.upk.book_id, loan.group.book_id)
        payment = UpkPayment.objects.select_related("upk_entry", "group_entry").get(pk=payment.pk)
        if ledger.find_submission(upk_book, key, text):
            return payment
        received = loan.payments.filter(status=Status.RECEIVED)
        if payment.status != Status.RECEIVED or received.order_by("-upk_entry__number").first() != payment:
            raise ValidationError(_("Only the last payment of a loan is taken back."), code="not_last")
        if not payment.recovery and loan.write_offs.standing().exists():
            raise ValidationError(_("The loan was written off since. Take that back first."), code="written_off")
        number = payment.upk_entry.number if payment.upk_entry else 0
        if loan.waivers.filter(undone_at=None, after_number__gte=number).exists():
            raise ValidationError(_("Jasa was waived since. Take that back first."), code="waived")
        if loan.reschedules.standing().exists():
            raise ValidationError(_("The loan was rescheduled since. Take that back first."), code="rescheduled")
        entries = [payment.upk_entry, payment.group_entry]
        upk_draft, group_draft = (ledger.reversal_of(entry, reason=reason) for entry in entries if entry)
        judge_cash(upk_book, [upk_draft], field="remark")
        _post_both((upk_book, [upk_draft]), (group_book, [group_draft]), key, text, by, at)
        payment.status, payment.remark = Status.REVERSED, reason.strip()[:200]
        payment.save(update_fields=["status", "remark"])
        return payment


def _next_payment(loan: UpkLoan) -> int:
    return (loan.payments.aggregate(last=Max("no"))["last"] or 0) + 1
