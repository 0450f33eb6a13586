"""What people write about bodies, members and appointments, read and judged before one service is called."""

from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import conditional_escape
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from groups import clock, regions, services
from groups.fields import (
    USERNAME_HELP,
    CodeField,
    DayField,
    NameField,
    NikField,
    PhoneField,
    RegionField,
    RupiahField,
    UsernameField,
)
from groups.models import Appointment, Group, InventoryItem, Member, Programme
from groups.models.bodies import Weekday, Zone
from groups.pasting import Pasted, has_columns, read_pasted
from groups.regions_search import region_labels

CODE_HELP = _("Leave it empty and it is made from the name.")


class BukuForm(forms.Form):
    """A form that shows every refusal twice: at its field, and in the summary on top that leads there."""

    @property
    def summary(self) -> list[dict[str, str]]:
        """What is to be put right, in order: id of the field (none for the whole form) and the sentence."""
        rows = []
        for name, errors in self.errors.items():
            known = name in self.fields
            target, prefix = (self[name].id_for_label, f"{self[name].label}: ") if known else ("", "")
            rows += [{"id": target, "text": f"{prefix}{str(error).removeprefix(prefix)}"} for error in errors]
        return rows

    def refuse(self, error: ValidationError) -> None:
        """Show what a service refused: at the fields it names, else above the form."""
        if not hasattr(error, "error_dict"):
            self.add_error(None, error)
            return
        for field, errors in error.error_dict.items():
            for each in errors:
                self.add_error(field if field in self.fields else None, each)

    def name_region(self) -> None:
        """Say below the region's field which place its code is now."""
        code = self.data.get(self.add_prefix("region")) if self.is_bound else self.initial.get("region")
        if isinstance(code, str) and regions.is_well_formed(code):
            label = region_labels([code]).get(code, code)
            self.fields["region"].help_text = conditional_escape(label)  # crispy writes help texts as they are


class SearchForm(forms.Form):
    """One line to search with. Whatever is wrong with it finds nothing."""

    q = forms.CharField(label=_("Search"), max_length=150, required=False)
    page = forms.IntegerField(min_value=1, max_value=100_000, required=False)

    @property
    def text(self) -> str:
        return self.cleaned_data.get("q", "") if self.is_valid() else ""

    @property
    def number(self) -> int:
        return (self.cleaned_data.get("page") if self.is_valid() else None) or 1


# Bodies


class BkmForm(BukuForm):
    name = NameField(label=_("Name of the BKM"))
    code = CodeField(label=_("Code"), required=False, help_text=CODE_HELP)
    region = RegionField(required=False)
    address = NameField(label=_("Address"), max_length=200, required=False)

    def __init__(self, *args: Any, new: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if not new:
            del self.fields["code"]
        self.name_region()


class UpkForm(BukuForm):
    name = NameField(label=_("Name of the UPK"))
    start_on = DayField(
        label=_("Books kept here since"),
        required=False,
        help_text=_("Nothing older is taken into the book. Empty: any day."),
    )


class ProgrammeForm(BukuForm):
    name = NameField(label=_("Name of the programme"))
    code = CodeField(label=_("Code"), required=False, help_text=CODE_HELP)
    starts_on = DayField(label=_("Starts on"), required=False)
    ends_on = DayField(label=_("Ends on"), required=False)

    def __init__(self, *args: Any, new: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if not new:
            del self.fields["code"]


BOOKS_BEGIN_AT_MOST_AHEAD = timedelta(days=62)
BOOKS_BEGIN_AT_MOST_BACK = timedelta(days=10 * 366)


class GroupForm(BukuForm):
    name = NameField(label=_("Name of the KSM"))
    code = CodeField(label=_("Code"), required=False, help_text=CODE_HELP)
    region = RegionField(required=False)
    programme = forms.ModelChoiceField(
        Programme.objects.all(), label=_("Programme"), to_field_name="code", required=False, empty_label="–"
    )
    origin = forms.ChoiceField(label=_("Origin"), choices=Group.Origin.choices)
    founded_on = DayField(label=_("Founded on"), required=False)
    start_on = DayField(label=_("Books kept here since"))
    end_on = DayField(
        label=_("Ended on"),
        required=False,
        help_text=_("The first day without meetings. Empty while the KSM is active."),
    )
    meeting_weekday = forms.TypedChoiceField(label=_("Meeting day"), choices=Weekday.choices, coerce=int)
    meeting_time = forms.TimeField(
        label=_("Meeting time"),
        required=False,
        input_formats=["%H:%M", "%H:%M:%S", "%H.%M"],
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": _("Write the time like 15.30.")},
    )
    place = NameField(label=_("Meeting place"), required=False)
    timezone = forms.ChoiceField(label=_("Time zone"), choices=Zone.choices)

    def __init__(self, *args: Any, new: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        del self.fields["end_on" if new else "code"]
        if new:  # chosen, not taken over unseen: every week of the book hangs on it
            self.fields["meeting_weekday"].choices = [("", _("Choose the day")), *Weekday.choices]
        self.name_region()

    def clean_founded_on(self) -> date | None:
        day = self.cleaned_data["founded_on"]
        if day and day > clock.today():
            raise ValidationError(_("This day is still to come."), code="future")
        return day

    def clean_start_on(self) -> date:
        """Refuse what can only be a slip: every week from that day on waits for its sheet."""
        day, today = self.cleaned_data["start_on"], clock.today()
        if day > today + BOOKS_BEGIN_AT_MOST_AHEAD:
            raise ValidationError(_("Books begin today, or in the next weeks."), code="future")
        if "start_on" in self.changed_data and day < today - BOOKS_BEGIN_AT_MOST_BACK:
            raise ValidationError(_("Books as old as that are brought in from a workbook."), code="too_early")
        return day


# Members


class MemberForm(BukuForm):
    """One member. Her NIK is shown on request alone: left empty while hidden, it stays what it was."""

    name = NameField(label=_("Name"))
    gender = forms.ChoiceField(label=_("Woman or man"), choices=[("", "–"), *Member.Gender.choices], required=False)
    joined_on = DayField(label=_("Joined on"))
    phone = PhoneField(label=_("Phone"), required=False, help_text=_("Empty when she has none."))
    address = NameField(label=_("Address"), max_length=200, required=False)
    poor = forms.TypedChoiceField(
        label=_("Poor household"),
        choices=[("", _("not known")), ("yes", pgettext_lazy("answer", "yes")), ("no", pgettext_lazy("answer", "no"))],
        coerce=lambda answer: answer == "yes",
        empty_value=None,
        required=False,
    )
    nik = NikField(required=False)

    def __init__(self, *args: Any, hidden_nik: str = "", **options: Any) -> None:
        super().__init__(*args, **options)
        self.hidden_nik = hidden_nik
        if hidden_nik:
            self.fields["nik"].help_text = _("Kept. Leave it empty to keep it.")

    @staticmethod
    def initial_of(member: Member, *, show_nik: bool) -> dict[str, Any]:
        fields = ("name", "gender", "joined_on", "phone", "address")
        poor = {None: "", True: "yes", False: "no"}[member.poor]
        return {name: getattr(member, name) for name in fields} | {"poor": poor, "nik": member.nik if show_nik else ""}

    def clean_nik(self) -> str:
        return self.cleaned_data["nik"] or self.hidden_nik


class ShowForm(forms.Form):
    """Whether the hidden digits of a NIK were asked for."""

    nik = forms.BooleanField(required=False)

    @property
    def shows_nik(self) -> bool:
        return self.is_valid() and self.cleaned_data["nik"]


class SeveralMembersForm(BukuForm):
    """Names, one a line, or rows pasted from a spreadsheet; what `pasting` reads of them is judged here."""

    joined_on = DayField(label=_("Joined on"))
    names = forms.CharField(
        label=_("Names, one per line"),
        help_text=_("Or paste rows from a spreadsheet: No, Nama, L/P, NIK, Telepon, Alamat, Jabatan, Masuk."),
        max_length=30_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 10, "autocomplete": "off"}),
    )
    # What she looked at before, by its fingerprint, and that people of one name are two.
    seen = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)
    two = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, members: list[Member], **options: Any) -> None:
        super().__init__(*args, **options)
        self.members = members
        self.pasted = Pasted()

    @property
    def fingerprint(self) -> str:
        """Names what she sent, so that what is written is what she saw."""
        told = "\n".join([str(self.cleaned_data["joined_on"]), *self.cleaned_data["names"].splitlines()])
        return sha256(told.encode(errors="surrogatepass")).hexdigest()

    @property
    def confirmed(self) -> bool:
        """Whether nothing needs to be shown first: bare names that are nobody's yet, or what she saw and agreed to."""
        told = self.cleaned_data
        if not has_columns(told["names"]) and not self.pasted.same:
            return True
        return told["seen"] == self.fingerprint and (told["two"] or not self.pasted.same)

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if "names" not in told or "joined_on" not in told:
            return told
        self.pasted = read_pasted(told["names"], joined_on=told["joined_on"], members=self.members)
        if not self.pasted.people and not self.pasted.problems:
            self.add_error("names", ValidationError(_("Write at least one name."), code="required"))
        if len(self.pasted.people) > services.MOST_NAMES:
            most = services.MOST_NAMES
            refusal = ValidationError(_("Write at most %(most)s names at once."), code="many", params={"most": most})
            self.add_error("names", refusal)
        elif self.pasted.problems:
            self.add_error("names", ValidationError(_("Some of this does not fit; see below."), code="problems"))
        return told

    def write(self, group: Group) -> list[Member]:
        """Take them in; none, and the refusal shown, when somebody took a number in the meantime."""
        try:
            return services.take_in(group=group, people=self.pasted.people)
        except ValidationError as refusal:
            self.refuse(refusal)
            return []


class OfficesForm(BukuForm):
    """The three officers, each one of the active members or nobody."""

    chair = forms.ModelChoiceField(Member.objects.none(), label=_("Chair"), to_field_name="no", required=False)
    secretary = forms.ModelChoiceField(Member.objects.none(), label=_("Secretary"), to_field_name="no", required=False)
    treasurer = forms.ModelChoiceField(Member.objects.none(), label=_("Treasurer"), to_field_name="no", required=False)
    from_on = DayField(label=_("Holds from"))

    def __init__(self, *args: Any, members: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("chair", "secretary", "treasurer"):
            self.fields[name].queryset = members
            self.fields[name].empty_label = "–"


# The small books


class GuestForm(BukuForm):
    """One line of the guest book."""

    on = DayField(label=_("Date"))
    name = NameField(label=_("Name"))
    origin = NameField(label=_("From where"), required=False)
    purpose = NameField(label=_("What for"), max_length=200, required=False)


class ItemForm(BukuForm):
    """Something the group owns, as its line in the inventory says."""

    name = NameField(label=_("Item"))
    acquired_on = DayField(label=_("Acquired on"))
    source = NameField(label=_("Acquired from"), required=False, help_text=_("Like bought, or given by the BKM."))
    quantity = forms.IntegerField(
        label=_("Quantity"), min_value=1, max_value=100_000, widget=forms.TextInput(attrs={"inputmode": "numeric"})
    )
    value = RupiahField(label=_("Value of all together"), help_text=_("What it cost; 0 when it was given."))
    condition = forms.ChoiceField(label=_("Condition"), choices=InventoryItem.Condition.choices)
    place = NameField(label=_("Kept where"), required=False)


class WriteOffForm(BukuForm):
    """When and why an item left the group."""

    on = DayField(label=_("No longer ours from"))
    why = NameField(label=_("Why"), max_length=200)


# Holidays


class HolidayForm(BukuForm):
    week_start = DayField(label=_("Any day of the week off"))
    reason = NameField(label=_("Reason"), help_text=_("Like Lebaran, or harvest."))


# Appointments


class RoleForm(BukuForm):
    """The role and its first day; what both ways of appointing somebody ask."""

    role = forms.ChoiceField(label=_("Role"))
    from_on = DayField(label=_("From"))

    def __init__(self, *args: Any, roles: tuple[Appointment.Role, ...], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["role"].choices = [(role.value, role.label) for role in roles]


class NewPersonForm(RoleForm):
    """A person who has no sign-in yet; of a group, usually one of its members."""

    member = forms.ModelChoiceField(
        Member.objects.none(),
        label=_("Member"),
        to_field_name="no",
        required=False,
        empty_label="–",
        help_text=_("Choose her, or write the name of somebody who is not a member."),
    )
    name = NameField(label=_("Name"), required=False)
    username = UsernameField()
    phone = PhoneField(label=_("Phone"), required=False, help_text=_("With it she can sign in, too."))

    field_order = ["member", "name", "phone", "username", "role", "from_on"]

    def __init__(self, *args: Any, members: Any = None, **options: Any) -> None:
        super().__init__(*args, **options)
        if members is None:
            del self.fields["member"]
        else:
            self.fields["member"].queryset = members

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        member = data.get("member")
        if not data.get("name"):
            if member:
                data["name"] = member.name
            elif "name" not in self.errors and "member" not in self.errors:
                self.add_error("name", ValidationError(_("Write her name."), code="required"))
        return data


class KnownPersonForm(RoleForm):
    """Somebody who signs in already, by the name or number she signs in with."""

    known = forms.CharField(
        label=_("Username or phone number"), max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    field_order = ["known", "role", "from_on"]


class PersonForm(BukuForm):
    name = NameField(label=_("Name"))
    phone = PhoneField(label=_("Phone"), required=False)


class AccountForm(PersonForm):
    """Everything about a sign-in: what administrators give and change."""

    username = UsernameField()
    is_superuser = forms.BooleanField(
        label=_("Is an administrator"), required=False, help_text=_("May do everything, everywhere.")
    )
    is_active = forms.BooleanField(
        label=_("May sign in"), required=False, help_text=_("Unticked, she is shut out at once, on every device.")
    )

    field_order = ["name", "phone", "username", "is_active", "is_superuser"]

    def __init__(self, *args: Any, new: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if new:
            del self.fields["is_active"]
        else:
            self.fields["username"].required, self.fields["username"].help_text = True, USERNAME_HELP


class PeopleForm(SearchForm):
    """What the list of all people is narrowed by."""

    which = forms.ChoiceField(
        label=_("Show"),
        required=False,
        choices=[
            ("", _("Everybody")),
            ("administrators", _("Administrators")),
            ("role", _("Without a role")),
            ("shut", _("Shut out")),
        ],
    )

    @property
    def kept(self) -> str:
        return self.cleaned_data.get("which", "") if self.is_valid() else ""


class AppointmentForm(BukuForm):
    """The days of a role, and in a KSM which member holds it."""

    member = forms.ModelChoiceField(
        Member.objects.none(), label=_("Member"), to_field_name="no", required=False, empty_label="–"
    )
    from_on = DayField(label=_("From"))
    to_on = DayField(label=_("No longer from"), required=False, help_text=_("Empty while she holds it."))

    def __init__(self, *args: Any, members: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if members is None:
            del self.fields["member"]
        else:
            self.fields["member"].queryset = members


class EndForm(BukuForm):
    to_on = DayField(label=_("No longer from"))


# Regions


class RegionNameForm(BukuForm):
    name = NameField(label=_("Name"))


class NewRegionForm(BukuForm):
    code = forms.CharField(label=_("Kemendagri code"), max_length=13, help_text=_("Like 33.25.01.2001."))
    name = NameField(label=_("Name"))
