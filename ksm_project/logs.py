"""What the terminal tells of a request."""

from logging import LogRecord

from django.core.exceptions import PermissionDenied


def without_traceback_of_refusals(record: LogRecord) -> bool:
    """Let every record through; of somebody who may not see a page a line is enough, since nothing broke."""
    if record.exc_info and isinstance(record.exc_info[1], PermissionDenied):
        record.exc_info = None
    return True
