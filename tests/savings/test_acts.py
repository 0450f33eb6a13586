"""Savings outside the weekly sheet: to one, to everybody, given, moved; and none of it is a deposit."""

from copy import deepcopy
from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db.models import Sum

from compliance.selectors import findings
from ledger.models import Account, Entry
from savings.forall import gifts, savings_of, shares_of_weekly
from savings.services import give_to_savers, pay_everybody_out, pay_savings_out, transfer_savings
from tests.factories import MemberFactory
from tests.savings.village import AT, mawar, write

pytestmark = pytest.mark.django_db

EVE = date(2026, 7, 1)


@pytest.fixture(scope="module")
def group_of_the_file(whole_file):
    return mawar(closed=False)


@pytest.fixture
def group(group_of_the_file):
    return deepcopy(group_of_the_file)


def told(**more):
    return {"memo": "Lebaran", "on": EVE, "key": uuid4(), "by": None, "at": AT} | more


def saved(group, code):
    return {a.member_no: -a.balance for a in Account.objects.filter(book=group.book, code=code) if a.balance}


def cash(group):
    return Account.objects.filter(book=group.book, code="1110").aggregate(total=Sum("balance"))["total"]


def code_of(refused):
    error = refused.value
    (first, *_rest) = error.error_list if hasattr(error, "error_list") else next(iter(error.error_dict.values()))
    return first.code


def test_half_of_the_years_wajib_goes_back_to_everybody_once(group):
    write(group, date(2026, 5, 6), "handover", ("1110", 3_000), ("2110", -3_000, 3))
    portions = shares_of_weekly(group, 2026, Decimal(50), 500, EVE)
    assert [(p.member.name, p.basis, p.amount) for p in portions] == [
        ("Sari", 100_000, 50_000),
        ("Wati", 60_000, 30_000),
        ("Julaika", 3_000, 1_500),
    ]
    given = told(group=group, year=2026, percent=Decimal(50), step=500)
    receipt = pay_everybody_out(**given)
    assert [e.kind for e in receipt.entries] == ["group_withdrawal"] * 3
    assert pay_everybody_out(**given).created is False
    assert saved(group, "2110") == {1: 50_000, 2: 30_000, 3: 1_500}
    assert cash(group) == 243_000 - 81_500
    # Asked again, half of the year's wajib is already paid; another quarter is not.
    with pytest.raises(ValidationError) as twice:
        pay_everybody_out(**told(group=group, year=2026, percent=Decimal(50), step=500))
    assert code_of(twice) == "nothing"
    more = shares_of_weekly(group, 2026, Decimal(75), 1_000, EVE)
    assert [p.amount for p in more] == [25_000, 15_000, 0]


def test_a_list_the_box_cannot_pay_is_refused_whole(group):
    write(group, date(2026, 6, 10), "bank", ("1120", 170_000), ("1110", -170_000))
    with pytest.raises(ValidationError) as refused:
        pay_everybody_out(**told(group=group, year=2026, percent=Decimal(100), step=1))
    assert code_of(refused) == "cash_short"
    assert "Rp70.000" in str(refused.value)
    assert "Rp160.000" in str(refused.value)
    assert saved(group, "2110") == {1: 100_000, 2: 60_000}


def test_a_gift_is_shared_by_what_each_saved_to_the_rupiah(group):
    assert [one.total for one in savings_of(group)] == [120_000, 60_000, 20_000]
    receipt = give_to_savers(**told(group=group, source="5190", amount=10_001))
    assert [e.kind for e in receipt.entries] == ["gift"] * 3
    assert saved(group, "2120") == {1: 6_001, 2: 3_000, 3: 21_000}
    given = told(group=group, source="4190", percent=Decimal("0.5"))
    give_to_savers(**given)
    # 0,5 % of 210.001 is 1.050,005: 1.050 shared as 126.001 : 63.000 : 21.000.
    assert saved(group, "2120") == {1: 6_631, 2: 3_315, 3: 21_105}
    assert give_to_savers(**given).created is False
    assert cash(group) == 240_000
    assert gifts(group, None, Decimal(0), EVE) == []


def test_a_gift_from_the_social_fund_is_no_more_than_it_holds(group):
    with pytest.raises(ValidationError) as refused:
        give_to_savers(**told(group=group, source="2310", amount=1_000))
    assert code_of(refused) == "below_zero"
    for changed, code in (
        ({"source": "1110", "amount": 1}, "source"),
        ({"source": "5190"}, "how_much"),
        ({"source": "5190", "amount": 0}, "nothing"),
    ):
        with pytest.raises(ValidationError) as refused:
            give_to_savers(**told(group=group, **changed))
        assert code_of(refused) == code


def test_one_member_is_paid_out_or_moves_her_savings(group):
    sari, julaika = group.members.get(no=1), group.members.get(no=3)
    pay_savings_out(**told(member=julaika, code="2120", amount=5_000))
    transfer_savings(**told(member=julaika, source="2120", target="2110", amount=4_000))
    transfer_savings(**told(member=sari, source="2110", target="3110", amount=30_000))
    assert (saved(group, "2120"), saved(group, "2110")) == ({3: 11_000}, {1: 70_000, 2: 60_000, 3: 4_000})
    assert (saved(group, "3110"), cash(group)) == ({1: 50_000}, 235_000)
    kinds = Entry.objects.filter(book=group.book, on=EVE).order_by("number").values_list("kind", flat=True)
    assert list(kinds) == ["withdrawal", "transfer", "transfer"]


def test_what_is_no_act_is_refused(group):
    julaika = group.members.get(no=3)
    pay = {"member": julaika, "code": "2120", "amount": 1_000}
    move = {"member": julaika, "source": "2120", "target": "2110", "amount": 1_000}
    for verb, changed, code in (
        (pay_savings_out, pay | {"amount": 20_001}, "below_zero"),
        (pay_savings_out, pay | {"code": "2130"}, "account_refused"),
        (pay_savings_out, pay | {"amount": 0}, "required"),
        (pay_savings_out, pay | {"memo": " "}, "required"),
        (pay_savings_out, pay | {"on": date(2025, 12, 31)}, "before_books"),
        (transfer_savings, move | {"target": "2120"}, "same_account"),
        (transfer_savings, move | {"target": "4110"}, "account_refused"),
    ):
        with pytest.raises(ValidationError) as refused:
            verb(**told(**changed))
        assert code_of(refused) == code


def test_none_of_it_is_a_deposit_and_who_comes_later_gets_nothing(group):
    MemberFactory(group=group, joined_on=date(2026, 8, 1))
    before = findings(group, date(2026, 3, 29)).evaluation.findings[0]
    on = date(2026, 3, 11)
    give_to_savers(**told(group=group, source="5190", amount=10_000, on=on))
    transfer_savings(**told(member=group.members.get(no=3), source="2120", target="2110", amount=9_000, on=on))
    pay_everybody_out(**told(group=group, year=2026, percent=Decimal(50), step=1, on=on))
    assert findings(group, date(2026, 3, 29)).evaluation.findings[0] == before
    assert [one.member.no for one in savings_of(group, EVE)] == [1, 2, 3]
