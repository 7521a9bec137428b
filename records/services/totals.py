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


def control_totals(plan: Plan) -> dict[str, dict[str, dict[str, dict[str, Any]]]]:
    """Return by table and exercise the numbers of lines (« lines »), then each amount in euros as
    a text, by what became of them: `file`, of which `recorded`, `duplicates`, `waiting`, `aside`.

    `duplicates` are the lines that a former import recorded, or keeps waiting, as they are. The
    exercise is a text, empty in a table, or on a line set aside, that gives none.
    """
    return {
        name: _of_table(staged, plan.changes.get(name, Changes()))
        for name, staged in plan.stage.tables.items()
        if staged.schema.kind == "facts"
    }


def _of_table(staged: StagedTable, changes: Changes) -> dict[str, dict[str, dict[str, Any]]]:
    columns = [name for name in money_columns(staged.schema) if name in staged.columns]
    years: dict[str, dict[str, dict[str, Any]]] = {}
    for part, row in _by_part(staged, changes):
        year = str(row.values.get("fiscal_year") or "")
        told = years.get(year)
        if told is None:
            told = years[year] = {column: dict.fromkeys(_PARTS, Decimal(0)) for column in columns}
            told["lines"] = dict.fromkeys(_PARTS, 0)
        for place in ("file", part):
            told["lines"][place] += 1
            for column in columns:
                # A cell of a line set aside may be no amount.
                value = row.values.get(column)
                if isinstance(value, Decimal):
                    told[column][place] += value
    return {
        year: {
            column: {part: plain(value) for part, value in sums.items()}
            for column, sums in told.items()
        }
        for year, told in sorted(years.items())
    }


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
