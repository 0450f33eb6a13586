"""The UPK on its board's dashboard: who sees it, its five figures, and money the KSM hold for it."""

from datetime import date, timedelta

import pytest

from compliance.upk_section import upk_section
from groups import clock
from groups.models import Appointment
from tests.factories import BkmFactory, coordinator
from tests.loans.two_tiers import ask, monthly, rules, sheet, village
from tests.loans.two_tiers import lend as borrow
from tests.loans.upk_village import ksm, lend, lestari, staff, write

pytestmark = pytest.mark.django_db
D = date


def test_the_board_sees_its_upk_and_the_facilitator_does_not(client):
    upk = lestari()
    write(upk, "upk_capital", D(2018, 1, 2), 50_000_000)
    lend(upk, ksm(upk, "Mawar"), 10_000_000, D(2018, 1, 15))
    client.force_login(staff(upk, Appointment.Role.AUDITOR))
    text = client.get("/b/BKM-LESTARI/").content.decode()
    for said in ("UPK Lestari", "Rp10.000.000", "LAR", "Penundaan", "Tidak ada KSM yang menahan uang UPK"):
        assert said in text, said
    client.force_login(staff(upk, Appointment.Role.FACILITATOR))
    assert "UPK Lestari" not in client.get("/b/BKM-LESTARI/").content.decode()


def test_money_the_ksm_hold_for_the_upk_is_shown_with_its_age(client):
    group = village(members=2, capital=3_000_000)
    rules(group.bkm.upk, least_members=2, least_periods=1)
    borrow(group, [1_200_000] * 2, monthly(2_400_000, 3, round_to=0), D(2018, 11, 15))
    sheet(group, D(2018, 11, 22), {1: 104_500, 2: 104_500})
    section = upk_section(group.bkm, D(2018, 12, 14))
    assert (section.held_sum, section.held_days, section.loans, section.balance) == (209_000, 22, 1, 2_400_000)
    client.force_login(coordinator(group.bkm))
    text = client.get(f"/b/{group.bkm.code}/").content.decode()
    for said in ("Rp209.000 diterima KSM, belum disetor ke UPK", "terlalu lama"):
        assert said in text, said


def test_a_board_without_a_upk_has_no_such_section(client):
    bkm = BkmFactory(code="BKM-BARU")
    assert upk_section(bkm, clock.today() - timedelta(days=1)) is None
    client.force_login(coordinator(bkm))
    assert client.get("/b/BKM-BARU/").context["upk"] is None


def test_a_request_to_the_upk_stands_before_whose_word_it_waits_for(client):
    group = village(members=2)
    rules(group.bkm.upk, least_members=2, least_periods=1)
    request = ask(group, [600_000] * 2, monthly(1_200_000, 3), clock.today())
    board, staff_member = coordinator(group.bkm), staff(group.bkm.upk, Appointment.Role.UPK_STAFF)
    link = f'href="/b/{group.bkm.code}/upk/requests/{request.no}/"'
    for status, seen_by in (("waiting", [staff_member]), ("recommended", [board]), ("approved", [staff_member])):
        request.status = status
        request.save(update_fields=["status"])
        for user in (board, staff_member):
            client.force_login(user)
            assert (link in client.get(f"/b/{group.bkm.code}/").content.decode()) == (user in seen_by), (status, user)
