"""What may be chosen before printing."""

from collections.abc import Mapping

from django import forms


class PaperForm(forms.Form):
    """`?paper=f4`; anything that is no paper we print on is A4."""

    paper = forms.ChoiceField(choices=[("a4", "A4"), ("f4", "F4")], required=False)

    @classmethod
    def size(cls, data: Mapping[str, str]) -> str:
        form = cls(data)
        return (form.cleaned_data.get("paper") or "a4") if form.is_valid() else "a4"
