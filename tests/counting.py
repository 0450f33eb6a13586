"""What counts for coverage: the lines that the tests of services, arithmetic and forms reach.

A walk or a journey that passes through a branch proves nothing of it, nor does paper. Python 3.11 has no cheap way to
watch lines: whatever runs under watch takes half as long again, Django included. So only what counts is watched.
"""

import sys
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
    """Run the block with nobody tracing its lines."""
    watcher = sys.gettrace()
    sys.settrace(None)
    try:
        yield
    finally:
        sys.settrace(watcher)


class OnlyWhatCounts:
    """The plugin of a run with `--cov`: coverage rests while a test runs that does not count."""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        if counts(item.path):
            return (yield)
        coverage = item.config.pluginmanager.get_plugin("_cov").cov_controller
        coverage.pause()  # in every thread, a live site's too
        try:
            return (yield)
        finally:
            coverage.resume()
