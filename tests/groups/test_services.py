"""Writing down who is who: numbers, codes, dates, offices, holidays and roles, and what each tells the five rules."""

from collections.abc import Iterator
from datetime import date, datetime
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError

from groups import services
from groups.models import Appointment, Bkm, Group, Holiday, Member, Programme
from ledger import services as ledger
from ledger.announce import book_changed
from ledger.models import Book
from tests import factories
from tests.factories import START

pytestmark = pytest.mark.django_db

AT = datetime(2026, 1, 7, 15, 0, tzinfo=ZoneInfo("Asia/Jakarta"))


@pytest.fixture
def told() -> Iterator[list[tuple[int, date]]]:
    """What was announced: book and first day."""
    heard: list[tuple[int, date]] = []

    def listen(book_id: int, from_on: date, **_rest: object) -> None:
        heard.append((book_id, from_on))

    book_changed.connect(listen)
    yield heard
    book_changed.disconnect(listen)


def refused(verb, *fields, **arguments) -> ValidationError:
    with pytest.raises(ValidationError) as refusal:
        verb(**arguments)
    assert set(getattr(refusal.value, "error_dict", {})) == set(fields)
    return refusal.value


def save_wajib(group: Group, no: int, on: date, amount: int = 2000) -> None:
    legs = (ledger.Leg("1110", amount), ledger.Leg("2110", -amount, no))
    draft = ledger.Draft(on=on, kind="deposit", legs=legs)
    ledger.post(book=group.book, key=uuid4(), content={}, drafts=[draft], by=None, at=AT)


# Bodies


def test_a_bkm_its_upk_and_its_groups_come_with_books():
    bkm = services.create_bkm(name="Guyub Rukun", region="35.73.04.1004")
    assert bkm.code == "BKM-GUYUB-RUKUN"
    unit = services.open_upk(bkm=bkm, name="UPK Guyub Rukun")
    assert unit.book.kind == Book.Kind.UPK
    assert refused(services.open_upk, bkm=bkm, name="Lagi").code == "upk_exists"
    services.rename_upk(upk=unit, name="UPK Guyub")
    unit.book.refresh_from_db()
    assert unit.book.name == "UPK Guyub"
    group = services.create_group(bkm=bkm, name="Mawar", start_on=START)
    assert (group.code, group.book.kind, group.book.last_number) == ("KSM-MAWAR", Book.Kind.GROUP, 0)


def test_codes_are_made_from_names_and_stay_unique():
    made = [factories.GroupFactory(code="", name=name).code for name in ("Mawar", "KSM Mawar", "mawar", "Ra'as Ibu É")]
    assert made == ["KSM-MAWAR", "KSM-MAWAR-2", "KSM-MAWAR-3", "KSM-RAAS-IBU-E"]
    assert len(services.suggest_code("kata " * 40, kind=Group)) <= 24
    assert services.suggest_code("‘—’", kind=Bkm, prefix="BKM") == "BKM"
    refused(services.create_bkm, "code", name="Lain", code=factories.BkmFactory().code)
    refused(services.create_bkm, "code", name="Lain", code="kecil")


def test_programmes_end_after_they_start():
    programme = services.create_programme(name="GRD", starts_on=date(2016, 5, 1), ends_on=date(2018, 1, 31))
    assert programme.code == "PROG-GRD"
    refused(
        services.update_programme,
        "ends_on",
        programme=programme,
        name="GRD",
        starts_on=date(2016, 5, 1),
        ends_on=date(2016, 4, 30),
    )
    assert Programme.objects.get().ends_on == date(2018, 1, 31)


def test_correcting_a_group_tells_the_rules_from_the_first_day_it_matters(told):
    group = factories.GroupFactory(members=1)
    told.clear()
    services.update_group(group=group, name="Melati", place="Balai RW")
    assert told == []
    group.book.refresh_from_db()
    assert group.book.name == "Melati"
    services.update_group(group=group, start_on=date(2025, 12, 29))
    services.update_group(group=group, end_on=date(2026, 3, 2))
    services.update_group(group=group, timezone="WIT")
    assert told == [(group.book_id, day) for day in (date(2025, 12, 29), date(2026, 3, 2), date(2025, 12, 29))]
    refused(services.update_group, "end_on", group=group, end_on=group.start_on)
    with pytest.raises(TypeError):
        services.update_group(group=group, code="KSM-LAIN")


def test_a_group_cannot_begin_after_its_first_entry():
    group = factories.GroupFactory(members=1)
    save_wajib(group, 1, date(2026, 1, 7))
    refused(services.update_group, "start_on", group=group, start_on=date(2026, 1, 8))
    group.refresh_from_db()
    services.update_group(group=group, start_on=date(2026, 1, 7))
    assert Group.objects.get(pk=group.pk).start_on == date(2026, 1, 7)


# Members


def test_members_are_numbered_in_order_and_numbers_are_never_used_twice(told):
    group = factories.GroupFactory()
    services.add_members(group=group, names=["Sari", "Julaika", "Syawiyah"], joined_on=START)
    fourth = services.add_member(group=group, name="Endang", joined_on=date(2026, 2, 4))
    assert list(group.members.values_list("no", "name")) == [
        (1, "Sari"),
        (2, "Julaika"),
        (3, "Syawiyah"),
        (4, "Endang"),
    ]
    assert told == [(group.book_id, START), (group.book_id, date(2026, 2, 4))]
    services.update_member(member=fourth, left_on=date(2026, 2, 18))
    assert services.add_member(group=group, name="Siti", joined_on=START).no == 5
    refused(services.add_member, "__all__", group=group, name="Dua", joined_on=START, no=5)


def test_a_member_leaves_comes_back_and_joined_when_she_joined(told):
    group = factories.GroupFactory(members=2)
    member = group.members.get(no=1)
    save_wajib(group, 1, date(2026, 1, 7))
    told.clear()
    services.update_member(member=member, left_on=date(2026, 2, 18))
    assert not member.is_active_on(date(2026, 2, 18))
    assert member.is_active_on(date(2026, 2, 17))
    services.update_member(member=member, left_on=None)
    assert told == [(group.book_id, date(2026, 2, 18))] * 2
    refused(services.update_member, "left_on", member=member, left_on=date(2025, 12, 31))
    member.refresh_from_db()
    refused(services.update_member, "joined_on", member=member, joined_on=date(2026, 1, 8))
    member.refresh_from_db()
    assert (member.joined_on, member.left_on) == (START, None)
    services.update_member(member=member, name="Sari Dewi", joined_on=date(2026, 1, 7))
    assert told[-1] == (group.book_id, START)


# Holidays


def test_a_week_off_is_declared_before_it_begins_and_told_to_every_group(told):
    bkm = factories.BkmFactory()
    books = sorted(factories.GroupFactory(bkm=bkm).book_id for _again in range(3))
    factories.GroupFactory()
    monday = date(2026, 3, 16)
    holiday = services.declare_holiday(
        bkm=bkm, week_start=date(2026, 3, 20), reason="Lebaran", declared_on=date(2026, 3, 15)
    )
    assert holiday.week_start == monday
    assert sorted(told) == [(book, monday) for book in books]
    refused(
        services.declare_holiday, "week_start", bkm=bkm, week_start=monday, reason="Lagi", declared_on=date(2026, 3, 1)
    )
    refused(
        services.declare_holiday,
        "week_start",
        bkm=bkm,
        week_start=date(2026, 3, 29),
        reason="x",
        declared_on=date(2026, 3, 23),
    )
    assert refused(services.cancel_holiday, holiday=holiday, on=monday).code == "late"
    told.clear()
    services.cancel_holiday(holiday=holiday, on=date(2026, 3, 15))
    assert sorted(told) == [(book, monday) for book in books]
    assert not Holiday.objects.exists()


# Who acts for whom


def test_a_role_is_held_once_at_a_time_and_ends():
    group = factories.GroupFactory()
    user = factories.UserFactory()
    role = services.appoint(user=user, role="treasurer", from_on=START, group=group)
    assert (
        refused(services.appoint, user=user, role="treasurer", from_on=date(2026, 2, 1), group=group).code
        == "appointed"
    )
    refused(services.end_appointment, "to_on", appointment=role, to_on=date(2026, 1, 4))
    services.end_appointment(appointment=role, to_on=date(2026, 2, 2))
    assert refused(services.end_appointment, appointment=role, to_on=date(2026, 2, 3)).code == "ended"
    assert services.appoint(user=user, role="treasurer", from_on=date(2026, 2, 2), group=group)
    held = Appointment.objects.held_by(user, date(2026, 2, 2))
    assert [each.from_on for each in held] == [date(2026, 2, 2)]


@pytest.mark.parametrize("role", [role for role in Appointment.Role if role != Appointment.Role.AUDITOR])
def test_nobody_audits_the_books_she_keeps(role):
    """Neither way round, in a board and its groups; elsewhere, before and after she may."""
    mawar = factories.GroupFactory(name="Mawar", bkm=factories.BkmFactory(name="Guyub Rukun"))
    bkm, user = mawar.bkm, factories.UserFactory()
    body = {"group": mawar} if role in Appointment.GROUP_ROLES else {"bkm": bkm}
    keeps = services.appoint(user=user, role=role, from_on=START, **body)
    audit = {"user": user, "role": "auditor", "from_on": date(2026, 2, 2)}
    refused(services.appoint, "role", **audit, bkm=bkm)
    services.appoint(**audit, bkm=factories.BkmFactory())
    services.end_appointment(appointment=keeps, to_on=date(2026, 2, 2))
    audits = services.appoint(**audit, bkm=bkm)
    again = {"user": user, "role": role, **body}
    refused(services.appoint, "role", **again, from_on=date(2026, 3, 2))
    longer = {"from_on": START, "to_on": date(2026, 2, 3)}
    refused(services.change_appointment, "role", appointment=keeps, **longer)
    services.end_appointment(appointment=audits, to_on=date(2026, 3, 2))
    assert services.appoint(**again, from_on=date(2026, 3, 2))


def test_days_on_which_one_kept_and_audited_are_put_right_bit_by_bit():
    """Two roles from before the rule: either may be made shorter while they still overlap, neither longer."""
    group, user = factories.GroupFactory(), factories.UserFactory()
    keeps = factories.AppointmentFactory(user=user, group=group, bkm=None, role="treasurer", from_on=START)
    Appointment.objects.create(user=user, bkm=group.bkm, role="auditor", from_on=START)
    services.change_appointment(appointment=keeps, from_on=date(2026, 1, 12), to_on=date(2026, 3, 2))
    refused(services.change_appointment, "role", appointment=keeps, from_on=START, to_on=date(2026, 3, 2))


def test_a_role_fits_its_body_and_is_no_administrator_s():
    group = factories.GroupFactory()
    user = factories.UserFactory()
    refused(services.appoint, "__all__", user=user, role="coordinator", from_on=START, group=group)
    refused(services.appoint, "role", user=user, role="pharaoh", from_on=START, group=group)
    administrator = factories.AdministratorFactory()
    assert (
        refused(services.appoint, user=administrator, role="chair", from_on=START, group=group).code == "administrator"
    )


def test_a_coordinator_gives_new_passwords_only_where_no_other_door_opens():
    bkm = factories.BkmFactory()
    group = factories.GroupFactory(bkm=bkm)
    boss = factories.coordinator(bkm)
    mine = factories.treasurer(group)
    today = date(2026, 2, 4)
    assert services.may_reset_password(user=mine, by=boss, on=today, group=group)
    assert services.may_reset_password(user=mine, by=boss, on=today, bkm=bkm)
    assert not services.may_reset_password(user=boss, by=boss, on=today, bkm=bkm), (
        "her own she changes with the old one"
    )
    elsewhere = factories.AppointmentFactory(user=mine, bkm=factories.BkmFactory(), role="facilitator")
    before = mine.password
    refusal = refused(services.reset_password, user=mine, by=boss, on=today, group=group)
    assert refusal.code == "acts_elsewhere"
    mine.refresh_from_db()
    assert mine.password == before
    services.end_appointment(appointment=elsewhere, to_on=date(2026, 2, 4))
    password = services.reset_password(user=mine, by=boss, on=today, group=group)
    assert mine.check_password(password)
    administrator = factories.AdministratorFactory()
    assert not services.may_reset_password(user=administrator, by=boss, on=today, bkm=bkm)
    assert services.may_reset_password(user=boss, by=administrator, on=today, bkm=bkm)
    assert Member.objects.count() == 0
