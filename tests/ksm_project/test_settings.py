"""Settings that other promises rest on."""

import sys

import pytest
from django.conf import settings
from django.db import connection


@pytest.mark.django_db
def test_the_driver_is_psycopg2():
    # Django silently prefers psycopg 3 as soon as any package brings it along.
    with connection.cursor() as cursor:
        assert type(cursor.connection).__module__.partition(".")[0] == "psycopg2"
    assert "psycopg" not in sys.modules


def test_grouping_of_digits_never_reaches_urls():
    assert settings.USE_THOUSAND_SEPARATOR is False
