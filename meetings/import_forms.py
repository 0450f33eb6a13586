"""What a person sends to bring a book in: a file, and then the word that it is the one she looked at."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from groups.forms import BukuForm
from meetings.xlsx import MAX_PACKED


class UploadForm(BukuForm):
    """One workbook, read no further than its limit."""

    file = forms.FileField(
        label=_("Workbook (.xlsx)"),
        help_text=_("At most 1 MB, without formulas, macros and links."),
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
        error_messages={"required": _("Choose the workbook."), "empty": _("The file is empty.")},
    )

    def clean_file(self) -> UploadedFile:
        file: Any = self.cleaned_data["file"]
        if file.size > MAX_PACKED:
            raise forms.ValidationError(_("The file is larger than 1 MB."), code="too_large")
        return file


class ConfirmForm(BukuForm):
    """Which file she looked at, by its fingerprint."""

    seen = forms.RegexField(r"\A[0-9a-f]{64}\Z", widget=forms.HiddenInput)
