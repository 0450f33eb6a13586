"""Who signs in to the demonstration, and for whom they act."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from groups import services as groups
from groups.models import Appointment, Group, Member
from users import services as users
from users.models import User

PASSWORD = "kas-mawar-26"  # noqa: S105 (of invented people, printed at start)


@dataclass(frozen=True, slots=True)
class SignIn:
    """Somebody to sign in as."""

    username: str
    who: str


SIGN_INS = (
    SignIn("wati", "bendahara KSM Mawar (HP)"),
    SignIn("jumiati", "bendahara KSM Melati: buku ditutup tiap bulan"),
    SignIn("hadi", "koordinator BKM Guyub Rukun (laptop)"),
    SignIn("wahyu", "fasilitator, BKM Guyub Rukun dan Batang"),
    SignIn("rini", "petugas UPK Guyub Rukun"),
    SignIn("bambang", "pemeriksa BKM Guyub Rukun"),
    SignIn("admin", "administrator"),
)


def make_people() -> dict[str, User]:
    """Make the people who sign in."""
    names = {
        "wati": "Bu Wati",
        "sari": "Bu Sari",
        "julaika": "Bu Julaika",
        "jumiati": "Bu Jumiati",
        "hadi": "Pak Hadi",
        "wahyu": "Pak Wahyu",
        "rini": "Bu Rini",
        "bambang": "Pak Bambang",
    }
    User.objects.create_superuser("admin", PASSWORD, name="Administrator")
    return users.create_people(names=names, password=PASSWORD)


def appoint_officers(group: Group, people: dict[str, User], start: date) -> None:
    roles = (
        ("sari", Appointment.Role.CHAIR, 1),
        ("wati", Appointment.Role.TREASURER, 2),
        ("julaika", Appointment.Role.SECRETARY, 3),
    )
    for username, role, no in roles:
        member = Member.objects.get(group=group, no=no)
        groups.appoint(user=people[username], role=role, from_on=start, group=group, member=member)


def sign_ins() -> list[dict[str, Any]]:
    """Who can sign in to the demonstration, in the order to print them."""
    return [{"username": one.username, "password": PASSWORD, "who": one.who} for one in SIGN_INS]
