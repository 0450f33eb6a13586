"""The day of a group is the day where it lives: at 23 o'clock in Java it is tomorrow in Papua."""

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from groups import clock
from groups.models import Appointment
from tests.factories import AppointmentFactory, GroupFactory

pytestmark = pytest.mark.django_db

LATE = datetime(2026, 1, 7, 16, 0, tzinfo=UTC)  # 23.00 WIB, 00.00 WITA, 01.00 WIT
TODAY = {"WIB": date(2026, 1, 7), "WITA": date(2026, 1, 8), "WIT": date(2026, 1, 8)}


@pytest.fixture(autouse=True)
def late(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: LATE)


@pytest.mark.parametrize("zone", TODAY)
def test_a_group_has_the_date_and_the_hour_of_its_place(zone):
    group = GroupFactory(timezone=zone)
    assert clock.today(group) == TODAY[zone] == clock.today_by_zone()[zone]
    assert clock.local(LATE, group).strftime("%d %H") == {"WIB": "07 23", "WITA": "08 00", "WIT": "08 01"}[zone]
    assert clock.today() == TODAY["WIB"]


@pytest.mark.parametrize("zone", TODAY)
def test_a_gate_opens_when_the_day_begins_where_the_group_lives(client, zone):
    group = GroupFactory(timezone=zone)
    client.force_login(AppointmentFactory(role=Appointment.Role.SECRETARY, group=group, from_on=date(2026, 1, 8)).user)
    answer = client.get(reverse("group_health", args=[group.code]))
    assert answer.status_code == (404 if zone == "WIB" else 200)
