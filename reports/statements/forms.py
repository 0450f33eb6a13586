"""What may be asked of a statement: from a day to a day, an account, a page. Refused at its field, never guessed."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from groups.dates import NotADate, parse_date
from groups.fields import DayField
from groups.forms import BukuForm
from ledger.chart import CHART
from ledger.models import Account as BookAccount
from reports.statements.asked import NO_ACCOUNT, Account, Asked
from reports.statements.keeper import Keeper
from reports.statements.period import Period

_KEY = re.compile(r"([0-9]{4})(?:\.([0-9]{1,9}))?(?:\.([0-9]{1,9}))?", re.ASCII)


class PeriodForm(BukuForm):
    """The period of a statement; with nothing written, the running year up to today."""

    page = forms.IntegerField(
        label=_("Page"),
        min_value=1,
        max_value=100_000,
        required=False,
        error_messages={name: _("Write a page's number, like 2.") for name in ("invalid", "min_value", "max_value")},
    )

    def __init__(self, data: Mapping[str, str], *, today: date, days: tuple[date, date] | None) -> None:
        super().__init__(data)
        self.today, self.days = today, days
        self.fields = {
            "from": DayField(label=pgettext_lazy("first day", "From"), required=False),
            "to": DayField(label=pgettext_lazy("last day", "To"), required=False),
            **self.fields,
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.errors:
            return data
        end = data.get("to") or max(self.today, data.get("from") or self.today)
        start = data.get("from") or end.replace(month=1, day=1)
        if start > end:
            self.add_error("to", ValidationError(_("The last day lies before the first."), code="order"))
        data["period"] = Period(start, end)
        return data

    @property
    def period(self) -> Period:
        """The period asked for, or the running year where that cannot be read."""
        year = Period(self.today.replace(month=1, day=1), self.today)
        return self.cleaned_data["period"] if self.is_valid() else year

    def written(self, name: str, day: date) -> str:
        """Return what stands in the text field of a day: `29-01-2017`, also where the address says `2017-01-29`.

        What is no date stands as it was written.
        """
        text = self.data.get(name, "")
        try:
            return f"{parse_date(text) if text else day:%d-%m-%Y}"
        except NotADate:
            return text

    def refuse_page(self, last: int) -> None:
        """Say at its field that there is no such page."""
        refusal = _("There is no page %(page)s: the last is %(pages)s.")
        shown = {"page": self.cleaned_data["page"], "pages": last}
        self.add_error("page", ValidationError(refusal, code="no_page", params=shown))


class StatementForm(PeriodForm):
    """The period of one statement, and the account where it is about one."""

    account = forms.CharField(label=_("Account"), max_length=24, required=False)
    field_order = ["from", "to", "account", "page"]

    def __init__(
        self,
        data: Mapping[str, str],
        *,
        keeper: Keeper,
        today: date,
        days: tuple[date, date] | None,
        accounts: tuple[str, ...] | None,
    ) -> None:
        super().__init__(data, today=today, days=days)
        self.keeper = keeper
        if accounts is None:
            del self.fields["account"]
            return
        found = BookAccount.objects.filter(book=keeper.book)
        known = set((found.filter(code__in=accounts) if accounts else found).values_list("code", flat=True).distinct())
        self.codes = sorted(known | set(accounts[:1])) or [next(iter(CHART))]
        choices = [(code, f"{code} {CHART[code].name}") for code in self.codes]
        asked = data.get("account", "")
        if (account := read_account(asked)) and account.code in self.codes and asked not in self.codes:
            names = keeper.names
            named = names.account(account.code, account.member_no or 0, account.loan_no or 0)
            choices.insert(0, (asked, f"{account.key} {named}"))
        self.fields["account"].widget = forms.Select(choices=choices)

    def clean_account(self) -> Account:
        text = self.cleaned_data["account"]
        account = read_account(text) if text else Account(self.codes[0])
        if account is None or account.code not in self.codes:
            refusal = _("This book has no account “%(account)s”. Choose one of the list.")
            raise ValidationError(refusal, code="no_account", params={"account": text[:24]})
        return account

    def asked(self, *, whole: bool) -> Asked | None:
        """Return what was asked for; None when it was not to be understood."""
        if not self.is_valid():
            return None
        data = self.cleaned_data
        page = 1 if whole else data.get("page") or 1
        return Asked(data["period"], self.days, data.get("account") or NO_ACCOUNT, page=page, whole=whole)


def read_account(text: str) -> Account | None:
    """Return the account a text names: `2110`, `2110.3` (of member 3), `1210.3.1` (and loan 1); None if none."""
    match = _KEY.fullmatch(text)
    if not match or match[1] not in CHART:
        return None
    member, loan = match[2], match[3]
    return Account(match[1], int(member) if member else None, int(loan) if loan else None)
