"""What every amount of a statement opens to: one entry, whole, with what was done to it since."""

from copy import deepcopy

import pytest
from django.test import Client
from django.urls import reverse

from groups.models import Appointment
from ledger import chart, kinds
from ledger.models import Entry
from ledger.services import Draft, Leg, post
from reports.statements.entry import entry_page
from reports.statements.keeper import Keeper
from reports.statements.words import kind_name
from tests.factories import AppointmentFactory, BkmFactory, UpkFactory, treasurer
from tests.reports.village import FIRST, SECOND, at, correct_sari, first_meeting, mawar, second_meeting

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def group_of_the_file(whole_file):
    group = mawar()
    first_meeting(group)
    second_meeting(group)
    correct_sari(group)
    group.refresh_from_db()
    return group


@pytest.fixture
def group(group_of_the_file):
    return deepcopy(group_of_the_file)


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(group, number):
    return entry_page(Keeper(group.book, str(group), group.code, group=group), number)


def number_of(group, kind, member=None, **fields) -> int:
    found = Entry.objects.filter(book=group.book, kind=kind, **fields)
    return (found.filter(hand_over__member__name=member) if member else found).order_by("number")[0].number


def test_an_entry_shows_its_two_sides_and_whose_they_are(group):
    found = page(group, number_of(group, "handover", "Julaika", on=SECOND))
    assert [(side.account, side.debit, side.credit, side.key) for side in found.sides] == [
        ("Kas", 12_250, None, "1110"),
        ("Piutang pinjaman anggota, Julaika, pinjaman 1", None, 10_000, "1210.3.1"),
        ("Simpanan wajib, Julaika", None, 2_000, "2110.3.0"),
        ("Pendapatan jasa, Julaika, pinjaman 1", None, 250, "4110.3.1"),
    ]
    assert found.total == 12_250
    assert found.meeting_on == SECOND
    assert found.correctable


def test_what_was_taken_back_and_what_took_it_back_lead_to_each_other(group):
    wrong = Entry.objects.get(book=group.book, reversed_by__isnull=False)
    reversal = wrong.reversed_by
    assert page(group, wrong.number).reversed_by == reversal
    client = signed_in(treasurer(group))
    first = client.get(reverse("entry", args=[group.code, wrong.number])).content.decode()
    assert f"/entries/{reversal.number}/" in first
    assert "Salah tulis" in first
    assert f"/entries/{wrong.number}/correct/" not in first
    second = client.get(reverse("entry", args=[group.code, reversal.number])).content.decode()
    assert f"/entries/{wrong.number}/" in second
    assert f"/entries/{reversal.number}/correct/" not in second


def test_other_money_and_a_cash_difference_lead_to_their_meeting(group):
    assert page(group, number_of(group, "income")).meeting_on == FIRST
    difference = page(group, number_of(group, "difference"))
    assert difference.meeting_on == SECOND
    assert not difference.correctable


def test_it_takes_the_same_queries_for_one_leg_pair_and_for_many(group, django_assert_num_queries):
    for number in (number_of(group, "income"), number_of(group, "handover", "Julaika", on=SECOND)):
        with django_assert_num_queries(3):
            page(group, number)


def test_a_number_that_is_not_in_the_book_is_no_page(group):
    client = signed_in(treasurer(group))
    assert page(group, group.book.last_number).following is None
    assert page(group, 1).previous is None
    assert client.get(reverse("entry", args=[group.code, group.book.last_number + 1])).status_code == 404


def test_an_entry_of_a_upk_book_is_shown_to_those_who_serve_the_board():
    upk = UpkFactory()
    legs = (Leg(chart.CASH, 1_000_000), Leg(chart.CAPITAL, -1_000_000))
    post(
        book=upk.book,
        key="7b0b6f0c-6b0a-4a39-9d4a-000000000001",
        content={},
        drafts=[Draft(on=FIRST, kind="income", legs=legs, memo="Modal awal")],
        by=None,
        at=at(FIRST),
    )
    address = reverse("upk_book_entry", args=[upk.bkm.code, 1])
    staff = AppointmentFactory(bkm=upk.bkm, role=Appointment.Role.UPK_STAFF).user
    answer = signed_in(staff).get(address)
    assert answer.status_code == 200
    assert "Modal awal" in answer.content.decode()
    upk_less = AppointmentFactory(role=Appointment.Role.COORDINATOR, bkm=BkmFactory())
    assert signed_in(upk_less.user).get(reverse("upk_book_entry", args=[upk_less.bkm.code, 1])).status_code == 404


def test_every_kind_of_entry_is_called_by_a_name_of_its_own():
    """One that nobody named would be shown by its English word."""
    every = {value for name, value in vars(kinds).items() if name.isupper() and isinstance(value, str)}
    assert len(every) > 25
    assert [kind for kind in sorted(every) if kind_name(kind) == kind.replace("_", " ").capitalize()] == []
