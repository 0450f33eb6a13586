"""How hard a property is tried: a few examples by day, in `make test`; up to ten thousand by night, in `make nightly`.

Pure properties say nothing and take Hypothesis's hundred by day. What works on the database says how few it wants, and
by night takes a thousand. The machines that keep whole books take ten thousand sequences, cut into parts so that
several processes share them, and keep their pace in `artefacts/nightly/`.
"""

import os
from pathlib import Path
from time import monotonic

from hypothesis import HealthCheck, settings

BY_NIGHT, ON_THE_DATABASE = 10_000, 1_000
PARTS_BY_NIGHT = 20
PACES = Path(__file__).resolve().parent.parent / "artefacts" / "nightly"

# A busy machine is slow, not wrong: properties are judged by what holds, never by how long an example took.
_PATIENT = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large]}


def load_profile() -> None:
    """Choose by KSM_PROFILE: `ksm` (the default) or `nightly`. Before any test module is read."""
    settings.register_profile("ksm", **_PATIENT)
    settings.register_profile("nightly", **_PATIENT, max_examples=BY_NIGHT, print_blob=True)
    settings.load_profile(os.environ.get("KSM_PROFILE", "ksm"))


def by_day() -> bool:
    return settings.get_current_profile_name() == "ksm"


def examples(few: int) -> int:
    """The number of examples of what works on the database: this many by day, a thousand by night."""
    return few if by_day() else ON_THE_DATABASE


def parts() -> list[int]:
    """The parts that the sequences of a machine are tried in: one by day."""
    return [1] if by_day() else list(range(1, PARTS_BY_NIGHT + 1))


def sequences(few: int) -> int:
    """The number of sequences in each part: this many by day, by night a part of ten thousand."""
    return few if by_day() else BY_NIGHT // PARTS_BY_NIGHT


class Pace:
    """How many sequences of steps were tried to their end, and how long one took; written down by night."""

    def __init__(self, name: str) -> None:
        self.path = PACES / f"{name}.txt"
        self.began, self.sequences, self.steps = monotonic(), 0, 0

    def ended(self, steps: int) -> None:
        """Count one sequence that ended as it should."""
        self.sequences, self.steps = self.sequences + 1, self.steps + steps
        if not by_day() and self.sequences % 25 == 0:
            each = (monotonic() - self.began) / self.sequences
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.write_text(
                f"{self.path.stem}: {self.sequences} sequences, {self.steps} steps, {each:.2f} s each\n"
            )
