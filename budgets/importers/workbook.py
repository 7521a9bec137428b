"""Read the workbook of a version back: its rows as they stand, and what is wrong, by cell.

Nothing of the database is read but the headings of the version: what the rows change is judged by
`budgets.services.workbooks`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path

from django.utils.translation import gettext as _

from budgets.models import ProgrammingVersion
from budgets.rules.workbook import (
    CELLS,
    Book,
    BookRow,
    Fault,
    Origin,
    read_identity,
    read_origin,
)
from budgets.tables.programming_workbook import FIELDS, IDENTITY, expected_fields, headings
from common.money import MAX_CENTS, to_cents
from common.tabular import (
    Cell,
    Row,
    Sheet,
    Table,
    TabularError,
    column_letter,
    is_blank,
    read_table,
)
from common.tabular.parsing import CellError, clean_text, normalise_title
from common.tabular.typed import ColumnReader

# The headings stand below the caption; people put a few rows above.
_HEADINGS_WITHIN = 30
_ORIGIN_WITHIN = 60
# The faults that are told; a file that has more is not the right one.
MOST_FAULTS = 1_000
AMOUNTS = {f"{rank}.{measure}": (rank, measure) for rank, measure in CELLS}


def read_workbook(content: str | Path | bytes, name: str, version: ProgrammingVersion) -> Book:
    """Return what a workbook of a version holds, with its faults by cell.

    Raises TabularError when the file is no workbook, or one that cannot be trusted (docs/files.md).
    """
    table = read_table(content, file=name)
    if table.format not in ("ods", "xlsx"):
        message = _("an ODS or XLSX workbook is expected, as it was downloaded")
        raise TabularError(message, code="wrong_extension", file=name)
    known = _known_headings(version)
    book = Book(origin=_origin_of(table))
    if book.origin is None:
        message = _("The file does not say of which version it is: download the workbook again.")
        book.faults.append(Fault("no_origin", message))
    found = _data_sheet(table, known)
    if found is None:
        message = _("No sheet has the heading of the identity of the lines: download it again.")
        book.faults.append(Fault("no_sheet", message))
        return book
    sheet, head = found
    book.sheet = sheet.name
    columns = _columns(book, head, known)
    if not book.faults:
        _Reader(book, version, columns).read(_below(sheet, head))
    return book


def _known_headings(version: ProgrammingVersion) -> dict[str, str]:
    """Return the key of each heading, however it is accented, in any language."""
    return {
        normalise_title(heading): key for key, told in headings(version).items() for heading in told
    }


def _origin_of(table: Table) -> Origin | None:
    for sheet in table.sheets:
        for row in sheet.rows[:_ORIGIN_WITHIN]:
            for cell in row.cells:
                found = read_origin(cell) if isinstance(cell, str) else None
                if found:
                    return found
    return None


def _data_sheet(table: Table, known: Mapping[str, str]) -> tuple[Sheet, Row] | None:
    """Return the sheet of the lines and its row of headings."""
    for sheet in table.sheets:
        for row in sheet.rows[:_HEADINGS_WITHIN]:
            keys = {known.get(normalise_title(clean_text(cell))) for cell in row.cells}
            if IDENTITY in keys and keys & AMOUNTS.keys():
                return sheet, row
    return None


def _columns(book: Book, head: Row, known: Mapping[str, str]) -> dict[str, int]:
    """Return the place of each column; a heading that stands twice is a fault."""
    found: dict[str, int] = {}
    for place, cell in enumerate(head.cells):
        key = known.get(normalise_title(clean_text(cell)))
        if key in found:
            message = _("This heading stands twice: the file cannot tell which column counts.")
            where = f"{column_letter(place)}{head.line}"
            book.faults.append(
                Fault("duplicated_column", message, book.sheet, where, clean_text(cell))
            )
        elif key is not None:
            found[key] = place
    book.missing = tuple(key for key in AMOUNTS if key not in found)
    return found


def _below(sheet: Sheet, head: Row) -> Iterable[Row]:
    return (row for row in sheet.rows if row.line > head.line and not row.is_blank)


class _Reader:
    """Reads the rows of the sheet of the lines."""

    def __init__(self, book: Book, version: ProgrammingVersion, columns: Mapping[str, int]) -> None:
        self.book = book
        self.identity = columns[IDENTITY]
        self.amounts = [(AMOUNTS[key], columns[key]) for key in AMOUNTS if key in columns]
        self.readers = {place: ColumnReader("number", decimals=2) for _cell, place in self.amounts}
        checked = [one.key for one in (*FIELDS, *expected_fields(version)) if one.is_checked]
        self.texts = [(key, columns[key]) for key in checked if key in columns]
        self.seen: dict[str, int] = {}

    def read(self, rows: Iterable[Row]) -> None:
        """Read every row; beyond MOST_FAULTS faults the others are not looked for."""
        for row in rows:
            if len(self.book.faults) >= MOST_FAULTS:
                return
            identity = self.identified(row)
            if identity is None:
                continue
            read = BookRow(row.line, *identity)
            for cell, place in self.amounts:
                self.amount(row, cell, place, read)
            read.texts = {key: (_at(row, place), _place(row, place)) for key, place in self.texts}
            self.book.rows.append(read)

    def identified(self, row: Row) -> tuple[str, int] | None:
        """Return the lineage and the edit of the line of a row; None when it has none, or twice."""
        cell = _at(row, self.identity)
        if is_blank(cell):
            first = next(place for place, one in enumerate(row.cells) if not is_blank(one))
            message = _(
                "This row names no line: a line is added in the grid, and a total is not read."
                " Take the row away."
            )
            self.fault("new_line", message, row, first)
            return None
        found = read_identity(clean_text(cell))
        if found is None:
            self.fault("wrong_identity", _("This is not the identity of a line."), row,
                       self.identity)  # fmt: skip
        elif found[0] in self.seen:
            message = _("The line stands in row %(row)s already: which one counts is not known.")
            self.fault(
                "duplicated_line", message % {"row": self.seen[found[0]]}, row, self.identity
            )
            return None
        else:
            self.seen[found[0]] = row.line
        return found

    def amount(self, row: Row, cell: tuple[int, str], place: int, read: BookRow) -> None:
        """Read an amount in cents, blank for what is not said."""
        try:
            value: Decimal | None = self.readers[place].read(_at(row, place))
            cents = None if value is None else to_cents(value)
        except CellError as error:
            self.fault(error.code, error.message, row, place)
        except ValueError:
            message = _("This amount is beyond the greatest one that is kept, %(most)s €.")
            self.fault("above_maximum", message % {"most": f"{MAX_CENTS // 100:,}"}, row, place)
        else:
            read.amounts[cell] = cents, _place(row, place)

    def fault(self, code: str, message: str, row: Row, place: int) -> None:
        """Keep what is wrong in a cell."""
        value = clean_text(_at(row, place))[:80]
        self.book.faults.append(
            Fault(code, str(message), self.book.sheet, _place(row, place), value)
        )


def _at(row: Row, place: int) -> Cell:
    return row.cells[place] if place < len(row.cells) else None


def _place(row: Row, place: int) -> str:
    return f"{column_letter(place)}{row.line}"
