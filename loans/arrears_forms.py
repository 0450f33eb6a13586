"""Which day arrears are asked for, and the table of classes a BKM writes."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groups.fields import DayField, NameField
from groups.forms import BukuForm
from loans.ageing import Grade
from loans.forms import CountField, PercentField

CLASS_ROWS = 6


class OnForm(BukuForm):
    """A day that has come, not before the books began."""

    on = DayField(label=gettext_lazy("As of"), required=False)

    def __init__(self, *args: Any, today: date, since: date | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.today, self.since = today, since

    def clean_on(self) -> date | None:
        on: date | None = self.cleaned_data["on"]
        if on and on > self.today:
            raise ValidationError(_("This day is still to come."), code="future")
        if on and self.since and on < self.since:
            raise ValidationError(
                _("The books of this group begin on %(on)s."),
                code="before_books",
                params={"on": self.since.strftime("%d-%m-%Y")},
            )
        return on


class ClassesForm(BukuForm):
    """Up to six classes; a row without a name is none."""

    from_on = DayField(label=gettext_lazy("Holds from"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for n in range(1, CLASS_ROWS + 1):
            number = {"n": n}
            self.fields[f"name_{n}"] = NameField(label=_("Class %(n)s") % number, max_length=40, required=False)
            self.fields[f"late_{n}"] = CountField(
                label=_("Class %(n)s, from instalments late") % number, least=0, most=520, required=False
            )
            self.fields[f"reserve_{n}"] = PercentField(
                label=_("Class %(n)s, reserve in per cent") % number, required=False
            )

    @staticmethod
    def initial_of(grades: Sequence[Grade], today: date) -> dict[str, Any]:
        """What the form opens with: the table in force."""
        rows = {"from_on": today}
        for n, grade in enumerate(grades[:CLASS_ROWS], start=1):
            rows |= {f"name_{n}": grade.name, f"late_{n}": grade.least_late, f"reserve_{n}": grade.reserve}
        return rows

    @property
    def rows(self) -> list[tuple[Any, Any, Any]]:
        """The fields of each class, for the template."""
        return [(self[f"name_{n}"], self[f"late_{n}"], self[f"reserve_{n}"]) for n in range(1, CLASS_ROWS + 1)]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        for n in range(1, CLASS_ROWS + 1):
            for name in (f"late_{n}", f"reserve_{n}"):
                if given.get(f"name_{n}") and given.get(name) is None and name not in self.errors:
                    self.add_error(name, ValidationError(_("Fill this in."), code="required"))
        return given
