"""A member's line: what she came with, and how the screen shows it."""

from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from groups.fields import RupiahField


class RowForm(forms.Form):
    """One member's line. Its prefix is `r` and her number; empty amounts are 0."""

    attendance = forms.ChoiceField(choices=[(s, s) for s in "HISA"], required=False)
    wajib = RupiahField(required=False)
    sukarela = RupiahField(required=False)
    angsuran = RupiahField(required=False)
    denda = RupiahField(required=False)
    pokok = RupiahField(required=False)
    tarik = RupiahField(required=False)
    sosial = RupiahField(required=False)
    catat = forms.BooleanField(required=False)


AMOUNTS = ("wajib", "sukarela", "angsuran", "denda", "pokok", "tarik", "sosial")
LABELS = {
    "wajib": gettext_lazy("Wajib"),
    "sukarela": gettext_lazy("Sukarela"),
    "angsuran": gettext_lazy("Instalment"),
    "denda": gettext_lazy("Fine"),
    "pokok": gettext_lazy("Pokok"),
    "tarik": gettext_lazy("Withdraw sukarela"),
    "sosial": gettext_lazy("Social fund"),
}


@dataclass
class Line:
    """One row as the template shows it: values as typed or suggested, and what to say about them."""

    no: int
    k: str
    name: str
    att: str = ""
    att_error: str = ""
    values: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    captions: dict[str, str] = field(default_factory=dict)  # the errors in two or three words
    due: int = 0  # of all her loans
    first_due: int = 0  # of the oldest
    loan: bool = False
    extra: list[dict[str, Any]] = field(default_factory=list)  # further open loans of hers
    checked: bool = False
    open: bool = False
    sum: int = 0
    short: int = 0
    usual: str = ""  # "wajib 5000 angsuran 20000": what the page itself compares with
    right: str = ""  # the same of amounts far from usual that she said are right
    soft: list[dict[str, Any]] = field(default_factory=list)
