"""Nothing of a machine, nothing left for later, stands in the repository."""

from __future__ import annotations

import re

from tests.architecture.source import name, own_files

BINARY = {".mo", ".png", ".jpg", ".ico", ".woff", ".woff2", ".gz", ".xlsx", ".ods", ".pdf", ".npz"}
# Written in pieces, or this file would find itself.
MACHINE_PATHS = re.compile(
    "|".join(["/wo" + "rk/", "/ro" + "ot/", "/ho" + r"me/\w", r"[A-Z]:\\Us" + "ers"])
)
LEFT_FOR_LATER = re.compile(r"\b(TO" + "DO|FIX" + "ME|XX" + r"X)\b")


def places(pattern: re.Pattern[str]) -> list[str]:
    """Return where the pattern stands in the text files of the project."""
    return [
        f"{name(path)}:{number}: {line.strip()[:80]}"
        for path in own_files()
        if path.suffix not in BINARY and "vendor" not in path.parts
        for number, line in enumerate(
            path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1
        )
        if pattern.search(line)
    ]


def test_no_path_of_a_machine_is_written():
    assert places(MACHINE_PATHS) == []


def test_nothing_is_left_for_later():
    assert places(LEFT_FOR_LATER) == []


def test_requirements_name_no_host():
    urls = [place for place in places(re.compile("://")) if place.startswith("requirements")]
    assert urls == []
