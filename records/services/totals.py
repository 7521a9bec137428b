"""Control totals: what became of the lines of a file, and of each amount, kept with the batch."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from records.importing.stage import StagedRow, StagedTable
from records.services.anomalies import money_columns
from records.services.plan import Changes, Plan
from records.services.traces import plain

_PARTS = ("file", "recorded", "duplicates", "waiting", "aside")


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
    columns = [name for name in money_columns(staged.schema) if name in staged.columns]
    sums = {column: dict.fromkeys(_PARTS, Decimal(0)) for column in columns}
    lines = dict.fromkeys(_PARTS, 0)
    for part, row in _by_part(staged, changes):
        for place in ("file", part):
            lines[place] += 1
            for column in columns:
                # A cell of a line set aside may be no amount.
                value = row.values.get(column)
                if isinstance(value, Decimal):
                    sums[column][place] += value
    amounts = {
        column: {part: plain(value) for part, value in told.items()}
        for column, told in sums.items()
    }
    return {"lines": lines, **amounts}


def _by_part(staged: StagedTable, changes: Changes) -> Iterator[tuple[str, StagedRow]]:
    """Yield what became of each line, with the line; those of a large file slice by slice."""
    for part, some in changes.parts(staged):
        recorded = {row.line for row in some.created}
        recorded |= {row.line for row, _known, _changed in some.updated}
        for row in part.rows:
            yield ("recorded" if row.line in recorded else "duplicates"), row
    for name, rows in (
        ("duplicates", staged.known),
        ("waiting", staged.waiting),
        ("aside", staged.aside),
    ):
        for row in rows:
            yield name, row
