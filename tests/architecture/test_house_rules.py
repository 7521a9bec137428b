"""Rules of the house that no tool carries: no signals, no hidden work, no hidden import."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.architecture.source import functions, modules, name, tree

LAZY_LIBRARIES = {"weasyprint", "pyarrow", "xlsxwriter", "python_calamine"}


def imported(node: ast.Import | ast.ImportFrom) -> set[str]:
    """Return the top packages that an import statement names."""
    if isinstance(node, ast.ImportFrom):
        return {(node.module or "").split(".")[0]}
    return {alias.name.split(".")[0] for alias in node.names}


def is_importer(path: Path) -> bool:
    return "importers" in path.parts


def test_functions_import_nothing_but_the_four_heavy_libraries():
    hidden = [
        f"{name(path)}:{node.lineno}"
        for path in modules()
        for function in functions(path)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom) and not imported(node) <= LAZY_LIBRARIES
    ]
    assert hidden == []


def test_no_model_overrides_save_or_delete():
    overrides = [
        f"{name(path)}:{node.lineno}"
        for path in modules()
        if "models" in path.parts or path.name == "models.py"
        for node in functions(path)
        if node.name in {"save", "delete", "save_base"}
    ]
    assert overrides == []


def test_nothing_listens_to_signals():
    listeners = [
        name(path)
        for path in modules()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom)
        and node.module in {"django.db.models.signals", "django.dispatch", "django.core.signals"}
    ]
    assert listeners == []


def test_a_bare_exception_is_caught_nowhere_but_in_importers():
    broad = [
        f"{name(path)}:{node.lineno}"
        for path in modules()
        if not is_importer(path)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ExceptHandler)
        and (
            node.type is None
            or (isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"})
        )
    ]
    assert broad == []


def test_no_format_string_is_given_to_gettext():
    # An f-string is formatted before the look-up, so that its message is never found.
    gettexts = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext"}
    faults = [
        f"{name(path)}:{node.lineno}"
        for path in modules()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in gettexts
        and any(isinstance(argument, ast.JoinedStr) for argument in node.args)
    ]
    assert faults == []
