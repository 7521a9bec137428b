"""What other rules have to say of the programming, without it knowing them.

A check of cells is called with what an operation changes, inside its transaction, once the version
is locked and before anything is written: it takes the locks that it needs (nodes, by ascending ids)
and raises a DomainError to refuse the whole. A source of problems reads a version as sets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.module_loading import import_string

from budgets.models import ProgrammingLine, ProgrammingVersion
from budgets.programming_sources import cell_checks, problem_sources


@dataclass(frozen=True, slots=True)
class CellChange:
    """What an operation does to a cell of the stage of its version; euros TTC.

    A line added, or put back, changes its cells from nothing; taken out, to nothing.
    """

    line: ProgrammingLine
    rank: int
    measure: str
    before: Decimal | None
    after: Decimal | None

    @property
    def delta(self) -> Decimal:
        """Return what it adds to the totals."""
        return (self.after or Decimal(0)) - (self.before or Decimal(0))


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that a control holds against a version: a line, maybe a year, and the figures.

    `message` is a key of `budgets.messages`, `figures` are cents, `severity` one of
    `records.enums.Severity`. No line: the problem is that of a node or of the whole version.
    """

    code: str
    severity: str
    message: str
    line_id: int | None = None
    rank: int | None = None
    figures: tuple[tuple[str, int], ...] = ()
    words: tuple[tuple[str, str | int], ...] = ()


# (actor, version, changes) → raises to refuse the operation.
CellCheck = Callable[[Any, ProgrammingVersion, Sequence[CellChange]], None]
# (version, ids of the lines that the reader sees) → what stands against them.
ProblemSource = Callable[[ProgrammingVersion, Any], Iterable[Problem]]


def check_cells(actor: Any, version: ProgrammingVersion, changes: Sequence[CellChange]) -> None:
    """Ask every check, in the order of their registration; nothing without a change."""
    for path in cell_checks() if changes else ():
        check: CellCheck = import_string(path)
        check(actor, version, changes)


def other_problems(version: ProgrammingVersion, lines: Any) -> list[Problem]:
    """Return what the registered sources hold against the lines (a queryset) of a version."""
    found: list[Problem] = []
    for path in problem_sources():
        source: ProblemSource = import_string(path)
        found += source(version, lines)
    return found
