"""Numbers turned into what a page draws: sparklines and bars as SVG attributes. No Django, no styles."""

from collections.abc import Sequence
from dataclasses import dataclass

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
    """One class of the ageing: its Roman number, its words, rupiah, its share and where its bar begins (per cent)."""

    roman: str
    words: str
    amount: int
    share: float
    start: float


CLASSES = (("I", 0, 0), ("II", 1, 2), ("III", 3, 4), ("IV", 5, 6), ("V", 7, 10_000))
"""Collectability by instalments late (domain.md); the bounds are not official figures."""


def ageing(loans: Sequence[tuple[int, int]]) -> list[AgePart]:
    """Sort (outstanding rupiah, instalments late) into the five classes."""
    total = sum(outstanding for outstanding, _late in loans)
    parts: list[AgePart] = []
    start = 0.0
    words = {"I": "lancar", "II": "1–2 angsuran", "III": "3–4 angsuran", "IV": "5–6 angsuran", "V": "lebih dari 6"}
    for roman, low, high in CLASSES:
        amount = sum(outstanding for outstanding, late in loans if low <= late <= high)
        share = round(100 * amount / total, 1) if total else 0.0
        parts.append(AgePart(roman, words[roman], amount, share, round(start, 1)))
        start += share
    return parts
