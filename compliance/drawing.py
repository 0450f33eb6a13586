"""Numbers turned into what a page draws: sparklines and bars as SVG attributes. No Django, no styles."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from loans.ageing import Grade, class_of

WIDTH, LOWEST, HIGHEST = 96, 55, 100


@dataclass(frozen=True, slots=True)
class Sparkline:
    """Points of `components/sparkline.html`; `rise` and `fall` are whole points from the first to the last."""

    points: str
    x: float
    y: float
    rise: int
    fall: int


def sparkline(totals: Sequence[float | None]) -> Sparkline | None:
    """Draw totals (0…100, None unknown), oldest first, on the one scale of all groups; None with fewer than two."""
    known = [(index, total) for index, total in enumerate(totals) if total is not None]
    if len(known) < 2:
        return None
    step = WIDTH / max(1, len(totals) - 1)
    points = [(round(index * step, 1), _height(total)) for index, total in known]
    change = round(known[-1][1] - known[0][1])
    return Sparkline(" ".join(f"{x},{y}" for x, y in points), *points[-1], max(0, change), max(0, -change))


def _height(total: float) -> float:
    held = min(HIGHEST, max(LOWEST, total))
    return round(18 - 16 * (held - LOWEST) / (HIGHEST - LOWEST), 1)


@dataclass(frozen=True, slots=True)
class AgePart:
    """One class of the ageing, its last number of instalments late (None: and more), rupiah, its share and where its
    bar begins (per cent).
    """

    grade: Grade
    most: int | None
    amount: int
    share: float
    start: float


def ageing(loans: Iterable[tuple[int, int]], grades: Sequence[Grade]) -> list[AgePart]:
    """Sort (outstanding rupiah, instalments late) into all of a board's classes, best first."""
    amounts = dict.fromkeys(grades, 0)
    for outstanding, late in loans:
        amounts[class_of(late, grades)] += outstanding
    total = sum(amounts.values())
    parts: list[AgePart] = []
    start = 0.0
    for grade, worse in zip_longest(grades, grades[1:]):
        share = round(100 * amounts[grade] / total, 1) if total else 0.0
        parts.append(AgePart(grade, worse and worse.least_late - 1, amounts[grade], share, round(start, 1)))
        start += share
    return parts
