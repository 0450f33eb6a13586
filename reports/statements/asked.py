"""What somebody asks a statement for, once it was read and judged."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from reports.statements.period import Period

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Account:
    """An account, or all accounts of a code: `member_no` and `loan_no` None take any."""

    code: str
    member_no: int | None = None
    loan_no: int | None = None

    @property
    def key(self) -> str:
        """How it is named in addresses: `2110`, `2110.3`, `1210.3.1`."""
        parts = [self.code]
        if self.member_no is not None:
            parts.append(str(self.member_no))
            if self.loan_no is not None:
                parts.append(str(self.loan_no))
        return ".".join(parts)


NO_ACCOUNT = Account("")
"""Of a statement that is about no account."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A period, an account where the statement is about one, and a page; `whole` is the whole of it, on paper.

    `days` are the first and last day of the book, None while it is empty.
    """

    period: Period
    days: tuple[date, date] | None
    account: Account
    page: int = 1
    whole: bool = False

    def query(self, account: str = "") -> str:
        """Return the address's query that asks for the same period, and for an account if one is named."""
        asked = {"from": self.period.start.isoformat(), "to": self.period.end.isoformat()}
        return urlencode(asked | ({"account": account} if account else {}))
