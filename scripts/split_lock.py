"""Keep in the development lock only what the runtime lock does not pin.

    python scripts/split_lock.py requirements.txt whole-dev-lock.txt > requirements-dev.txt

pip refuses a requirement given twice, and requirements-dev.txt begins with `-r requirements.txt`.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

HEADER = """\
-r requirements.txt
# Tests and checks, locked with hashes from requirements-dev.in (`make lock`).
"""


def entries(text: str) -> dict[str, str]:
    """Return the lock's entries, the normalised name of the package → its lines."""
    found: dict[str, str] = {}
    for block in re.split(r"\n(?=[A-Za-z0-9])", "\n" + text):
        match = re.match(r"([A-Za-z0-9._-]+)(\[[^\]]*\])?==", block.strip())
        if match:
            name = re.sub(r"[-_.]+", "-", match.group(1)).lower()
            found[name] = block.strip() + "\n"
    return found


def main() -> None:
    """Write to standard output the development lock without the runtime's packages."""
    runtime_path, whole_path = sys.argv[1:3]
    runtime = entries(Path(runtime_path).read_text(encoding="utf-8"))
    whole = entries(Path(whole_path).read_text(encoding="utf-8"))
    own = [block for name, block in sorted(whole.items()) if name not in runtime]
    sys.stdout.write(HEADER + "".join(own))


if __name__ == "__main__":
    main()
