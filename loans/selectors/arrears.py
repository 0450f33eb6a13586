"""Who is late and how much, as at the end of any day, for one group or for a thousand in one statement.

Read from postings up to that day and from the steps of a loan up to that day: a loan that was closed owes nothing
any more, and jasa that was forgiven falls due no more.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from django.db import connection

from groups.models import Bkm, Group
from loans import ageing
from loans.ageing import Age, Bucket, ClassLine, Grade, Share
from loans.models import CollectabilityClass

AT_RISK = 3  # instalments late from which the second PAR counts a loan

_OPEN = """
WITH open AS MATERIALIZED (
  SELECT l.id, l.group_id, l.no, l.member_id, l.principal, l.disbursed_on, l.upk_loan_id IS NOT NULL AS of_upk,
         r.balance - (SELECT coalesce(sum(p.amount), 0) FROM ledger_posting p
                       WHERE p.account_id = r.id AND p."on" > %(on)s) AS owed,
         l.prior_charge - c.balance + (SELECT coalesce(sum(p.amount), 0) FROM ledger_posting p
                                        WHERE p.account_id = c.id AND p."on" > %(on)s) AS charge
    FROM loans_loan l
    JOIN ledger_account r ON r.id = l.receivable_id
    JOIN ledger_account c ON c.id = l.charge_income_id
   WHERE l.group_id = ANY(%(groups)s) AND l.disbursed_on <= %(on)s
), forgiven AS MATERIALIZED (
  SELECT s.loan_id, f.key::int AS no, sum(f.value::bigint) AS rupiah
    FROM loans_loanstep s JOIN open o ON o.id = s.loan_id CROSS JOIN LATERAL jsonb_each_text(s.forgiven) f
   WHERE s.undone_at IS NULL AND s."on" <= %(on)s
   GROUP BY 1, 2
), due AS (
  SELECT o.id, i.due_on, o.principal - o.owed + o.charge AS paid,
         sum(i.principal + i.charge - coalesce(f.rupiah, 0)) OVER (PARTITION BY o.id ORDER BY i.no) AS reached
    FROM open o JOIN loans_instalment i ON i.loan_id = o.id
    LEFT JOIN forgiven f ON f.loan_id = o.id AND f.no = i.no
   WHERE o.owed > 0 AND i.due_on <= %(late_on)s
), late AS (
  SELECT id, max(reached) - min(paid) AS lacks, count(*) FILTER (WHERE reached > paid) AS instalments,
         min(due_on) FILTER (WHERE reached > paid) AS since
    FROM due GROUP BY id
)
SELECT o.group_id, o.no, m.no, m.name, o.principal, o.disbursed_on, o.of_upk, o.owed::bigint,
       greatest(0, coalesce(d.lacks, 0))::bigint, coalesce(d.instalments, 0), d.since
  FROM open o JOIN groups_member m ON m.id = o.member_id LEFT JOIN late d ON d.id = o.id
 WHERE o.owed > 0 ORDER BY o.group_id, o.no
"""


@dataclass(frozen=True, slots=True)
class AgedLoan:
    """An open loan and how late it is."""

    no: int
    member_no: int
    member: str
    principal: int
    disbursed_on: date
    of_upk: bool  # her share of a loan of the UPK
    age: Age


def arrears_of(groups: Collection[int], on: date, *, late_on: date | None = None) -> dict[int, list[AgedLoan]]:
    """Return the open loans of these groups (by primary key) as at the end of a day, by group, in order of number.

    `late_on` names another day up to which instalments count as due: what falls due today can still be paid today.
    One statement, however many groups.
    """
    judged = late_on or on
    found: dict[int, list[AgedLoan]] = {pk: [] for pk in groups}
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, {"groups": list(groups), "on": on, "late_on": judged})
        for group, no, member_no, member, principal, paid_out, of_upk, owed, lacks, late, since in cursor.fetchall():
            age = Age(owed, lacks, late, (judged - since).days if since else 0)
            found[group].append(AgedLoan(no, member_no, member, principal, paid_out, of_upk, age))
    return found


@dataclass(frozen=True)
class Portfolio:
    """Open loans on a day and what is late of them, by class and by age.

    Members' shares of a UPK loan are listed where they are late, but no figure counts them: they are the UPK's money,
    and stand in its portfolio.
    """

    on: date
    loans: Sequence[AgedLoan]
    grades: Sequence[Grade]

    @cached_property
    def own(self) -> list[AgedLoan]:
        """Loans of the group's own money."""
        return [loan for loan in self.loans if not loan.of_upk]

    @property
    def shares(self) -> int:
        """How many shares of UPK loans are open beside them."""
        return len(self.loans) - len(self.own)

    @cached_property
    def ages(self) -> list[Age]:
        return [loan.age for loan in self.own]

    @property
    def outstanding(self) -> int:
        return sum(one.outstanding for one in self.ages)

    @property
    def arrears(self) -> int:
        return sum(one.arrears for one in self.ages)

    @property
    def late(self) -> list[AgedLoan]:
        """Those with an instalment late, the latest first."""
        return _latest(self.own)

    @cached_property
    def classes(self) -> list[ClassLine]:
        return ageing.by_class(self.ages, self.grades)

    @property
    def buckets(self) -> list[Bucket]:
        return ageing.buckets(self.ages)

    @property
    def reserve(self) -> int:
        return sum(line.reserve for line in self.classes)

    @property
    def par(self) -> Share:
        """The balance of loans with any instalment late, of all."""
        return ageing.at_risk(self.ages)

    @property
    def par_three(self) -> Share:
        """The balance of loans three or more instalments late, of all."""
        return ageing.at_risk(self.ages, AT_RISK)

    def grade_of(self, loan: AgedLoan) -> Grade:
        return ageing.class_of(loan.age.instalments_late, self.grades)

    @property
    def graded(self) -> list[tuple[AgedLoan, Grade]]:
        """The late loans with their classes, and after them the late shares of UPK loans."""
        late = [*self.late, *_latest(loan for loan in self.loans if loan.of_upk)]
        return [(loan, self.grade_of(loan)) for loan in late]


def _latest(loans: Iterable[AgedLoan]) -> list[AgedLoan]:
    """Those with an instalment late, the latest first."""
    found = [loan for loan in loans if loan.age.at_risk]
    return sorted(found, key=lambda loan: (-loan.age.instalments_late, -loan.age.arrears, loan.no))


def group_arrears(group: Group, on: date, *, late_on: date | None = None) -> Portfolio:
    """Return a group's loans as at the end of a day. Two queries."""
    grades = CollectabilityClass.objects.in_force(group.bkm_id, on)
    return Portfolio(on, arrears_of([group.pk], on, late_on=late_on)[group.pk], grades)


@dataclass(frozen=True)
class BoardArrears:
    """The loans of all groups of a BKM: each group's and all together."""

    whole: Portfolio
    groups: list[tuple[Group, Portfolio]] = field(default_factory=list)


def board_arrears(bkm: Bkm, on: date, *, late_on: date | None = None) -> BoardArrears:
    """Return the loans of every group a BKM had on a day, the most late first. Three queries, however many groups."""
    groups = list(Group.objects.filter(bkm=bkm).active_on(on))
    grades = CollectabilityClass.objects.in_force(bkm.pk, on)
    loans = arrears_of([group.pk for group in groups], on, late_on=late_on)
    lines = [(group, Portfolio(on, loans[group.pk], grades)) for group in groups]
    lines.sort(key=lambda line: (-line[1].arrears, -line[1].outstanding, line[0].name, line[0].code))
    return BoardArrears(Portfolio(on, _all(loans.values()), grades), lines)


def _all(several: Iterable[list[AgedLoan]]) -> list[AgedLoan]:
    return [loan for loans in several for loan in loans]
