"""What is asked of changes to the programming, by dotted names: it is registered without a model.

See `budgets.services.programming_hooks` for what a check of cells and a source of problems are.
"""

from __future__ import annotations

_CELL_CHECKS: dict[str, None] = {}
_PROBLEM_SOURCES: dict[str, None] = {}


def register_cell_check(path: str) -> None:
    """Register the dotted name of a `CellCheck`, from `AppConfig.ready()`."""
    _CELL_CHECKS[path] = None


def register_problem_source(path: str) -> None:
    """Register the dotted name of a `ProblemSource`, from `AppConfig.ready()`."""
    _PROBLEM_SOURCES[path] = None


def cell_checks() -> tuple[str, ...]:
    """Return the dotted names of the checks, in the order of their registration."""
    return tuple(_CELL_CHECKS)


def problem_sources() -> tuple[str, ...]:
    """Return the dotted names of the sources, in the order of their registration."""
    return tuple(_PROBLEM_SOURCES)
