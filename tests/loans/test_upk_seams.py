"""Where a loan of the UPK meets what else happens in the group's book: a meeting's count, a leaving, a year's end."""

from copy import deepcopy
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.urls import reverse

from ledger import services as ledger
from ledger.models import Account
from ledger.services import Leg
from loans import services
from loans.ageing import class_of, reserve
from loans.models import LoanStep
from loans.schedule import Terms
from loans.selectors import board_arrears, borrower, group_arrears, last_terms, never_borrowed, open_loans, reconcile
from loans.services import Deed
from meetings.models import HandOver, Meeting
from meetings.services import correct_hand_over, post_sheet
from meetings.sheet import Disbursement, Payment, Row, Sheet
from savings.services import decide_year
from tests.compliance.village import post
from tests.factories import treasurer
from tests.loans.test_arrears_selector import replayed
from tests.loans.two_tiers import book, lend, monthly, pass_on, refused, sheet, village
from tests.loans.upk_village import at

pytestmark = pytest.mark.django_db

LENT = date(2018, 11, 15)
FIRST, SECOND, DEC = date(2018, 11, 22), date(2018, 11, 29), date(2018, 12, 15)
EACH = dict.fromkeys(range(1, 6), 60_000)


@pytest.fixture(scope="module")
def group_of_the_file(whole_file):
    return village()


@pytest.fixture
def group(group_of_the_file):
    return deepcopy(group_of_the_file)


@pytest.fixture
def loan(group):
    """2.500.000 over ten months, of which each of five members brought 60.000."""
    loan = lend(group, [500_000] * 5, monthly(2_500_000, 10), LENT)
    sheet(group, FIRST, EACH)
    return loan


def test_nothing_moves_the_cash_of_a_meeting_that_was_counted_already(group, loan):
    sheet(group, SECOND, {}, weekly=10_000)
    before = book(group)
    for act in (
        lambda: pass_on(loan, 300_000, date(2018, 11, 28)),
        lambda: services.announce_upk_payment(loan=loan, amount=1, key=uuid4(), by=None, on=date(2018, 11, 28)),
    ):
        assert refused(act) == {"on": ["before_sheet"]}
    assert book(group) == before
    pass_on(loan, 300_000, SECOND)  # on its way home from the meeting
    meeting = Meeting.objects.get(group=group, on=SECOND)
    assert meeting.cash_expected == 350_000
    assert book(group)["1110"] == 50_000
    assert reconcile() == []


def leave(group, no, on, **more):
    deed = Deed(key=uuid4(), on=on, by=None, at=at(on), decision="Musyawarah mufakat", decided_on=on)
    return services.leave(member=group.members.get(no=no), deed=deed, reason="wish", **more)


def test_who_leaves_pays_her_share_of_a_upk_loan_out_of_her_savings(group, loan):
    """600.000 saved; 448.261 of principal and all jasa of a flat loan are laid aside for the UPK, the rest is hers."""
    sheet(group, SECOND, {}, weekly=600_000)
    before = book(group)
    hers = hers_of(group)
    asked = hers.quote(SECOND)
    left = leave(group, 1, SECOND)
    assert (left.savings, left.principal, left.charge) == (600_000, hers.outstanding, asked.charge)
    assert left.paid_out == 600_000 - asked.total
    after = book(group)
    assert after["2220"] == before["2220"] + asked.total
    assert (after["2210"], after["5110"]) == (before["2210"] - asked.principal, before["5110"] + asked.charge)
    assert after["1110"] == before["1110"] - left.paid_out
    assert reconcile() == []
    pass_on(loan, after["2220"], DEC)
    assert reconcile() == []
    # Taken back although the UPK has the money: the group's own money stands for it.
    services.undo_leaving(leaving=left, key=uuid4(), reason="Tidak jadi", by=None, at=at(DEC))
    assert hers_of(group).quote(SECOND) == asked
    assert (reconcile(), "2220" in book(group)) == ([], False)
    # She pays again, at the meeting; never more than the UPK asks is laid aside.
    sheet(group, DEC, {no: hers_of(group, no).remaining for no in range(1, 6)}, weekly=100_000)
    left_to_pay = loan.principal + loan.charge - after["2220"]
    assert book(group)["2220"] <= left_to_pay
    assert reconcile() == []
    pass_on(loan, left_to_pay, DEC)
    assert (reconcile(), {"2210", "2220"} & set(book(group))) == ([], set())


def test_what_her_savings_do_not_cover_of_a_share_the_group_goes_on_owing(group, loan):
    """She saved 200.000: it pays all jasa and some principal; the meeting gives up the rest, the UPK does not."""
    sheet(group, SECOND, {}, weekly=200_000)
    assert refused(lambda: leave(group, 1, SECOND)) == ["owes_more"]
    before, asked = book(group), hers_of(group).quote(SECOND)
    left = leave(group, 1, SECOND, write_off=True)
    assert (left.charge, left.principal, left.written_off, left.paid_out) == (
        asked.charge, 200_000 - asked.charge, asked.total - 200_000, 0,
    )  # fmt: skip
    after = book(group)
    assert (after["2220"], after["5140"]) == (before["2220"] + 200_000, left.written_off)
    assert (after["2210"], reconcile()) == (before["2210"] - left.principal, [])
    pass_on(loan, after["2220"] + 100_000, DEC)  # 100.000 of the group's own money
    assert reconcile() == []


def test_a_share_is_paid_off_early_and_laid_aside_at_once(group, loan):
    before, hers = book(group), hers_of(group)
    asked = hers.quote(SECOND)
    step = services.pay_off(loan=hers.loan, deed=act(SECOND), waived=asked.ahead)
    paid = step.principal + step.charge
    assert (step.principal, step.charge) == (hers.outstanding, asked.charge - asked.ahead)
    after = book(group)
    assert (after["1110"], after["2220"]) == (before["1110"] + paid, before["2220"] + paid)
    assert (hers.loan.no in [one.loan.no for one in open_loans(group)], reconcile()) == (False, [])
    assert refused(lambda: correct_first(group)) == ["before_step"]
    # Taken back before the UPK has it: nothing stands for it; after it: the group's own money does.
    services.undo(step=step, key=uuid4(), reason="Keliru", by=None, at=at(SECOND))
    assert (book(group), reconcile()) == (before, [])
    step = services.pay_off(loan=hers.loan, deed=act(SECOND))
    pass_on(loan, book(group)["2220"], DEC)
    undo = {"step": step, "reason": "Keliru", "by": None, "at": at(DEC)}
    assert refused(lambda: services.undo(**undo, key=uuid4())) == ["below_zero"]  # the money is at the UPK
    sheet(group, DEC, {}, weekly=200_000)
    services.undo(**undo, key=uuid4())
    assert hers_of(group).quote(SECOND) == asked
    assert reconcile() == []
    cover = group.book.entries.get(kind="upk_cover")
    assert (cover.on, cover.memo) == (SECOND, "Keliru")


def test_blocked_savings_pay_a_share_and_are_laid_aside(group, loan):
    post(group, FIRST, "income", Leg("1110", 70_000), *services.block(member_no=2, loan_no=2, amount=70_000))
    before, hers = book(group), hers_of(group)
    step = services.call_guarantee(loan=hers.loan, deed=act(SECOND), parts={(2, 2): 70_000})
    after = book(group)
    assert (step.principal + step.charge, step.closes) == (70_000, False)
    assert (after["2220"], after["1110"], "2130" in after) == (before["2220"] + 70_000, before["1110"], False)
    assert hers_of(group).remaining == hers.remaining - 70_000
    assert reconcile() == []
    services.undo(step=step, key=uuid4(), reason="Keliru", by=None, at=at(SECOND))
    assert (book(group), reconcile()) == (before, [])


def correct_first(group):
    hand_over = HandOver.objects.get(meeting__group=group, meeting__on=FIRST, member__no=1)
    row = Row(1, "H", payments=(Payment(50_000),))
    return correct_hand_over(hand_over=hand_over, row=row, reason="Salah", key=uuid4(), by=None, at=at(DEC))


def test_the_share_of_somebody_who_died_is_written_off_and_the_group_goes_on_owing_it(group, loan):
    (hers,) = [one for one in open_loans(group) if one.loan.member.no == 1]
    deed = Deed(key=uuid4(), on=SECOND, by=None, at=at(SECOND), decision="Ditanggung bersama", decided_on=SECOND)
    services.write_off(loan=hers.loan, deed=deed)
    owed = book(group)["2210"]
    assert leave(group, 1, SECOND).written_off == 0
    assert book(group)["2210"] == owed
    assert reconcile() == []
    sheet(group, DEC, {}, weekly=100_000)
    pass_on(loan, 600_000, DEC)  # 300.000 held, 300.000 of the group's own money
    assert reconcile() == []


def test_a_year_ends_while_the_upk_is_still_owed(group, loan):
    pass_on(loan, 287_500, DEC)  # 250.000 principal, 37.500 jasa
    ledger.close(book=group.book, on=date(2018, 12, 31), by=None, at=at(date(2019, 1, 3)))
    cost = Account.objects.get(pk=loan.charge_cost_id).balance
    assert cost
    said = {"rule": "mixed", "step": 1, "pay": "savings", "decision": "Disetujui rapat", "by": None}
    on = date(2019, 1, 3)
    made = decide_year(group=group, year=2018, on=on, key=uuid4(), at=at(on), **said)
    assert made.surplus == 0  # the jasa the members brought is the UPK's
    assert {"4110", "5110"} & set(book(group)) == set()
    assert Account.objects.get(pk=loan.charge_cost_id).balance == cost
    assert Account.objects.get(book=group.book, code="5110", loan_no=0).balance == -cost
    assert sum(Account.objects.filter(book=group.book).values_list("balance", flat=True)) == 0
    assert reconcile() == []
    sheet(group, date(2019, 1, 10), EACH)
    pass_on(loan, 287_500, date(2019, 1, 15))
    assert reconcile() == []


# How a share is shown


def test_a_share_is_called_one_and_no_figure_of_the_group_s_own_loans_counts_it(group, loan, client):
    """Five shares, all late in February; the group lent nothing of its own."""
    on = date(2019, 2, 20)
    portfolio = group_arrears(group, on)
    assert (portfolio.outstanding, portfolio.arrears, portfolio.reserve, portfolio.shares) == (0, 0, 0, 5)
    assert (portfolio.par.whole, portfolio.late, len(portfolio.graded)) == (0, [], 5)
    board = board_arrears(group.bkm, on)
    assert (board.whole.outstanding, board.whole.shares) == (0, 5)
    assert never_borrowed(group, on).count() == 5
    assert borrower(group, group.members.get(no=1), on).borrowed_before == 0
    assert last_terms(group) is None

    client.force_login(treasurer(group))
    opened = client.get(reverse("upk_announce", args=[group.code, loan.no])).content.decode()
    assert 'value="300.000"' in opened, "what is held, as she writes it"
    for address in (
        reverse("loan_list", args=[group.code]),
        reverse("loan_arrears", args=[group.code]) + "?on=2019-02-20",
        reverse("loan_card", args=[group.code, 1]),
        reverse("loan_card_print", args=[group.code, 1]),
        reverse("paper_receipts", args=[group.code, FIRST]),
        reverse("paper_agreement", args=[group.code, 1]),
    ):
        assert "pinjaman upk" in client.get(address).content.decode().lower(), address


# What becomes of a share


def hers_of(group, no=1):
    (hers,) = [one for one in open_loans(group) if one.loan.member.no == no]
    return hers


def act(on):
    return Deed(key=uuid4(), on=on, by=None, at=at(on), decision="Musyawarah mufakat", decided_on=on)


def test_a_rescheduled_share_goes_on_being_one_and_is_laid_aside_for_the_upk(group, loan):
    """Her rest of the UPK's money is spread over twenty weeks; what she pays is still put aside for it."""
    old = hers_of(group)
    before = book(group)
    terms = Terms(old.outstanding, 20, "week", Decimal("1.5"), "month", "flat", 0)
    due = old.state(FIRST).charge_due
    fresh = services.reschedule(loan=old.loan, deed=act(FIRST), terms=terms, waived=due)
    assert (fresh.upk_loan_id, fresh.principal) == (loan.pk, old.outstanding)
    assert (book(group), reconcile()) == (before, [])
    sheet(group, SECOND, {1: 40_000})
    assert book(group)["2220"] == before["2220"] + 40_000
    assert reconcile() == []
    # All of it, at a jasa of its own; never more than the UPK asks is put aside.
    sheet(group, DEC, {1: hers_of(group).remaining})
    assert reconcile() == []
    pass_on(loan, 300_000, DEC)
    assert reconcile() == []


def test_a_share_rescheduled_by_mistake_is_a_share_again(group, loan):
    old = hers_of(group)
    before = book(group), old.remaining
    due = old.state(FIRST).charge_due
    services.reschedule(
        loan=old.loan,
        deed=act(FIRST),
        waived=due,
        terms=Terms(old.outstanding, 4, "week", Decimal(0), "month", "flat", 0),
    )
    step = LoanStep.objects.get(loan=old.loan)
    assert step.kind == LoanStep.Kind.RESTRUCTURE
    services.undo(step=step, key=uuid4(), reason="Keliru", by=None, at=at(FIRST))
    assert (book(group), hers_of(group).remaining) == before
    assert reconcile() == []
    sheet(group, SECOND, {1: 60_000})
    assert reconcile() == []


def test_jasa_waived_on_a_share_is_the_group_s_own_gift(group, loan):
    """The UPK still asks for it: the group brings it of its own money."""
    hers = hers_of(group)
    charge = sum(row.charge for row in hers.rows) - hers.paid_charge
    services.waive(loan=hers.loan, deed=act(FIRST), amount=charge)
    assert reconcile() == []
    for no in range(1, 6):
        one = hers_of(group, no)
        sheet(group, date(2018, 12, no), {no: one.remaining}, weekly=20_000)
    assert open_loans(group) == []
    assert reconcile() == []
    asked = 2_500_000 + loan.charge
    assert book(group)["2220"] == asked - charge
    pass_on(loan, asked, DEC)  # what is missing comes from the group's own cash
    assert (reconcile(), {"2210", "2220"} & set(book(group))) == ([], set())


def test_a_share_written_off_and_recovered_leaves_both_books_in_order(group, loan):
    hers = hers_of(group)
    services.write_off(loan=hers.loan, deed=act(FIRST))
    held = book(group)["2220"]
    services.recover(loan=hers.loan, deed=act(SECOND), amount=100_000)
    assert book(group)["2220"] == held  # the group's own income: it stands for the share itself
    assert reconcile() == []
    step = LoanStep.objects.get(loan=hers.loan, kind=LoanStep.Kind.RECOVERY)
    services.undo(step=step, key=uuid4(), reason="Keliru", by=None, at=at(SECOND))
    assert reconcile() == []


def test_a_share_is_not_taken_back_alone(group, client):
    """The group would go on owing the UPK what no member owes."""
    lend(group, [500_000] * 5, monthly(2_500_000, 10), LENT)
    share = hers_of(group).loan
    before = book(group)
    told = {"loan": share, "key": uuid4(), "reason": "Salah", "by": None, "at": at(LENT)}
    assert refused(lambda: services.take_back_disbursement(**told)) == ["upk_share"]
    assert (book(group), reconcile()) == (before, [])
    client.force_login(treasurer(group))
    card = client.get(reverse("loan_card", args=[group.code, share.no])).content.decode()
    assert reverse("loan_step", args=[group.code, share.no, "write-off"]) in card
    assert reverse("loan_step", args=[group.code, share.no, "take-back"]) not in card


def test_own_loans_and_shares_are_counted_apart_on_every_day(group, loan):
    """Two members owe both tiers; what every figure says on a day is what the postings, replayed one by one, say."""
    sheet(group, SECOND, {}, weekly=100_000)
    terms = Terms(150_000, 10, "week", Decimal(1), "month", "flat", 0)
    told = {"group": group, "amount": 150_000, "purpose": "", "terms": terms, "on": DEC}
    asked = [services.request_loan(member=group.members.get(no=no), **told) for no in (1, 2)]
    rows = tuple(Row(no, "H") for no in range(1, 6))
    lend_out = Sheet(on=DEC, rows=rows, disbursements=tuple(Disbursement(one.no) for one in asked))
    post_sheet(group=group, key=uuid4(), sheet=lend_out, by=None, at=at(DEC))
    paid = (Payment(15_375, 6), Payment(30_000, 1)), (Payment(5_000, 7), Payment(60_000, 2))
    rows = tuple(Row(no, "H", payments=paid[no - 1] if no < 3 else ()) for no in range(1, 6))
    later = date(2018, 12, 29)
    post_sheet(group=group, key=uuid4(), sheet=Sheet(on=later, rows=rows), by=None, at=at(later))
    of_upk = set(loan.shares.values_list("no", flat=True))
    for week in range(14):
        on = DEC + timedelta(days=7 * week)
        ages, found = replayed(group, on), group_arrears(group, on)
        own = [age for no, age in ages.items() if no not in of_upk]
        late = [age for age in own if age.instalments_late]
        assert (found.outstanding, found.arrears, found.shares) == (
            sum(one.outstanding for one in own), sum(one.arrears for one in own), len(ages) - len(own),
        )  # fmt: skip
        assert (found.par.part, found.par.whole) == (sum(one.outstanding for one in late), found.outstanding)
        assert found.par_three.part == sum(one.outstanding for one in late if one.instalments_late > 2)
        assert found.reserve == sum(reserve(one.outstanding, class_of(one.instalments_late)) for one in own)
        assert {one.no for one, _grade in found.graded} == {no for no, one in ages.items() if one.instalments_late}
    assert (found.arrears, len(found.late)) == (2 * 153_750 - 15_375 - 5_000, 2)
