"""A request that was refused is told in one line; one that broke, with where it broke."""

import logging
import sys

import pytest
from django.core.exceptions import PermissionDenied

from ksm_project.logs import without_traceback_of_refusals


def formatted(fault: Exception) -> str:
    try:
        raise fault
    except Exception:  # noqa: BLE001 (whichever it is)
        record = logging.LogRecord("django.request", logging.WARNING, "", 0, "Forbidden: /staff/", (), sys.exc_info())
    assert without_traceback_of_refusals(record)
    return logging.Formatter().format(record)


@pytest.mark.parametrize(("fault", "lines"), [(PermissionDenied(), 1), (ValueError(), 5)])
def test_what_was_refused_takes_a_line_and_what_broke_says_where(fault, lines):
    assert len(formatted(fault).splitlines()) == lines


def test_the_console_is_told_so(settings):
    assert settings.LOGGING["handlers"]["console"]["filters"] == ["refusals"]
    assert settings.LOGGING["filters"]["refusals"]["callback"] is without_traceback_of_refusals
