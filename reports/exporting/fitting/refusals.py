"""What an import would refuse."""

from collections import defaultdict

from django.utils.translation import gettext as _

from groups.money import format_rupiah
from ledger import chart
from ledger.chart import CHART
from ledger.services import AccountKey
from meetings.xlsx import MAX_ROWS
from reports.exporting.fitting.fitted import Fitting


def check_floors(fitting: Fitting) -> None:
    balances: dict[AccountKey, int] = defaultdict(int)
    for on, moved in sorted(fitting.moved.items()):
        for (code, member_no, loan_no), amount in moved.items():
            balances[code, member_no, loan_no] += amount
            balance = chart.on_normal_side(code, balances[code, member_no, loan_no])
            if CHART[code].floored and balance < 0 and amount:
                says = f"{CHART[code].name}: {format_rupiah(balance)}"
                fitting.leave("money", _("Balance below 0 at the end of a day"), says, on)


def check_lengths(fitting: Fitting) -> None:
    for name, rows in fitting.out.sheets.items():
        if len(rows) > MAX_ROWS:
            says = _("%(sheet)s has %(rows)s rows; an import takes %(most)s.")
            told = {"sheet": name, "rows": len(rows), "most": MAX_ROWS}
            fitting.leave("money", _("Book too long for one import"), says % told)
