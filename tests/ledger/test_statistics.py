"""The database is told how full the ledger's tables are when it cannot know yet, and left alone when it does."""

import pytest
from django.db import connection

from ledger import statistics
from ledger.models import Account, Entry
from tests.ledger.village import mawar

pytestmark = pytest.mark.django_db


def believed(table):
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [table])
        return cursor.fetchone()[0]


def test_what_the_transaction_wrote_is_counted_once_the_tables_are_known_no_more(django_assert_num_queries):
    mawar()
    with django_assert_num_queries(2):
        assert statistics.count_if_unknown(known=1_000_000_000)
    assert believed("ledger_entry") == Entry.objects.count() == 4
    assert believed("ledger_account") == Account.objects.count()
    with django_assert_num_queries(1):
        assert not statistics.count_if_unknown(known=4)
