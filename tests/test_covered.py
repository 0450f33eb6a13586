"""The gate of `make check` on what the tests reach."""

from tests import covered

WHOLE = {"missing_lines": [], "missing_branches": []}


def measured(**changed):
    """Every file of ours, wholly reached, but for what is changed in the loans' gate."""
    files = {str(path.relative_to(covered.REPOSITORY)): WHOLE for path in covered.REPOSITORY.glob("[!.]*/**/*.py")}
    return files | {"loans/gate.py": WHOLE | changed}


def test_a_line_and_a_way_that_no_test_takes_are_named():
    assert covered.gaps(measured()) == []
    gaps = covered.gaps(measured(missing_lines=[7, 9], missing_branches=[[12, 0], [15, 20]]))
    assert gaps == ["loans/gate.py: 7, 9; 12->exit, 15->20"]


def test_a_file_that_no_test_ever_imports_is_not_reached():
    files = measured()
    del files["ledger/services.py"], files["loans/services/lending.py"]
    assert set(covered.gaps(files)) == {"ledger/services.py: all", "loans/services/lending.py: all"}


def test_a_file_that_is_gone_is_no_success(monkeypatch):
    monkeypatch.setattr(covered, "WHOLLY", ("loans/door.py",))
    assert covered.gaps(measured()) == ["loans/door.py: no such file"]


def test_what_nobody_asks_for_may_be_left():
    assert covered.gaps(measured() | {"groups/views/people.py": WHOLE | {"missing_lines": [1]}}) == []
