"""Two pages fill in one draft: what each changed is kept, field by field, without Django.

A page says which state of the draft it shows. What it sends back just as it was shown it did not change, so that
whatever another page wrote there since stays; where both changed a field, the last word stands and is told.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

KEPT = 8  # changes remembered of each field

Change = Sequence[int | str]
"""(revision of the draft that it made, what the field showed before, token of the page it came from)"""
Changes = Mapping[str, Sequence[Change]]


@dataclass(frozen=True)
class Known:
    """The state of the draft a page shows: its revision (None: whatever it is now), and the page's own token."""

    revision: int | None
    page: str


@dataclass(frozen=True)
class Merged:
    """The draft's data with what a page sent; fields it does not show rightly yet, and fields both changed.

    Of either what another page wrote, and in `mine` what this one said.
    """

    data: dict[str, str]
    theirs: dict[str, str]
    both: dict[str, str]
    mine: dict[str, str]


def merge(
    data: Mapping[str, str],
    *,
    shown: Mapping[str, str],
    changes: Changes,
    sent: Mapping[str, str],
    names: Collection[str],
    known: Known,
) -> Merged:
    """Put what a page sent into a draft. `shown` is every field as a page of now would show it, `names` the page's own.

    A box that is not ticked sends nothing; so does a choice not made.
    """
    merged, theirs, both, told = dict(data), {}, {}, {}
    for name in sorted(names):
        mine, now = _plain(name, sent.get(name, "")), shown.get(name, "")
        before = as_known(changes.get(name, ()), known, now)
        if mine == before != now:
            theirs[name], told[name] = now, mine
            continue
        if mine != now and before not in (mine, now):
            both[name], told[name] = now, mine
        if name in sent:
            merged[name] = sent[name]
        else:
            merged.pop(name, None)
    return Merged(merged, theirs, both, told)


def _plain(name: str, text: str) -> str:
    """What is ticked is shown as 1, whatever a browser sends for it."""
    return "1" if text and name.endswith(("-catat", "-none")) else text


def as_known(changes: Sequence[Change], known: Known, now: str) -> str:
    """Return what a field showed on a page: before the first change by another page that it does not know of."""
    if known.revision is None:
        return now
    return next((str(was) for made, was, page in changes if made > known.revision and page != known.page), now)  # type: ignore[operator]


def remember(
    changes: Changes, before: Mapping[str, str], after: Mapping[str, str], *, revision: int, page: str
) -> dict[str, list[Change]]:
    """Return the changes with those between two states of a draft, the last few of each field."""
    kept: dict[str, list[Change]] = {name: list(made) for name, made in changes.items()}
    for name in after:
        if after[name] != before.get(name, ""):
            kept[name] = [*kept.get(name, []), (revision, before.get(name, ""), page)][-KEPT:]
    return kept


def new_notes(mine: Mapping[str, str], others: Sequence[Mapping[str, str]], notes: Mapping[str, str]) -> dict[str, str]:
    """Return what the drafts of others say in fields where mine says nothing, the last of them first heard.

    `notes` are the fields that count, each with what a page proposes for it, which nobody said.
    """
    return {
        name: text
        for data in others
        for name, text in data.items()
        if name in notes and text not in ("", notes[name]) and mine.get(name, "") in ("", notes[name])
    }
