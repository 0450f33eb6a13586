"""What a page is asked for beside the sheet: its day, its key, a month to close, the whole book verified."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from groups.fields import DayField


class DayForm(forms.Form):
    """Which day a sheet is for."""

    on = DayField(label=gettext_lazy("Date of the meeting"))


class DraftKeyForm(forms.Form):
    """The submission's key, minted when the form was opened, and what the check page showed."""

    key = forms.UUIDField()
    seen = forms.CharField(max_length=64, required=False)
    known = forms.RegexField(r"\A[0-9]{1,9}-[0-9a-f]{8}\Z", required=False)  # revision and the page's token


class VerifyForm(forms.Form):
    """`?verify=1`: the whole book is verified before the page is answered."""

    verify = forms.BooleanField(required=False)

    @classmethod
    def asked(cls, data: Any) -> bool:
        form = cls(data)
        return bool(form.is_valid() and form.cleaned_data["verify"])


class MonthForm(forms.Form):
    """The month to close, by any of its days."""

    month = DayField()
