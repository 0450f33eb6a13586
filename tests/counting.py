"""What counts for coverage: the lines that the tests of services, arithmetic and forms reach.

A walk or a journey that passes through a branch proves nothing of it, nor does paper. Python 3.11 has no cheap way to
watch lines: whatever runs under watch takes half as long again, Django included. So only what counts is watched.
"""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

UNCOUNTED = (
    "test_*.py",  # right below tests/
    "journeys/*",
    "ksm_project/*",
    "worked_examples/*",
    "*/test_*papers.py",
    "reports/test_demo.py",
)
"""Files below `tests/` that prove doors, paper, the set-up or the whole."""


def counts(path: Path) -> bool:
    """Whether what the tests of this file reach counts."""
    return not any(path.match(f"tests/{pattern}") for pattern in UNCOUNTED)


@contextmanager
def unwatched() -> Iterator[None]:
    """Run the block with nobody tracing its lines, nor those of threads that it starts."""
    watcher, of_threads = sys.gettrace(), threading.gettrace()
    sys.settrace(None)
    threading.settrace(None)
    try:
        yield
    finally:
        threading.settrace(of_threads)
        sys.settrace(watcher)


class OnlyWhatCounts:
    """In a run with `--cov`, coverage looks away while a test runs that does not count.

    pytest-cov's own pause is of no use in a process of xdist, where it starts two tracers and pauses the upper one.
    """

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        if counts(item.path):
            return (yield)
        with unwatched():
            return (yield)
