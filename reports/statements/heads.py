"""Whose paper a statement is: letterhead, period, who signs, and the head of the chain as it left the printer."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from groups import dates
from groups.models import Member
from groups.regions_search import region_labels
from reports import papers
from reports.statements.keeper import Keeper
from reports.statements.period import Period


@dataclass(frozen=True, slots=True)
class StatementHead:
    """What `reports/foot.html` and the letterhead print, and the names below the signatures."""

    name: str
    line: str
    small: str
    village: str
    period: str
    printed: str
    numbers: str
    digest: str
    chair: str = ""
    treasurer: str = ""

    @property
    def foot(self) -> dict[str, str]:
        """What the foot tells in few letters."""
        return {"period": self.period, "printed": papers.shortened(self.printed), "numbers": self.numbers}


def statement_head(keeper: Keeper, period: Period, printed_at: datetime) -> StatementHead:
    """Return the head of a statement on paper. Two queries for a group, one for a UPK."""
    last = keeper.book.last_number
    numbers = _("up to entry %(number)s") % {"number": last} if last else _("no entry yet")
    digest = keeper.book.head_digest if last else ""
    if keeper.group is None:
        where = region_labels([keeper.bkm.region]).get(keeper.bkm.region, "") if keeper.bkm.region else ""
        at = keeper.local(printed_at)
        return StatementHead(
            name=keeper.name,
            line=" · ".join(["Unit Pengelola Keuangan", *([where] if where else [])]),
            small=_("Under %(bkm)s") % {"bkm": f"BKM {keeper.bkm.name.removeprefix('BKM ')}"},
            village=where.split(",")[0].removeprefix("Desa ").removeprefix("Kelurahan "),
            period=period.label(),
            printed=f"{dates.format_date(at.date())}, {dates.format_time(at, keeper.zone)}",
            numbers=numbers,
            digest=digest,
        )
    (head,) = papers.heads([(keeper.group, period.end)], printed_at)
    members = papers.active_members(keeper.group, period.end)
    return StatementHead(
        name=head.name,
        line=head.line,
        small=head.small,
        village=head.village,
        period=period.label(),
        printed=head.printed,
        numbers=numbers,
        digest=digest,
        chair=papers.officer(members, Member.Office.CHAIR),
        treasurer=papers.officer(members, Member.Office.TREASURER),
    )
