"""The weekly sheet, posted whole or not at all, and corrected without erasing: stories that end in exact numbers."""

from copy import deepcopy
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledger import chart
from ledger.announce import one_announcement
from ledger.models import Account, Entry, Submission
from ledger.services import Draft, Leg, post
from loans import selectors as loan_selectors
from loans.models import Loan, LoanRequest
from loans.schedule import Terms
from loans.services import request_loan
from meetings.models import Attendance, CashDifference, FollowUp, HandOver, Meeting, SheetDraft
from meetings.services import (
    correct_hand_over,
    correct_other_money,
    discard_draft,
    filling_in,
    later_payments,
    post_sheet,
    settle_difference,
)
from meetings.sheet import (
    CashCount,
    Decision,
    Disbursement,
    FollowUpNote,
    Minutes,
    OtherMoney,
    Payment,
    Row,
    Sheet,
)
from savings.terms import agree_terms
from tests.books import close_through
from tests.factories import GroupFactory, treasurer

pytestmark = pytest.mark.django_db

AT = datetime(2026, 1, 8, 9, 0, tzinfo=UTC)
FIRST, SECOND, THIRD = date(2026, 1, 8), date(2026, 1, 15), date(2026, 1, 22)


def weekly_loan(amount):
    """Ten weeks at 1 % a month, flat: what the worked week lends on."""
    return Terms(amount, 10, "week", Decimal(1), "month", "flat", 0)


def ask(group, no, amount, on=FIRST):
    member = group.members.get(no=no)
    return request_loan(group=group, member=member, amount=amount, purpose="Warung", terms=weekly_loan(amount), on=on)


@pytest.fixture(scope="module")
@one_announcement()
def group_of_the_file(whole_file):
    """Five members, wajib 2.000, opening cash 150.000."""
    group = GroupFactory(members=5)
    agree_terms(group=group, from_on=group.start_on, weekly=2_000, principal=0)
    post(
        book=group.book,
        key=uuid4(),
        content={"opening": 150_000},
        drafts=[Draft(group.start_on, "opening", (Leg("1110", 150_000), Leg("3210", -150_000)), "Saldo awal")],
        by=None,
        at=AT,
    )
    return group


@pytest.fixture
def group(group_of_the_file):
    return deepcopy(group_of_the_file)


def sheet(on, rows, **more):
    """A sheet of these rows; members not named are absent."""
    named = {row.member_no for row in rows}
    return Sheet(on=on, rows=(*rows, *(Row(no, "A") for no in range(1, 6) if no not in named)), **more)


def send(group, what, key=None, by=None):
    return post_sheet(group=group, key=key or uuid4(), sheet=what, by=by, at=AT)


def balance(group, code, member_no=0, loan_no=0):
    account = Account.objects.filter(book=group.book, code=code, member_no=member_no, loan_no=loan_no).first()
    return chart.on_normal_side(code, account.balance) if account else 0


def first_meeting(group):
    """Meeting 1 of the worked week: four pay 2.000, Julaika (4) borrows 100.000, snacks 5.000."""
    ask(group, 4, 100_000)
    return send(
        group,
        sheet(
            FIRST,
            [Row(no, "H", weekly=2_000) for no in (1, 2, 3, 4)],
            disbursements=(Disbursement(1),),
            expenses=(OtherMoney(chart.MEETING_COST, "Snack rapat", 5_000),),
            count=CashCount(53_000),
        ),
    )


def second_meeting(group, paid=10_250):
    rows = [Row(no, "H", weekly=2_000) for no in (1, 2, 3)]
    rows += [Row(4, "H", weekly=2_000, payments=(Payment(paid),)), Row(5, "H", weekly=4_000)]
    return send(group, sheet(SECOND, rows))


def test_the_worked_week_comes_out_to_the_rupiah(group):
    meeting = first_meeting(group)
    assert (meeting.cash_before, meeting.cash_expected, meeting.difference) == (150_000, 53_000, 0)
    assert balance(group, "1110") == 53_000
    meeting = second_meeting(group)
    assert meeting.cash_expected == balance(group, "1110") == 75_250
    assert balance(group, "1210", 4, 1) == 90_000
    assert balance(group, "4110", 4, 1) == 250
    assert sum(balance(group, "2110", no) for no in range(1, 6)) == 20_000
    assert list(Attendance.objects.filter(meeting__on=FIRST, status="A").values_list("member__no", flat=True)) == [5]


def test_entries_stand_in_the_order_of_the_workbook(group):
    first_meeting(group)
    rows = [Row(no, "H", weekly=2_000, voluntary=5_000 if no == 1 else 0) for no in (1, 2, 3, 4, 5)]
    send(group, sheet(SECOND, rows))
    ask(group, 2, 10_000, THIRD)
    meeting = send(
        group,
        sheet(
            THIRD,
            [Row(1, "H", weekly=2_000, withdrawal=3_000), Row(2, "H")],
            income=(OtherMoney(chart.OTHER_INCOME, "Sewa tikar", 1_000),),
            expenses=(OtherMoney(chart.ADMINISTRATION, "Buku", 500),),
            disbursements=(Disbursement(2),),
            count=CashCount(
                balance(group, "1110") + 1_000 + 2_000 - 3_000 - 10_000 - 500 - 250, reason="receh", owner_no=1
            ),
        ),
    )
    kinds = list(meeting.submission.entries.order_by("number").values_list("kind", flat=True))
    assert kinds == ["income", "handover", "withdrawal", "disbursement", "expense", "difference"]
    assert balance(group, "1290") == 250
    assert balance(group, "1110") == meeting.cash_counted


def test_the_same_key_posts_once_and_other_content_is_refused(group):
    key, what = uuid4(), sheet(FIRST, [Row(1, "H", weekly=2_000)])
    first = send(group, what, key)
    assert send(group, what, key) == first
    assert Meeting.objects.count() == 1
    assert balance(group, "2110", 1) == 2_000
    with pytest.raises(ValidationError) as refusal:
        send(group, sheet(FIRST, [Row(1, "H", weekly=3_000)]), key)
    assert refusal.value.code == "key_reused"


def test_a_second_sheet_of_the_day_is_refused_whole(group):
    send(group, sheet(FIRST, [Row(1, "H", weekly=2_000)]))
    before = Entry.objects.count()
    with pytest.raises(ValidationError) as refusal:
        send(group, sheet(FIRST, [Row(2, "H", weekly=2_000)]))
    assert refusal.value.code == "already_posted"
    assert Entry.objects.count() == before


def fields_refused(group, what):
    """Post a sheet that must be refused; nothing of it may stay. Returns {field: code}."""
    before = (Entry.objects.count(), Submission.objects.count(), Meeting.objects.count(), Loan.objects.count())
    with pytest.raises(ValidationError) as refusal:
        send(group, what)
    assert (Entry.objects.count(), Submission.objects.count(), Meeting.objects.count(), Loan.objects.count()) == before
    errors = refusal.value.error_dict if hasattr(refusal.value, "error_dict") else {"": refusal.value.error_list}
    return {field: texts[0].code for field, texts in errors.items()}


def test_everything_wrong_is_said_at_once_at_its_field(group):
    first_meeting(group)
    rows = (
        Row(1, "H", payments=(Payment(5_000),)),
        Row(4, "H", payments=(Payment(200_000),)),
        Row(9, "H", weekly=1_000),
    )
    assert fields_refused(group, Sheet(SECOND, rows, income=(OtherMoney("2110", "?", 5),))) == {
        "r1-angsuran": "no_loan",
        "r4-angsuran": "overpaid",
        "r9": "unknown_member",
        "r2-attendance": "attendance_required",
        "r3-attendance": "attendance_required",
        "r5-attendance": "attendance_required",
        "in1": "account_refused",
    }


def test_what_the_box_or_the_savings_cannot_pay_is_refused(group):
    first_meeting(group)
    snack = (OtherMoney(chart.MEETING_COST, "Pesta", 60_000),)
    assert fields_refused(group, sheet(SECOND, [Row(1, "H")], expenses=snack)) == {"kas": "cash_short"}
    assert fields_refused(group, sheet(SECOND, [Row(1, "H", withdrawal=1_000)])) == {"r1-tarik": "below_zero"}
    from_bank = (OtherMoney(chart.BANK, "Ambil dari bank", 1_000),)
    assert fields_refused(group, sheet(SECOND, [Row(1, "H")], income=from_bank)) == {"": "below_zero"}


def test_a_difference_needs_a_reason_and_gets_an_owner(group):
    counted = sheet(FIRST, [Row(1, "H", weekly=2_000)], count=CashCount(151_500))
    assert fields_refused(group, counted) == {"selisih": "reason_required", "d-owner": "owner_required"}
    strange = replace(counted, count=CashCount(151_500, reason="receh", owner_no=9))
    assert fields_refused(group, strange) == {"d-owner": "owner_required"}
    meeting = send(
        group, sheet(FIRST, [Row(1, "H", weekly=2_000)], count=CashCount(151_500, reason="receh", owner_no=3))
    )
    found = CashDifference.objects.get()
    assert (found.amount, found.reason, found.owner.no) == (-500, "receh", 3)
    assert (balance(group, "1110"), balance(group, "1290")) == (151_500, 500)
    ended = {"on": SECOND, "ending": "found", "by": None, "at": AT}
    settle_difference(difference=found, words="Ketemu di laci", key=uuid4(), **ended)
    found.refresh_from_db()
    assert (found.resolved_on, found.resolution) == (SECOND, "Ketemu di laci")
    with pytest.raises(ValidationError):
        settle_difference(difference=found, words="lagi", key=uuid4(), **ended)
    assert meeting.difference == -500


@pytest.mark.parametrize("write", [str, str.lower, lambda name: f"Bu  {name}", lambda name: f"ibu. {name.upper()}"])
def test_the_one_who_sends_the_sheet_does_not_count_for_two(group, write):
    by = treasurer(group)
    counted = sheet(FIRST, [Row(1, "H")], count=CashCount(150_000, counted_by=write(by.name)))
    with pytest.raises(ValidationError) as refused:
        send(group, counted, by=by)
    assert {field: errors[0].code for field, errors in refused.value.error_dict.items()} == {"c-by": "two_names"}


@pytest.mark.parametrize(
    ("day", "code"),
    [(date(2026, 1, 4), "before_books"), (date(2026, 3, 2), "ended"), (date(2026, 1, 7), "closed")],
)
def test_days_outside_the_open_books_are_refused(group, day, code):
    group.end_on = date(2026, 3, 1)
    group.save()
    close_through(book=group.book, on=date(2026, 1, 7))
    assert fields_refused(group, sheet(day, [Row(1, "H")])) == {"": code}


def test_a_member_who_left_hands_over_nothing(group):
    member = group.members.get(no=5)
    member.left_on = FIRST
    member.save()
    rows = tuple(Row(no, "H") for no in (1, 2, 3, 4))
    assert fields_refused(group, Sheet(FIRST, (*rows, Row(5, "H", weekly=2_000)))) == {"r5": "not_member"}
    send(group, Sheet(FIRST, rows))
    assert Attendance.objects.count() == 4


def test_a_sheet_entered_after_a_later_one_starts_from_the_cash_of_its_day(group):
    send(group, sheet(THIRD, [Row(1, "H", weekly=6_000)]))
    meeting = send(group, sheet(FIRST, [Row(1, "H", weekly=2_000)]))
    assert (meeting.cash_before, meeting.cash_expected) == (150_000, 152_000)
    assert balance(group, "1110") == 158_000


def test_requests_are_paid_out_approved_and_rejected_by_the_meeting(group):
    for no, amount in ((1, 50_000), (2, 60_000), (3, 70_000)):
        ask(group, no, amount)
    send(
        group,
        sheet(
            FIRST,
            [Row(1, "H")],
            disbursements=(Disbursement(1),),
            decisions=(Decision(2, approve=True), Decision(3, approve=False, reason="kas kurang")),
        ),
    )
    assert list(LoanRequest.objects.order_by("no").values_list("status", "decision")) == [
        ("disbursed", ""),
        ("approved", ""),
        ("rejected", "kas kurang"),
    ]
    assert fields_refused(group, sheet(SECOND, [Row(1, "H")], disbursements=(Disbursement(3),))) == {"q3": "decided"}
    assert balance(group, "1210", 1, 1) == 50_000


def test_minutes_and_follow_ups_are_kept_and_sealed(group):
    minutes = Minutes("Simpanan", "Ramai", "Beli buku", (FollowUpNote("Beli buku kas", 2, SECOND),))
    meeting = send(group, sheet(FIRST, [Row(1, "H")], minutes=minutes))
    follow_up = meeting.follow_ups.get()
    assert (follow_up.what, follow_up.owner.no, follow_up.due_on) == ("Beli buku kas", 2, SECOND)
    assert '"decisions":"Beli buku"' in meeting.submission.content


def correct(group, on, member_no, row, reason="salah tulis", key=None):
    hand_over = HandOver.objects.get(
        meeting__group=group, meeting__on=on, member__no=member_no, entry__kind="handover", entry__reversed_by=None
    )
    return correct_hand_over(hand_over=hand_over, row=row, reason=reason, key=key or uuid4(), by=None, at=AT)


def test_a_correction_reverses_and_writes_anew_on_the_same_day(group):
    first_meeting(group)
    wrong = HandOver.objects.get(meeting__on=FIRST, member__no=1).entry
    entries = correct(group, FIRST, 1, Row(1, weekly=5_000, fine=500))
    assert [(e.kind, e.on, e.reverses_id) for e in entries] == [
        ("handover", FIRST, wrong.pk),
        ("handover", FIRST, None),
    ]
    assert balance(group, "2110", 1) == 5_000
    assert balance(group, "4120") == 500
    assert balance(group, "1110") == 53_000 + 3_500
    standing = HandOver.objects.filter(meeting__on=FIRST, member__no=1, entry__reversed_by=None)
    assert standing.get().entry == entries[1]


def test_correcting_an_older_payment_splits_the_later_ones_again(group):
    first_meeting(group)
    second_meeting(group)
    send(group, sheet(THIRD, [Row(4, "H", payments=(Payment(10_250),))]))
    entries = correct(group, SECOND, 4, Row(4, weekly=2_000, payments=(Payment(250),)))
    assert [entry.on for entry in entries] == [THIRD, SECOND, SECOND, THIRD]
    # Paid 250 on the 15th (jasa), then 10.250 on the 22nd: 250 jasa due by then, and 10.000 pokok.
    assert balance(group, "1210", 4, 1) == 90_000
    assert balance(group, "4110", 4, 1) == 500
    (loan,) = loan_selectors.open_loans(group)
    assert (loan.state(THIRD).instalments_late, loan.state(THIRD).arrears) == (1, 10_000)


def test_a_correction_to_nothing_only_reverses(group):
    first_meeting(group)
    assert len(correct(group, FIRST, 1, Row(1))) == 1
    assert balance(group, "2110", 1) == 0


def test_a_withdrawal_is_corrected_too(group):
    send(group, sheet(FIRST, [Row(1, "H", voluntary=10_000)]))
    send(group, sheet(SECOND, [Row(1, "H", withdrawal=4_000)]))
    hand_over = HandOver.objects.get(entry__kind="withdrawal")
    correct_hand_over(
        hand_over=hand_over, row=Row(1, withdrawal=3_000), reason="salah hitung", key=uuid4(), by=None, at=AT
    )
    assert balance(group, "2120", 1) == 7_000


def test_corrections_are_refused_with_the_reason(group):
    first_meeting(group)
    second_meeting(group)
    with pytest.raises(ValidationError) as refusal:
        correct(group, FIRST, 1, Row(1, weekly=1_000), reason=" ")
    assert refusal.value.error_dict["reason"][0].code == "reason_required"
    with pytest.raises(ValidationError) as refusal:
        correct(group, SECOND, 4, Row(4, payments=(Payment(150_000),)))
    assert refusal.value.error_dict["r4-angsuran"][0].code == "overpaid"
    hand_over = HandOver.objects.get(meeting__on=FIRST, member__no=2)
    correct(group, FIRST, 2, Row(2, weekly=1_000))
    with pytest.raises(ValidationError) as refusal:
        correct_hand_over(hand_over=hand_over, row=Row(2, weekly=500), reason="x", key=uuid4(), by=None, at=AT)
    assert refusal.value.error_list[0].code == "reversed"
    close_through(book=group.book, on=FIRST)
    with pytest.raises(ValidationError) as refusal:
        correct(group, FIRST, 3, Row(3, weekly=1_000))
    assert refusal.value.code == "closed"
    assert balance(group, "2110", 3) == 4_000


def test_a_correction_sent_twice_is_written_once(group):
    first_meeting(group)
    key = uuid4()
    hand_over = HandOver.objects.get(meeting__on=FIRST, member__no=1)
    row = Row(1, weekly=5_000)
    first = correct_hand_over(hand_over=hand_over, row=row, reason="salah", key=key, by=None, at=AT)
    again = correct_hand_over(hand_over=hand_over, row=row, reason="salah", key=key, by=None, at=AT)
    assert again == first


def test_a_draft_keeps_its_key_and_goes_when_the_sheet_is_posted(group):
    by = treasurer(group)
    with filling_in(group=group, on=FIRST, by=by, key=uuid4(), at=AT) as draft:
        draft.data = {"r1-wajib": "2.000"}
    with filling_in(group=group, on=FIRST, by=by, key=uuid4(), at=AT) as again:
        assert (again.data, again.revision) == ({"r1-wajib": "2.000"}, 2)
        again.data = {"r1-wajib": "44,000"}
    again.refresh_from_db()
    assert again.key == draft.key
    assert again.data == {"r1-wajib": "44,000"}
    send(group, sheet(FIRST, [Row(1, "H", weekly=2_000)]), key=draft.key, by=by)
    assert not SheetDraft.objects.exists()


def test_somebody_throws_her_own_draft_away_and_nobody_elses(group):
    siti, wati = treasurer(group), treasurer(group)
    for by in (siti, wati):
        with filling_in(group=group, on=FIRST, by=by, key=uuid4(), at=AT) as draft:
            draft.data = {"r1-wajib": "2.000"}
    discard_draft(group=group, on=FIRST, by=siti)
    assert [draft.by for draft in SheetDraft.objects.all()] == [wati]


IN_ORDER, NO_MINUTES = CashCount(0), Minutes()


def statements_of(members, count=IN_ORDER, minutes=NO_MINUTES):
    """Send a second sheet whose box holds `count` more than it should."""
    group = GroupFactory(members=members)
    agree_terms(group=group, from_on=group.start_on, weekly=2_000, principal=0)
    opening = (Leg("1110", 9_000_000), Leg("1290", 1_000), Leg("3210", -9_001_000))
    post(book=group.book, key=uuid4(), content={}, drafts=[Draft(group.start_on, "opening", opening)], by=None, at=AT)
    borrowers = range(1, members * 2 // 5 + 1)
    for no in borrowers:
        ask(group, no, 100_000)
    everybody = tuple(Row(no, "H", weekly=2_000) for no in range(1, members + 1))
    send(group, Sheet(FIRST, everybody, disbursements=tuple(Disbursement(no) for no in borrowers)))
    rows = tuple(
        Row(no, "H", weekly=2_000, payments=(Payment(10_250),) if no in borrowers else ())
        for no in range(1, members + 1)
    )
    counted = 9_000_000 + members * 4_000 - len(borrowers) * 89_750
    with CaptureQueriesContext(connection) as queries:
        send(group, Sheet(SECOND, rows, count=replace(count, counted=counted + count.counted), minutes=minutes))
    return [q["sql"] for q in queries if not q["sql"].startswith(("SAVEPOINT", "RELEASE"))]


def test_an_ordinary_sheet_takes_twelve_statements_whatever_its_size():
    small, large = statements_of(5), statements_of(25)
    assert len(small) == len(large) <= 12, "\n".join(sql[:90] for sql in large)


def test_a_difference_and_what_somebody_promised_take_no_statement_more():
    short = CashCount(-1_000, reason="Kembalian", owner_no=1)
    promised = Minutes(follow_ups=(FollowUpNote("Beli buku kas", 2, SECOND), FollowUpNote("Tagih Bu Sari")))
    assert len(statements_of(5, short, promised)) == len(statements_of(5))
    assert (CashDifference.objects.get().amount, FollowUp.objects.count()) == (-1_000, 2)


def test_a_decision_on_a_request_that_is_none_is_refused(group):
    decided = sheet(FIRST, [Row(1, "H")], decisions=(Decision(9, approve=True),))
    assert list(fields_refused(group, decided)) == ["q9"]


def test_a_payment_of_nothing_is_no_payment(group):
    send(group, sheet(FIRST, [Row(1, "H", weekly=2_000, payments=(Payment(0),))]))
    assert balance(group, "1110") == 152_000


def test_a_late_sheet_cannot_spend_what_later_meetings_spent(group):
    send(group, sheet(THIRD, [Row(1, "H")], expenses=(OtherMoney(chart.OTHER_COST, "Tenda", 150_000),)))
    late = sheet(FIRST, [Row(1, "H")], expenses=(OtherMoney(chart.OTHER_COST, "Kursi", 1_000),))
    assert fields_refused(group, late) == {"kas": "below_zero"}


def test_a_row_of_one_who_left_says_nothing_of_her(group):
    group.members.filter(no=5).update(left_on=FIRST)
    send(group, Sheet(FIRST, (*(Row(no, "H") for no in (1, 2, 3, 4)), Row(5))))
    assert Attendance.objects.count() == 4


def test_a_withdrawal_that_never_was_is_only_reversed(group):
    send(group, sheet(FIRST, [Row(1, "H", voluntary=10_000)]))
    send(group, sheet(SECOND, [Row(1, "H", withdrawal=4_000)]))
    taken = HandOver.objects.get(entry__kind="withdrawal")
    (entry,) = correct_hand_over(hand_over=taken, row=Row(1), reason="tidak jadi", key=uuid4(), by=None, at=AT)
    assert entry.reverses_id == taken.entry_id
    assert balance(group, "2120", 1) == 10_000


def test_a_correction_that_leaves_no_room_for_later_payments_is_refused(group):
    first_meeting(group)
    second_meeting(group)
    send(group, sheet(THIRD, [Row(4, "H", payments=(Payment(92_250),))]))
    with pytest.raises(ValidationError) as refusal:
        correct(group, SECOND, 4, Row(4, payments=(Payment(12_250),)))
    assert refusal.value.error_dict["later"][0].code == "overpaid"
    assert balance(group, "1210", 4, 1) == 0


def test_a_later_payment_of_two_loans_brings_the_second_loans_payments_along(group):
    first_meeting(group)
    ask(group, 4, 20_000, SECOND)
    rows = [Row(no, "H", weekly=2_000) for no in (1, 2, 3, 5)]
    paid = Row(4, "H", payments=(Payment(10_250, 1),))
    send(group, sheet(SECOND, [*rows, paid], disbursements=(Disbursement(2),)))
    send(group, sheet(THIRD, [Row(4, "H", payments=(Payment(10_250, 1), Payment(2_050, 2)))]))
    send(group, sheet(date(2026, 1, 29), [Row(4, "H", payments=(Payment(2_050, 2),))]))
    wrong = HandOver.objects.get(meeting__on=SECOND, member__no=4, entry__kind="handover")
    assert later_payments(wrong) == 2
    assert later_payments(HandOver.objects.get(meeting__on=FIRST, member__no=1)) == 0
    entries = correct(group, SECOND, 4, Row(4, payments=(Payment(20_500, 1),)))
    assert len(entries) == 6
    assert (balance(group, "1210", 4, 1), balance(group, "1210", 4, 2)) == (70_000, 16_000)


@pytest.mark.parametrize(("amount", "cash", "entries"), [(1_500, 150_500, 2), (0, 152_000, 1)])
def test_other_money_is_corrected_once(group, amount, cash, entries):
    tea = (OtherMoney(chart.MEETING_COST, "Teh", 15_000),)
    send(group, sheet(FIRST, [Row(1, "H", weekly=2_000)], expenses=tea))
    wrong = HandOver.objects.get(entry__kind="expense")
    right = {"amount": amount, "memo": "Teh", "reason": "salah nol", "key": uuid4(), "by": None, "at": AT}
    written = correct_other_money(hand_over=wrong, **right)
    assert correct_other_money(hand_over=wrong, **right) == written
    assert len(written) == entries
    assert balance(group, "1110") == cash


def test_other_money_that_came_in_is_corrected(group):
    send(group, sheet(FIRST, [Row(1, "H")], income=(OtherMoney(chart.OTHER_INCOME, "Sewa", 10_000),)))
    wrong = HandOver.objects.get(entry__kind="income")
    correct_other_money(
        hand_over=wrong, amount=1_000, memo="Sewa tikar", reason="salah nol", key=uuid4(), by=None, at=AT
    )
    assert (balance(group, "1110"), balance(group, "4190")) == (151_000, 1_000)


def test_a_resolution_says_how(group):
    send(group, sheet(FIRST, [Row(1, "H")], count=CashCount(149_500, reason="receh", owner_no=1)))
    with pytest.raises(ValidationError) as refusal:
        settle_difference(
            difference=CashDifference.objects.get(),
            ending="found",
            words=" ",
            on=SECOND,
            key=uuid4(),
            by=None,
            at=AT,
        )
    assert "words" in refusal.value.error_dict
