"""What a process that serves requests for long tells Python's collector of cycles."""

import gc

NEW_OBJECTS = 20_000  # between two looks; a posted sheet makes about half as many


def settle() -> None:
    """Leave all that is loaded alone from now on, and look for cycles seldom.

    Requests make thousands of small objects that go when their last name does, hardly one of them in a cycle. At the
    usual 700 the collector went through them a dozen times for every posted sheet.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, 10, 10)
