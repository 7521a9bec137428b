"""What a person corrects or sets aside in a deposit; the deposited files are never changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from common.tabular import Row


@dataclass(frozen=True, slots=True)
class Amendments:
    """Corrected texts by table, line and column, and the lines set aside by table.

    Lines are those of the files, as JSON keeps them: texts.
    """

    cells: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)
    aside: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def is_aside(self, table: str, line: int) -> bool:
        """Whether a line is left out on purpose."""
        return bool(self.aside) and str(line) in self.aside.get(table, {})

    def apply(self, table: str, columns: Sequence[str], row: Row) -> Row:
        """Return the row with its corrected cells; a cell that the row lacks is added."""
        corrected = self.cells.get(table, {}).get(str(row.line)) if self.cells else None
        if not corrected:
            return row
        cells = list(row.cells)
        cells += [""] * (len(columns) - len(cells))
        for column, text in corrected.items():
            if column in columns:
                cells[columns.index(column)] = text
        return Row(row.line, tuple(cells))
