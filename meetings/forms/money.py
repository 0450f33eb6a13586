"""Money that is no member's, and the box: other money, the count, the difference."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from groups.fields import RupiahField
from groups.models import Member
from groups.money import format_amount
from ledger import chart
from meetings.sheet import DENOMINATIONS, same_person

OTHER_LINES, MOST_OTHER_LINES = 3, 9  # lines for other money in, and as many for money out: shown at first, at most
INCOME_CODES = (chart.OTHER_INCOME, chart.CAPITAL, chart.SOCIAL_FUND, chart.FINES)
EXPENSE_CODES = (chart.MEETING_COST, chart.ADMINISTRATION, chart.SOCIAL_FUND, chart.OTHER_COST)


class OtherMoneyForm(forms.Form):
    """Money in or out that is no member's. All three or none."""

    code = forms.ChoiceField(choices=[], required=False)
    memo = forms.CharField(max_length=100, required=False)
    amount = RupiahField(required=False)

    def __init__(self, *args: Any, codes: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].choices = [("", "–"), *((code, chart.CHART[code].name) for code in codes)]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("amount") and not data.get("code"):
            self.add_error("code", _("Choose what kind of money this is."))
        if data.get("amount") and not data.get("memo"):
            self.add_error("memo", _("Write what it is for."))
        if (data.get("code") or data.get("memo")) and not data.get("amount") and "amount" not in self.errors:
            self.add_error("amount", _("Write the amount."))
        return data


class CountForm(forms.Form):
    """Notes and coins in the box, or their total when there is no time to sort them."""

    total = RupiahField(required=False)
    by = forms.CharField(max_length=100, required=False)

    def __init__(self, *args: Any, sender: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sender = sender
        for value in DENOMINATIONS:
            self.fields[str(value)] = forms.RegexField(r"\A[0-9]{1,5}\Z", required=False)
            self.fields[str(value)].error_messages["invalid"] = _("Write how many pieces, in digits.")

    def pieces(self) -> dict[int, int]:
        return {v: int(self.cleaned_data[str(v)]) for v in DENOMINATIONS if self.cleaned_data.get(str(v))}

    def counted(self) -> int | None:
        """The total counted, or None when nobody counted."""
        if pieces := self.pieces():
            return sum(value * number for value, number in pieces.items())
        return self.cleaned_data.get("total")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        total = data.get("total")
        if not self.errors and total is not None and self.pieces() and total != self.counted():
            self.add_error(
                "total", _("The notes and coins make %(sum)s.") % {"sum": format_amount(self.counted() or 0)}
            )
        by = data.get("by", "").strip()
        if not self.errors and self.counted() is not None and (not by or same_person(by, self.sender)):
            self.add_error("by", _("Two people count the box: write who counted with you."))
        return data


class DifferenceForm(forms.Form):
    """Why box and book differ, and who follows it up."""

    reason = forms.CharField(max_length=300, required=False)
    owner = forms.ChoiceField(choices=[], required=False)

    def __init__(self, *args: Any, members: list[Member], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].choices = [("", "–"), *((str(m.no), m.name) for m in members)]  # type: ignore[attr-defined]
