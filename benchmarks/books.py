"""The statements of a group with ten years of history beside those of one with a single year, for the same period."""

from collections.abc import Callable
from datetime import timedelta
from statistics import median
from typing import Any

from django.urls import reverse

from benchmarks.pages import Page, signed_in, take_turns
from benchmarks.village import Ksm, new_ksm, settle
from groups import clock
from groups.dates import week_start
from groups.models import Bkm
from ledger.models import Posting
from reports.statements.catalogue import CATALOGUE

ROUNDS = 10
SHORT, LONG = 52, 520  # weeks
MEMBERS = 25
AT_MOST = 300  # ms


def _address(ksm: Ksm, name: str, query: str) -> str:
    return reverse("statement", args=[ksm.group.code, name]) + query


def statements(
    bkm: Bkm,
    say: Callable[[str], None],
    rounds: int = ROUNDS,
    *,
    short: int = SHORT,
    long: int = LONG,
    members: int = MEMBERS,
) -> dict[str, Any]:
    """Measure every statement of the last `short` weeks and of as many long ago; print, and return what was found."""
    monday = week_start(clock.today())
    young, old = (new_ksm(bkm, members, monday - timedelta(weeks=weeks)).live(weeks) for weeks in (short, long))
    counts = [Posting.objects.filter(book=ksm.group.book_id).count() for ksm in (young, old)]
    say(f"  histories of {short} and {long} meetings, {members} members: {counts[0]:,d} and {counts[1]:,d} postings")
    start, end = monday - timedelta(weeks=short), clock.today()
    recent = f"?from={start}&to={end}"
    past = f"?from={start - timedelta(weeks=5 * short)}&to={end - timedelta(weeks=5 * short)}"
    whole = f"?from={start - timedelta(weeks=long)}&to={end}"
    clients = {ksm.group.code: signed_in(ksm.treasurer) for ksm in (young, old)}
    found: dict[str, list[Page]] = {}
    for name in CATALOGUE:
        account = "&account=2110" if name == "ledger" else ""
        asked = [(young, recent, "1 year"), (old, recent, "10 years"), (old, past, "10 years, the fifth")]
        asked.append((old, whole, "10 years, all of it"))
        found[name] = [
            Page(f"{name}, {label}", clients[ksm.group.code], _address(ksm, name, query + account))
            for ksm, query, label in asked
        ]
    settle()
    pages = [page for four in found.values() for page in four]
    take_turns(pages, rounds)
    for page in pages:
        say(f"  {page.name:29} {page.statements:3d} statements   {page.times.line()}")
    ratios = {name: old_one.times.against(young_one.times) for name, (young_one, old_one, *_) in found.items()}
    fifth = {name: third.times.against(young_one.times) for name, (young_one, _, third, _last) in found.items()}
    slowest = max(median(page.times.wall) for page in pages)
    say(f"  10 years against 1, the same period: {_worst(ratios)}; the fifth of 10 against 1: {_worst(fifth)}")
    say(f"  the slowest: {slowest:.0f} ms   (to reach: ≤ {AT_MOST} ms; ratio near 1; statements the same)")
    same = all(len({page.statements for page in four}) == 1 for four in found.values())
    return {"ratios": ratios, "fifth": fifth, "slowest": slowest, "same_statements": same}


def _worst(ratios: dict[str, Any]) -> str:
    name = max(ratios, key=lambda one: ratios[one].work)
    return f"at most {ratios[name].work:.2f} of processor ({name})"
