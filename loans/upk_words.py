"""How a UPK's figures are called, and what each means: printed beside every ratio, on screen and on paper."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groups.money import format_rupiah
from loans.indicators import MONTHS_OF_A_YEAR, Bounds, Indicator, Key
from loans.selectors.upk_portfolio import Figures

NAMES: Mapping[Key, str] = {"lar": "LAR", "par": "PAR", "ccr": "CCr", "roi": "ROI", "rr": "RR"}
TITLES = {
    "lar": gettext_lazy("KSM at risk"),
    "par": gettext_lazy("Balance at risk"),
    "ccr": gettext_lazy("Income over cost"),
    "roi": gettext_lazy("Yield of the capital"),
    "rr": gettext_lazy("Repayment"),
}
DEFINITIONS = {
    "lar": gettext_lazy("KSM with a loan 3 or more instalments late, divided by all KSM with a balance."),
    "par": gettext_lazy("The whole balance of loans 3 or more instalments late, divided by the balance of all loans."),
    "ccr": gettext_lazy("Income since 1 January divided by cost since 1 January."),
    "roi": gettext_lazy(
        "Income less cost since 1 January, times 12, divided by the month's number, divided by the capital (3210)."
    ),
    "rr": gettext_lazy(
        "The balance of all loans less what is late of loans 3 or more instalments late (pokok and jasa), divided by "
        "that balance."
    ),
}


@dataclass(frozen=True, slots=True)
class FigureLine:
    """One figure ready to be read."""

    key: Key
    figure: Indicator
    parts: str
    bounds: tuple[str, str, str]

    @property
    def name(self) -> str:
        return NAMES[self.key]

    @property
    def title(self) -> str:
        return str(TITLES[self.key])

    @property
    def definition(self) -> str:
        return str(DEFINITIONS[self.key])


def figure_lines(figures: Figures, bounds: Mapping[Key, Bounds]) -> list[FigureLine]:
    """Return the five figures with their parts and bands in words."""
    return [FigureLine(one.key, one, _parts(one, figures), _bands(bounds[one.key])) for one in figures.indicators]


def _parts(one: Indicator, figures: Figures) -> str:
    if one.key == "lar":
        return _("%(part)s of %(whole)s KSM") % {"part": one.part, "whole": one.whole}
    if one.key == "roi":
        results = figures.results
        profit, capital = format_rupiah(results.profit), format_rupiah(results.capital)
        return f"({profit} × {MONTHS_OF_A_YEAR} / {results.month}) / {capital}"
    return f"{format_rupiah(one.part)} / {format_rupiah(one.whole)}"


def percent(value: Fraction) -> str:
    """Return an edge as people write it: `12,5 %`, `125 %`."""
    text = f"{Decimal(value.numerator * 100) / Decimal(value.denominator):.2f}".rstrip("0").rstrip(".")
    return f"{text.replace('.', ',').replace('-', '−')} %"


def _bands(edge: Bounds) -> tuple[str, str, str]:
    """Return where the three bands lie: satisfactory, minimum, suspension."""
    good, limit = percent(edge.good), percent(edge.limit)
    if edge.low:
        return f"≤ {good}", f"≤ {limit}", f"> {limit}"
    return f"≥ {good}", f"≥ {limit}", f"< {limit}"


HEADS: Sequence[tuple[str, str]] = tuple(NAMES.items())
