"""What a book says, as at the end of a day, read from its postings."""

from datetime import date
from typing import Any

from django.db.models import Count, Max, Sum

from groups.models import Group, Member
from ledger import chart, digest
from ledger.models import Entry, Posting
from loans import arrears
from loans.models import Instalment, Loan

_SAVINGS = (chart.WEEKLY_SAVINGS, chart.VOLUNTARY_SAVINGS, chart.PRINCIPAL_SAVINGS)


def book_state(group: Group, on: date) -> dict[str, Any]:
    """Return balances, members and open loans as at the end of a day, by what the book holds now. Six queries.

    `accounts` maps chart code to rupiah on the account's normal side, accounts without a balance left out. `members`
    lists everyone ever written down, with her savings and the loans on which principal is still owed. `entries` counts
    the entries dated up to that day, corrections included, whenever they were posted; `digest` is that of the last one
    posted among them (before the first, the digest every book starts from), so that it changes when any of them joins.
    """
    balances: dict[tuple[str, int, int], int] = {
        (row["account__code"], row["account__member_no"], row["account__loan_no"]): row["total"]
        for row in Posting.objects.filter(book=group.book_id, on__lte=on)
        .values("account__code", "account__member_no", "account__loan_no")
        .annotate(total=Sum("amount"))
    }
    accounts: dict[str, int] = {}
    for (code, _member, _loan), balance in balances.items():
        accounts[code] = accounts.get(code, 0) + chart.on_normal_side(code, balance)
    posted = Entry.objects.filter(book=group.book_id, on__lte=on).aggregate(entries=Count("pk"), last=Max("number"))
    head = Entry.objects.filter(book=group.book_id, number=posted["last"] or 0).values_list("digest", flat=True).first()
    loans = _open_loans(group, balances, on)
    return {
        "group": group.code,
        "on": on.isoformat(),
        "entries": posted["entries"],
        "digest": head or digest.genesis(group.book.uid),
        "accounts": {code: amount for code, amount in sorted(accounts.items()) if amount},
        "members": [
            {
                "no": member.no,
                "name": member.name,
                **{code: chart.on_normal_side(code, balances.get((code, member.no, 0), 0)) for code in _SAVINGS},
                "loans": loans.get(member.pk, []),
            }
            for member in Member.objects.filter(group=group).order_by("no")
        ],
    }


def _open_loans(group: Group, balances: dict[tuple[str, int, int], int], on: date) -> dict[int, list[dict[str, int]]]:
    """Return the loans with principal owed at the end of a day, by member, in order of number. Two queries."""
    owed = {loan_no: total for (code, _m, loan_no), total in balances.items() if code == chart.MEMBER_LOANS and total}
    charged = {loan_no: -total for (code, _m, loan_no), total in balances.items() if code == chart.CHARGE_INCOME}
    rows: dict[int, list[Instalment]] = {}
    for row in Instalment.objects.filter(loan__group=group, loan__no__in=owed).order_by("loan", "no"):
        rows.setdefault(row.loan_id, []).append(row)
    found: dict[int, list[dict[str, int]]] = {}
    for loan in Loan.objects.filter(group=group, no__in=owed).order_by("no"):
        paid_charge = loan.prior_charge + charged.get(loan.no, 0)
        state = arrears.state(rows[loan.pk], paid_charge, loan.principal - owed[loan.no], on)
        found.setdefault(loan.member_id, []).append(
            {
                "no": loan.no,
                "outstanding": state.outstanding,
                "charge_due": state.charge_due,
                "arrears": state.arrears,
                "instalments_late": state.instalments_late,
            }
        )
    return found
