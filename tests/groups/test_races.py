"""Two people who save the same in one moment, with real commits: one of them is told, nobody meets a fault."""

from concurrent.futures import ThreadPoolExecutor

import psycopg2
from django.core.exceptions import ValidationError
from django.db import connection

from groups import services


def test_a_code_that_somebody_takes_in_the_same_moment_is_refused(fresh_database):
    # Another connection has inserted the code and not committed: `full_clean` cannot see it, the database can.
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
        assert waiting.result(timeout=30) == "raced"
    other.close()


def create_bkm_in_a_thread(code: str) -> str | None:
    try:
        services.create_bkm(name="Sama", code=code)
    except ValidationError as refusal:
        return refusal.code
    finally:
        connection.close()
    return None
