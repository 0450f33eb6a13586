"""A cluster made once for all tests of the embedded Postgres: a copy takes a tenth of the time."""

import subprocess

import psycopg2
import pytest

from ksm_project.embedded import Cluster


def ask(url, sql, *values):
    """Run one statement with a commit; its rows, if any."""
    connection = psycopg2.connect(url)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchall() if cursor.description else None
    finally:
        connection.close()


@pytest.fixture(scope="session")
def prepared(tmp_path_factory):
    """A cluster made once, with one row in it, to be copied."""
    home = tmp_path_factory.mktemp("prepared")
    with Cluster(home) as cluster:
        ask(cluster.url, "CREATE TABLE kas (rupiah bigint)")
        ask(cluster.url, "INSERT INTO kas VALUES (50000)")
    return home


@pytest.fixture
def home(prepared, tmp_path):
    subprocess.run(["cp", "-a", prepared / "postgres", tmp_path], check=True)
    return tmp_path
