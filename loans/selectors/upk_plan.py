"""The schedule of a UPK loan as it stands: the jasa that a payoff spared is left out of it.

`PLAN` and `SPARED` are columns for querysets of UPK loans; a payoff that was taken back spares nothing.
"""

import json
from dataclasses import dataclass
from datetime import date

from loans.schedule import Row

PLAN = """(
SELECT json_agg(json_build_array(i.no, i.due_on, i.principal, i.charge, i.balance, coalesce(s.amount, 0)) ORDER BY i.no)
  FROM loans_upkinstalment i
  LEFT JOIN (SELECT f.key::int AS no, sum(f.value::bigint)::bigint AS amount
               FROM loans_upkpayment y, jsonb_each_text(y.forgiven) f
              WHERE y.loan_id = loans_upkloan.id AND y.status = 'received' AND y.payoff GROUP BY 1) s ON s.no = i.no
 WHERE i.loan_id = loans_upkloan.id)::text"""

# In rupiah, of the whole loan.
SPARED = """(
SELECT coalesce(sum(y.spared), 0)::bigint FROM loans_upkpayment y
 WHERE y.loan_id = loans_upkloan.id AND y.status = 'received')"""


@dataclass(frozen=True, slots=True)
class Plan:
    """A schedule as it stands, and as it was agreed."""

    rows: list[Row]
    agreed: list[Row]


def plan_of(text: str) -> Plan:
    """Read the column `PLAN`."""
    agreed, spared = [], []
    for no, due_on, principal, charge, balance, forgiven in json.loads(text):
        agreed.append(Row(no, date.fromisoformat(due_on), principal, charge, balance))
        spared.append(forgiven)
    rows = [row._replace(charge=row.charge - one) for row, one in zip(agreed, spared, strict=True)]
    return Plan(rows, agreed)
