"""What a group agreed to save and how it shares a surplus, as people write it."""

import re
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from groups.dates import FIRST_YEAR
from groups.fields import DayField, NameField, RupiahField
from groups.forms import BukuForm
from ledger import chart
from savings.forall import GIFT_SOURCES
from savings.models import SurplusSplit, YearEnd
from savings.models.surplus import FUND_CODES, Target
from savings.services import OWN_ACCOUNTS
from savings.surplus import Part
from savings.yearend import Agreement


class TermsForm(BukuForm):
    weekly = RupiahField(label=_("Simpanan wajib per week"), help_text=_("0 when each saves what she can."))
    principal = RupiahField(label=_("Simpanan pokok"), help_text=_("Once, on joining. 0 when there is none."))
    from_on = DayField(label=_("Holds from"))


class ShareField(forms.Field):
    """Per cent of a surplus from 0 to 100 with at most two decimals, `12,5` or `12.5`; comes out as a `Decimal`."""

    _WRITTEN = re.compile(r"(?P<whole>[0-9]{1,3})(?:[.,](?P<part>[0-9]{1,2}))? ?%?")

    def __init__(self, **options: Any) -> None:
        attributes = {"inputmode": "decimal", "autocomplete": "off", "maxlength": 8, "class": "form-amount"}
        options.setdefault("widget", forms.TextInput(attrs=attributes))
        super().__init__(**options)

    def to_python(self, value: Any) -> Decimal | None:
        if value in self.empty_values:
            return None
        match = self._WRITTEN.fullmatch(str(value).strip())
        percent = Decimal(f"{match['whole']}.{match['part'] or 0}") if match else None
        if percent is None or percent > 100:
            raise ValidationError(_("Write a per cent from 0 to 100, like 12,5."), code="not_a_percent")
        return percent

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, Decimal):
            return value
        text = f"{value:f}"
        return (text.rstrip("0").rstrip(".") if "." in text else text).replace(".", ",")


class ActForm(BukuForm):
    """What every act outside the sheet is told: what for, a day that has come, the key minted when it was opened."""

    memo = NameField(label=_("What for"), max_length=100)
    on = DayField(label=_("Date"))
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        options["initial"] = {"on": today, "key": uuid4()} | (options.get("initial") or {})
        super().__init__(*args, **options)
        self.today = today
        self.order_fields([name for name in self.fields if name not in ("memo", "on", "key")])

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if on > self.today:
            raise ValidationError(_("This day is still to come."), code="future")
        return on


_OWN = [(code, chart.CHART[code].name) for code in reversed(OWN_ACCOUNTS)]


class PayOutForm(ActForm):
    code = forms.ChoiceField(label=_("Out of"), choices=_OWN)
    amount = RupiahField(label=_("How much"), least=1)


class TransferForm(ActForm):
    source = forms.ChoiceField(label=_("From"), choices=_OWN)
    target = forms.ChoiceField(label=_("To"), choices=_OWN[1:] + _OWN[:1])
    amount = RupiahField(label=_("How much"), least=1)


class EverybodyForm(ActForm):
    """A share of the year's wajib for everybody."""

    year = forms.IntegerField(label=_("Year"), widget=forms.TextInput(attrs={"inputmode": "numeric"}))
    percent = ShareField(label=_("Per cent of the wajib paid in that year"))
    step = RupiahField(label=_("Round down to"), least=1)

    def clean_year(self) -> int:
        year: int = self.cleaned_data["year"]
        if not FIRST_YEAR <= year <= self.today.year:
            raise ValidationError(_("Write a year like 2026."), code="year")
        return year


class GiftForm(ActForm):
    """Jasa or a gift: an amount for all, or a per cent of what each has saved."""

    source = forms.ChoiceField(label=_("Comes from"), choices=[(code, chart.CHART[code].name) for code in GIFT_SOURCES])
    amount = RupiahField(label=_("For all together"), required=False, least=1)
    percent = ShareField(label=_("Or per cent of savings"), required=False, help_text=_("Fill in one of the two."))


class StepForm(forms.Form):
    """`?step=1.000`: what shares are rounded down to; anything that is no amount is 1."""

    step = RupiahField(required=False, least=1)

    @classmethod
    def of(cls, data: Any) -> int:
        form = cls(data)
        return (form.cleaned_data.get("step") if form.is_valid() else None) or 1


class DecisionForm(BukuForm):
    """The decision on a year: which rule, rounding, how it is paid, when, and the words of the meeting."""

    RULE_NAMES = {
        "mixed": _("as agreed (JUA and JMA)"),
        "savings": _("by savings"),
        "business": _("by business"),
        "equal": _("the same for each"),
    }

    SHORT_NAMES = {
        "mixed": "JUA + JMA",
        "savings": _("Savings"),
        "business": _("Business"),
        "equal": pgettext_lazy("share", "Equal"),
    }

    rule = forms.ChoiceField(label=_("How it is shared"), choices=list(RULE_NAMES.items()))
    step = RupiahField(label=_("Round down to"), least=1)
    pay = forms.ChoiceField(label=_("Shares are paid"), choices=YearEnd.Pay.choices)
    on = DayField(label=_("Decided on"))
    decision = NameField(label=_("What the meeting decided"), max_length=300)
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.today = today

    @property
    def shown_step(self) -> int:
        """The rounding the simulation on the page is made with."""
        if not self.is_bound:
            return int(self.initial["step"])
        return StepForm.of(self.data)

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if on > self.today:
            raise ValidationError(_("This day is still to come."), code="future")
        return on


class SplitForm(BukuForm):
    """How a surplus is split: up to ten lines of name, per cent and where it goes; empty lines are left out."""

    LINES = 10

    from_on = DayField(label=_("Holds from"))
    business = forms.ChoiceField(label=_("Business is measured by"), choices=SurplusSplit.Business.choices)
    remainder_to = forms.ChoiceField(
        label=_("What rounding leaves goes to"),
        choices=[(code, label) for code, label in Target.choices if code in FUND_CODES],
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for no in range(1, self.LINES + 1):
            self.fields[f"label{no}"] = NameField(label=_("Name"), max_length=60, required=False)
            self.fields[f"percent{no}"] = ShareField(label=_("Per cent"), required=False)
            self.fields[f"target{no}"] = forms.ChoiceField(
                label=_("Goes to"), choices=[("", "–"), *Target.choices], required=False
            )

    @staticmethod
    def initial_of(agreed: Agreement, today: date) -> dict[str, Any]:
        """What the form opens with: the split that holds."""
        found: dict[str, Any] = {
            "from_on": today,
            "business": agreed.business,
            "remainder_to": agreed.remainder_to,
        }
        for no, part in enumerate(agreed.parts, start=1):
            found |= {f"label{no}": part.label, f"percent{no}": part.percent, f"target{no}": part.target}
        return found

    @property
    def lines(self) -> list[tuple[Any, Any, Any]]:
        """The fields of each line, for the template."""
        return [(self[f"label{no}"], self[f"percent{no}"], self[f"target{no}"]) for no in range(1, self.LINES + 1)]

    @property
    def parts(self) -> list[Part]:
        """The lines that say something."""
        given = self.cleaned_data
        return [
            Part(given[f"label{no}"], given[f"percent{no}"], given[f"target{no}"])
            for no in range(1, self.LINES + 1)
            if given.get(f"percent{no}")
        ]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        for no in range(1, self.LINES + 1):
            if given.get(f"percent{no}"):
                for name, text in (("label", _("Give it a name.")), ("target", _("Choose where it goes."))):
                    if not given.get(f"{name}{no}") and f"{name}{no}" not in self.errors:
                        self.add_error(f"{name}{no}", text)
        return given
