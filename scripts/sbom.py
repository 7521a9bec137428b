"""Write the list of components (CycloneDX) and the page of licences, from the runtime lock.

    python scripts/sbom.py            writes var/sbom.cdx.json and docs/dependencies.md
    python scripts/sbom.py check      fails when docs/dependencies.md is not that of the lock

Versions and hashes are those of requirements.txt, licences those that the installed packages
declare. The same lock gives the same bytes: no date, and a serial number made from the lock.
"""

from __future__ import annotations

import hashlib
import re
import sys
import uuid
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import DisjunctiveLicense
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.txt"
PAGE = ROOT / "docs" / "dependencies.md"
SBOM = ROOT / "var" / "sbom.cdx.json"
# Packages of other systems or of another Python: what they declare, read once from each.
ELSEWHERE = {"async-timeout": "Apache-2.0", "colorama": "BSD-3-Clause", "tzdata": "Apache-2.0"}
_ENTRY = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)(?:\s*;\s*([^\\]*))?")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
# Texts of a licence given whole in the metadata, by their beginning.
_BY_TEXT = {
    "Permission is hereby granted, free of charge": "MIT",
    "Redistribution and use in source and binary forms": "BSD",
}
_BY_CLASSIFIER = "License :: OSI Approved :: "


@dataclass(frozen=True)
class Package:
    """One line of the lock."""

    name: str
    version: str
    condition: str
    hashes: tuple[str, ...]

    @property
    def licence(self) -> str:
        """Return the licence that the package declares."""
        if self.name in ELSEWHERE:
            return ELSEWHERE[self.name]
        told = metadata.metadata(self.name)
        if "License-Expression" in told:
            return str(told["License-Expression"])
        classifiers = told.get_all("Classifier") or []
        names = [one.removeprefix(_BY_CLASSIFIER) for one in classifiers if _BY_CLASSIFIER in one]
        if names:
            return " or ".join(sorted(names))
        return _short(str(told["License"] or "not declared"))


def _short(text: str) -> str:
    """Return the name of a licence that may be given by its whole text."""
    for beginning, name in _BY_TEXT.items():
        if beginning in text:
            return name
    return text.strip().splitlines()[0][:80]


def packages() -> list[Package]:
    """Return the packages of the runtime lock, by name."""
    found = []
    text = LOCK.read_text(encoding="utf-8").replace("\\\n", " ")
    for line in text.splitlines():
        entry = _ENTRY.match(line)
        if entry:
            condition = (entry[3] or "").split("--hash")[0].strip()
            found.append(Package(entry[1], entry[2], condition, tuple(_HASH.findall(line))))
    return sorted(found, key=lambda one: one.name.lower())


def bom() -> str:
    """Return the CycloneDX document."""
    made = Bom(serial_number=uuid.uuid5(uuid.NAMESPACE_URL, _lock_digest()))
    # The same lock gives the same bytes: no date of making.
    made.metadata.timestamp = None  # type: ignore[assignment]
    root = Component(
        name="dne-portfolio", version="1.0.0", type=ComponentType.APPLICATION, bom_ref="root"
    )
    made.metadata.component = root
    for package in packages():
        made.components.add(
            Component(
                name=package.name,
                version=package.version,
                type=ComponentType.LIBRARY,
                bom_ref=f"{package.name}=={package.version}",
                purl=PackageURL("pypi", None, package.name.lower(), package.version),
                licenses=[DisjunctiveLicense(name=package.licence)],
                # One for each file that pip may install: wheels and source.
                hashes=[HashType(alg=HashAlgorithm.SHA_256, content=one) for one in package.hashes],
            )
        )
    made.register_dependency(root, made.components)
    return JsonV1Dot6(made).output_as_string(indent=2)


def _lock_digest() -> str:
    return hashlib.sha256(LOCK.read_bytes()).hexdigest()


def page() -> str:
    """Return the page of the packages and their licences."""
    lines = [
        "# Dependencies and licences",
        "",
        "Made by `python scripts/sbom.py` from the runtime lock; a test compares it with the lock.",
        "The same command writes the CycloneDX list (`var/sbom.cdx.json`), with the hash of every",
        "file that pip may install. The product itself is under EUPL-1.2.",
        "",
        "| package | version | licence | only when |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {one.name} | {one.version} | {one.licence} | {one.condition} |" for one in packages()
    ]
    lines += [
        "",
        "DSFR and the Marianne typeface (django-dsfr) are reserved to the sites of the State:",
        "their terms of use bind whoever would serve this product elsewhere.",
        "",
    ]
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """Write both, or check the page."""
    if arguments == ["check"]:
        if PAGE.read_text(encoding="utf-8") == page():
            return 0
        print("docs/dependencies.md is not that of the lock: run scripts/sbom.py.", file=sys.stderr)
        return 1
    SBOM.parent.mkdir(exist_ok=True)
    SBOM.write_text(bom() + "\n", encoding="utf-8")
    PAGE.write_text(page(), encoding="utf-8")
    print(f"{len(packages())} packages: {SBOM.name}, {PAGE.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
