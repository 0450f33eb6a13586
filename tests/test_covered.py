"""The gate of `make check` on what the tests reach."""

from tests import covered


def measured(**changed):
    """Every file the gate asks for, wholly reached, but for what is changed in the ledger's services."""
    whole = {"missing_lines": [], "missing_branches": []}
    files = {pattern.replace("*", "desa"): whole for pattern in covered.WHOLLY}
    return files | {"ledger/services.py": whole | changed}


def test_a_line_and_a_way_that_no_test_takes_are_named():
    assert covered.gaps(measured()) == []
    (gap, *again) = covered.gaps(measured(missing_lines=[7, 9], missing_branches=[[12, 0], [15, 20]]))
    assert gap == "ledger/services.py: 7, 9; 12->exit, 15->20"
    assert set(again) <= {gap}  # two patterns name it


def test_a_file_that_is_gone_or_was_never_measured_is_no_success():
    files = measured()
    del files["loans/gate.py"]
    assert covered.gaps(files) == ["loans/gate.py: no such file was measured"]
    assert len(covered.gaps({})) == len(covered.WHOLLY)


def test_what_nobody_asks_for_may_be_left():
    assert covered.gaps(measured() | {"groups/views/people.py": {"missing_lines": [1], "missing_branches": []}}) == []
