"""`make run` as a person meets it: a page in the browser, one address per port, and nothing left after Ctrl-C."""

import contextlib
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import psycopg2
import pytest

from ksm_project.embedded import Cluster
from reports import demo
from tests.ksm_project.conftest import ask

REPOSITORY = Path(__file__).resolve().parents[2]


def serve(home, port, *options):
    environment = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE")}
    return subprocess.Popen(
        [sys.executable, "manage.py", "serve", *options],
        cwd=REPOSITORY,
        env=environment | {"KSM_DATA_DIR": str(home), "PORT": str(port)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,  # its own terminal, as it were
    )


@contextlib.contextmanager
def a_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield taken.getsockname()[1]


@contextlib.contextmanager
def ended(process):
    """Let a failed test leave no server either, nor wait for ever for what one does not say."""
    late = threading.Timer(60, os.killpg, (process.pid, signal.SIGTERM))
    late.start()
    try:
        yield
    except BaseException:
        os.killpg(process.pid, signal.SIGTERM)
        raise
    finally:
        late.cancel()


def lines_until(process, words):
    lines = []
    for line in process.stdout:
        lines.append(line.strip())
        if line.startswith(words):
            return lines
    pytest.fail("\n".join(lines))


class Person:
    """Somebody of the demonstration at her browser."""

    def __init__(self, address, username):
        self.address = address
        self.browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        form = self.look("/masuk/")
        token = form.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
        sent = {"csrfmiddlewaretoken": token, "username": username, "password": demo.PASSWORD}
        self.home = self.look("/masuk/", urllib.parse.urlencode(sent).encode())

    def look(self, path, sent=None):
        with self.browser.open(self.address + path, sent, timeout=30) as response:
            return response.read().decode()


def head_and_get_on_one_connection(port, path):
    """Whatever were left of the first answer, the second would begin with it."""
    accepted = {"Accept-Encoding": "gzip"}
    told = []
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        for method in ("HEAD", "GET"):
            connection.request(method, path, headers=accepted)
            response = connection.getresponse()
            told.append((response.status, response.headers["Content-Type"], response.headers["Content-Encoding"]))
            assert int(response.headers["Content-Length"]) >= 0
            length = len(response.read())
            assert length == (0 if method == "HEAD" else int(response.headers["Content-Length"]))
    assert told[0] == told[1], path


def nothing_runs_on(home, port):
    cluster = Cluster(home)
    cluster.account = cluster._server_account()
    assert cluster._processes() == set()
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5)


def test_an_evening_and_a_morning_with_the_demonstration(tmp_path):
    """Stopped while the programme is loading, it goes on where it was; and nothing is left behind either time."""
    with a_port() as port:
        pass  # free again
    address = f"http://127.0.0.1:{port}"
    with serve(tmp_path, port, "--weeks=2") as process, ended(process):
        lines = lines_until(process, "Siap.")
        assert len([line for line in lines if line.startswith("Meny")]) == 4
        assert [line for line in lines if line.startswith("KSM ")] == [f"KSM {name}" for name, *_rest in demo.SMALL]
        assert f"Buku KSM terbuka di {address}" in lines
        assert f"wati       {demo.PASSWORD}   bendahara KSM Mawar (HP)" in lines
        with Cluster(tmp_path) as cluster:
            url = cluster.url
        with contextlib.closing(psycopg2.connect(url)) as held, held.cursor() as cursor:
            cursor.execute("LOCK TABLE groups_bkm IN SHARE MODE")  # no village comes in for now

            wati = Person(address, "wati")
            assert "KSM Mawar" in wati.home
            page = wati.look("/g/GR-MAWAR/")
            assert "KSM Mawar" in page
            style = page.split('href="/static/css/buku.')[1].split('"')[0]
            with urllib.request.urlopen(f"{address}/static/css/buku.{style}", timeout=30) as response:
                assert "immutable" in response.headers["Cache-Control"]
            for path in ("/masuk/", "/", f"/static/css/buku.{style}"):
                head_and_get_on_one_connection(port, path)

            board = Person(address, "hadi").look("/b/BKM-GUYUB-RUKUN/")
            assert "UPK Guyub Rukun" in board
            rows = [row for row in board.split("<tr>") if "cell-name" in row]
            assert [row.count('title="Bandungrejosari"') for row in rows] == [1] * 10
            lights = {tuple(re.findall(r"light light-(\w+)", row)) for row in rows}
            assert len(lights) > 5  # of different health
            assert {"good", "warn", "bad"} <= {light for five in lights for light in five}
            while ask(url, "SELECT count(*) FROM pg_locks WHERE NOT granted") != [(2,)]:
                assert process.poll() is None  # both processes of the programme are waiting for their first village
            os.kill(process.pid, signal.SIGTERM)
            output, _ = process.communicate(timeout=60)  # it ends when the last of them does
        assert output.strip() == "Menutup …"
        assert process.returncode == 0
    nothing_runs_on(tmp_path, port)

    with serve(tmp_path, port, "--weeks=1") as process, ended(process):
        lines = lines_until(process, "Siap.")
        assert [line for line in lines if line.startswith(("Meny", "BKM"))] == [
            "Menyiapkan data contoh …",
            "BKM Guyub Rukun sudah ada.",
        ]
        lines_until(process, "Program Batang juga sudah dimuat.")
        with Cluster(tmp_path) as cluster:
            groups = "FROM groups_group g JOIN groups_bkm b ON b.id = g.bkm_id WHERE b.code <> 'BKM-GUYUB-RUKUN'"
            origins = f"SELECT origin, count(*), count(DISTINCT b.id) {groups} GROUP BY 1 ORDER BY 1"
            assert ask(cluster.url, origins) == [("baru", 37, 4), ("reaktivasi", 63, 7)]
            assert ask(cluster.url, f"SELECT count(DISTINCT b.id) {groups}") == [(10,)]
            named = ask(cluster.url, f"SELECT g.code {groups} AND g.name = 'KSM Guyub Rukun'")
            assert ("SIL-GUYUB-RUKUN-0",) in named
        os.killpg(process.pid, signal.SIGINT)
        output, _ = process.communicate(timeout=60)
        assert output.strip() == "Menutup …"
    assert process.returncode == 0
    nothing_runs_on(tmp_path, port)


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_a_taken_port_is_told_before_anything_is_made(home, host):
    with socket.socket() as taken:
        taken.bind((host, 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = serve(home, port)
        output, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert f"Port {port} sedang dipakai" in output
    assert "tabel" not in output


def test_an_impossible_port_is_refused(home):
    process = serve(home, 70_000)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "Port 70000" in output
