"""What stands in vendor/ is whole, unmodified, versioned and licensed."""

from __future__ import annotations

import hashlib
import json

import pytest

from tests.architecture.source import ROOT

VENDOR = ROOT / "vendor"
LOCK = VENDOR / "vendor.lock"


@pytest.fixture
def locked() -> dict[str, dict[str, str]]:
    """Return the entries of vendor.lock: the path in vendor/ and what is known of the file."""
    if not VENDOR.is_dir():
        pytest.skip("nothing is vendored: there is no vendor/ folder")
    return json.loads(LOCK.read_text(encoding="utf-8"))["files"]


def test_every_vendored_file_is_locked_and_the_reverse(locked):
    found = {
        path.relative_to(VENDOR).as_posix()
        for path in VENDOR.rglob("*")
        if path.is_file() and path != LOCK and path.name != "README.md"
    }
    assert found == set(locked)


def test_vendored_files_are_those_that_were_released(locked):
    digests = {p: hashlib.sha256((VENDOR / p).read_bytes()).hexdigest() for p in locked}
    assert digests == {path: entry["sha256"] for path, entry in locked.items()}


def test_vendored_files_name_their_version_and_licence(locked):
    assert [p for p, entry in locked.items() if not (entry["version"] and entry["licence"])] == []
