"""smoke"""
import pytest
from django.urls import reverse
from groups.models import Appointment
from tests.factories import AppointmentFactory
from tests.reports import village

pytestmark = pytest.mark.django_db

def test_smoke(client):
    group = village.mawar()
    village.first_meeting(group); village.second_meeting(group); village.correct_sari(group)
    user = AppointmentFactory(bkm=group.bkm, role="facilitator").user
    client.force_login(user)
    for u in ["", "attendance/2026-02-11/", "sheet/2026-02-11/", "posted/2026-01-14/","minutes/2026-01-07/","receipt/2026-01-14/","kwitansi/2026-01-14/","kwitansi/entry/8/","kwitansi/entry/6/"]:
        r = client.get("/g/KSM-MAWAR/papers/"+u)
        assert r.status_code == 200, u
    for u in ["", "attendance/2026-02-09/"]:
        r = client.get(f"/b/{group.bkm.code}/papers/"+u)
        assert r.status_code == 200, u
