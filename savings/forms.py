"""What a group agreed to save, as its coordinator writes it."""

from django.utils.translation import gettext_lazy as _

from groups.fields import DayField, RupiahField
from groups.forms import BukuForm


class TermsForm(BukuForm):
    weekly = RupiahField(label=_("Simpanan wajib per week"), help_text=_("0 when each saves what she can."))
    principal = RupiahField(label=_("Simpanan pokok"), help_text=_("Once, on joining. 0 when there is none."))
    from_on = DayField(label=_("Holds from"))
