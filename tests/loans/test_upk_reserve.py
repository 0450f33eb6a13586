"""The reserve by class and the reward for paying on time, written into the books, and the bounds by version."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError

from ledger import services as ledger
from ledger.models import Entry
from loans.models import UpkPolicy
from loans.selectors import upk_rewards
from loans.selectors.upk_portfolio import reserve_sheet
from loans.services.upk_policy import set_upk_policy
from loans.services.upk_reserve import post_reserve, take_back_reserve
from loans.services.upk_reward import pay_reward, take_back_reward
from tests.loans.upk_village import at, balances, ksm, lend, lestari, pay, write

pytestmark = pytest.mark.django_db
D = date
TODAY = D(2019, 6, 1)


@pytest.fixture
def upk():
    upk = lestari()
    write(upk, "upk_capital", D(2018, 1, 2), 50_000_000, memo="Modal awal")
    return upk


def refused(call, **named) -> dict[str, str]:
    """The code of every refusal by its field."""
    with pytest.raises(ValidationError) as caught:
        call(**named)
    if not hasattr(caught.value, "error_dict"):
        return {"": caught.value.code}
    return {field: errors[0].code for field, errors in caught.value.error_dict.items()}


def reserve(upk, on, seen, *, key=None):
    return {"upk": upk, "on": on, "seen": seen, "key": key or uuid4(), "by": None, "at": at(TODAY), "today": TODAY}


def test_each_month_the_book_is_brought_to_what_the_classes_ask(upk):
    mawar, melati = lend(upk, ksm(upk, "Mawar"), 10_000_000, D(2018, 1, 15)), None
    melati = lend(upk, ksm(upk, "Melati"), 5_000_000, D(2018, 1, 20))
    assert balances(upk)["1220"] == 15_000_000
    # 31 January: nothing is late, class I, 1 % of 15 million.
    key = uuid4()
    first = post_reserve(**reserve(upk, D(2018, 1, 31), 150_000, key=key))
    assert first.created
    assert not post_reserve(**reserve(upk, D(2018, 1, 31), 150_000, key=key)).created
    assert refused(post_reserve, **reserve(upk, D(2018, 1, 31), 160_000, key=key)) == {"": "key_reused"}
    assert refused(post_reserve, **reserve(upk, D(2018, 1, 31), 0)) == {"": "nothing"}
    # 30 April: Mawar is three late (25 % of 10 million), Melati paid two of three (10 % of 4 million).
    pay(melati, 1_150_000, D(2018, 3, 20))
    sheet = reserve_sheet(upk, D(2018, 4, 30), today=TODAY)
    assert (sheet.needed, sheet.held, sheet.change, sheet.count, sheet.outstanding) == (
        *(2_900_000, 150_000, 2_750_000),
        *(2, 14_000_000),
    )
    assert refused(post_reserve, **reserve(upk, D(2018, 4, 30), 2_750_001)) == {"": "changed"}
    (entry,) = post_reserve(**reserve(upk, D(2018, 4, 30), 2_750_000)).entries
    assert (balances(upk)["1229"], balances(upk)["5160"]) == (2_900_000, 2_900_000)
    assert '"class":"III"' in entry.submission.content
    assert refused(post_reserve, **reserve(upk, D(2018, 3, 31), 1)) == {"on": "later"}
    # Everything is paid: the reserve is free again.
    pay(mawar, 11_500_000, D(2018, 5, 2))
    pay(melati, 4_600_000, D(2018, 5, 2))
    post_reserve(**reserve(upk, D(2018, 5, 31), -2_900_000))
    assert not {"1220", "1229", "5160"} & set(balances(upk))


def test_the_last_reserve_is_taken_back_with_a_reason_and_no_other(upk):
    lend(upk, ksm(upk, "Mawar"), 10_000_000, D(2018, 1, 15))
    (january,) = post_reserve(**reserve(upk, D(2018, 1, 31), 100_000)).entries
    (march,) = post_reserve(**reserve(upk, D(2018, 3, 31), 900_000)).entries
    said = {"upk": upk, "by": None, "at": at(TODAY)}
    assert refused(take_back_reserve, entry=january, reason="Salah", key=uuid4(), **said) == {"": "not_last"}
    assert refused(take_back_reserve, entry=march, reason=" ", key=uuid4(), **said) == {"reason": "reason_required"}
    key = uuid4()
    assert take_back_reserve(entry=march, reason="Salah", key=key, **said).created
    assert not take_back_reserve(entry=march, reason="Salah", key=key, **said).created
    assert balances(upk)["1229"] == 100_000
    assert refused(post_reserve, **reserve(upk, D(2017, 12, 31), 1)) == {"on": "before_books"}
    assert refused(post_reserve, **reserve(upk, D(2019, 6, 30), 1)) == {"on": "future"}


def reward(loan, on, *, key=None):
    return {"loan": loan, "on": on, "key": key or uuid4(), "by": None, "at": at(TODAY)}


def test_who_paid_every_instalment_in_time_is_rewarded_once_in_both_books(upk):
    set_upk_policy(bkm=upk.bkm, from_on=D(2018, 1, 1), by=None, at=at(TODAY), reward=Decimal("12.5"))
    group = ksm(upk, "Mawar")
    loan = lend(upk, group, 3_000_000, D(2018, 1, 15), periods=3)
    assert refused(pay_reward, **reward(loan, D(2018, 2, 1))) == {"": "open"}
    pay(loan, 1_045_000, D(2018, 2, 15))
    pay(loan, 2_090_000, D(2018, 3, 10))
    (one,) = upk_rewards.rewards(upk_rewards.settled_loans(upk), upk.bkm_id)
    assert (one.prompt, one.settled_on, one.amount, one.open) == (True, D(2018, 3, 10), 16_875, 16_875)
    assert refused(pay_reward, **reward(loan, D(2018, 3, 9))) == {"on": "before_settled"}
    assert refused(pay_reward, **reward(loan, D(2019, 6, 3))) == {"on": "future"}
    before = balances(upk)["1110"]
    box = ledger.balance_on(book=group.book, code="1110", on=TODAY)
    key = uuid4()
    assert pay_reward(**reward(loan, D(2018, 3, 20), key=key)).created
    assert not pay_reward(**reward(loan, D(2018, 3, 20), key=key)).created
    assert refused(pay_reward, **reward(loan, D(2018, 3, 20))) == {"": "paid"}
    assert (before - balances(upk)["1110"], balances(upk)["5170"]) == (16_875, 16_875)
    assert ledger.balance_on(book=group.book, code="1110", on=TODAY) - box == 16_875
    assert upk_rewards.rewards([loan], upk.bkm_id)[0].open == 0
    back = {"loan": loan, "by": None, "at": at(TODAY)}
    assert refused(take_back_reward, reason="", key=uuid4(), **back) == {"reason": "reason_required"}
    key = uuid4()
    assert take_back_reward(reason="Salah hari", key=key, **back).created
    assert not take_back_reward(reason="Salah hari", key=key, **back).created
    assert balances(upk)["1110"] == before
    assert ledger.balance_on(book=group.book, code="1110", on=TODAY) == box
    assert refused(take_back_reward, reason="Lagi", key=uuid4(), **back) == {"": "nothing"}
    assert pay_reward(**reward(loan, D(2018, 3, 21))).created


def test_one_late_instalment_or_no_percentage_earns_nothing(upk):
    late = lend(upk, ksm(upk, "Mawar"), 3_000_000, D(2018, 1, 15), periods=3)
    pay(late, 1_045_000, D(2018, 2, 16))
    pay(late, 2_090_000, D(2018, 3, 10))
    prompt = lend(upk, ksm(upk, "Melati"), 3_000_000, D(2018, 1, 15), periods=3)
    pay(prompt, 3_135_000, D(2018, 1, 20))
    found = {one.loan.no: (one.late, one.amount) for one in upk_rewards.rewards([late, prompt], upk.bkm_id)}
    assert found == {1: (1, 0), 2: (0, 0)}
    assert refused(pay_reward, **reward(late, D(2018, 4, 1))) == {"": "late"}
    assert refused(pay_reward, **reward(prompt, D(2018, 4, 1))) == {"": "no_reward"}
    assert not Entry.objects.filter(kind="upk_reward").exists()


def test_a_reward_the_cash_cannot_pay_is_refused_in_both_books(upk):
    set_upk_policy(bkm=upk.bkm, from_on=D(2018, 1, 1), by=None, at=at(TODAY), reward=Decimal(100))
    group = ksm(upk, "Mawar")
    loan = lend(upk, group, 3_000_000, D(2018, 1, 15), periods=3)
    pay(loan, 3_135_000, D(2018, 2, 15))
    write(upk, "upk_to_bank", D(2018, 2, 16), 50_130_000)
    number = group.book.entries.count()
    assert refused(pay_reward, **reward(loan, D(2018, 2, 20))) == {"on": "below_zero"}
    assert group.book.entries.count() == number


def policy(upk, **fields):
    return {"bkm": upk.bkm, "from_on": D(2018, 1, 1), "by": None, "at": at(TODAY), **fields}


def test_bounds_are_followed_never_edited_and_stand_in_order(upk):
    assert UpkPolicy.objects.in_force(upk.bkm_id, TODAY).version == 0
    first = set_upk_policy(**policy(upk, rr_good=Decimal(95)))
    second = set_upk_policy(**policy(upk, from_on=D(2019, 1, 1), roi_limit=Decimal(-5), roi_good=Decimal(-5)))
    assert (first.version, second.version) == (1, 2)
    assert UpkPolicy.objects.in_force(upk.bkm_id, D(2018, 12, 31)) == first
    assert UpkPolicy.objects.in_force(upk.bkm_id, D(2019, 1, 1)) == second
    assert refused(set_upk_policy, **policy(upk, from_on=D(2019, 1, 1))) == {"from_on": "not_after"}
    assert refused(set_upk_policy, **policy(upk, lar_good=Decimal(21), rr_limit=Decimal(91))) == {
        "lar_limit": "order",
        "rr_limit": "order",
    }
    assert refused(set_upk_policy, **policy(upk, from_on=TODAY, reward=Decimal(101))) == {"reward": "max_value"}
    assert UpkPolicy.objects.count() == 2
