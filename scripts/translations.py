"""Collect, compile and check the translations.

    python scripts/translations.py collect    new strings into the .po files (needs gettext)
    python scripts/translations.py compile    .po → .mo, without gettext
    python scripts/translations.py check      exit 1 with one line per fault

Message ids are English; French is complete. The .mo files are kept in the repository, so that
an installation needs no gettext.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "locale"
PROPER_NOUNS = LOCALE / "proper_nouns.txt"
SOURCES = (
    "dne_portfolio web indicators partners budgets projects records jobs accounts common".split()
)
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}")
MAKEMESSAGES = "makemessages --locale fr --no-obsolete --add-location file --no-wrap --verbosity 0"


def catalogues() -> list[Path]:
    """Return the .po files of the project."""
    return sorted(LOCALE.glob("*/LC_MESSAGES/*.po"))


def proper_nouns() -> set[str]:
    """Return the message ids that read the same in French; `#` begins a comment."""
    if not PROPER_NOUNS.exists():
        return set()
    lines = PROPER_NOUNS.read_text(encoding="utf-8").splitlines()
    return {line.strip() for line in lines if line.strip() and not line.startswith("#")}


def entries(path: Path) -> list[polib.POEntry]:
    """Return the entries of a .po file that the code still uses."""
    return [entry for entry in polib.pofile(str(path)) if not entry.obsolete]


def texts(entry: polib.POEntry) -> list[str]:
    """Return the translations of an entry, one for each plural form."""
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def entry_faults(entry: polib.POEntry, nouns: set[str]) -> list[str]:
    """Return what is wrong with one entry."""
    if entry.fuzzy:
        return ["fuzzy"]
    translated = texts(entry)
    if not translated or not all(text.strip() for text in translated):
        return ["not translated"]
    faults = []
    if entry.msgid in translated and entry.msgid not in nouns:
        faults.append("translated by itself, and not in locale/proper_nouns.txt")
    known = set(PLACEHOLDER.findall(entry.msgid + entry.msgid_plural))
    if any(set(PLACEHOLDER.findall(text)) - known for text in translated):
        faults.append("has a placeholder that the message has not")
    if not entry.msgid_plural and set(PLACEHOLDER.findall(entry.msgstr)) != known:
        faults.append("loses a placeholder")
    return faults


def catalogue_faults(path: Path) -> list[str]:
    """Return the faults of a .po file and of the .mo beside it."""
    current, nouns = entries(path), proper_nouns()
    name = path.relative_to(ROOT)
    faults = [
        f"{name}:{entry.linenum}: {fault}: {entry.msgid!r}"
        for entry in current
        for fault in entry_faults(entry, nouns)
    ]
    compiled = path.with_suffix(".mo")
    if not compiled.exists():
        return [*faults, f"{name}: not compiled (make messages)"]
    wanted = {(e.msgctxt, e.msgid): texts(e) for e in current}
    found = {(e.msgctxt, e.msgid): texts(e) for e in polib.mofile(str(compiled))}
    if wanted != found:
        faults.append(f"{name}: the .mo is not up to date (make messages)")
    return faults


def manage(folder: Path, command: str) -> None:
    """Run a management command of the copy of the project in a folder."""
    subprocess.run([sys.executable, "manage.py", *command.split()], cwd=folder, check=True)


def missing_strings() -> list[str]:
    """Return the strings of the code that no catalogue holds, found by gettext in a copy."""
    if not shutil.which("xgettext"):
        if os.environ.get("CI"):
            return ["gettext is missing, so the strings of the code were not compared"]
        print("translations: gettext is absent, the strings of the code are not compared")
        return []
    with tempfile.TemporaryDirectory() as temporary:
        copy = Path(temporary) / "project"
        copy.mkdir()
        for name in (*SOURCES, "locale"):
            shutil.copytree(ROOT / name, copy / name)
        shutil.copy(ROOT / "manage.py", copy)
        manage(copy, MAKEMESSAGES)
        return [
            f"{path.relative_to(ROOT)}: missing (make messages): {entry.msgid!r}"
            for path in catalogues()
            for entry in new_entries(path, copy / path.relative_to(ROOT))
        ]


def new_entries(kept: Path, collected: Path) -> list[polib.POEntry]:
    """Return the entries that are in a collected catalogue and not in the one kept."""
    known = {(e.msgctxt, e.msgid) for e in entries(kept)}
    return [e for e in entries(collected) if (e.msgctxt, e.msgid) not in known]


def check() -> int:
    """Print every fault; return 1 when there is one."""
    paths = catalogues()
    faults = [fault for path in paths for fault in catalogue_faults(path)]
    faults += missing_strings() if paths else ["locale/ has no catalogue"]
    for fault in faults:
        print(fault)
    return 1 if faults else 0


def compile_catalogues() -> int:
    """Write the .mo beside each .po."""
    for path in catalogues():
        polib.pofile(str(path)).save_as_mofile(str(path.with_suffix(".mo")))
    return 0


def collect() -> int:
    """Bring the strings of the code into the .po files."""
    manage(ROOT, MAKEMESSAGES + " --ignore .venv --ignore var --ignore tests")
    return 0


def main(arguments: list[str]) -> int:
    """Run the command named first; return the exit code."""
    commands = {"collect": collect, "compile": compile_catalogues, "check": check}
    if len(arguments) != 1 or arguments[0] not in commands:
        print(__doc__, file=sys.stderr)
        return 2
    return commands[arguments[0]]()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
