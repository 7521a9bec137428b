"""A module stays under 400 lines and a function under 50."""

from __future__ import annotations

from tests.architecture.source import ROOT, functions, modules, name

LONGEST_MODULE = 400
LONGEST_FUNCTION = 50


def measured() -> list:
    return [*modules(), *modules("scripts", "tests"), ROOT / "run.py", ROOT / "manage.py"]


def test_every_module_is_under_400_lines():
    lengths = {
        name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in measured()
    }
    assert {path: lines for path, lines in lengths.items() if lines >= LONGEST_MODULE} == {}


def test_every_function_is_under_50_lines():
    lengths = {
        f"{name(path)}:{node.lineno} {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for path in measured()
        for node in functions(path)
    }
    assert {place: lines for place, lines in lengths.items() if lines >= LONGEST_FUNCTION} == {}
