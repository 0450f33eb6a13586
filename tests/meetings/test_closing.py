"""A month closes when its weeks are in, the cash agrees and the book is clean; what was closed stays as it was."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from groups.models import Holiday
from ledger import verify
from ledger.announce import one_announcement
from ledger.models import Account, Closing
from ledger.services import Draft, Leg, balance_on, close, post
from meetings.closing import check_month, month_to_close
from meetings.services import close_month, correct_hand_over, own_difference, post_sheet
from meetings.sheet import CashCount, OtherMoney, Row, Sheet
from savings.terms import agree_terms
from tests.books import old_sheet
from tests.factories import GroupFactory, coordinator, treasurer

pytestmark = pytest.mark.django_db

AT = datetime(2026, 2, 1, 2, 0, tzinfo=UTC)
JANUARY = date(2026, 1, 1)
WEDNESDAYS = (date(2026, 1, 7), date(2026, 1, 14), date(2026, 1, 21), date(2026, 1, 28))


@pytest.fixture
@one_announcement()
def group():
    """Three members, wajib 2.000; the books begin on Monday 5 January with 100.000."""
    group = GroupFactory(code="KSM-MAWAR", members=3)
    agree_terms(group=group, from_on=group.start_on, weekly=2_000, principal=0)
    opening = Draft(group.start_on, "opening", (Leg("1110", 100_000), Leg("3210", -100_000)), "Saldo awal")
    post(book=group.book, key=uuid4(), content={"opening": 1}, drafts=[opening], by=None, at=AT)
    return group


def meet(group, on, counted=None, **more):
    rows = tuple(Row(no, "H", weekly=2_000) for no in (1, 2, 3))
    count = CashCount(counted, reason="Kembalian keliru", owner_no=1)
    return post_sheet(group=group, key=uuid4(), sheet=Sheet(on, rows, count=count, **more), by=None, at=AT)


def codes(refused):
    return [error.code for error in refused.value.error_list]


def test_it_says_which_weeks_are_missing_and_closes_once_they_are_in(group):
    meet(group, WEDNESDAYS[0], 106_000)
    meet(group, WEDNESDAYS[3], 112_000)
    Holiday.objects.create(group=group, week_start=date(2026, 1, 12), reason="Lebaran", declared_on=JANUARY)
    with pytest.raises(ValidationError) as refused:
        close_month(group=group, month=JANUARY, by=None, at=AT)
    assert codes(refused) == ["weeks_missing"]
    assert "21-01-2026" in str(refused.value)
    found = check_month(group, group.book, JANUARY, date(2026, 2, 1))
    assert (found.missing, found.weeks, found.opening, found.closing) == ([WEDNESDAYS[2]], 3, 0, 112_000)
    post_sheet(
        group=group,
        key=uuid4(),
        sheet=Sheet(date(2026, 1, 23), tuple(Row(no, "A") for no in (1, 2, 3))),
        by=None,
        at=AT,
    )
    wati = treasurer(group)
    done = close_month(group=group, month=date(2026, 1, 31), by=wati, at=AT)
    group.book.refresh_from_db()
    assert (done.through, done.cash, done.bank, done.closed_by) == (date(2026, 1, 31), 112_000, 0, wati)
    assert (done.last_number, done.head_digest) == (group.book.last_number, group.book.head_digest)
    assert close_month(group=group, month=JANUARY, by=None, at=AT) == done, "a second touch closes nothing more"
    with pytest.raises(ValidationError) as late:
        meet(group, date(2026, 1, 30))
    assert codes(late) == ["closed"]


def test_a_month_is_closed_after_it_is_over_and_after_the_one_before(group):
    for on in WEDNESDAYS:
        meet(group, on)
    with pytest.raises(ValidationError) as early:
        close_month(group=group, month=JANUARY, by=None, at=datetime(2026, 1, 31, 16, 59, tzinfo=UTC))
    assert codes(early) == ["not_over", "cash"], "31 January, 23.59 WIB; and nobody counted the box"
    with pytest.raises(ValidationError) as skipped:
        close_month(group=group, month=date(2026, 2, 1), by=None, at=AT)
    assert codes(skipped) == ["not_next"]


def test_a_correction_after_the_count_is_seen_and_a_difference_needs_an_owner(group):
    for on in WEDNESDAYS[:3]:
        meet(group, on)
    rows = tuple(Row(no, "H", weekly=2_000) for no in (1, 2, 3))
    old = Sheet(WEDNESDAYS[3], rows, count=CashCount(123_500, reason="Kembalian keliru"))  # an old book names no owner
    key = old_sheet(group, old.on, AT)
    last = post_sheet(group=group, key=key, sheet=old, by=None, at=AT, imported=True)

    found = check_month(group, group.book, JANUARY, date(2026, 2, 1))
    assert (found.cash.counted, found.cash.book, found.cash.open_item) == (123_500, 123_500, last.cash_difference)
    with pytest.raises(ValidationError) as ownerless:
        close_month(group=group, month=JANUARY, by=None, at=AT)
    assert codes(ownerless) == ["cash"]
    owner = {"owner": group.members.get(no=2), "key": uuid4(), "by": None, "at": AT}
    own_difference(difference=last.cash_difference, **owner)
    wrong = last.hand_overs.get(member__no=1)
    correct_hand_over(hand_over=wrong, row=Row(1, weekly=1_000), reason="Salah tulis", key=uuid4(), by=None, at=AT)
    found = check_month(group, group.book, JANUARY, date(2026, 2, 1))
    assert (found.cash.counted, found.cash.book, found.ready) == (123_500, 122_500, False)
    right = last.hand_overs.get(member__no=1, entry__reversed_by=None)
    correct_hand_over(hand_over=right, row=Row(1, weekly=2_000), reason="Benar", key=uuid4(), by=None, at=AT)
    # Money to the bank on the same day, after the count, changes nothing of what was counted.
    bank = Draft(WEDNESDAYS[3], "bank", (Leg("1120", 20_000), Leg("1110", -20_000)))
    post(book=group.book, key=uuid4(), content={}, drafts=[bank], by=None, at=AT)
    done = close_month(group=group, month=JANUARY, by=None, at=AT)
    assert (done.cash, done.bank) == (103_500, 20_000)


def test_the_opening_balance_is_the_previous_closing_whatever_follows(group):
    for on in WEDNESDAYS:
        meet(group, on, 100_000 + 6_000 * (WEDNESDAYS.index(on) + 1))
    done = close_month(group=group, month=JANUARY, by=None, at=AT)
    through = {a.pk: a.balance for a in Account.objects.filter(book=group.book)}
    meet(group, date(2026, 2, 4), 129_000, income=(OtherMoney("3210", "Hibah", 1_000),))
    assert month_to_close(group, type(group.book).objects.get(pk=group.book_id)) == date(2026, 2, 1)
    found = check_month(group, group.book, date(2026, 2, 1), date(2026, 3, 1))
    assert (found.opening, found.closing) == (done.cash, 129_000) == (124_000, 129_000)
    for account in Account.objects.filter(book=group.book, pk__in=through):
        later = sum(p.amount for p in account.postings.filter(on__gt=done.through))
        assert account.balance - later == through[account.pk]
    assert balance_on(book=group.book, code="1120", on=done.through) == 0
    assert balance_on(book=group.book, code="1110", on=done.through) == 124_000


def test_weeks_of_an_old_book_are_taken_as_told_and_a_month_without_meetings_agrees(group):
    sheet = Sheet(WEDNESDAYS[2], tuple(Row(no, "H") for no in (1, 2, 3)))
    key = old_sheet(group, sheet.on, AT)
    post_sheet(group=group, key=key, sheet=sheet, by=None, at=AT, imported=True)
    found = check_month(group, group.book, JANUARY, date(2026, 2, 1))
    assert (found.missing, found.weeks) == ([WEDNESDAYS[3]], 1)
    assert not found.cash.agrees
    quiet = check_month(group, group.book, date(2026, 2, 1), date(2026, 3, 1))
    assert quiet.cash.agrees
    assert not quiet.ready


def test_a_closing_is_never_changed_and_closes_a_day_once(group):
    done = close(book=group.book, on=date(2026, 1, 6), by=None, at=AT)
    with pytest.raises(ValidationError):
        close(book=group.book, on=date(2026, 1, 6), by=None, at=AT)
    with pytest.raises(DatabaseError), transaction.atomic():
        Closing.objects.filter(pk=done.pk).update(cash=1)
    with pytest.raises(DatabaseError), transaction.atomic():
        done.delete()


@pytest.mark.tampers
def test_what_a_forged_closing_says_is_found_and_the_month_stays_open(group):
    meet(group, WEDNESDAYS[0], 106_000)
    done = close(book=group.book, on=date(2026, 1, 7), by=None, at=AT)
    assert list(verify.problems([group.book_id])) == []
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE ledger_closing SET cash = 1, head_digest = repeat('0', 64) WHERE id = %s", [done.pk])
        cursor.execute("UPDATE ledger_book SET closed_through = NULL WHERE id = %s", [group.book_id])
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
    said = [p.sentence for p in verify.problems([group.book_id])]
    assert len(said) == 4
    assert "Rp106.000" in said[0]
    for on in WEDNESDAYS[1:]:
        meet(group, on, 106_000 + 6_000 * WEDNESDAYS.index(on))
    with pytest.raises(ValidationError) as refused:
        close_month(group=group, month=JANUARY, by=None, at=AT)
    assert codes(refused) == ["books"]
    # The page opens without verifying, which takes seconds for a book of many years; it does when asked.
    place, client = reverse("closing", args=[group.code]), Client()
    client.force_login(treasurer(group))
    assert client.get(place).context["check"].problems is None
    assert [one.sentence for one in client.get(place, {"verify": "1"}).context["check"].problems] == said
    assert client.get(place, {"verify": "x\0"}).status_code == 200


def test_the_treasurer_closes_from_the_list_and_others_only_look(client, group):
    for on in WEDNESDAYS[:3]:
        meet(group, on)
    group.bkm.refresh_from_db()
    client.force_login(treasurer(group))
    url = f"/g/{group.code}/closing/"
    page = client.get(url).content.decode()
    assert "Rabu 28 Januari" in page
    assert f'href="{url}close/"' not in page
    assert client.get(f"{url}close/")["Location"] == url, "nothing to confirm while something is missing"
    refused = client.post(f"{url}close/", {"month": "2026-01-01"})
    assert refused.status_code == 422
    assert "28-01-2026" in refused.content.decode()
    assert client.post(f"{url}close/", {"month": "x"}).status_code == 302
    meet(group, WEDNESDAYS[3], 124_000)
    assert f'href="{url}close/"' in client.get(url).content.decode()
    confirm = client.get(f"{url}close/").content.decode()
    number = type(group.book).objects.get(pk=group.book_id).last_number
    for told in ("4 lembar", f"nomor {number}", "Rp124.000", "Tutup Januari 2026 untuk seterusnya</button>"):
        assert told in confirm
    assert not Closing.objects.exists()
    assert client.post(f"{url}close/", {"month": "2026-01-01"}).status_code == 302
    assert Closing.objects.get().cash == 124_000
    client.force_login(coordinator(group.bkm))
    assert "Rp124.000" in client.get(url).content.decode()
