"""Who held which office, told day by day: terms and the members' own offices never disagree."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from groups import services
from groups.models import OfficeTerm
from groups.offices import set_offices, terms_between
from tests import factories
from tests.factories import START

pytestmark = pytest.mark.django_db

MARCH, MAY, JULY = date(2026, 3, 4), date(2026, 5, 6), date(2026, 7, 1)


@pytest.fixture
def group():
    return factories.GroupFactory(members=4)


def elect(group, on, chair=None, secretary=None, treasurer=None):
    by_no = {member.no: member for member in group.members.all()} | {None: None}
    return set_offices(
        group=group, from_on=on, chair=by_no[chair], secretary=by_no[secretary], treasurer=by_no[treasurer]
    )


def terms(group):
    """`office member from to`, in the order of their days."""
    rows = OfficeTerm.objects.filter(group=group).order_by("from_on", "office", "pk")
    return [(t.office, t.member.no, t.from_on, t.to_on) for t in rows.select_related("member")]


def offices(group):
    """Members' offices by number; the running terms say the same."""
    held = dict(group.members.exclude(office="anggota").values_list("office", "no"))
    running = dict(OfficeTerm.objects.filter(group=group, to_on=None).values_list("office", "member__no"))
    assert held == running
    return held


def test_an_election_ends_the_terms_that_changed_and_leaves_the_others(group):
    elect(group, START, chair=1, secretary=2, treasurer=3)
    assert offices(group) == {"ketua": 1, "sekretaris": 2, "bendahara": 3}
    elect(group, MARCH, chair=4, secretary=2)
    assert offices(group) == {"ketua": 4, "sekretaris": 2}
    assert terms(group) == [
        ("bendahara", 3, START, MARCH),
        ("ketua", 1, START, MARCH),
        ("sekretaris", 2, START, None),
        ("ketua", 4, MARCH, None),
    ]
    elect(group, MAY, chair=1, secretary=4)
    assert offices(group) == {"ketua": 1, "sekretaris": 4}
    assert [t.member.no for t in terms_between(group, MARCH, date(2026, 3, 31))] == [2, 4]
    assert [t.member.no for t in terms_between(group, START, MAY)] == [3, 1, 2, 4, 1, 4]


def test_the_same_day_puts_a_choice_right_and_an_earlier_day_is_refused(group):
    elect(group, MARCH, chair=1)
    elect(group, MARCH, chair=2)
    assert terms(group) == [("ketua", 2, MARCH, None)]
    elect(group, MARCH, chair=2)
    assert terms(group) == [("ketua", 2, MARCH, None)]
    with pytest.raises(ValidationError) as refusal:
        elect(group, START, chair=3)
    assert refusal.value.error_dict["from_on"][0].code == "later_term"
    elect(group, START, chair=2, treasurer=3)  # the chair's term is left as it is
    assert terms(group) == [("bendahara", 3, START, None), ("ketua", 2, MARCH, None)]


def test_two_offices_and_strangers_are_refused(group):
    with pytest.raises(ValidationError) as refusal:
        elect(group, START, chair=1, secretary=1)
    assert refusal.value.code == "two_offices"
    stranger = factories.MemberFactory()
    with pytest.raises(ValidationError) as refusal:
        set_offices(group=group, from_on=START, chair=stranger, secretary=None, treasurer=None)
    assert refusal.value.code == "foreign_member"
    assert terms(group) == []


def test_who_is_taken_in_with_an_office_begins_her_term(group):
    first = services.add_member(group=group, name="Sari", joined_on=START, office="bendahara")
    services.add_member(group=group, name="Budi", joined_on=START, left_on=START, office="ketua")
    services.add_member(group=group, name="Joko", joined_on=START, left_on=MAY, office="ketua")
    second = services.add_member(group=group, name="Wati", joined_on=MARCH, office="bendahara")
    assert terms(group) == [
        ("bendahara", first.no, START, MARCH),
        ("ketua", 7, START, MAY),
        ("bendahara", second.no, MARCH, None),
    ]


def test_her_office_ends_with_her_membership_and_runs_on_when_she_stays(group):
    elect(group, START, chair=1, treasurer=3)
    chair = group.members.get(no=1)
    services.update_member(member=chair, left_on=MAY)
    assert ("ketua", 1, START, MAY) in terms(group)
    services.update_member(member=chair, left_on=JULY)
    assert ("ketua", 1, START, JULY) in terms(group)
    services.update_member(member=chair, left_on=None)
    assert offices(group) == {"ketua": 1, "bendahara": 3}
    services.update_member(member=group.members.get(no=2), left_on=MAY)  # an ordinary member: no term is touched
    assert len(terms(group)) == 2


def test_who_comes_back_after_another_was_elected_is_an_ordinary_member(group):
    sari = services.add_member(group=group, name="Sari", joined_on=START, office="ketua")
    services.update_member(member=sari, left_on=MAY)
    services.add_member(group=group, name="Wati", joined_on=MAY, office="ketua")
    services.update_member(member=sari, left_on=None)
    assert offices(group) == {"ketua": 6}
    assert ("ketua", sari.no, START, MAY) in terms(group)


def test_an_office_held_no_day_was_never_held(group):
    elect(group, MARCH, chair=1)
    services.update_member(member=group.members.get(no=1), left_on=MARCH)
    assert terms(group) == []
