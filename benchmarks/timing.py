"""Times work on a machine that may be busy with other things: on the wall, and as processor time of both sides."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from django.db import connection
from django.test.utils import CaptureQueriesContext

APART = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT")
OF_SIGNING_IN = ('FROM "django_session"', 'UPDATE "django_session"', 'FROM "users_user"')


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that `share` (0…1) of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


@dataclass
class Times:
    """Samples of one piece of work, in milliseconds: on the wall, and of processor (ours and the server's)."""

    wall: list[float] = field(default_factory=list)
    ours: list[float] = field(default_factory=list)
    servers: list[float] = field(default_factory=list)

    @property
    def work(self) -> list[float]:
        return [one + other for one, other in zip(self.ours, self.servers, strict=True)]

    def line(self) -> str:
        text = f"p50 {median(self.wall):7.1f} ms   p95 {percentile(self.wall, 0.95):7.1f} ms"
        return f"{text}   processor {median(self.ours):6.1f} ms Python + {median(self.servers):5.1f} ms Postgres"

    def against(self, other: "Times") -> "Ratio":
        """Compare medians."""
        return Ratio(median(self.wall) / median(other.wall), median(self.work) / median(other.work))

    @contextmanager
    def sample(self) -> Iterator[None]:
        """Time the block. The connection must be open already."""
        pid = connection.connection.info.backend_pid
        server, ours, wall = _server_ms(pid), time.process_time(), time.perf_counter()
        yield
        self.wall.append(1000 * (time.perf_counter() - wall))
        self.ours.append(1000 * (time.process_time() - ours))
        self.servers.append(_server_ms(pid) - server)


@dataclass(frozen=True)
class Ratio:
    """How many times as long one piece of work takes as another, by their medians."""

    wall: float
    work: float  # processor time of both sides: hardly disturbed by what else the machine does

    def __str__(self) -> str:
        return f"{self.wall:.2f} on the wall, {self.work:.2f} of processor"


def _server_ms(pid: int) -> float:
    """Return the processor time a server process has used, in milliseconds; 0 where the system does not tell."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e6
    except (OSError, ValueError, IndexError):
        return 0.0


@dataclass
class Statements:
    """The statements of a piece of work; sessions, signing in, savepoints, BEGIN and COMMIT aside."""

    sql: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.sql)


@contextmanager
def counting() -> Iterator[Statements]:
    """Count the statements of the block."""
    found = Statements()
    with CaptureQueriesContext(connection) as captured:
        yield found
    found.sql = [
        one["sql"]
        for one in captured.captured_queries
        if not one["sql"].startswith(APART) and not any(part in one["sql"] for part in OF_SIGNING_IN)
    ]
