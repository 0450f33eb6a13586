"""Where money is decided every line and branch is tested: `python -m tests.covered FILE`, after a run of slipcover.

coverage.py asks Python to report every line that runs, Django's too; before Python 3.12 that takes half as long again.
slipcover marks our own lines, and each mark goes once it was met.
"""

import json
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
WHOLLY = (
    "ledger/*.py",
    "ledger/verify/*.py",
    "ledger/management/**/*.py",
    "*/services.py",
    "*/services/*.py",
    "groups/access.py",
    "users/access.py",
    "groups/permissions.py",
    "groups/money.py",
    "loans/schedule.py",
    "loans/arrears.py",
    "loans/ageing.py",
    "loans/ceilings.py",
    "loans/fairness.py",
    "loans/indicators.py",
    "loans/payoff.py",
    "loans/held.py",
    "loans/gate.py",
    "compliance/rules/*.py",
    "compliance/facts/*.py",
    "meetings/closing.py",
    "meetings/merging.py",
    "savings/surplus.py",
    "savings/yearend.py",
    # The small books, passbooks, and what a correction shows.
    "groups/offices.py",
    "groups/keeping.py",
    "meetings/effect.py",
    "reports/members/passbook.py",
    "reports/statements/figures.py",
    "reports/statements/period.py",
    "reports/statements/reading.py",
    "reports/statements/shape.py",
    # And what is taken out of a book, so that nothing stays behind in silence.
    "groups/xlsx.py",
    "reports/exporting/*.py",
    "reports/exporting/fitting/*.py",
)


def gaps(measured: dict[str, dict[str, list]]) -> list[str]:
    """What is not wholly reached, was never even imported, or is not there: a line each, from slipcover's `files`."""
    found = []
    for pattern in WHOLLY:
        files = [path.relative_to(REPOSITORY) for path in REPOSITORY.glob(pattern)]
        if not files:
            found.append(f"{pattern}: no such file")
        for file in sorted(files):
            facts = measured.get(str(file), {"missing_lines": ["all"], "missing_branches": []})
            lines = ", ".join(map(str, facts["missing_lines"]))
            branches = ", ".join(f"{start}->{end or 'exit'}" for start, end in facts["missing_branches"])
            if lines or branches:
                found.append(f"{file}: {'; '.join(filter(None, (lines, branches)))}")
    return found


if __name__ == "__main__":
    problems = gaps(json.loads(Path(sys.argv[1]).read_text())["files"])
    sys.exit("Not tested:\n" + "\n".join(problems) if problems else 0)
