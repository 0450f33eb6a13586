"""What people call the rules, lights and grades, on screen and in the terminal."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

RULE_NAMES = {
    "savings": _("Weekly savings"),
    "meetings": _("Weekly meetings"),
    "books": _("Weekly bookkeeping"),
    "lending": _("Lending inside the group"),
    "repayment": _("Repayment of loans"),
}
SHORT_RULE_NAMES = {
    "savings": pgettext_lazy("rule", "Save"),
    "meetings": pgettext_lazy("rule", "Meet"),
    "books": pgettext_lazy("rule", "Book"),
    "lending": pgettext_lazy("rule", "Lend"),
    "repayment": pgettext_lazy("rule", "Repay"),
}
LIGHT_NAMES = {
    "green": pgettext_lazy("light", "good"),
    "amber": pgettext_lazy("light", "watch"),
    "red": pgettext_lazy("light", "help"),
    None: pgettext_lazy("light", "not yet"),
}
GRADE_NAMES = {
    "A": pgettext_lazy("grade", "very good"),
    "B": pgettext_lazy("grade", "good"),
    "C": pgettext_lazy("grade", "needs guidance"),
    None: pgettext_lazy("grade", "not enough data yet"),
}
