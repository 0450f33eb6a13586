"""What a sparkline and the ageing draw, point by point. Without a database."""

from decimal import Decimal

import pytest

from compliance.drawing import ageing, sparkline
from loans.ageing import DEFAULT_GRADES, Grade


@pytest.mark.parametrize(
    ("totals", "points", "rise", "fall"),
    [
        ([55.0, 100.0], "0.0,18.0 96.0,2.0", 45, 0),
        ([100.0, 77.5, 55.0], "0.0,2.0 48.0,10.0 96.0,18.0", 0, 45),
        ([72.7, 72.7], "0.0,11.7 96.0,11.7", 0, 0),
        ([10.0, 55.0], "0.0,18.0 96.0,18.0", 45, 0),  # below the scale: on its lowest line, and told by the words
        # weeks of which nothing is known keep their places, and no point is drawn there
        ([None, 70.0, None, 85.0], "32.0,12.7 96.0,7.3", 15, 0),
        ([70.0, None, 64.6, None], "0.0,12.7 64.0,14.6", 0, 5),
    ],
)
def test_a_sparkline_draws_what_is_known_on_the_scale_of_all_groups(totals, points, rise, fall):
    drawn = sparkline(totals)
    assert (drawn.points, drawn.rise, drawn.fall) == (points, rise, fall)
    assert f"{drawn.x},{drawn.y}" == points.split()[-1]


@pytest.mark.parametrize("totals", [[], [80.0], [None, 80.0, None], [None, None]])
def test_fewer_than_two_known_totals_are_no_line(totals):
    assert sparkline(totals) is None


LOANS = [(60_000, 0), (20_000, 1), (10_000, 2), (5_000, 4), (5_000, 30)]  # outstanding, instalments late


def drawn(grades):
    return [(p.grade.roman, p.grade.least_late, p.most, p.amount, p.share, p.start) for p in ageing(LOANS, grades)]


def test_the_ageing_sorts_loans_into_the_classes_it_is_told():
    assert drawn(DEFAULT_GRADES) == [
        ("I", 0, 0, 60_000, 60.0, 0.0),
        ("II", 1, 2, 30_000, 30.0, 60.0),
        ("III", 3, 4, 5_000, 5.0, 90.0),
        ("IV", 5, 6, 0, 0.0, 95.0),
        ("V", 7, None, 5_000, 5.0, 95.0),
    ]
    own = [Grade(no, name, least, Decimal(0)) for no, (name, least) in enumerate([("baik", 0), ("macet", 2)], start=1)]
    assert drawn(own) == [("I", 0, 1, 80_000, 80.0, 0.0), ("II", 2, None, 20_000, 20.0, 80.0)]


def test_without_loans_every_class_is_empty():
    assert [(part.amount, part.share, part.start) for part in ageing([], DEFAULT_GRADES)] == [(0, 0.0, 0.0)] * 5
