"""`make run` as a person meets it: a page in the browser, one address per port, and nothing left after Ctrl-C."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from ksm_project.embedded import Cluster

REPOSITORY = Path(__file__).resolve().parents[2]


def serve(home, port):
    environment = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE")}
    return subprocess.Popen(
        [sys.executable, "manage.py", "serve", "--no-demo"],
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
    """Let a failed test leave no server either."""
    try:
        yield
    except BaseException:
        os.killpg(process.pid, signal.SIGTERM)
        raise


def lines_until_ready(process):
    lines = []
    for line in process.stdout:
        lines.append(line.strip())
        if line.startswith("Siap."):
            return lines
    pytest.fail("\n".join(lines))


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


def test_it_serves_twice_over_and_ctrl_c_leaves_nothing_behind(tmp_path):
    with a_port() as port:
        pass  # free again
    steps = []
    for _ in range(2):
        with serve(tmp_path, port) as process, ended(process):
            lines = lines_until_ready(process)
            assert f"Buku KSM terbuka di http://127.0.0.1:{port}" in lines
            steps.append([line for line in lines if line.startswith("Meny")])
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=30) as response:
                page = response.read().decode()
            style = page.split('href="/static/css/buku.')[1].split('"')[0]
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/static/css/buku.{style}", timeout=30) as response:
                assert "immutable" in response.headers["Cache-Control"]
            for path in ("/masuk/", "/", f"/static/css/buku.{style}"):
                head_and_get_on_one_connection(port, path)
            os.killpg(process.pid, signal.SIGINT)
            output, _ = process.communicate(timeout=60)
            assert output.strip() == "Menutup …"
        assert process.returncode == 0
        cluster = Cluster(tmp_path)
        cluster.account = cluster._server_account()
        assert cluster._processes() == set()
        with pytest.raises(urllib.error.URLError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5)
    # The second time nothing has to be made.
    assert [len(made) for made in steps] == [3, 0]


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
