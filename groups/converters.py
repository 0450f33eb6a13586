"""What may stand in an address: codes and dates, in one shape each. Anything else is no address of ours (404)."""

from datetime import date

from django.urls import register_converter

from groups.dates import parse_date


class CodeConverter:
    """The code of a KSM, BKM or programme: `KSM-MAWAR`."""

    regex = "[A-Z0-9][A-Z0-9-]{1,23}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class DayConverter:
    """A date as `2026-02-04`; days that do not exist are refused, and years that no book has."""

    regex = "[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        return parse_date(value)

    def to_url(self, value: date) -> str:
        return value.isoformat()


class NumberConverter:
    """A number counted within one group: of a member, a loan, a request, an entry. Fits the database's integer."""

    regex = "[1-9][0-9]{0,8}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


class UsernameConverter:
    """The name somebody signs in with: `wati.mawar`."""

    regex = "[a-z0-9][a-z0-9._-]{0,39}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class RegionConverter:
    """A Kemendagri code: `33.25.01.2001`, or one of a region above."""

    regex = r"[0-9]{2}(?:\.[0-9]{2}(?:\.[0-9]{2}(?:\.[0-9]{4})?)?)?"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


def register() -> None:
    """Make `<code:…>`, `<day:…>`, `<number:…>`, `<username:…>` and `<region:…>` known to every `urls.py`."""
    register_converter(CodeConverter, "code")
    register_converter(DayConverter, "day")
    register_converter(NumberConverter, "number")
    register_converter(UsernameConverter, "username")
    register_converter(RegionConverter, "region")
