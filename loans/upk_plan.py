"""The schedule of a UPK loan as it stands: jasa spared by a payoff or a reschedule, or waived, is left out of it.

`PLAN` and `SPARED` are columns for querysets of UPK loans; what was taken back spares nothing.
"""

import json
from dataclasses import dataclass
from datetime import date

from loans.payoff import lessened
from loans.schedule import Row

PLAN = """json_build_object(
 'rows', (SELECT json_agg(json_build_array(i.no, i.due_on, i.principal, i.charge, i.balance) ORDER BY i.no)
            FROM loans_upkinstalment i WHERE i.loan_id = loans_upkloan.id),
 'forgiven', (SELECT json_agg(json_build_array(f."on", f.forgiven)) FROM (
     SELECT y."on", y.forgiven FROM loans_upkpayment y
      WHERE y.loan_id = loans_upkloan.id AND y.status = 'received' AND y.payoff
     UNION ALL
     SELECT w."on", w.forgiven FROM loans_upkwaiver w
      WHERE w.loan_id = loans_upkloan.id AND w.undone_at IS NULL
     UNION ALL
     SELECT r."on", r.forgiven FROM loans_upkreschedule r
      WHERE r.loan_id = loans_upkloan.id AND r.undone_at IS NULL
     UNION ALL
     SELECT r."on", r.void FROM loans_upkreschedule r
      WHERE r.fresh_id = loans_upkloan.id AND r.undone_at IS NOT NULL) f))::text"""

# In rupiah, of the whole loan.
SPARED = """(
 (SELECT coalesce(sum(y.spared), 0) FROM loans_upkpayment y
   WHERE y.loan_id = loans_upkloan.id AND y.status = 'received')
 + (SELECT coalesce(sum(w.amount), 0) FROM loans_upkwaiver w
     WHERE w.loan_id = loans_upkloan.id AND w.undone_at IS NULL)
 + (SELECT coalesce(sum(r.spared), 0) FROM loans_upkreschedule r
     WHERE r.loan_id = loans_upkloan.id AND r.undone_at IS NULL))::bigint"""


@dataclass(frozen=True, slots=True)
class Plan:
    """A schedule as it was agreed, and what was left out of it since: the day, and instalment number → rupiah."""

    agreed: list[Row]
    forgiven: list[tuple[date, dict[int, int]]]

    @property
    def rows(self) -> list[Row]:
        """The schedule as it stands."""
        return lessened(self.agreed, [one for _on, one in self.forgiven])

    def rows_on(self, on: date) -> list[Row]:
        """Return the schedule as it stood at the end of a day."""
        return lessened(self.agreed, [one for day, one in self.forgiven if day <= on])


def plan_of(text: str) -> Plan:
    """Read the column `PLAN`."""
    read = json.loads(text)
    agreed = [Row(no, date.fromisoformat(due_on), *money) for no, due_on, *money in read["rows"]]
    return Plan(agreed, [_dated(*one) for one in read["forgiven"] or ()])


def _dated(on: str, forgiven: dict[str, int]) -> tuple[date, dict[int, int]]:
    return date.fromisoformat(on), {int(no): amount for no, amount in forgiven.items()}
