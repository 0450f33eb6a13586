"""What people call the rules, lights and grades, on screen and in the terminal."""

from django.utils.translation import gettext_lazy as _

RULE_NAMES = {
    "savings": _("Weekly savings"),
    "meetings": _("Weekly meetings"),
    "books": _("Weekly bookkeeping"),
    "lending": _("Lending inside the group"),
    "repayment": _("Repayment"),
}
SHORT_RULE_NAMES = {
    "savings": _("Save"),
    "meetings": _("Meet"),
    "books": _("Book"),
    "lending": _("Lend"),
    "repayment": _("Repay"),
}
LIGHT_NAMES = {"green": _("good"), "amber": _("watch"), "red": _("help"), None: _("not yet")}
GRADE_NAMES = {"A": _("very good"), "B": _("good"), "C": _("needs guidance"), None: _("not enough data yet")}
