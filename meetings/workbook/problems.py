"""What is wrong with a workbook, gathered as sheet, cell and reason."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from django.utils.translation import gettext as _

Severity = Literal["error", "warning"]

MAX_PROBLEMS = 1000  # of each severity


@dataclass(frozen=True, slots=True)
class Problem:
    """Something about a cell that a person should know. An `error` keeps the book out, a `warning` does not."""

    sheet: str
    cell: str
    reason: str
    severity: Severity = "error"


@dataclass(slots=True)
class Problems:
    """Everything found, in the order of finding; past a thousand of a kind only the fact that there are more."""

    found: list[Problem] = field(default_factory=list)
    counts: dict[Severity, int] = field(default_factory=lambda: {"error": 0, "warning": 0})

    def error(self, sheet: str, cell: str, reason: str) -> None:
        self.add(Problem(sheet, cell, reason))

    def warn(self, sheet: str, cell: str, reason: str) -> None:
        self.add(Problem(sheet, cell, reason, "warning"))

    def add(self, problem: Problem) -> None:
        self.counts[problem.severity] += 1
        count = self.counts[problem.severity]
        if count == MAX_PROBLEMS:
            problem = Problem(problem.sheet, problem.cell, _("There is more after this."), problem.severity)
        if count <= MAX_PROBLEMS:
            self.found.append(problem)

    def at(self, sheet: str, cell: str) -> Callable[[Severity, str], None]:
        """Return what takes problems of one cell."""
        return lambda severity, reason: self.add(Problem(sheet, cell, reason, severity))

    @property
    def errors(self) -> int:
        return self.counts["error"]
