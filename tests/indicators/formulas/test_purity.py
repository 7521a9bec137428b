"""The formulas stay pure: no Django, no database, no file."""

from __future__ import annotations

import ast
from pathlib import Path

FORMULAS = Path(__file__).resolve().parents[3] / "indicators" / "formulas"
ALLOWED = {
    "__future__",
    "collections",
    "dataclasses",
    "enum",
    "itertools",
    "math",
    "numpy",
    "statistics",
    "typing",
}


def test_the_formulas_import_numpy_and_the_standard_library_only() -> None:
    for module in FORMULAS.glob("*.py"):
        for node in ast.walk(ast.parse(module.read_text())):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            for name in names:
                assert name.startswith("indicators.formulas") or name.split(".")[0] in ALLOWED
