"""From when until when a book is read: `?since=2026-01-01&until=2026-06-30`, else the last twelve months."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from groups.dates import EN_DASH, FIRST_YEAR, LAST_YEAR, format_date
from groups.fields import DayField
from groups.forms import BukuForm
from groups.models import Group
from reports.papers import Head, heads


@dataclass(frozen=True, slots=True)
class Period:
    """Both days belong to it."""

    since: date
    until: date

    def head(self, group: Group, printed_at: datetime) -> Head:
        """Return the head of a paper about this period. One query."""
        (head,) = heads([(group, self.until)], printed_at)
        return replace(head, span=f"{format_date(self.since)} {EN_DASH} {format_date(self.until)}")


def last_year(today: date) -> Period:
    """Return the month of a day and the eleven before it."""
    month = today.month % 12 + 1
    year = today.year if month == 1 else today.year - 1
    return Period(date(year, month, 1), today)


class PeriodForm(BukuForm):
    """Both days, or neither."""

    since = DayField(label=_("From"), required=False)
    until = DayField(label=_("Until"), required=False)

    def __init__(self, data: Mapping[str, str], *, today: date) -> None:
        self.default = last_year(today)
        initial = {"since": self.default.since, "until": self.default.until}
        asked = {name: data[name] for name in ("since", "until") if data.get(name)}
        super().__init__(initial | asked if asked else None, initial=initial)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in ("since", "until"):
            if data.get(name) and not FIRST_YEAR <= data[name].year <= LAST_YEAR:
                self.add_error(name, ValidationError(_("Write a day that is in somebody's book."), code="year"))
        since, until = data.get("since"), data.get("until")
        if since and until and until < since:
            self.add_error("until", ValidationError(_("The end comes after the start."), code="dates"))
        return data

    @property
    def period(self) -> Period:
        """What was asked for; the last twelve months where that cannot be read."""
        if not self.is_bound or not self.is_valid():
            return self.default
        return Period(
            self.cleaned_data["since"] or self.default.since, self.cleaned_data["until"] or self.default.until
        )


class BlankForm(forms.Form):
    """Whether a form to fill in by hand was asked for."""

    blank = forms.BooleanField(required=False)

    @property
    def is_blank(self) -> bool:
        return self.is_valid() and self.cleaned_data["blank"]
