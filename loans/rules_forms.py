"""What a meeting agreed on lending, as an officer or the coordinator writes it."""

import re
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from groups.fields import DayField, RupiahField
from groups.forms import BukuForm
from loans.forms import MOST_ROUNDING, CountField, PercentField, percent_text
from loans.models import LendingRules
from loans.schedule import MAX_PERIODS
from loans.services import Agreement

STEPS = 4

_TIMES = re.compile(r"(?P<whole>[0-9]{1,3})(?:[.,](?P<part>[0-9]{1,2}))?")


class TimesField(forms.Field):
    """How many times something: `2`, `2,5`; comes out as a `Decimal`, or None."""

    def __init__(self, **options: Any) -> None:
        attributes = {"inputmode": "decimal", "autocomplete": "off", "maxlength": 20}
        super().__init__(widget=forms.TextInput(attrs=attributes), **options)

    def to_python(self, value: Any) -> Decimal | None:
        if value in self.empty_values or isinstance(value, Decimal):
            return None if value in self.empty_values else value
        match = _TIMES.fullmatch(str(value).strip())
        if not match:
            raise ValidationError(_("Write a number like 2 or 2,5."), code="not_times")
        return Decimal(f"{match['whole']}.{match['part'] or 0}")

    def prepare_value(self, value: Any) -> Any:
        return percent_text(value) if isinstance(value, Decimal) else value


class RulesForm(BukuForm):
    """One version of the rules; an empty limit does not limit."""

    adopted_on = DayField(
        label=gettext_lazy("Adopted by the meeting of"), help_text=gettext_lazy("Its sheet must be in the book.")
    )
    from_on = DayField(label=gettext_lazy("Holds from"))
    step_1 = RupiahField(label=gettext_lazy("Most for a first loan"), required=False)
    step_2 = RupiahField(label=gettext_lazy("For a second loan"), required=False)
    step_3 = RupiahField(label=gettext_lazy("For a third loan"), required=False)
    step_4 = RupiahField(label=gettext_lazy("For those after"), required=False)
    savings_multiple = TimesField(
        label=gettext_lazy("Times her own savings"),
        required=False,
        help_text=gettext_lazy("Like 3. Pokok, wajib and sukarela count."),
    )
    most = RupiahField(label=gettext_lazy("Most for one member"), required=False)
    most_weeks = CountField(label=gettext_lazy("Weekly instalments, at most"), most=MAX_PERIODS, required=False)
    most_months = CountField(label=gettext_lazy("Monthly instalments, at most"), most=MAX_PERIODS, required=False)
    rate = PercentField(label=gettext_lazy("Jasa, per cent"))
    rate_per = forms.ChoiceField(
        label=gettext_lazy("Jasa per"),
        choices=[("month", pgettext_lazy("every", "month")), ("week", pgettext_lazy("every", "week"))],
    )
    method = forms.ChoiceField(
        label=gettext_lazy("How jasa is counted"),
        choices=[
            ("flat", gettext_lazy("flat, jasa stays the same")),
            ("declining", gettext_lazy("declining, jasa of what is left")),
            ("annuity", gettext_lazy("annuity, instalments stay the same")),
        ],
    )
    round_to = RupiahField(
        label=gettext_lazy("Round instalments up to"),
        validators=[MaxValueValidator(MOST_ROUNDING, gettext_lazy("Write at most 1.000.000."))],
    )
    fine = RupiahField(
        label=gettext_lazy("Fine for each instalment late"),
        help_text=gettext_lazy("Suggested on the sheet, never taken by itself. 0 for none."),
    )
    blocked_percent = PercentField(
        label=gettext_lazy("Stays behind, per cent of the loan"),
        help_text=gettext_lazy("Tabungan tanggung renteng, given back when the loan is paid. 0 for none."),
    )
    decider = forms.ChoiceField(label=gettext_lazy("Who decides"), choices=LendingRules.Decider.choices)

    @staticmethod
    def initial_of(last: LendingRules | None, met: date) -> dict[str, Any]:
        """What the form opens with: the version before, or customary figures."""
        given: dict[str, Any] = {"adopted_on": met, "from_on": met}
        if last is None:
            customary = {"rate": Decimal("1.5"), "rate_per": "month", "method": "flat", "round_to": 1000}
            return given | customary | {"fine": 0, "blocked_percent": Decimal(5), "decider": "meeting"}
        given |= {f"step_{n}": step for n, step in enumerate(last.steps[:STEPS], start=1)}
        names = ("savings_multiple", "most", "most_weeks", "most_months", "rate", "rate_per", "method", "round_to")
        return given | {name: getattr(last, name) for name in (*names, "fine", "blocked_percent", "decider")}

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        steps = [given.get(f"step_{n}") for n in range(1, STEPS + 1)]
        for n, (step, after) in enumerate(pairwise(steps), start=1):
            if step is None and after is not None and f"step_{n}" not in self.errors:
                self.add_error(f"step_{n}", ValidationError(_("Fill this in."), code="required"))
        return given

    def refuse(self, error: ValidationError) -> None:
        """Show what was refused of the steps at the first of them."""
        if hasattr(error, "error_dict") and "steps" in error.error_dict:
            error.error_dict["step_1"] = error.error_dict.pop("steps")
        super().refuse(error)

    @staticmethod
    def agreement(given: dict[str, Any]) -> Agreement:
        """Return what the form read as the service wants it told."""
        steps = tuple(given[f"step_{n}"] for n in range(1, STEPS + 1) if given[f"step_{n}"] is not None)
        return Agreement(steps=steps, **{name: value for name, value in given.items() if not name.startswith("step_")})
