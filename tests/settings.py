"""The product's settings on throw-away ground: an own data folder and, without DATABASE_URL, an own Postgres."""

import atexit
import os
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path

from ksm_project import embedded

# The first process of a test run makes the ground and clears it away; xdist's workers inherit it.
if "KSM_TEST_GROUND" not in os.environ:
    ground = tempfile.mkdtemp(prefix="ksm-test-")
    os.environ["KSM_TEST_GROUND"] = os.environ["KSM_DATA_DIR"] = ground
    atexit.register(shutil.rmtree, ground, ignore_errors=True)
    if not os.environ.get("DATABASE_URL"):
        stack = ExitStack()
        atexit.register(stack.close)
        stack.enter_context(embedded.running(durable=False))

from ksm_project.settings import *  # noqa: F403 - the ground must be laid before the settings are read
from ksm_project.settings import STATIC_ROOT, STORAGES

Path(STATIC_ROOT).mkdir(parents=True, exist_ok=True)  # WhiteNoise warns of a missing folder
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # the real one is slow on purpose
