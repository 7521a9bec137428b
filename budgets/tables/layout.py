"""Cells of an official table: sums of ledger rows, and the identities between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from budgets.tables.perimeter import Perimeter, Source
from common.money import from_cents

Text = Any  # a lazy translation


@dataclass(frozen=True, slots=True)
class Line:
    """A cell before it is computed: what it is called, and the sums that it adds or takes away.

    `terms` name sources or other lines, each with its sign; `formula` is the identity as people
    read it. `share_of` makes it a whole percentage of another line.
    """

    key: str
    label: Text
    terms: tuple[tuple[int, str], ...] = ()
    formula: Text = ""
    share_of: str = ""

    @property
    def is_share(self) -> bool:
        """Whether the cell is a percentage."""
        return bool(self.share_of)


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: cents TTC, or a whole percentage; None has a reason."""

    line: Line
    value: int | None
    reason: str = ""

    @property
    def key(self) -> str:
        """Return the name of the cell in the official layout."""
        return self.line.key

    @property
    def euros(self) -> Decimal | None:
        """Return the amount in euros TTC; None for a percentage or what cannot be computed."""
        if self.value is None or self.line.is_share:
            return None
        return from_cents(self.value)


@dataclass(frozen=True, slots=True)
class Layout:
    """An official layout for one exercise: its lines in order, and the sources of its sums."""

    lines: tuple[Line, ...]
    sources: Mapping[str, Source]

    def compute(self, perimeter: Perimeter) -> list[Cell]:
        """Return the cells, in the order of the layout; one statement a ledger."""
        known: dict[str, int] = perimeter.sums(dict(self.sources))
        cells = []
        for line in self.lines:
            cell = _cell(line, known)
            if cell.value is not None and not line.is_share:
                known[line.key] = cell.value
            cells.append(cell)
        return cells

    def sources_of(self, key: str) -> list[tuple[int, Source]]:
        """Return the sources that add up to a cell, each with its sign; KeyError if unknown."""
        if key in self.sources:
            return [(1, self.sources[key])]
        line = next((one for one in self.lines if one.key == key), None)
        if line is None:
            raise KeyError(key)
        return [
            (sign * inner, source)
            for sign, name in line.terms
            for inner, source in self.sources_of(name)
        ]


def _cell(line: Line, known: Mapping[str, int]) -> Cell:
    total = sum(sign * known[name] for sign, name in line.terms)
    if not line.is_share:
        return Cell(line, total)
    whole = known[line.share_of]
    if whole == 0:
        return Cell(line, None, "zero_denominator")
    return Cell(line, _percent(total, whole))


def _percent(part: int, whole: int) -> int:
    """Return 100 × part ÷ whole as a whole number, half away from zero, exactly."""
    sign = -1 if (part < 0) != (whole < 0) else 1
    part, whole = abs(part), abs(whole)
    return sign * ((200 * part + whole) // (2 * whole))
