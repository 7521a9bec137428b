"""Control totals: what became of the lines of a file, and of each amount, kept with the batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
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
        name: _of_table(plan, staged)
        for name, staged in plan.stage.tables.items()
        if staged.schema.kind == "facts"
    }


def _of_table(plan: Plan, staged: StagedTable) -> dict[str, dict[str, dict[str, Any]]]:
    tally = plan.tallies.get(staged.schema.name)
    if tally is None:
        tally = Tally(staged)
        tally.take(staged, plan.changes.get(staged.schema.name, Changes()))
    for part, rows in (
        ("duplicates", staged.known),
        ("waiting", staged.waiting),
        ("aside", staged.aside),
    ):
        tally.add(part, rows)
    return tally.as_dict()


class Tally:
    """Counts the lines of a table, and sums their amounts, by exercise and by what became of them.

    A large file is counted slice by slice, as it is compared: a transaction never waits for it.
    """

    def __init__(self, staged: StagedTable) -> None:
        self._columns = [name for name in money_columns(staged.schema) if name in staged.columns]
        self._years: dict[str, dict[str, dict[str, Any]]] = {}

    def take(self, staged: StagedTable, changes: Changes) -> None:
        """Count the rows in memory: those that are recorded, and those that were already."""
        recorded = {row.line for row in changes.created}
        recorded |= {row.line for row, _known, _changed in changes.updated}
        self.add("recorded", [row for row in staged.rows if row.line in recorded])
        self.add("duplicates", [row for row in staged.rows if row.line not in recorded])

    def add(self, part: str, rows: Iterable[StagedRow]) -> None:
        """Count lines; a cell of one set aside may be no amount."""
        years: dict[Any, list[dict[str, Any]]] = defaultdict(list)
        for row in rows:
            years[row.values.get("fiscal_year")].append(row.values)
        for year, lines in years.items():
            told = self._of(str(year or ""))
            sums = {column: _sum(line.get(column) for line in lines) for column in self._columns}
            for place in ("file", part):
                told["lines"][place] += len(lines)
                for column, total in sums.items():
                    told[column][place] += total

    def _of(self, year: str) -> dict[str, dict[str, Any]]:
        """Return the counts of an exercise."""
        told = self._years.get(year)
        if told is None:
            told = {column: dict.fromkeys(_PARTS, Decimal(0)) for column in self._columns}
            told["lines"] = dict.fromkeys(_PARTS, 0)
            self._years[year] = told
        return told

    def as_dict(self) -> dict[str, dict[str, dict[str, Any]]]:
        """Return the numbers of lines and the amounts, for JSON."""
        return {
            year: {
                column: {part: plain(value) for part, value in sums.items()}
                for column, sums in told.items()
            }
            for year, told in sorted(self._years.items())
        }


def _sum(values: Iterable[Any]) -> Decimal:
    """Return the sum of those that are amounts."""
    return sum([value for value in values if isinstance(value, Decimal)], Decimal(0))
