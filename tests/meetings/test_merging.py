"""Two pages with one draft: what each changed is kept."""

from meetings.merging import KEPT, Known, merge, new_notes, remember

FRESH = {"r1-wajib": "5.000", "r1-catat": "", "r2-wajib": "5.000"}


def saved(data, changes, shown, sent, known, page, revision):
    """One page sends what it shows: the draft's data, its changes, and what a page of now would show."""
    merged = merge(data, shown=shown, changes=changes, sent=sent, names=FRESH, known=known)
    after = FRESH | {name: "" for name in FRESH if name in data} | merged.data
    return merged, remember(changes, shown, after, revision=revision, page=page), after


def test_what_a_page_did_not_change_it_does_not_overwrite():
    b, changes, shown = saved({}, {}, FRESH, {**FRESH, "r1-catat": "1"}, Known(0, "b"), "b", 1)
    a, changes, shown = saved(b.data, changes, shown, {"r1-wajib": "5.000", "r2-wajib": "7.000"}, Known(0, "a"), "a", 2)
    assert (a.data["r1-catat"], a.data["r2-wajib"]) == ("1", "7.000")
    assert (a.theirs, a.both) == ({"r1-catat": "1"}, {})
    # Once she has seen it, an unticked box is her own doing; and B, who has not seen 7.000, keeps it.
    a, changes, shown = saved(a.data, changes, shown, {"r1-wajib": "5.000", "r2-wajib": "7.000"}, Known(2, "a"), "a", 3)
    assert "r1-catat" not in a.data
    b, changes, shown = saved(a.data, changes, shown, {**FRESH, "r1-catat": "1"}, Known(1, "b"), "b", 4)
    assert (b.data.get("r1-catat"), b.data["r2-wajib"]) == (None, "7.000")


def test_of_two_that_changed_a_field_the_last_word_stands_and_is_told():
    b, changes, shown = saved({}, {}, FRESH, {**FRESH, "r1-wajib": "6.000"}, Known(0, "b"), "b", 1)
    a, _changes, _shown = saved(b.data, changes, shown, {**FRESH, "r1-wajib": "8.000"}, Known(0, "a"), "a", 2)
    assert (a.data["r1-wajib"], a.theirs, a.both) == ("8.000", {}, {"r1-wajib": "6.000"})
    assert a.mine == {"r1-wajib": "8.000"}


def test_a_page_s_own_changes_on_their_way_are_no_one_else_s():
    first, changes, shown = saved({}, {}, FRESH, {**FRESH, "r1-wajib": "6.000"}, Known(0, "a"), "a", 1)
    again, _changes, _shown = saved(first.data, changes, shown, {**FRESH, "r1-wajib": "6.500"}, Known(0, "a"), "a", 2)
    assert (again.data["r1-wajib"], again.both) == ("6.500", {})


def test_the_last_few_changes_of_a_field_are_remembered():
    changes = {}
    for revision in range(1, KEPT + 5):
        changes = remember(changes, {"f": str(revision - 1)}, {"f": str(revision)}, revision=revision, page="a")
    assert changes["f"][0] == (5, "4", "a")
    assert len(changes["f"]) == KEPT


def test_a_page_that_names_no_state_is_taken_to_know_it_all():
    b, changes, shown = saved({}, {}, FRESH, {**FRESH, "r1-wajib": "6.000"}, Known(0, "b"), "b", 1)
    a, _changes, _shown = saved(b.data, changes, shown, FRESH, Known(None, ""), "", 2)
    assert (a.data["r1-wajib"], a.theirs, a.both) == ("5.000", {}, {})


def test_notes_of_others_fill_only_what_is_empty_here():
    """The one heard last has the word; what every page proposes was said by nobody."""
    notes = {"m-agenda": "Simpanan", "m-decisions": "", "r1-attendance": ""}
    first = {"m-agenda": "Simpanan", "m-decisions": "Libur", "r1-attendance": "H", "r1-wajib": "5.000"}
    second = {"m-decisions": "Libur sepekan", "r1-attendance": ""}
    assert new_notes({"m-agenda": "Simpanan"}, [first, second], notes) == {
        "m-decisions": "Libur sepekan",
        "r1-attendance": "H",
    }
    assert new_notes({"m-decisions": "Tetap"}, [second, {"m-agenda": "Lebaran"}], notes) == {"m-agenda": "Lebaran"}
