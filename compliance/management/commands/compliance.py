"""The five rules of one group on one day, from the terminal: for people as text, for programs as JSON."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compliance.names import GRADE_NAMES, LIGHT_NAMES, RULE_NAMES
from compliance.rules import Finding, rounded
from compliance.selectors import Findings, findings
from groups import clock
from groups.dates import NotADate, format_date, format_week, parse_date
from groups.models import Group
from groups.money import format_amount


class Command(BaseCommand):
    help = "Print the five rules of a group as its books stood at the end of a day."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--group", metavar="CODE", required=True, help="code of the group, like KSM-MAWAR")
        parser.add_argument("--on", metavar="YYYY-MM-DD", help="the day; today when left out")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *, group: str, on: str | None = None, **options: Any) -> None:
        found = Group.objects.select_related("bkm").filter(code=group.replace("\0", "")).first()
        if found is None:
            raise CommandError(_("There is no group %(code)s.") % {"code": repr(group)})
        try:
            day = clock.today(found) if on is None else parse_date(on)
        except NotADate as problem:
            raise CommandError(str(problem)) from problem
        result = findings(found, day)
        if options["json"]:
            self.stdout.write(json.dumps(result.as_json(), ensure_ascii=False, indent=1))
        else:
            self.stdout.write("\n".join(_as_text(result)))


def _as_text(found: Findings) -> list[str]:
    evaluation = found.evaluation
    weeks = len(evaluation.weeks)
    lines = [
        f"{found.group.name} ({found.group.code}), {format_date(evaluation.on)}",
        ngettext("%(count)s assessed week", "%(count)s assessed weeks", weeks) % {"count": weeks}
        + (f": {format_week(evaluation.weeks[0])} … {format_week(evaluation.weeks[-1])}" if weeks else "")
        + ", "
        + _("policy %(version)s") % {"version": evaluation.policy.version},
        "",
    ]
    for number, finding in enumerate(evaluation.findings, start=1):
        score = "–" if finding.score is None else f"{_number(rounded(100 * finding.score, 1), 1)} %"
        name, light = str(RULE_NAMES[finding.rule]), str(LIGHT_NAMES[finding.light])
        lines.append(f"{number}. {name:<28} {score:>8}  {light:<6} {_fraction(finding)}".rstrip())
    total, grade = evaluation.total_per_cent, GRADE_NAMES[evaluation.grade]
    lines += [
        "",
        _("Total %(total)s, %(assessed)s of 5 assessed: %(grade)s")
        % {
            "total": "–" if total is None else _number(total, 1),
            "assessed": evaluation.assessed,
            "grade": f"{evaluation.grade}, {grade}" if evaluation.grade else grade,
        },
    ]
    return lines


def _fraction(finding: Finding) -> str:
    """Return the numbers behind a score, as they would be said."""
    parts = finding.parts
    if finding.score is None:
        return ""
    if finding.value is not None and finding.due is not None:
        places = 0 if finding.value.denominator == 1 else 1
        return f"{_number(rounded(finding.value, places), places)} / {format_amount(finding.due)}"
    if finding.rule == "meetings":
        return _("%(weeks_met)s of %(weeks)s weeks met, %(present)s of %(expected)s present") % parts
    return _("%(outstanding)s lent, %(fund_cash)s in cash, %(borrowers)s of %(members)s members borrowed") % {
        **parts,
        "outstanding": format_amount(parts["outstanding"]),
        "fund_cash": format_amount(parts["fund_cash"]),
    }


def _number(value: float, places: int) -> str:
    """Return a number with a decimal comma and dots for thousands."""
    return f"{value:,.{places}f}".translate(str.maketrans(",.", ".,"))
