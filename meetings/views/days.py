"""Which days a sheet may be opened for."""

from datetime import date, timedelta

from django.utils.translation import gettext as _

from groups import clock
from groups.models import Group


def refuse_day(group: Group, on: date) -> str:
    if on < group.start_on:
        return _("The books of this group begin on %(on)s.") % {"on": group.start_on.strftime("%d-%m-%Y")}
    if on > clock.today(group) + timedelta(days=6):
        return _("That day has not come yet.")
    if group.end_on and on >= group.end_on:
        return _("This group has ended.")
    return ""
