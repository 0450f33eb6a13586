"""What may be chosen before printing, and what is asked before a book is handed over."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from groups.forms import BukuForm


class PaperForm(forms.Form):
    """`?paper=f4`; anything that is no paper we print on is A4."""

    paper = forms.ChoiceField(choices=[("a4", "A4"), ("f4", "F4")], required=False)

    @classmethod
    def size(cls, data: Mapping[str, str]) -> str:
        form = cls(data)
        return (form.cleaned_data.get("paper") or "a4") if form.is_valid() else "a4"


class TakeOutForm(BukuForm):
    """That she read what does not fit into the file. Not asked where everything fits."""

    seen = forms.BooleanField(label=_("I have read what the columns do not hold"))

    def __init__(self, *args: Any, asked: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["seen"].required = asked
        self.fields["seen"].error_messages["required"] = _("Read what the columns do not hold, and tick this.")
