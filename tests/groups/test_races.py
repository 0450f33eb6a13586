"""What only the database can refuse: two who save the same in one moment, with real commits; told at its field."""

from concurrent.futures import ThreadPoolExecutor

import psycopg2
import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection

from groups import services


def test_a_code_that_somebody_takes_in_the_same_moment_is_refused(fresh_database):
    # Another connection has inserted the code and not committed: no question asked beforehand
    # could see it, the database can.
    other = psycopg2.connect(**connection.get_connection_params() | {"cursor_factory": None})
    with ThreadPoolExecutor(max_workers=1) as pool, other.cursor() as cursor:
        cursor.execute("INSERT INTO groups_bkm (code, name, region, address) VALUES ('BKM-SAMA', 'Sama', '', '')")
        waiting = pool.submit(create_bkm_in_a_thread, "BKM-SAMA")
        cursor.execute("SELECT pg_backend_pid()")
        (holder,) = cursor.fetchone()
        blocked = f"SELECT count(*) FROM pg_stat_activity WHERE {holder} = ANY (pg_blocking_pids(pid))"
        with connection.cursor() as watcher:
            watcher.execute(blocked)
            while not waiting.done() and watcher.fetchone()[0] == 0:
                watcher.execute(blocked)
        other.commit()
        assert waiting.result(timeout=30) == {"code": ["unique"]}
    other.close()


def create_bkm_in_a_thread(code: str) -> dict[str, list[str]] | None:
    try:
        services.create_bkm(name="Sama", code=code)
    except ValidationError as refusal:
        return {field: [error.code for error in errors] for field, errors in refusal.error_dict.items()}
    finally:
        connection.close()
    return None


@pytest.mark.django_db
def test_what_no_field_is_to_blame_for_is_no_refusal_but_a_fault():
    with pytest.raises(IntegrityError):
        services.create_bkm(name="Sama", code="BKM-SAMA", address=None)
