"""Rewrite the three locks, with hashes, from their .in files.

    python scripts/lock.py

Versions already locked are kept as long as they satisfy the .in files: to raise one, change its
line there, or remove its block from the lock. The development lock holds only what the runtime
lock does not pin, for pip refuses a requirement given twice.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RUNTIME = ROOT / "requirements.txt"
DEV = ROOT / "requirements-dev.txt"
SEMGREP = ROOT / "requirements-semgrep.txt"
OPTIONS = (
    "--quiet --generate-hashes --universal --python-version 3.11"
    " --no-strip-extras --no-emit-index-url --no-annotate --no-header"
).split()
RUNTIME_HEADER = """\
# Runtime, locked with hashes from requirements.in (`make lock`).
"""
DEV_HEADER = """\
-r requirements.txt
# Tests and checks, locked with hashes from requirements-dev.in (`make lock`).
"""
SEMGREP_HEADER = """\
# Local rules (.semgrep/), locked with hashes from requirements-semgrep.in (`make lock`).
"""


def entries(text: str) -> dict[str, str]:
    """Return the entries of a lock: the normalised name of the package and its lines."""
    found: dict[str, str] = {}
    for block in re.split(r"\n(?=[A-Za-z0-9])", "\n" + text):
        match = re.match(r"([A-Za-z0-9._-]+)(\[[^\]]*\])?==", block.strip())
        if match:
            name = re.sub(r"[-_.]+", "-", match.group(1)).lower()
            found[name] = block.strip() + "\n"
    return found


def resolve(source: Path, locked: str, constraint: Path | None) -> dict[str, str]:
    """Return the entries that uv resolves for a .in file, starting from the locked ones."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "lock.txt"
        target.write_text(locked, encoding="utf-8")
        command = [str(Path(sys.executable).parent / "uv"), "pip", "compile", *OPTIONS]
        command += [str(source), "--output-file", str(target)]
        if constraint:
            command += ["--constraint", str(constraint)]
        subprocess.run(command, check=True, cwd=ROOT)
        return entries(target.read_text(encoding="utf-8"))


def main() -> None:
    """Rewrite the locks; semgrep's stands apart from the two others."""
    runtime = resolve(ROOT / "requirements.in", RUNTIME.read_text(encoding="utf-8"), None)
    RUNTIME.write_text(RUNTIME_HEADER + "".join(runtime.values()), encoding="utf-8")
    own_before = "".join(entries(DEV.read_text(encoding="utf-8")).values())
    before = RUNTIME.read_text(encoding="utf-8") + own_before
    whole = resolve(ROOT / "requirements-dev.in", before, RUNTIME)
    own = [block for name, block in whole.items() if name not in runtime]
    DEV.write_text(DEV_HEADER + "".join(own), encoding="utf-8")
    before = SEMGREP.read_text(encoding="utf-8") if SEMGREP.exists() else ""
    apart = resolve(ROOT / "requirements-semgrep.in", before, None)
    SEMGREP.write_text(SEMGREP_HEADER + "".join(apart.values()), encoding="utf-8")


if __name__ == "__main__":
    main()
