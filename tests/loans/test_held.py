"""What is collected for the UPK, passed on, and held since when: exact, and never a rupiah from nowhere."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loans.held import Parts, collect, held_since, pass_on

D = date(2018, 12, 1)
money = st.integers(0, 2_000)


def test_principal_goes_to_principal_and_jasa_to_jasa():
    assert collect(Parts(100, 20), owed=500, charge_left=60) == Parts(100, 20)


@pytest.mark.parametrize(
    ("owed", "left", "taken"),
    [(40, 100, Parts(40, 80)), (500, 5, Parts(115, 5)), (40, 30, Parts(40, 30)), (0, 0, Parts(0, 0))],
)
def test_what_finds_no_room_takes_the_room_of_the_other_and_never_more(owed, left, taken):
    assert collect(Parts(100, 20), owed=owed, charge_left=left) == taken


@given(principal=money, charge=money, owed=money, left=money)
def test_as_much_is_collected_as_there_is_room_for(principal, charge, owed, left):
    taken = collect(Parts(principal, charge), owed=owed, charge_left=left)
    assert taken.total == min(principal + charge, owed + left)
    assert 0 <= taken.principal <= owed
    assert 0 <= taken.charge <= left


def test_a_payment_leaves_what_is_held_first():
    assert pass_on(Parts(500, 75), Parts(300, 75)) == Parts(200, 0)
    assert pass_on(Parts(100, 10), Parts(500, 75)) == Parts(0, 0)
    assert pass_on(Parts(500, 10), Parts(400, 75)) == Parts(35, 0)  # 65 of jasa come out of what was principal
    assert pass_on(Parts(10, 100), Parts(50, 0)) == Parts(0, 60)  # and the other way round


@given(principal=money, charge=money, out_principal=money, out_charge=money)
def test_nothing_is_held_below_nothing_and_no_part_more_than_it_may(principal, charge, out_principal, out_charge):
    before, out = Parts(principal, charge), Parts(out_principal, out_charge)
    after = pass_on(before, out)
    assert after.total == max(0, before.total - out.total)
    assert 0 <= after.principal <= max(0, before.principal - out.principal)
    assert 0 <= after.charge <= max(0, before.charge - out.charge)


def test_the_oldest_rupiah_still_held():
    days = [(D, 100), (D + timedelta(7), 100), (D + timedelta(9), -100), (D + timedelta(14), 50)]
    assert held_since(days) == D + timedelta(7)
    assert held_since([*days, (D + timedelta(15), -99)]) == D + timedelta(7)
    assert held_since([*days, (D + timedelta(15), -100)]) == D + timedelta(14)
    assert held_since([*days, (D + timedelta(15), -150)]) is None
    assert held_since([]) is None
