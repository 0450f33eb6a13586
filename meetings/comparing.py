"""A sheet that comes after its meeting is in the book: what was typed and what the book holds, side by side.

Nothing is compared that was not said: in a row without a tick, what the page itself proposed claims no money; an empty
field claims nothing at all.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from groups.dates import format_day
from groups.models import Member
from groups.money import InvalidAmount, format_amount, parse_rupiah
from ledger import chart
from meetings.forms import AMOUNTS, FOLLOW_UPS, LABELS, MOST_OTHER_LINES, SheetForm
from meetings.selectors import PostedLine, PostedSheet
from meetings.sheet import DENOMINATIONS

CHOICES = {"pay": "disbursements", "approve": "decisions", "reject": "decisions"}


@dataclass(frozen=True)
class Part:
    """A member's row or another part of the sheet (`member_no` 0), in words.

    `line` is her hand-over in the book, if she has one.
    """

    name: str
    book: str
    mine: str
    same: bool
    line: PostedLine | None = None
    member_no: int = 0


def side_by_side(form: SheetForm, book: PostedSheet) -> list[Part]:
    """Every member's row, and each other part that the form says something of.

    form   what was typed, read after the meeting was posted
    book   the meeting as it stands, corrections included
    """
    sealed = json.loads(book.meeting.submission.content or "{}")  # its text may have been erased
    rows = [_row(form, member, book) for member in form.context.members]
    return rows + [part for part in _parts(form, book, sealed) if part.mine]


def _row(form: SheetForm, member: Member, book: PostedSheet) -> Part:
    line = next((one for one in book.lines if one.member == member), None)
    taken = sum(-one.total for one in book.withdrawals if one.member == member)
    held = {name: line.amounts.get(name, 0) if line else 0 for name in AMOUNTS} | {"tarik": taken}
    came = book.attendance.get(member.no, "")
    said = form.data.get(f"r{member.no}-attendance", "")
    typed = _typed(form.data, member.no)
    ticked = bool(form.data.get(f"r{member.no}-catat"))
    pencil = {f"r{member.no}-{name}": text for name, text in form.suggestions(member).items()}
    proposed = {} if ticked else _typed(pencil, member.no)
    claimed = {name: amount for name, amount in typed.items() if ticked or amount not in (0, proposed.get(name))}
    same = (not said or said == came) and all(amount == held[name] for name, amount in claimed.items())
    mine = _words(said, typed) if ticked or not any(typed.values()) else f"{_words(said, typed)} ({_('pencil')})"
    return Part(member.name, _words(came, held), mine, same, line, member.no)


def _typed(data: Mapping[str, str], no: int) -> dict[str, int | str]:
    """What stands in a row: whole rupiah, or the text where it is none; instalments of several loans together."""
    found = {name: _read(data.get(f"r{no}-{name}", "")) for name in AMOUNTS}
    for name, text in data.items():
        if name.startswith(f"r{no}-angsuran-") and not name.endswith("-ok"):
            one, more = found["angsuran"], _read(text)
            found["angsuran"] = one + more if isinstance(one, int) and isinstance(more, int) else f"{one} + {more}"
    return found


def _read(text: str) -> int | str:
    """Whole rupiah, 0 where nothing stands; the text itself where it is no amount."""
    try:
        return parse_rupiah(text) if text.strip() else 0
    except InvalidAmount:
        return text


def _words(attendance: str, amounts: Mapping[str, int | str]) -> str:
    told = [f"{LABELS[name]} {_amount(amount)}" for name, amount in amounts.items() if amount]
    return " · ".join([attendance or "–", *told])


def _amount(amount: int | str) -> str:
    return format_amount(amount) if isinstance(amount, int) else f"“{amount}”"


def _parts(form: SheetForm, book: PostedSheet, sealed: Mapping[str, Any]) -> Iterator[Part]:
    """The other parts of the sheet in the order of the screen."""
    for no, choice, reason in _choices(form.data):
        told = next((one for one in sealed.get(CHOICES[choice], ()) if one["request_no"] == no), None)
        theirs = "" if told is None else "pay" if choice == "pay" else "approve" if told["approve"] else "reject"
        words = {"pay": _("paid out"), "approve": _("approved"), "reject": _("not approved"), "": "–"}
        name = _("Request %(no)s") % {"no": no}
        yield Part(name, words[theirs], " · ".join(filter(None, [words[choice], reason])), theirs == choice)
    for prefix, title, lines in (
        ("in", _("Other money in"), book.income),
        ("out", _("Other money out"), book.expenses),
    ):
        held = sorted((_account(one.code), one.hand_over.entry.memo, format_amount(abs(one.total))) for one in lines)
        mine = sorted(filter(any, (_other(form.data, f"{prefix}{n}") for n in range(1, MOST_OTHER_LINES + 1))))
        yield _listed(title, held, mine)
    meeting = book.meeting
    counted = [(value, form.data.get(f"c-{value}", "").strip()) for value in DENOMINATIONS]
    pieces = {str(value): text for value, text in counted if text.strip("0")}
    total = form.data.get("c-total", "").strip()
    if pieces:
        held_pieces = {value: str(number) for value, number in meeting.count.items()}
        yield Part(_("Cash counted"), _pieces(held_pieces), _pieces(pieces), held_pieces == pieces)
    elif total:
        held_total = "–" if meeting.cash_counted is None else format_amount(meeting.cash_counted)
        yield Part(_("Cash counted"), held_total, total, _plain(held_total) == _plain(total))
    for name, title, text in (
        ("place", _("Place"), meeting.place),
        ("agenda", _("Agenda"), meeting.agenda),
        ("discussion", _("What was discussed"), meeting.discussion),
        ("decisions", _("What was decided"), meeting.decisions),
        ("manner", _("How it was decided"), meeting.manner),
    ):
        mine_text = form.data.get(f"m-{name}", "").strip()
        usual = {"place": form.context.group.place, "agenda": form.usual_agenda()}.get(name, "")
        if mine_text != usual:
            yield Part(title, text or "–", mine_text, mine_text == text.strip())
    if reason := form.data.get("d-reason", "").strip():
        difference = getattr(meeting, "cash_difference", None)
        held_reason = difference.reason if difference else ""
        yield Part(_("Why box and book differ"), held_reason or "–", reason, held_reason == reason)
    people = {str(member.no): member.name for member in form.context.members}
    held_notes = [
        (one.what, one.owner.name if one.owner else "", format_day(one.due_on) if one.due_on else "")
        for one in meeting.follow_ups.select_related("owner")
    ]
    my_notes = [
        (form.data.get(f"f{n}-what", ""), people.get(form.data.get(f"f{n}-owner", ""), ""), _day(form, n))
        for n in range(1, FOLLOW_UPS + 1)
    ]
    yield _listed(_("Who does what"), sorted(held_notes), sorted(filter(any, my_notes)))


def _choices(data: Mapping[str, str]) -> Iterator[tuple[int, str, str]]:
    for name, choice in sorted(data.items()):
        no, _dash, what = name.removeprefix("q").partition("-")
        if what == "choice" and no.isdecimal() and choice in CHOICES:
            yield int(no), choice, data.get(f"q{no}-reason", "")


def _account(code: str) -> str:
    return chart.CHART[code].name if code in chart.CHART else code


def _other(data: Mapping[str, str], prefix: str) -> tuple[str, str, str]:
    amount = _read(data.get(f"{prefix}-amount", ""))
    return (_account(data.get(f"{prefix}-code", "")), data.get(f"{prefix}-memo", ""), _amount(amount) if amount else "")


def _listed(title: str, held: list[tuple[str, ...]], mine: list[tuple[str, ...]]) -> Part:
    def told(lines: list[tuple[str, ...]]) -> str:
        return "; ".join(" · ".join(filter(None, line)) for line in lines)

    return Part(title, told(held) or "–", told(mine), held == mine)


def _pieces(pieces: Mapping[str, str]) -> str:
    told = [f"{pieces[str(value)]} × {format_amount(value)}" for value in DENOMINATIONS if str(value) in pieces]
    return " · ".join(told) or "–"


def _plain(text: str) -> str:
    return text.replace(".", "")


def _day(form: SheetForm, number: int) -> str:
    day = form.follow_ups[number - 1].cleaned_data.get("due_on")
    return format_day(day) if day else form.data.get(f"f{number}-due_on", "")
