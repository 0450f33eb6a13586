"""Rows kept week by week are those made anew from the books, whatever happened in between and however late."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from compliance.models import GroupWeek
from tests.compliance.village import ask, assert_rows_are_what_the_books_say, day, found_group, kept, meet

pytestmark = pytest.mark.django_db
EVERYBODY = dict.fromkeys(range(1, 6), 2000)


def test_first():
    group = found_group()
    meet(group, day(1), EVERYBODY, lend=[ask(group, 4, 100_000, day(1))], snacks=5000)
    assert_rows_are_what_the_books_say(group)
    print(kept(group)[0])
    with CaptureQueriesContext(connection, ) as q:
        meet(group, day(2), EVERYBODY, pay={4: 10_250})
    for x in q.captured_queries: print(x["sql"][:150].replace("\n"," "), x["time"])
    print(len(q))
    assert_rows_are_what_the_books_say(group)
    assert 0
