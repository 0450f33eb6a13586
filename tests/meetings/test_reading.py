"""Balances read aloud: what was said to them, and objections until they are answered."""

import re
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.urls import reverse
from django.utils.html import strip_tags

from groups import clock
from groups.dates import format_day
from groups.services import add_members
from ledger import verify
from ledger.models import Book
from meetings import selectors
from meetings.models import BalanceReading, HandOver, Objection, Reconfirmation
from meetings.services import (
    Heard,
    answer_objection,
    correct_hand_over,
    hand_objection,
    post_sheet,
    raise_objection,
    record_reading,
)
from meetings.sheet import Payment, Row, Sheet
from tests.factories import GroupFactory, MemberFactory, coordinator, treasurer
from tests.meetings import village
from tests.meetings.test_services import (
    AT,
    FIRST,
    SECOND,
    THIRD,
    correct,
    first_meeting,
    group_of_the_file,  # noqa: F401 (a fixture)
    second_meeting,
    send,
    sheet,
)
from tests.meetings.test_services import group as five  # noqa: F401 (a fixture)
from tests.meetings.test_views import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def group(five):  # noqa: F811 (the fixture)
    """The worked weeks: Julaika (4) owes 90.000, two instalments paid late by nobody."""
    found = five
    first_meeting(found)
    second_meeting(found)
    found.book.refresh_from_db()
    return found


def hear(group, on=SECOND, at=AT, **said):
    """`hear(group, m1="", m2="kurang 5.000")`: no words are agreement."""
    heard = {int(no[1:]): Heard(agreed=not text, objection=text) for no, text in said.items()}
    return record_reading(group=group, on=on, heard=heard, by=None, at=at)


def test_every_member_hears_her_balances(group, django_assert_num_queries):
    with django_assert_num_queries(7):
        found = selectors.reading(group, THIRD, THIRD)
    told = [(one.member.no, one.weekly, one.voluntary, one.outstanding, one.arrears) for one in found.members]
    assert told == [
        (1, 4_000, 0, 0, 0),
        (2, 4_000, 0, 0, 0),
        (3, 4_000, 0, 0, 0),
        (4, 4_000, 0, 90_000, 0),
        (5, 4_000, 0, 0, 0),
    ]
    assert (found.number, found.digest) == (group.book.last_number, group.book.head_digest)
    add_members(group=group, names=["Baru"], joined_on=group.start_on)
    with django_assert_num_queries(7):
        selectors.reading(group, THIRD, THIRD)


def test_what_falls_due_at_the_meeting_is_late_once_its_sheet_is_in_the_book(group):
    """Julaika owes 10.250 every Thursday and has paid the first; the third meeting she lets pass."""
    fourth, eve = date(2026, 1, 29), date(2026, 1, 21)

    def heard(on, today):
        found = selectors.reading(group, on, today)
        return found.late_on, found.members[3].arrears

    assert heard(SECOND, THIRD) == (SECOND, 0)
    for on, today in ((THIRD, THIRD), (THIRD, eve), (fourth, THIRD), (THIRD, fourth)):
        assert heard(on, today) == (min(on, today) - timedelta(days=1), 0)
    assert heard(fourth, fourth) == (date(2026, 1, 28), 10_250)
    send(group, sheet(THIRD, [Row(no, "H", weekly=2_000) for no in range(1, 6)]))
    assert heard(THIRD, THIRD) == (THIRD, 10_250)
    assert heard(fourth, THIRD) == (eve, 0)
    assert heard(fourth, fourth) == (date(2026, 1, 28), 10_250)
    send(group, sheet(fourth, [Row(4, "H", payments=(Payment(15_000),))]))
    assert heard(fourth, fourth) == (fourth, 5_500)


def test_what_was_said_names_the_book_and_answers_what_was_asked(group):
    correct(group, SECOND, 5, Row(5, weekly=3_000))
    correct(group, SECOND, 1, Row(1, weekly=1_000))
    group.book.refresh_from_db()
    said = hear(group, m1="simpanan saya 5.000", m5="")
    assert [(r.member.no, r.agreed, r.number, r.digest) for r in said] == [
        (1, False, group.book.last_number, group.book.head_digest),
        (5, True, group.book.last_number, group.book.head_digest),
    ]
    assert list(Reconfirmation.objects.order_by("member__no").values_list("member__no", "confirmed_on", "agreed")) == [
        (1, SECOND, False),
        (5, SECOND, True),
    ]
    objection = Objection.objects.get()
    assert (objection.no, objection.member.no, objection.text, objection.raised_on) == (
        1,
        1,
        "simpanan saya 5.000",
        SECOND,
    )
    found = selectors.reading(group, SECOND, SECOND)
    assert (found.said, found.agreed) == (2, 1)
    assert found.members[0].objections == [objection]
    assert hear(group, m1="", m2="") != []  # what member 1 said stays said
    assert list(BalanceReading.objects.order_by("member__no").values_list("agreed", flat=True)) == [False, True, True]


def test_a_reading_of_strangers_or_without_words_is_refused_whole(group):
    for said, field in (({"m9": ""}, "m9"), ({"m2": "", "m1": " "}, "m1-text")):
        with pytest.raises(ValidationError) as refusal:
            hear(group, **said)
        assert list(refusal.value.error_dict) == [field]
    assert not BalanceReading.objects.exists()


def test_balances_are_read_at_a_meeting_or_today(group):
    with pytest.raises(ValidationError) as refusal:
        hear(group, on=date(2026, 1, 16), m1="")
    assert refusal.value.code == "no_meeting"
    assert len(hear(group, on=date(2026, 1, 16), at=datetime(2026, 1, 16, 9, 0, tzinfo=UTC), m1="")) == 1


def test_an_answer_is_put_right_the_same_day(group):
    """Another answer, other words, and back: one objection at a time, the re-confirmation follows."""
    that_day = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)
    correct(group, SECOND, 1, Row(1, weekly=1_000))
    hear(group, at=that_day, m1="", m2="kurang")
    book = Book.objects.get(pk=group.book_id)
    for said, answers, texts, agreed in (
        ({"m1": "", "m2": "kurang"}, 0, ["kurang"], True),
        ({"m1": "salah"}, 1, ["kurang", "salah"], False),
        ({"m1": "salah 500"}, 1, ["kurang", "salah 500"], False),
        ({"m1": ""}, 1, ["kurang"], True),
    ):
        assert len(hear(group, at=that_day, **said)) == answers
        open_ones = Objection.objects.filter(answered_on=None).order_by("no")
        assert list(open_ones.values_list("text", flat=True)) == texts
        assert Reconfirmation.objects.get().agreed is agreed
    objection = Objection.objects.get(answered_on=None)
    answer_objection(objection=objection, answer="Dihitung lagi", on=SECOND, by=None)
    for said in ({"m2": ""}, {"m2": "tetap kurang"}, {"m2": ""}, {"m2": "lagi"}):
        assert len(hear(group, at=that_day, **said)) == 1
    said = BalanceReading.objects.get(member__no=2)
    assert (said.agreed, said.number, said.digest) == (False, book.last_number, book.head_digest)
    assert Objection.objects.get(answered_on=None).text == "lagi"


def test_an_objection_has_an_owner_an_age_and_one_answer(group):
    chair = group.members.get(no=3)
    group.members.filter(no=3).update(office="ketua")
    one = raise_objection(group=group, member=group.members.get(no=1), text=" kurang ", on=FIRST, by=None)
    assert (one.no, one.text, one.owner) == (1, "kurang", chair)
    with pytest.raises(ValidationError):
        raise_objection(group=group, member=chair, text=" ", on=FIRST, by=None)
    assert hand_objection(objection=one, owner=group.members.get(no=2)).owner.no == 2
    with pytest.raises(ValidationError) as refusal:
        hand_objection(objection=one, owner=MemberFactory())
    assert "owner" in refusal.value.error_dict
    assert [line.days for line in selectors.objections(SECOND, group=group)] == [7]
    assert [line.days for line in selectors.objections(SECOND, bkm=group.bkm)] == [7]
    for answer, on, code in ((" ", SECOND, "required"), ("ada", date(2026, 1, 7), "before_raised")):
        with pytest.raises(ValidationError) as refusal:
            answer_objection(objection=one, answer=answer, on=on, by=None)
        errors = (
            refusal.value.error_dict["answer"] if hasattr(refusal.value, "error_dict") else refusal.value.error_list
        )
        assert errors[0].code == code
    answer_objection(objection=one, answer="Dicari, ketemu", on=SECOND, by=None)
    for act in (
        lambda: answer_objection(objection=one, answer="lagi", on=SECOND, by=None),
        lambda: hand_objection(objection=one, owner=chair),
    ):
        with pytest.raises(ValidationError) as refusal:
            act()
        assert refusal.value.code == "answered"
    assert [line.days for line in selectors.objections(date(2026, 2, 1), group=group)] == [7]
    assert selectors.objections(date(2026, 2, 1), bkm=group.bkm) == []
    assert raise_objection(group=group, member=chair, text="x", on=SECOND, by=None).no == 2


@pytest.mark.tampers
@pytest.mark.parametrize("forgery", ["digest = repeat('a', 64)", "number = number - 1"])
def test_a_reading_of_another_book_is_named(group, forgery):
    hear(group, m1="")
    assert list(verify.problems([group.book_id])) == []
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE meetings_balancereading SET {forgery}")
    assert [one.table for one in verify.problems([group.book_id])] == ["meetings_balancereading"]


def test_a_reading_of_an_empty_book_is_one_too():
    empty = GroupFactory(members=1)
    hear(empty, on=AT.date(), m1="")
    assert list(verify.problems([empty.book_id])) == []


# The screens


@pytest.fixture
def mawar():
    return village.mawar()


def test_a_treasurer_reads_writes_down_and_answers(mawar):
    wati, today = signed_in(treasurer(mawar)), village.today()
    hand_over = HandOver.objects.get(member__no=1, meeting__group=mawar)
    correct_hand_over(hand_over=hand_over, row=Row(1, weekly=6_000), reason="salah tulis", key=uuid4(), by=None, at=AT)
    home = wati.get(reverse("group_home", args=[mawar.code])).content.decode()
    assert "1 koreksi perlu ditegaskan anggota" in home
    place = reverse("balances", args=[mawar.code, today])
    page = wati.get(place).content.decode()
    assert "Rp6.000" in page
    assert "salah tulis" in page
    record = reverse("balances_record", args=[mawar.code, today])
    refused = wati.post(record, {"m1": "no", "m1-text": "", "m2": "yes"})
    assert refused.status_code == 422
    assert [one["id"] for one in refused.context["errors"]] == ["m1-text"]
    assert wati.post(record, {"m1": "no", "m1-text": "seharusnya 7.000", "m2": "yes"}).url == place
    assert "Rp6.000" in wati.get(place).content.decode()
    assert wati.post(record, {"m2": "no", "m2-text": "kurang"}).url == place
    assert wati.post(record, {"m2": "yes"}).url == place
    old = reverse("balances", args=[mawar.code, today - timedelta(days=1)])
    assert wati.get(old).context["may_record"] is False
    assert wati.post(f"{old}record/", {"m3": "yes"}).status_code == 422
    assert wati.post(record, {"m1": "yes", "m1-text": "x" * 301}).status_code == 422
    assert wati.get(reverse("balances", args=[mawar.code, date(2001, 1, 1)])).status_code == 404
    home = wati.get(reverse("group_home", args=[mawar.code])).content.decode()
    assert "1 keberatan belum dijawab" in home
    assert "sejak hari ini" in home
    assert "perlu ditegaskan" not in home
    hadi = signed_in(coordinator(mawar.bkm))
    assert "seharusnya 7.000" in hadi.get(reverse("bkm_objections", args=[mawar.bkm.code])).content.decode()
    assert hadi.post(record, {"m3": "yes"}).status_code == 403
    answer = reverse("objection_answer", args=[mawar.code, 1])
    assert wati.post(answer, {"answer": ""}).status_code == 422
    owner = reverse("objection_owner", args=[mawar.code, 1])
    assert wati.post(owner, {"owner": "99"}).status_code == 422
    assert wati.post(owner, {"owner": "2"}).status_code == 302
    assert wati.post(answer, {"answer": "Sudah benar 6.000"}).status_code == 302
    assert wati.get(answer).status_code == 404
    told = wati.get(reverse("objections", args=[mawar.code])).content.decode()
    assert "Sudah benar 6.000" in told
    assert "pada hari yang sama" in told
    assert "0 hari" not in told
    fresh = reverse("objection_new", args=[mawar.code])
    assert wati.post(fresh, {"member": "3", "text": ""}).status_code == 422
    assert wati.post(fresh, {"member": "3", "text": "jasa terlalu besar"}).status_code == 302
    assert list(Objection.objects.values_list("no", "owner__name")) == [(1, "Wati"), (2, "Sari"), (3, "Sari")]


def test_screen_and_paper_tell_the_arrears_that_the_reading_names_the_book_of(mawar):
    """Julaika's first instalment falls due today: at the meeting nobody tells her that she is late."""
    wati, today = signed_in(treasurer(mawar)), village.today()
    screen, paper = (reverse(name, args=[mawar.code, today]) for name in ("balances", "paper_balances"))
    julaika = mawar.members.get(no=3)

    def told(address):
        return re.sub(r"\s+", " ", strip_tags(wati.get(address).content.decode()))

    def until(day):
        return f"Tunggakan: yang jatuh tempo sampai {format_day(day)} dan belum dibayar."

    assert "Julaika" in told(screen)
    for address in (screen, paper):
        assert until(today - timedelta(days=1)) in told(address)
        assert "Rp100.000" in told(address)
        assert "tunggakan Rp" not in told(address)
    heard = {no: Heard(agreed=True) for no in (1, 3)}
    record_reading(group=mawar, on=today, heard={3: heard[3]}, by=None, at=clock.now())
    posted = Sheet(on=today, rows=tuple(Row(no, "H", weekly=5_000) for no in range(1, 6)))
    meeting = post_sheet(group=mawar, key=uuid4(), sheet=posted, by=None, at=clock.now())
    for address in (screen, paper):
        assert until(today) in told(address)
        assert told(address).count("tunggakan Rp10.250") == 1
    record_reading(group=mawar, on=today, heard={1: heard[1]}, by=None, at=clock.now())
    before, after = (BalanceReading.objects.get(member=one).number for one in (julaika, mawar.members.get(no=1)))
    # which of the two days a member heard follows from the last entry that her reading names
    assert before == meeting.submission.first_number - 1
    assert after == meeting.submission.last_number
