"""The product's settings on throw-away ground: an own data folder and, without DATABASE_URL, an own Postgres."""

import atexit
import os
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path

from ksm_project import embedded

# The first process of a test run makes the ground and clears it away; xdist's workers inherit it. It lies in Linux's
# folder in memory where that has room (a run takes less than 2 GB): the tests make files by the thousand and databases
# by the hundred, and would wait for the disk longer than for Postgres.
if "KSM_TEST_GROUND" not in os.environ:
    memory = "/dev/shm"
    has_room = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 8_000_000_000
    ground = tempfile.mkdtemp(prefix="ksm-test-", dir=memory if has_room else None)
    Path(ground).chmod(0o711)  # other accounts have folders of their own in it
    os.environ["KSM_TEST_GROUND"] = os.environ["KSM_DATA_DIR"] = ground
    # For pytest's `tmp_path`, and for the processes of the tests. This one keeps its temporary folder: what slipcover
    # puts there it reads after the ground is gone.
    os.environ["PYTEST_DEBUG_TEMPROOT"] = os.environ["TMPDIR"] = ground
    atexit.register(shutil.rmtree, ground, ignore_errors=True)
    if not os.environ.get("DATABASE_URL"):
        stack = ExitStack()
        atexit.register(stack.close)
        stack.enter_context(embedded.running(durable=False))

from ksm_project.settings import *  # noqa: F403 - the ground must be laid before the settings are read
from ksm_project.settings import STATIC_ROOT, STORAGES

Path(STATIC_ROOT).mkdir(parents=True, exist_ok=True)  # WhiteNoise warns of a missing folder
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
DRAFT_WAIT = 100  # a person is slower than a journey
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # the real one is slow on purpose
