"""Control totals: what became of the lines of a file, and of each amount, kept with the batch."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from records.importing.stage import StagedRow, StagedTable
from records.services.anomalies import money_columns
from records.services.plan import Changes, Plan
from records.services.traces import plain


def control_totals(plan: Plan) -> dict[str, dict[str, dict[str, Any]]]:
    """Return by table the numbers of lines (« lines »), then each amount in euros as a text, by
    what became of them: `file`, of which `recorded`, `duplicates`, `waiting`, `aside`.

    `duplicates` are the lines that a former import recorded, or keeps waiting, as they are.
    """
    return {
        name: _of_table(staged, plan.changes.get(name, Changes()))
        for name, staged in plan.stage.tables.items()
        if staged.schema.kind == "facts"
    }


def _of_table(staged: StagedTable, changes: Changes) -> dict[str, dict[str, Any]]:
    recorded = [*changes.created, *(row for row, _known, _changed in changes.updated)]
    own = {id(row) for row in recorded}
    parts = {
        "file": staged.every_row(),
        "recorded": recorded,
        "duplicates": [*(row for row in staged.rows if id(row) not in own), *staged.known],
        "waiting": staged.waiting,
        "aside": staged.aside,
    }
    found: dict[str, dict[str, Any]] = {
        "lines": {part: len(rows) for part, rows in parts.items()},
    }
    for column in money_columns(staged.schema):
        if column in staged.columns:
            found[column] = {part: plain(_sum(rows, column)) for part, rows in parts.items()}
    return found


def _sum(rows: Iterable[StagedRow], column: str) -> Decimal:
    """Return the sum of a column; a cell of a line set aside may be no amount."""
    amounts = (row.values.get(column) for row in rows)
    return sum((value for value in amounts if isinstance(value, Decimal)), Decimal(0))
