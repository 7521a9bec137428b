"""Turning the rows of a file into those of a table, as a reading says, each with its line."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from common.tabular import Cell, Row, is_blank
from common.tabular.parsing import clean_text, normalise_title, plain_text
from records.importing.cells import shown
from records.importing.reading import Reading


class Adapter:
    """Reads the rows of one sheet. `turn` gives the heading of the table, then its rows.

    `widths` tells the cells found and expected of a row that is wider or, in a text, narrower
    than the headings: its cells are not under theirs. `ignore` is told of the lines left out.
    """

    def __init__(
        self, reading: Reading, *, is_text: bool, ignore: Callable[[int, str], None]
    ) -> None:
        self.reading = reading
        self.places = reading.places()
        self.values = reading.values()
        self.columns = (*self.places, *self.values)
        self.widths: tuple[int, int] | None = None
        self._is_text = is_text
        self._ignore = ignore
        self._heading: list[list[str]] = []
        self._ignored = _Words(reading.options.ignored)
        self._width = len(reading.headings)

    def turn(self, row: Row) -> Row | None:
        """Return the row of the table that a shown row of the file makes; None when it is none."""
        options = self.reading.options
        if row.line < options.header_line:
            return None
        if len(self._heading) < options.header_rows:
            self._heading.append(_texts(row))
            self._width = max(self._width, len(row.cells))
            is_whole = len(self._heading) == options.header_rows
            return Row(options.header_line, self.columns) if is_whole else None
        texts = _texts(row)
        if texts in self._heading or self._ignored.stand_in(texts):
            self._ignore(row.line, " | ".join(text for text in texts if text))
            return None
        self._measure(row)
        cells = [_cell(row, place) for place in self.places.values()]
        return Row(row.line, (*cells, *[_value(row, parts) for parts in self.values.values()]))

    def is_constant(self, column: str) -> bool:
        """Whether a field has one value for the whole file."""
        return column in self.values and len(self.values[column]) == 1

    def _measure(self, row: Row) -> None:
        found, expected = len(row.cells), self._width
        beyond = any(not is_blank(cell) for cell in row.cells[expected:])
        short = self._is_text and found < expected
        self.widths = (found, expected) if beyond or short else None


def _cell(row: Row, place: int) -> Cell:
    return row.cells[place] if place < len(row.cells) else ""


def _value(row: Row, parts: list[str | int]) -> str:
    """Return a value made of texts and cells; nothing when all the cells are blank."""
    cells = [_cell(row, part) for part in parts if isinstance(part, int)]
    if cells and all(is_blank(cell) for cell in cells):
        return ""
    return "".join(
        shown(_cell(row, part)).strip() if isinstance(part, int) else part for part in parts
    )


class _Words:
    """The words by which a line is known to be no row: totals."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = frozenset(plain_text(word.strip()) for word in words if word.strip())
        self._starts = tuple(f"{word} " for word in sorted(self._words))

    def stand_in(self, texts: list[str]) -> bool:
        """Whether a cell is such a word, or the first text begins with one."""
        if not self._words:
            return False
        first = plain_text(next((text for text in texts if text), ""))
        return first.startswith(self._starts) or any(
            plain_text(text) in self._words for text in texts if text
        )


def _texts(row: Row) -> list[str]:
    """Return the cells of a row that are texts, those at its end left out when they are blank."""
    texts = [clean_text(cell) if isinstance(cell, str) else "" for cell in row.cells]
    while texts and not texts[-1]:
        texts.pop()
    return texts


def translated(read: Callable[[Cell], Any], values: dict[str, str]) -> Callable[[Cell], Any]:
    """Return a reading of cells in which texts of the file stand for values of the table."""
    known = {normalise_title(text): value for text, value in values.items()}
    return lambda cell: read(known.get(normalise_title(shown(cell)), cell))
