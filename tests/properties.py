"""How hard a property is tried: a few examples by day, in `make test`; ten thousand by night, in `make nightly`.

Pure properties say nothing and take Hypothesis's hundred by day. What works on the database says how few it wants.
"""

import os

from hypothesis import HealthCheck, settings

BY_NIGHT = 10_000

# A busy machine is slow, not wrong: properties are judged by what holds, never by how long an example took.
_PATIENT = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large]}


def load_profile() -> None:
    """Choose by KSM_PROFILE: `ksm` (the default) or `nightly`. Before any test module is read."""
    settings.register_profile("ksm", **_PATIENT)
    settings.register_profile("nightly", **_PATIENT, max_examples=BY_NIGHT, print_blob=True)
    settings.load_profile(os.environ.get("KSM_PROFILE", "ksm"))


def examples(by_day: int) -> int:
    """The number of examples: this many by day, the profile's by night."""
    return by_day if settings.get_current_profile_name() == "ksm" else settings().max_examples
