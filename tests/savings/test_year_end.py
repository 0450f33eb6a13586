"""One decision closes a year and shares it out; what follows reads the new year's income alone."""

import json
from copy import deepcopy
from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db.models import Sum

from ledger import kinds
from ledger.models import Account, Entry, Posting, Submission
from ledger.services import balance_on, close
from meetings.models import Reconfirmation
from meetings.services import take_year_back
from savings import yearend
from savings.models import SurplusSplit, YearEnd
from savings.services import agree_split, decide_year, pay_savings_out
from savings.surplus import Part
from savings.yearend import agreement, decided, open_years, read_year, simulate
from tests.factories import GroupFactory
from tests.ledger.village import by_force, named, named_if
from tests.meetings.test_verify_garbage import forge
from tests.reports.footing import foots_throughout, keeper_of
from tests.savings.village import AT, mawar, write

pytestmark = pytest.mark.django_db

DECIDED = date(2027, 1, 10)


@pytest.fixture(scope="module")
def group_of_the_file(whole_file):
    return mawar()


@pytest.fixture
def group(group_of_the_file):
    return deepcopy(group_of_the_file)


def decide(group, key=None, **changed):
    told = {"year": 2026, "on": DECIDED, "rule": "mixed", "step": 1, "pay": "cash", "decision": "Disetujui rapat"}
    return decide_year(group=group, key=key or uuid4(), by=None, at=AT, **(told | changed))


def balances(group):
    found = Account.objects.filter(book=group.book).values_list("code").annotate(total=Sum("balance"))
    return {code: total for code, total in found if total}


def code_of(refused):
    error = refused.value
    (first, *_rest) = error.error_list if hasattr(error, "error_list") else next(iter(error.error_dict.values()))
    return first.code


def test_a_year_is_simulated_then_posted_as_one_decision(group):
    assert open_years(group, group.book) == [2026]
    found = read_year(group, 2026, "charge")
    assert (found.income, found.costs, found.surplus) == ({"4110": 40_000, "4120": 5_000}, {"5130": 5_000}, 40_000)
    # Members share 40 % = 16.000: 8.000 by jasa (30 : 10 : 0), 8.000 by savings (120 : 60 : 20).
    sides = {one.rule: [share.amount for share in one.shares] for one in simulate(found, agreement(group, DECIDED), 1)}
    assert sides == {
        "mixed": [10_800, 4_400, 800],
        "savings": [9_600, 4_800, 1_600],
        "business": [12_000, 4_000, 0],
        "equal": [5_334, 5_333, 5_333],
    }
    key = uuid4()
    made = decide(group, key=key)
    assert decide(group, key=key) == made
    assert made.surplus == 40_000
    assert balances(group) == {
        "1110": 240_000 - 16_000,
        "2110": -160_000,
        "2120": -20_000,
        "2310": -2_000,
        "2320": -2_000,
        "2330": -2_000,
        "2340": -2_000,
        "3110": -20_000,
        "3310": -16_000,
    }
    # The loans keep what was paid on them; the common account holds the other side (decision 4).
    jasa = {(a.member_no, a.loan_no): a.balance for a in Account.objects.filter(book=group.book, code="4110")}
    assert jasa == {(1, 1): -30_000, (2, 2): -10_000, (0, 0): 40_000}
    entries = Entry.objects.filter(submission=made.submission).order_by("number")
    assert [e.kind for e in entries] == ["year_end", *["share_out"] * 8]
    back = decided(group, 2026)
    assert [(line.member.name, line.amount, line.in_cash) for line in back.lines] == [
        ("Sari", 10_800, True),
        ("Wati", 4_400, True),
        ("Julaika", 800, True),
    ]
    assert (back.paid, back.retained, back.income, back.costs) == (
        16_000,
        0,
        {"4110": 40_000, "4120": 5_000},
        {"5130": 5_000},
    )
    assert open_years(group, group.book) == []


def test_a_later_year_reads_its_own_income_alone(group):
    decide(group)
    write(group, date(2027, 2, 3), "handover", ("1110", 7_000), ("4110", -7_000, 1, 1))
    found = read_year(group, 2027, "charge")
    assert (found.income, found.costs, found.surplus) == ({"4110": 7_000}, {}, 7_000)
    assert [(b.no, b.business) for b in found.basis] == [(1, 7_000), (2, 0), (3, 0)]
    assert read_year(group, 2026, "charge").surplus == 40_000, "a decided year still reads as it was"
    in_2027 = Posting.objects.filter(book=group.book, on__year=2027, account__code="4110")
    assert in_2027.exclude(entry__kind=kinds.YEAR_END).aggregate(total=Sum("amount"))["total"] == -7_000


def test_shares_credited_to_savings_are_no_deposit_and_who_left_gets_cash(group):
    agree_split(
        group=group,
        from_on=date(2026, 6, 1),
        business="borrowed",
        remainder_to="2310",
        parts=[Part("Anggota", Decimal(60), "business"), Part("Ditahan", Decimal(40), "3910")],
    )
    julaika = group.members.get(no=3)
    julaika.left_on = date(2027, 1, 5)
    julaika.save()
    made = decide(group, pay="savings", rule="equal", step=500)
    # 24.000 in three, each 8.000; nothing is left over; 16.000 stay undivided.
    voluntary = {a.member_no: -a.balance for a in Account.objects.filter(book=group.book, code="2120")}
    assert voluntary == {1: 8_000, 2: 8_000, 3: 20_000}
    assert (balances(group)["1110"], balances(group)["3910"]) == (232_000, -16_000)
    assert {e.kind for e in Entry.objects.filter(submission=made.submission)} == {"year_end", "share_out"}
    assert [b.business for b in read_year(group, 2026, "borrowed").basis] == [50_000, 20_000, 0]


def test_who_was_not_measured_by_anything_signs_for_nothing_and_the_remainder_goes_where_agreed(group):
    parts = [Part("JUA", Decimal(50), "business"), Part("Cadangan", Decimal(50), "3310")]
    agree_split(group=group, from_on=date(2026, 1, 1), business="charge", remainder_to="2310", parts=parts)
    made = decide(group, step=1_000)
    back = decided(group, 2026)
    assert [line.amount for line in back.lines] == [15_000, 5_000, 0]
    assert back.lines[2].entry is None
    assert made.shares.get(member__no=3).entry is None
    decided_again = balances(group)
    assert (decided_again["3310"], "2310" in decided_again) == (-20_000, False)


def test_a_loss_moves_to_retained_surplus_and_nothing_is_shared():
    group = mawar(closed=False, code="KSM-LAIN")
    write(group, date(2026, 9, 2), "expense", ("5190", 50_000), ("1110", -50_000))
    close(book=group.book, on=date(2026, 12, 31), by=None, at=AT)
    made = decide(group)
    assert made.surplus == -10_000
    assert balances(group)["3910"] == 10_000
    assert made.submission.last_number == made.submission.first_number


def test_cash_short_is_refused_with_the_reason_and_nothing_is_posted(group):
    write(group, date(2027, 1, 5), "bank", ("1120", 230_000), ("1110", -230_000))
    before = balances(group)
    with pytest.raises(ValidationError) as refused:
        decide(group)
    assert code_of(refused) == "cash_short"
    assert "Rp10.000" in str(refused.value)
    assert "Rp16.000" in str(refused.value)
    assert balances(group) == before
    assert not YearEnd.objects.exists()
    assert decide(group, pay="savings").pay == "savings"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"year": 2027}, "year_open"),
        ({"year": 2025}, "nothing"),
        ({"on": date(2026, 12, 31)}, "too_early"),
        ({"decision": " "}, "required"),
        ({"step": 0}, "bad_step"),
        ({"pay": "gold"}, "bad_step"),
    ],
)
def test_what_is_no_decision_is_refused(group, changed, code):
    with pytest.raises(ValidationError) as refused:
        decide(group, **changed)
    assert code_of(refused) == code


def test_a_year_is_decided_once(group):
    decide(group)
    with pytest.raises(ValidationError) as twice:
        decide(group)
    assert code_of(twice) == "decided"


def test_nothing_is_open_before_a_year_is_closed():
    group = mawar(closed=False, code="KSM-LAIN")
    assert open_years(group, group.book) == []
    with pytest.raises(ValidationError) as refused:
        decide(group)
    assert code_of(refused) == "year_open"
    assert decided(group, 2026) is None


@pytest.mark.parametrize(
    ("parts", "business", "remainder", "code"),
    [
        ([Part("A", Decimal(99), "business")], "charge", "3310", "not_hundred"),
        ([Part("A", Decimal(100), "1110")], "charge", "3310", "target"),
        ([Part("A", Decimal(100), "business")], "charge", "1110", "target"),
        ([Part("A", Decimal(100), "business")], "gold", "3310", "business"),
    ],
)
def test_what_is_no_split_is_refused(group, parts, business, remainder, code):
    with pytest.raises(ValidationError) as refused:
        agree_split(group=group, from_on=DECIDED, business=business, remainder_to=remainder, parts=parts)
    assert refused.value.code == code


def test_a_split_follows_the_earlier_one_and_replaces_that_of_its_own_day(group):
    assert agreement(group, DECIDED).since is None
    for percent in (50, 70):
        parts = [
            Part("A", Decimal(percent), "equal"),
            Part("B", Decimal(100 - percent), "3310"),
            Part("C", Decimal(0), "2310"),
        ]
        agree_split(group=group, from_on=date(2026, 7, 1), business="charge", remainder_to="3310", parts=parts)
    assert SurplusSplit.objects.count() == 1
    assert [part.percent for part in agreement(group, DECIDED).parts] == [70, 30]
    assert agreement(group, date(2026, 6, 30)).since is None


# A decision that was a mistake


def back(group, made, **more):
    told = {"year_end": made, "reason": "Persentase keliru", "on": date(2027, 2, 3), "key": uuid4(), "by": None}
    return take_year_back(at=AT, **(told | more))


def test_a_decided_year_is_taken_back_exactly_and_decided_anew(group):
    before = balances(group)
    made = decide(group)
    key = uuid4()
    taken = back(group, made, key=key)
    assert back(group, made, key=key) == taken
    assert balances(group) == before
    assert (taken.taken_back_on, taken.taken_back_reason) == (DECIDED, "Persentase keliru")
    reversals = Entry.objects.filter(submission=taken.taken_back).order_by("number")
    assert [(e.kind, e.on, e.reverses.number - made.submission.first_number) for e in reversals] == [
        ("year_end" if index == 0 else "share_out", DECIDED, index) for index in range(9)
    ]
    assert list(Reconfirmation.objects.values_list("member__name", flat=True)) == ["Sari", "Wati", "Julaika"]
    assert decided(group, 2026) is None
    assert open_years(group, group.book) == [2026]
    # Jasa of a loan and its common account stand where they stood; the year reads as if nothing had been decided.
    found = read_year(group, 2026, "charge")
    assert (found.surplus, [b.business for b in found.basis]) == (40_000, [30_000, 10_000, 0])
    # The meeting had meant half for the members, equally: 20.000 in three, largest remainder first.
    parts = [Part("Anggota", Decimal(50), "equal"), Part("Cadangan", Decimal(50), "3310")]
    agree_split(group=group, from_on=date(2026, 1, 1), business="charge", remainder_to="3310", parts=parts)
    anew = decide(group, on=date(2027, 2, 10), pay="savings", decision="Diputuskan ulang")
    assert [line.amount for line in decided(group, 2026).lines] == [6_667, 6_667, 6_666]
    voluntary = {a.member_no: -a.balance for a in Account.objects.filter(book=group.book, code="2120")}
    assert voluntary == {1: 6_667, 2: 6_667, 3: 26_666}
    assert balances(group) == {
        "1110": 240_000,
        "2110": -160_000,
        "2120": -40_000,
        "3110": -20_000,
        "3310": -20_000,
    }
    assert [one.pk for one in yearend.taken_back(group, 2026)] == [made.pk]
    with pytest.raises(ValidationError) as twice:
        decide(group, on=date(2027, 2, 10))
    assert code_of(twice) == "decided"
    for wrong, code in ((made, "taken_back"), (anew, "too_early")):
        with pytest.raises(ValidationError) as refused:
            back(group, wrong, on=date(2027, 2, 9))
        assert code_of(refused) == code


def test_a_decision_in_a_closed_month_is_taken_back_in_the_current_one(group):
    made = decide(group)
    balance_sheet = {day: balance_on(book=group.book, code="3310", on=day) for day in (DECIDED, date(2027, 1, 31))}
    close(book=group.book, on=date(2027, 1, 31), by=None, at=AT)
    with pytest.raises(ValidationError) as silent:
        back(group, made, reason=" ")
    assert code_of(silent) == "reason_required"
    taken = back(group, made)
    assert taken.taken_back_on == date(2027, 2, 3)
    assert {e.on for e in taken.taken_back.entries.all()} == {date(2027, 2, 3)}
    for day, held in balance_sheet.items():
        assert balance_on(book=group.book, code="3310", on=day) == held == -16_000
    assert balance_on(book=group.book, code="3310", on=date(2027, 2, 3)) == 0
    assert read_year(group, 2027, "charge").surplus == 0, "taking back is no income of the new year"
    foots_throughout(keeper_of(group), [date(2026, 12, 31), date(2027, 1, 31), date(2027, 2, 3)])


def test_a_share_that_was_spent_is_not_taken_back(group):
    made = decide(group, pay="savings")
    pay_savings_out(
        member=group.members.get(no=1), code="2120", amount=10_000, memo="x", on=DECIDED,
        key=uuid4(), by=None, at=AT,
    )  # fmt: skip
    before = balances(group)
    with pytest.raises(ValidationError) as refused:
        back(group, made)
    assert code_of(refused) == "below_zero"
    assert balances(group) == before
    assert decided(group, 2026).year_end == made


YEAR = [
    "year = year + 1",
    '"on" = "on" + 1',
    "surplus = surplus + 1",
    "rule = 'equal'",
    "step = step + 1",
    "pay = 'savings'",
    "decision = 'Lain'",
    "decided_at = decided_at + interval '1 day'",
    "group_id = (SELECT max(id) FROM groups_group)",
]


@pytest.mark.tampers
def test_a_decision_on_a_year_that_is_not_what_was_sealed_is_named(group):
    made = decide(group)
    GroupFactory()
    assert named() == set()
    for change in YEAR:
        assert ("savings_yearend", made.pk) in named_if("savings_yearend", made.pk, change), change
    share = made.shares.exclude(entry=None).first()
    stranger = GroupFactory(members=1).members.get()
    for change in (f"member_id = {stranger.pk}", "entry_id = (SELECT min(id) FROM ledger_entry)"):
        assert ("savings_yearend", made.pk) in named_if("savings_yearendshare", share.pk, change), change
    for change in ("entry_id = NULL", "entry_id = (SELECT max(id) FROM ledger_entry WHERE kind = 'share_out')"):
        assert ("savings_yearend", made.pk) in named_if("savings_yearendshare", share.pk, change), change
    back(group, made)
    assert named() == set()
    for change in ("taken_back_on = taken_back_on + 1", "taken_back_reason = 'Lain'"):
        assert ("savings_yearend", made.pk) in named_if("savings_yearend", made.pk, change), change
    lost = {("ledger_submission", Submission.objects.latest("pk").pk)}
    stands = "taken_back_id = NULL, taken_back_on = NULL, taken_back_reason = ''"
    assert named_if("savings_yearend", made.pk, stands) == lost


@pytest.mark.tampers
@pytest.mark.parametrize("pay", ["cash", "savings"])
def test_whose_a_share_is_and_what_it_was_measured_by_is_what_was_sealed(group, pay):
    made = decide(group, pay=pay)
    mine, hers = made.shares.exclude(entry=None).order_by("member__no")[:2]
    assert named() == set()
    changes = ["business = business + 1", "savings = savings + 1", "entry_id = NULL"]
    stranger = GroupFactory(members=1).members.get()
    for change in (*changes, f"member_id = {stranger.pk}"):
        assert ("savings_yearendshare", mine.pk) in named_if("savings_yearendshare", mine.pk, change), change
    both = {("savings_yearendshare", mine.pk), ("savings_yearendshare", hers.pk)}
    for share, member in ((mine, stranger.pk), (hers, mine.member_id), (mine, hers.member_id)):  # they change places
        by_force("UPDATE savings_yearendshare SET member_id = %s WHERE id = %s", member, share.pk)
    assert named() - {("savings_yearend", made.pk)} == both
    assert pay == "savings" or named() == both, "an entry in cash does not say whose it is"


@pytest.mark.tampers
def test_a_share_of_nothing_that_is_gone_is_missed(group):
    made = decide(group, rule="savings", step=1_000_000)
    assert not made.shares.exclude(entry=None).exists()
    assert named() == set()
    by_force("DELETE FROM savings_yearendshare WHERE id = %s", made.shares.latest("pk").pk)
    assert named() == {("savings_yearend", made.pk)}


@pytest.mark.tampers
def test_a_year_whose_shares_were_not_sealed_is_held_as_it_was(group):
    """So all years were sealed at first: the same form sent again is still the same, and nothing is said of shares."""
    key = uuid4()
    made = decide(group, key)
    assert decide(group, key) == made
    with pytest.raises(ValidationError) as refused:
        decide(group, key, decision="Lain")
    assert code_of(refused) == "key_reused"
    old = json.loads(made.submission.content)
    assert [share[0] for share in old.pop("shares")] == [1, 2, 3]
    forge(made.submission, json.dumps(old, sort_keys=True, separators=(",", ":")))
    assert decide(group, key) == made
    share = made.shares.exclude(entry=None).first()
    wrong = {("savings_yearendshare", share.pk), ("savings_yearend", made.pk)}
    assert not named_if("savings_yearendshare", share.pk, "business = business + 1") & wrong
