"""What a correction sees of the five rules: the findings of the week it lies in, and those of today's.

Read from the stored weeks, which the correction's own transaction brings up to date.
"""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from compliance.facts import WEEK
from compliance.models import GroupWeek
from compliance.names import RULE_NAMES
from compliance.rules import RULES
from compliance.services import reach
from groups import clock
from groups.dates import format_week, week_start
from groups.models import Group
from groups.templatetags.buku import persen
from meetings import effect
from meetings.effect import Figure


@effect.register
def findings_around(group: Group, on: date) -> list[Figure]:
    """Return the five rules and the total as at the close of that day's week and of the present one. Two queries."""
    today = clock.today(group)
    reach(Group.objects.filter(pk=group.pk), today + WEEK)
    weeks = list(dict.fromkeys([week_start(on), week_start(today)]))
    shots = dict(GroupWeek.objects.filter(group=group, week_start__in=weeks).values_list("week_start", "at_close"))
    return [figure for week in weeks for figure in _of(week, shots.get(week))]


def _of(week: date, shot: Mapping[str, Any] | None) -> list[Figure]:
    heading = _("Findings at the end of the week %(week)s") % {"week": format_week(week)}
    scores = shot["scores"] if shot else [None] * len(RULES)
    lights = shot["lights"] if shot else [None] * len(RULES)
    figures = [
        Figure(heading, str(RULE_NAMES[rule]), _per_cent(score), light)
        for rule, score, light in zip(RULES, scores, lights, strict=True)
    ]
    total = shot["total"] if shot else None
    figures.append(Figure(heading, _("Total"), "–" if total is None else f"{total}".replace(".", ",")))
    return figures


def _per_cent(score: float | None) -> str:
    return persen(None if score is None else Fraction(str(score)))
