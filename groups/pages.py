"""The page number of a list, from its address: a form like any other parameter."""

from collections.abc import Mapping

from django import forms


class PageForm(forms.Form):
    """`?page=2`; anything that is no page is page 1."""

    page = forms.IntegerField(min_value=1, max_value=100_000, required=False)

    @classmethod
    def number(cls, data: Mapping[str, str]) -> int:
        form = cls(data)
        return (form.cleaned_data.get("page") or 1) if form.is_valid() else 1
