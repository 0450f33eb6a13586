"""What the board sees of its UPK on the dashboard: the five figures of today, and money held for it by the KSM."""

from dataclasses import dataclass
from datetime import date

from groups.models import Bkm, Upk
from loans.models import UpkPolicy
from loans.selectors import UpkLine, gaps, upk_portfolio
from loans.upk_words import FigureLine, figure_lines


@dataclass(frozen=True, slots=True)
class UpkSection:
    """The UPK as it stands today. `held` are loans whose KSM received money that it has not passed on, oldest first."""

    upk: Upk
    lines: list[FigureLine]
    balance: int
    loans: int
    held: list[UpkLine]

    @property
    def held_sum(self) -> int:
        return sum(line.gap.amount for line in self.held)

    @property
    def held_days(self) -> int:
        """How long the oldest of it has been held."""
        return max((line.gap.days for line in self.held), default=0)


def upk_section(bkm: Bkm, today: date) -> UpkSection | None:
    """Return the section of a board's dashboard; None for a board without a UPK. At most eleven queries."""
    upk = Upk.objects.filter(bkm=bkm).select_related("book").first()
    if upk is None:
        return None
    (figures,) = upk_portfolio.figures(upk, [today], today=today)
    policy = UpkPolicy.objects.in_force(bkm.pk, today)
    lines = figure_lines(figures, policy.bounds)
    return UpkSection(upk, lines, figures.balance, len(figures.loans), gaps(bkm.pk, today))
