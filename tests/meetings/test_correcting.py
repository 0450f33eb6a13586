"""What was sent wrong, put right: every kind of entry, attendance, closed days, and what is seen before it is done."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError

from compliance.effect import findings_around
from compliance.models import GroupWeek
from compliance.selectors import findings
from ledger import chart, verify
from ledger.models import Book, Entry, Posting, Submission
from loans import selectors as loan_selectors
from loans import services as loans
from loans.models import Leaving, LoanRequest
from loans.services import Deed, undo_leaving
from meetings import effect, selectors
from meetings.models import Attendance, CashDifference, Correction, HandOver, Meeting, Reconfirmation
from meetings.services import (
    add_disbursement,
    add_hand_over,
    add_other_money,
    add_withdrawal,
    correct_attendance,
    correct_difference,
    correct_hand_over,
    correct_other_money,
    settle_difference,
    take_settlement_back,
)
from meetings.sheet import CashCount, Disbursement, OtherMoney, Payment, Row
from tests.books import close_through
from tests.ledger.village import by_force
from tests.meetings.test_services import (
    AT,
    FIRST,
    SECOND,
    THIRD,
    ask,
    balance,
    correct,
    first_meeting,
    group,  # noqa: F401 (a fixture)
    group_of_the_file,  # noqa: F401 (a fixture)
    second_meeting,
    send,
    sheet,
)

pytestmark = pytest.mark.django_db

TODAY = date(2026, 2, 3)  # when closed weeks are corrected


def code_of(refusal):
    error = refusal.value
    errors = (
        [e for list_ in error.error_dict.values() for e in list_] if hasattr(error, "error_dict") else error.error_list
    )
    return errors[0].code


def hand_over_of(no, on, kind="handover"):
    return HandOver.objects.get(meeting__on=on, member__no=no, entry__kind=kind, entry__reversed_by=None)


def add(group, on, row, **more):  # noqa: F811
    said = {"reason": "lupa dicatat", "key": uuid4(), "by": None, "at": AT} | more
    meeting = Meeting.objects.select_related("group").get(group=group, on=on)
    return add_hand_over(meeting=meeting, member=group.members.get(no=row.member_no), row=row, **said)


def test_a_correction_is_written_down_and_its_member_asked_again(group):  # noqa: F811
    first_meeting(group)
    entries = correct(group, FIRST, 1, Row(1, weekly=5_000), reason=" Salah tulis ")
    made = Correction.objects.get()
    assert (made.kind, made.reason, made.meeting.on) == ("handover", "Salah tulis", FIRST)
    assert made.submission_id == entries[0].submission_id
    assert list(made.reconfirmations.values_list("member__no", "confirmed_on")) == [(1, None)]
    (line,) = selectors.correction_lines(group, list(selectors.corrected_submissions(group)))
    assert [(old.cash, new.cash) for old, new in line.pairs] == [(2_000, 5_000)]
    assert (line.members, line.waiting, line.reason) == (["Anggota 1"], True, "Salah tulis")


def test_a_forgotten_hand_over_is_added_and_splits_later_payments_again(group):  # noqa: F811
    first_meeting(group)
    rows = [Row(no, "H", weekly=2_000) for no in (1, 2, 3)]
    send(group, sheet(SECOND, rows))
    send(group, sheet(THIRD, [Row(4, "H", payments=(Payment(10_250),))]))
    # On the 22nd two instalments were due: 500 jasa first. With the 10.250 of the 15th it is 250 each.
    assert balance(group, "1210", 4, 1) == 90_250
    entries = add(group, SECOND, Row(4, weekly=2_000, payments=(Payment(10_250, 1),)))
    assert [(e.on, e.reverses_id is not None) for e in entries] == [(THIRD, True), (SECOND, False), (THIRD, False)]
    assert (balance(group, "1210", 4, 1), balance(group, "4110", 4, 1), balance(group, "2110", 4)) == (
        80_000,
        500,
        4_000,
    )
    assert hand_over_of(4, SECOND).meeting.on == SECOND
    assert Correction.objects.get().kind == "added"
    assert list(Reconfirmation.objects.values_list("member__no", flat=True)) == [4]
    (loan,) = loan_selectors.open_loans(group)
    assert loan.state(THIRD).instalments_late == 0


def test_what_cannot_be_added_is_refused_with_the_reason(group):  # noqa: F811
    first_meeting(group)
    group.members.filter(no=5).update(left_on=FIRST)
    for row, code in (
        (Row(1, weekly=1_000), "stands"),
        (Row(2), "nothing"),
        (Row(5, weekly=1_000), "not_member"),
    ):
        with pytest.raises(ValidationError) as refusal:
            add(group, FIRST, row)
        assert code_of(refusal) == code
    send(group, sheet(SECOND, []))
    with pytest.raises(ValidationError) as refusal:
        add(group, SECOND, Row(1, payments=(Payment(1_000),)))
    assert code_of(refusal) == "no_loan"
    with pytest.raises(ValidationError) as refusal:
        add(group, SECOND, Row(1, weekly=1_000), reason=" ")
    assert code_of(refusal) == "reason_required"
    key = uuid4()
    first = add(group, SECOND, Row(1, weekly=1_000), key=key)
    assert add(group, SECOND, Row(1, weekly=1_000), key=key) == first
    assert balance(group, "2110", 1) == 3_000


def test_a_payment_is_not_written_before_its_loan_was_paid_out(group):  # noqa: F811
    send(group, sheet(FIRST, [Row(4, "H", weekly=2_000)]))
    ask(group, 4, 50_000, SECOND)
    send(group, sheet(SECOND, [], disbursements=(Disbursement(1),)))
    with pytest.raises(ValidationError) as refusal:
        correct(group, FIRST, 4, Row(4, weekly=2_000, payments=(Payment(5_000, 1),)))
    assert code_of(refusal) == "no_loan"
    with pytest.raises(ValidationError) as refusal:
        add(group, FIRST, Row(4, payments=(Payment(5_000, 1),)))
    assert code_of(refusal) == "stands"


def close_january(group):  # noqa: F811
    """The worked weeks, then January closed: cash 75.250."""
    first_meeting(group)
    second_meeting(group)
    close_through(book=group.book, on=date(2026, 1, 31))
    group.book.refresh_from_db()


def test_a_closed_week_is_corrected_in_the_current_period_and_stays_as_it_was(group):  # noqa: F811
    close_january(group)
    wrong = hand_over_of(4, SECOND)
    with pytest.raises(ValidationError) as refusal:
        correct(group, SECOND, 4, Row(4, weekly=2_000, payments=(Payment(250),)))
    assert code_of(refusal) == "closed"
    before = selectors.posted_sheet(Meeting.objects.get(on=SECOND))
    entries = correct_hand_over(
        hand_over=wrong,
        row=Row(4, weekly=3_000, payments=(Payment(20_250, 1),)),
        reason="kurang catat",
        key=uuid4(),
        by=None,
        at=AT,
        current=TODAY,
    )
    assert [(e.on, e.reverses_id) for e in entries] == [(TODAY, wrong.entry_id), (TODAY, None)]
    # On 3 February three instalments are due: 750 jasa, the rest principal.
    assert (balance(group, "1210", 4, 1), balance(group, "4110", 4, 1)) == (80_500, 750)
    assert (balance(group, "2110", 4), balance(group, "1110")) == (5_000, 86_250)
    at_end = Posting.objects.filter(book=group.book, on__lte="2026-01-31", account__code="1110")
    assert sum(at_end.values_list("amount", flat=True)) == 75_250
    after = selectors.posted_sheet(Meeting.objects.get(on=SECOND))
    assert (after.money_in, after.cash_expected) == (before.money_in, before.cash_expected) == (22_250, 75_250)
    assert [(one.total, one.hand_over.entry.on) for one in after.later] == [(23_250, TODAY)]
    assert [one.stands for one in after.corrected] == [True]
    with pytest.raises(ValidationError) as refusal:
        correct_hand_over(hand_over=wrong, row=Row(4), reason="lagi", key=uuid4(), by=None, at=AT, current=TODAY)
    assert code_of(refusal) == "reversed"


def test_the_current_period_is_open_too(group):  # noqa: F811
    close_january(group)
    with pytest.raises(ValidationError) as refusal:
        correct_hand_over(
            hand_over=hand_over_of(1, SECOND),
            row=Row(1, weekly=1),
            reason="x",
            key=uuid4(),
            by=None,
            at=AT,
            current=date(2026, 1, 31),
        )
    assert code_of(refusal) == "closed"


def test_a_closed_week_gets_its_forgotten_hand_over_and_expense_today(group):  # noqa: F811
    first_meeting(group)
    close_through(book=group.book, on=date(2026, 1, 31))
    (entry,) = add(group, FIRST, Row(5, weekly=2_000), current=TODAY)
    assert entry.on == TODAY
    snack = HandOver.objects.get(entry__kind="expense")
    said = {"memo": "Snack", "reason": "salah akun", "key": uuid4(), "by": None, "at": AT, "current": TODAY}
    entries = correct_other_money(hand_over=snack, amount=4_000, code=chart.ADMINISTRATION, **said)
    assert {e.on for e in entries} == {TODAY}
    assert (balance(group, "5130"), balance(group, "5120"), balance(group, "1110")) == (0, 4_000, 56_000)
    found = selectors.posted_sheet(Meeting.objects.get(on=FIRST))
    assert (found.money_out, sorted(one.total for one in found.later)) == (105_000, [-4_000, 2_000])


def test_forgotten_other_money_and_withdrawals_are_written_on_their_day(group):  # noqa: F811
    send(group, sheet(FIRST, [Row(1, "H", weekly=2_000, voluntary=3_000)]))
    meeting = Meeting.objects.select_related("group").get(on=FIRST)
    said = {"meeting": meeting, "reason": "lupa dicatat", "by": None, "at": AT}
    snack = said | {"income": False, "amount": 1_500, "code": chart.ADMINISTRATION, "memo": "Fotokopi", "key": uuid4()}
    (entry,) = add_other_money(**snack)
    assert add_other_money(**snack) == [entry]
    assert (entry.on, entry.kind, entry.memo) == (FIRST, "expense", "Fotokopi")
    (entry,) = add_other_money(**snack | {"income": True, "code": "4190", "amount": 700, "key": uuid4()})
    assert (entry.kind, balance(group, "4190"), balance(group, "5120")) == ("income", 700, 1_500)
    sari = group.members.get(no=1)
    taken = said | {"member": sari, "amount": 1_000, "key": uuid4()}
    (entry,) = add_withdrawal(**taken)
    assert (entry.on, entry.kind, balance(group, "2120", 1)) == (FIRST, "withdrawal", 2_000)
    assert list(Correction.objects.order_by("pk").values_list("kind", flat=True)) == ["expense", "income", "withdrawal"]
    assert Reconfirmation.objects.get().member == sari
    found = selectors.posted_sheet(meeting)
    assert ([one.total for one in found.withdrawals], found.money_out) == ([-1_000], 2_500)
    for refused, fields, code in (
        (add_withdrawal, taken | {"key": uuid4()}, "stands"),
        (add_withdrawal, taken | {"key": uuid4(), "amount": 0}, "required"),
        (add_withdrawal, taken | {"key": uuid4(), "member": group.members.get(no=2)}, "below_zero"),
        (add_other_money, snack | {"key": uuid4(), "amount": 0}, "required"),
        (add_other_money, snack | {"key": uuid4(), "code": "2110"}, "account_refused"),
        (add_other_money, snack | {"key": uuid4(), "amount": 10**9}, "below_zero"),
    ):
        with pytest.raises(ValidationError) as refusal:
            refused(**fields)
        assert code_of(refusal) == code
    close_through(book=group.book, on=date(2026, 1, 31))
    with pytest.raises(ValidationError) as refusal:
        add_other_money(**snack | {"key": uuid4()})
    assert code_of(refusal) == "closed"
    (entry,) = add_other_money(**snack | {"key": uuid4(), "current": TODAY})
    assert entry.on == TODAY


def test_other_money_of_a_wrong_kind_is_refused(group):  # noqa: F811
    first_meeting(group)
    snack = HandOver.objects.get(entry__kind="expense")
    with pytest.raises(ValidationError) as refusal:
        correct_other_money(hand_over=snack, amount=1, memo="x", reason="x", code="2110", key=uuid4(), by=None, at=AT)
    assert refusal.value.error_dict["code"][0].code == "account_refused"


def short_of(group, amount):  # noqa: F811
    """Meeting 1 with the box short of the book."""
    send(
        group, sheet(FIRST, [Row(1, "H", weekly=2_000)], count=CashCount(152_000 - amount, reason="receh", owner_no=1))
    )
    return CashDifference.objects.select_related("entry", "meeting__group").get()


def settle(difference, amount, key=None, **more):
    said = {"reason": "salah hitung", "key": key or uuid4(), "on": SECOND, "by": None, "at": AT} | more
    return correct_difference(difference=difference, amount=amount, **said)


def test_a_cash_difference_that_was_another_or_none(group):  # noqa: F811
    found = short_of(group, 5_000)
    assert (balance(group, "1110"), balance(group, "1290")) == (147_000, 5_000)
    with pytest.raises(ValidationError) as refusal:
        settle(found, -5_000)
    assert code_of(refusal) == "unchanged"
    key = uuid4()
    entries = settle(found, -2_000, key)
    assert settle(found, -2_000, key) == entries
    found.refresh_from_db()
    assert (found.amount, found.entry, balance(group, "1110"), balance(group, "1290")) == (
        -2_000,
        entries[1],
        150_000,
        2_000,
    )
    (entry,) = settle(found, 0)
    found.refresh_from_db()
    assert (found.resolved_on, found.resolution, entry.kind) == (SECOND, "salah hitung", "difference")
    assert (balance(group, "1110"), balance(group, "1290")) == (152_000, 0)
    with pytest.raises(ValidationError) as refusal:
        settle(found, -1_000)
    assert code_of(refusal) == "resolved"
    assert Correction.objects.filter(kind="difference").count() == 2


def test_a_difference_that_was_settled_in_part_is_not_corrected_under_it(group):  # noqa: F811
    found = short_of(group, 500)
    part = settle_difference(
        difference=found, ending="repaid", amount=200, words="sebagian", on=SECOND, key=uuid4(), by=None, at=AT
    )
    with pytest.raises(ValidationError) as refusal:
        settle(found, 0)
    assert code_of(refusal) == "settled"
    take_settlement_back(settlement=part, reason="belum dibawa", key=uuid4(), by=None, at=AT)
    settle(found, 0)
    found.refresh_from_db()
    assert (found.rest, found.settled, found.resolved_on is None, balance(group, "1290")) == (0, 0, False, 0)


def attend(on, attendance, key=None, **more):
    said = {"reason": "datang terlambat", "key": key or uuid4(), "by": None, "at": AT} | more
    meeting = Meeting.objects.select_related("group").get(on=on)
    return correct_attendance(meeting=meeting, attendance=attendance, **said)


def test_attendance_is_put_right_sealed_and_counted(group):  # noqa: F811
    first_meeting(group)
    before = findings(group, date(2026, 1, 11)).evaluation.findings[1]
    key = uuid4()
    made = attend(FIRST, {5: "H", 1: "S", 2: "H"}, key)
    assert attend(FIRST, {5: "H", 1: "S"}, key) == made
    assert dict(Attendance.objects.values_list("member__no", "status")) == {1: "S", 2: "H", 3: "H", 4: "H", 5: "H"}
    assert made.submission.content == (
        '{"attendance_correction":{"1":["H","S"],"5":["A","H"]},"meeting":"2026-01-08","reason":"datang terlambat"}'
    )
    assert list(made.reconfirmations.values_list("member__no", flat=True)) == [1, 5]
    attend(FIRST, {1: "H"}, reason="ternyata hadir")
    after = findings(group, date(2026, 1, 11)).evaluation.findings[1]
    assert (before.score, after.score) == (Fraction(9, 10), 1)
    lines = selectors.correction_lines(group, list(selectors.corrected_submissions(group)))
    assert [line.attendance for line in lines] == [
        [("Anggota 1", "S", "H")],
        [("Anggota 1", "H", "S"), ("Anggota 5", "A", "H")],
    ]
    assert list(verify.problems([group.book_id])) == []


@pytest.mark.tampers
def test_somebody_left_out_of_a_sheet_is_added_to_its_attendance(group):  # noqa: F811
    send(group, sheet(FIRST, [Row(1, "H", weekly=2_000)]))
    group.members.filter(no=5).update(joined_on=SECOND)
    Attendance.objects.filter(member__no=5).delete()  # as if she had been written down only later
    group.members.filter(no=5).update(joined_on=group.start_on)
    with pytest.raises(ValidationError) as refusal:
        attend(FIRST, {6: "H"})
    assert code_of(refusal) == "member"
    with pytest.raises(ValidationError) as refusal:
        attend(FIRST, {1: "X"})
    assert code_of(refusal) == "status"
    with pytest.raises(ValidationError) as refusal:
        attend(FIRST, {1: "H"})
    assert code_of(refusal) == "unchanged"
    made = attend(FIRST, {5: "A"})
    assert '"5":["","A"]' in made.submission.content


def test_attendance_of_a_closed_day_is_for_who_may_correct_it(group):  # noqa: F811
    close_january(group)
    with pytest.raises(ValidationError) as refusal:
        attend(FIRST, {5: "H"})
    assert code_of(refusal) == "closed"
    assert attend(FIRST, {5: "H"}, current=TODAY).kind == "attendance"


@pytest.mark.tampers
@pytest.mark.parametrize(
    ("forgery", "table"),
    [
        ("UPDATE meetings_attendance SET status = 'I' WHERE status = 'A'", "meetings_meeting"),
        (
            "UPDATE meetings_attendance SET status = 'A' WHERE member_id = (SELECT id FROM groups_member WHERE no = 5)",
            "meetings_meeting",
        ),
        ("UPDATE meetings_correction SET reason = 'lain'", "meetings_correction"),
        ("UPDATE meetings_correction SET meeting_id = (SELECT max(id) FROM meetings_meeting)", "meetings_correction"),
        ("DELETE FROM meetings_reconfirmation; DELETE FROM meetings_correction", "ledger_submission"),
    ],
)
def test_a_forged_correction_of_attendance_is_named(group, forgery, table):  # noqa: F811
    first_meeting(group)
    attend(FIRST, {5: "H", 1: "A"})
    send(group, sheet(SECOND, []))
    assert list(verify.problems([group.book_id])) == []
    by_force(forgery)
    assert table in {one.table for one in verify.problems([group.book_id])}


@pytest.mark.tampers
def test_a_correction_that_starts_from_another_attendance_is_named(group):  # noqa: F811
    first_meeting(group)
    Attendance.objects.filter(member__no=5).update(status="I")  # behind the sheet's back, then sealed over
    attend(FIRST, {5: "H"})
    sentences = [one.sentence for one in verify.problems([group.book_id])]
    assert len(sentences) == 1


def state_of(group):  # noqa: F811
    """Everything a rehearsal might leave behind."""
    book = Book.objects.get(pk=group.book_id)
    rows = [model.objects.count() for model in (Entry, Posting, Submission, Correction, HandOver, Reconfirmation)]
    weeks = list(GroupWeek.objects.filter(group=group).order_by("week_start").values_list("week_start", "at_close"))
    return (
        rows,
        book.last_number,
        book.head_digest,
        weeks,
        list(Attendance.objects.order_by("pk").values_list("status")),
    )


def test_a_rehearsal_shows_balances_and_findings_and_leaves_nothing(group):  # noqa: F811
    first_meeting(group)
    second_meeting(group)
    before = state_of(group)
    seen = effect.rehearse(
        group=group,
        on=SECOND,
        act=lambda: correct(group, SECOND, 5, Row(5, weekly=1_000)),
    )
    assert state_of(group) == before
    assert [(one.who, one.label, one.before, one.after) for one in seen.moved] == [
        ("Anggota 5", "Simpanan wajib", 4_000, 1_000),
        ("", "Kas", 75_250, 72_250),
    ]
    week = [(old.label, old.value, new.value) for old, new in seen.figures if "12" in old.heading][:6]
    # Of ten member-weeks Anggota 5 had covered hers (0,5 for the first, late, 1 for the second); 1.000 covers neither.
    assert week[0][1:] == ("95,0 %", "80,0 %")
    assert week[1][1] == week[1][2]
    correct(group, SECOND, 5, Row(5, weekly=1_000))
    assert GroupWeek.objects.get(group=group, week_start="2026-01-12").at_close["scores"][0] == 0.8
    assert balance(group, "1110") == 72_250


def test_a_rehearsal_passes_on_what_would_be_refused(group):  # noqa: F811
    first_meeting(group)
    before = state_of(group)
    with pytest.raises(ValidationError) as refusal:
        effect.rehearse(group=group, on=FIRST, act=lambda: correct(group, FIRST, 1, Row(1, payments=(Payment(5_000),))))
    assert code_of(refusal) == "no_loan"
    assert state_of(group) == before


def test_an_observer_is_asked_once(group):  # noqa: F811
    first_meeting(group)
    effect.register(findings_around)
    seen = effect.rehearse(group=group, on=FIRST, act=lambda: correct(group, FIRST, 1, Row(1)))
    assert [len(pairs) for _heading, pairs in seen.headings] == [6, 6]


def test_the_list_names_whose_money_moved_and_what_took_its_place(group, django_assert_num_queries):  # noqa: F811
    first_meeting(group)
    second_meeting(group)
    correct(group, FIRST, 4, Row(4))
    correct(group, SECOND, 4, Row(4, weekly=2_000, payments=(Payment(250),)), reason="salah angsuran")
    snack = HandOver.objects.get(entry__kind="expense")
    correct_other_money(hand_over=snack, amount=0, memo="x", reason="tidak jadi", key=uuid4(), by=None, at=AT)
    submissions = list(selectors.corrected_submissions(group))
    with django_assert_num_queries(4):
        lines = selectors.correction_lines(group, submissions)
    told = [[(old and old.cash, new and new.cash) for old, new in line.pairs] for line in lines]
    assert told == [[(-5_000, None)], [(12_250, 2_250)], [(2_000, None)]]
    assert lines[0].members == []
    assert lines[1].old[0].parts == [
        ("Piutang pinjaman anggota", 10_000),
        ("Simpanan wajib", 2_000),
        ("Pendapatan jasa", 250),
    ]
    with django_assert_num_queries(4):
        selectors.correction_lines(group, submissions[:1])


def test_a_resolved_difference_keeps_its_entry(group):  # noqa: F811
    found = short_of(group, 500)
    ended = {"ending": "found", "words": "ketemu", "on": SECOND, "key": uuid4(), "by": None, "at": AT}
    settle_difference(difference=found, **ended)
    with pytest.raises(ValidationError) as refusal:
        settle(found, 0)
    assert code_of(refusal) == "resolved"


def test_money_that_comes_in_beside_the_members_is_shown_by_what_it_was_for(group):  # noqa: F811
    send(group, sheet(FIRST, [Row(1, "H")], income=(OtherMoney(chart.OTHER_INCOME, "Sewa", 10_000),)))
    wrong = HandOver.objects.get(entry__kind="income")
    line = selectors.posted_line(wrong)
    assert (line.code, line.total) == ("4190", 10_000)


def leave(group, no, on):  # noqa: F811
    deed = Deed(key=uuid4(), on=on, by=None, at=AT, decision="Pindah desa", decided_on=on)
    return loans.leave(member=group.members.get(no=no), deed=deed, reason=Leaving.Reason.MOVED)


def test_savings_of_who_left_are_not_corrected_before_her_leaving_is_taken_back(group):  # noqa: F811
    said = Row(1, "H", weekly=5_000, voluntary=2_000, fine=500)
    send(group, sheet(FIRST, [said, Row(2, "H")]))
    leaving = leave(group, 1, SECOND)
    assert leaving.paid_out == 7_000
    before = Posting.objects.count()
    for row in (Row(1, "H", weekly=6_000, voluntary=1_000, fine=500), Row(1, "H", weekly=9_000), Row(1, "H")):
        with pytest.raises(ValidationError) as refusal:
            correct(group, FIRST, 1, row)
        assert code_of(refusal) == "left"
    assert Posting.objects.count() == before
    correct(group, FIRST, 1, replace(said, fine=800))  # a fine is the group's money
    assert balance(group, chart.FINES) == 800
    undo_leaving(leaving=leaving, key=uuid4(), reason="salah catat", by=None, at=AT)
    correct(group, FIRST, 1, Row(1, "H", weekly=9_000, fine=800))
    assert leave(group, 1, SECOND).paid_out == 9_000


def test_a_forgotten_hand_over_of_who_left_is_added_only_when_it_is_no_savings(group):  # noqa: F811
    send(group, sheet(FIRST, [Row(2, "H", weekly=2_000)]))
    leave(group, 2, SECOND)
    leave(group, 1, SECOND)
    with pytest.raises(ValidationError) as refusal:
        add(group, FIRST, Row(1, "H", weekly=1_000))
    assert code_of(refusal) == "left"
    add(group, FIRST, Row(1, "H", fine=1_000))
    assert balance(group, chart.FINES) == 1_000


def paid_out(group, on, no, **more):  # noqa: F811
    said = {"reason": "lupa dicatat", "key": uuid4(), "by": None, "at": AT} | more
    meeting = Meeting.objects.select_related("group").get(group=group, on=on)
    return add_disbursement(meeting=meeting, request=LoanRequest.objects.get(group=group, no=no), **said)


def test_a_forgotten_disbursement_is_written_on_its_day(group):  # noqa: F811
    """Anggota 2 asked for 50.000, approved, and got it on the 7th; the sheet did not say so."""
    request = ask(group, 2, amount=50_000, on=FIRST)
    loans.decide(request=request, approve=True, decision="Setuju", on=FIRST, in_meeting=True)
    ask(group, 3, amount=10_000, on=SECOND)
    send(group, sheet(FIRST, [Row(no, "H", weekly=2_000) for no in (1, 2, 3, 4, 5)]))
    key = uuid4()
    (entry,) = paid_out(group, FIRST, 1, key=key)
    assert paid_out(group, FIRST, 1, key=key) == [entry]
    assert (entry.on, entry.kind, entry.hand_over.meeting.on, entry.hand_over.member.no) == (
        FIRST,
        "disbursement",
        FIRST,
        2,
    )
    assert (balance(group, "1110"), balance(group, "1210", 2, 1)) == (110_000, 50_000)
    (owed,) = loan_selectors.open_loans(group)
    assert (owed.loan.disbursed_on, owed.loan.request_id, len(owed.rows)) == (FIRST, request.pk, 10)
    request.refresh_from_db()
    assert (request.status, request.decision) == ("disbursed", "Setuju")
    made = Correction.objects.get()
    assert (made.kind, list(made.reconfirmations.values_list("member__no", flat=True))) == ("disbursement", [2])
    book = selectors.posted_sheet(Meeting.objects.get(on=FIRST))
    assert [(line.member.no, line.total) for line in book.disbursements] == [(2, -50_000)]
    (line,) = selectors.correction_lines(group, list(selectors.corrected_submissions(group)))
    assert [(old, new.cash) for old, new in line.pairs] == [(None, -50_000)]
    for no, code in ((1, "decided"), (2, "asked_later")):
        with pytest.raises(ValidationError) as refusal:
            paid_out(group, FIRST, no)
        assert code_of(refusal) == code


def test_a_forgotten_disbursement_of_a_closed_day_is_dated_now_and_needs_its_cash(group):  # noqa: F811
    ask(group, 2, amount=50_000, on=FIRST)
    ask(group, 3, amount=200_000, on=FIRST)
    send(group, sheet(FIRST, [Row(no, "H", weekly=2_000) for no in (1, 2, 3, 4, 5)]))
    close_through(book=group.book, on=date(2026, 1, 31))
    for said, code in (({}, "closed"), ({"reason": " "}, "reason_required")):
        with pytest.raises(ValidationError) as refusal:
            paid_out(group, FIRST, 1, **said)
        assert code_of(refusal) == code
    (entry,) = paid_out(group, FIRST, 1, current=TODAY)
    loan = loan_selectors.open_loans(group)[0].loan
    assert (entry.on, loan.disbursed_on, loan.request.decided_on) == (TODAY, TODAY, TODAY)
    book = selectors.posted_sheet(Meeting.objects.get(on=FIRST))
    assert ([one.total for one in book.later], book.disbursements) == ([-50_000], [])
    with pytest.raises(ValidationError) as short:
        paid_out(group, FIRST, 2, current=TODAY)
    assert code_of(short) == "below_zero"
    assert not Entry.objects.filter(number__gt=entry.number).exists()
