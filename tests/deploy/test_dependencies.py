"""The components and licences that are told are those of the lock."""

from __future__ import annotations

import json
import re

import pytest

from scripts import bandit_check, lock, sbom
from tests.architecture.source import ROOT


def told_by_the_page() -> dict[str, tuple[str, str]]:
    text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([\w.-]+) \| (\S+) \| ([^|]+) \|", text, re.MULTILINE)
    return {
        name: (version, licence.strip()) for name, version, licence in rows if name != "package"
    }


def locked() -> dict[str, str]:
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    return {
        name: re.split(r"[\s;]", block.split("==")[1])[0]
        for name, block in lock.entries(text).items()
    }


def test_the_page_tells_every_package_of_the_lock_with_its_version_and_licence():
    told = told_by_the_page()
    assert {name: version for name, (version, _licence) in told.items()} == locked()
    assert [name for name, (_version, licence) in told.items() if not licence] == []


def test_no_licence_would_bind_the_product():
    strong = re.compile(r"\bA?GPL|General Public License", re.IGNORECASE)
    lesser = re.compile(r"LGPL|Lesser General Public License", re.IGNORECASE)
    bound = [
        name
        for name, (_version, licence) in told_by_the_page().items()
        if strong.search(licence) and not lesser.search(licence)
    ]
    assert bound == []


def test_the_list_of_components_holds_every_hash_and_is_the_same_each_time():
    text = sbom.bom()
    assert text == sbom.bom()
    document = json.loads(text)
    assert (document["bomFormat"], document["specVersion"]) == ("CycloneDX", "1.6")
    components = {one["name"]: one for one in document["components"]}
    assert {name: one["version"] for name, one in components.items()} == locked()
    for package in sbom.packages():
        one = components[package.name]
        assert {told["content"] for told in one["hashes"]} == set(package.hashes)
        assert one["licenses"][0]["license"]["name"]
        assert one["purl"] == f"pkg:pypi/{package.name}@{package.version}"


@pytest.mark.parametrize("lines", [["x = 1  # noqa: S603 (ours)"], ["a", "b  # noqa: E501, S603"]])
def test_a_finding_is_answered_by_the_reason_on_its_line(lines):
    assert bandit_check.is_answered("B603", "web/x.py", lines)
    assert not bandit_check.is_answered("B608", "web/x.py", lines)
    assert not bandit_check.is_answered("B603", "web/x.py", ["x = 1"])
    assert bandit_check.is_answered("B603", "scripts/x.py", ["x = 1"])
