"""Run bandit on the whole product: every finding, of any severity, is answered or is a failure.

A finding is answered where its line says why to ruff, which knows the same tests under the letter
S (`# noqa: S603 (a program of ours, no shell)`), or by the table below, which gives its reason.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
READ = [
    *"dne_portfolio web indicators partners budgets projects records jobs accounts common".split(),
    *"scripts deploy run.py manage.py".split(),
]
# What is not asked, for it says nothing of a line: that subprocess is imported (each call is
# judged), and that asserts exist (they state what the types cannot; no check relies on one).
SKIPPED = "B101,B404"
ANSWERED = {
    # Programs of the project, with arguments that these files build.
    "run.py": {"B603"},
    "scripts/": {"B603"},
    # Names of settings that hold the word token or password, and numbers or booleans as values;
    # the development keys, which production refuses.
    "dne_portfolio/settings/": {"B105", "B106"},
    # The absence of a former secret, compared with an empty text.
    "accounts/models/clients.py": {"B106"},
    # Escapes what it writes; reads no XML.
    "common/tabular/ods_writer.py": {"B406"},
}


def findings() -> list[dict[str, object]]:
    """Return what bandit finds; exit when it could not read a file."""
    command = [sys.executable, "-m", "bandit", "-q", "-f", "json", "--skip", SKIPPED, "-r", *READ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if not done.stdout:
        sys.exit(f"bandit_check: bandit did not run: {done.stderr.strip()[-500:]}")
    report = json.loads(done.stdout)
    if report["errors"]:
        sys.exit(f"bandit_check: not read: {report['errors']}")
    return list(report["results"])


def is_answered(test: str, path: str, lines: list[str]) -> bool:
    """Tell whether a finding is answered: by the table, or by a reason on one of its lines."""
    if any(path.startswith(place) and test in tests for place, tests in ANSWERED.items()):
        return True
    reason = re.compile(rf"# noqa: (?:\w+, ?)*S{test[1:]}\b")
    return any(reason.search(line) for line in lines)


def main() -> int:
    """Print what is not answered; return 1 when something is not."""
    open_ones = []
    for found in findings():
        path = str(found["filename"]).removeprefix("./")
        told = (ROOT / path).read_text(encoding="utf-8").splitlines()
        span = [int(str(number)) for number in found["line_range"]]  # type: ignore[attr-defined]
        lines = [told[number - 1] for number in span]
        if not is_answered(str(found["test_id"]), path, lines):
            where = f"{path}:{found['line_number']}"
            open_ones.append(f"{where}: {found['test_id']} {found['issue_text']}")
    print("\n".join(open_ones) if open_ones else "bandit: every finding is answered")
    return 1 if open_ones else 0


if __name__ == "__main__":
    sys.exit(main())
