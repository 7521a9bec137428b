"""What a tabular file holds once read: sheets of rows, each row with its line number."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from common.tabular.errors import TabularError

Cell = str | int | float | bool | dt.date | dt.datetime | dt.time | dt.timedelta | None


def is_blank(cell: Cell) -> bool:
    """Tell whether a cell shows nothing (no-break and zero-width spaces count as nothing)."""
    if not isinstance(cell, str):
        return cell is None
    return not cell[:1].isalnum() and not cell.strip().strip("\u200b\ufeff\u2060").strip()


def column_letter(index: int) -> str:
    """Return the spreadsheet letters of a column counted from 0: 0 is A, 25 is Z, 26 is AA."""
    letters = ""
    number = index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one record; `line` is where it begins in the file, from 1."""

    line: int
    cells: tuple[Cell, ...]

    @property
    def is_blank(self) -> bool:
        """Tell whether no cell of the row shows anything."""
        # A loop: most rows are told by their first cell.
        for cell in self.cells:  # noqa: SIM110
            if not is_blank(cell):
                return False
        return True


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of one sheet, blank ones included; a text file has one sheet without a name."""

    name: str
    rows: tuple[Row, ...]
    is_hidden: bool = False

    @property
    def is_blank(self) -> bool:
        """Tell whether the sheet shows nothing."""
        return all(row.is_blank for row in self.rows)


@dataclass(frozen=True, slots=True)
class Table:
    """A whole tabular file. `format` is csv, xlsx or ods; encoding and separator are for csv.

    `is_1904` says that the numbers which stand for days count from 1904.
    """

    file: str
    format: str
    sheets: tuple[Sheet, ...]
    encoding: str = ""
    separator: str = ""
    is_1904: bool = False

    def __iter__(self) -> Iterator[Sheet]:
        return iter(self.sheets)

    def sheet(self, name: str) -> Sheet:
        """Return the sheet of that name; TabularError `unknown_sheet` otherwise."""
        for sheet in self.sheets:
            if sheet.name == name:
                return sheet
        raise TabularError(
            _("the file has no sheet “%(name)s”; it has: %(names)s")
            % {"name": name, "names": ", ".join(sheet.name for sheet in self.sheets)},
            code="unknown_sheet",
            file=self.file,
        )

    @property
    def only_sheet(self) -> Sheet:
        """Return the one sheet that shows something; TabularError `several_sheets` otherwise."""
        filled = [sheet for sheet in self.sheets if not sheet.is_blank]
        if len(filled) == 1:
            return filled[0]
        raise TabularError(
            _("the file has several sheets, name the one to read: %(names)s")
            % {"names": ", ".join(sheet.name for sheet in filled)},
            code="several_sheets",
            file=self.file,
        )
