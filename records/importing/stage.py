"""A folder once read: tables of typed rows that remember their line, and the faults found."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from records.importing.faults import Report
from records.importing.reading import Reading
from records.importing.schema import ForeignKey, TableSchema

Key = tuple[Any, ...]


@dataclass(slots=True)
class StagedRow:
    """One row: `values` by column, those of absent columns included; `bad` columns are faulty.

    `cells` are the texts of the file, in the order of the columns of the table; `missing` the
    columns that name what nobody knows, for which the row may wait.
    """

    line: int
    cells: tuple[str, ...]
    values: dict[str, Any] = field(default_factory=dict)
    bad: set[str] = field(default_factory=set)
    missing: set[str] = field(default_factory=set)

    def key(self, columns: tuple[str, ...]) -> Key:
        """Return the values of some columns."""
        return tuple(self.values[column] for column in columns)


@dataclass(slots=True)
class StagedTable:
    """One table of the folder. `file` names the file, and the sheet where it has several; `form`
    tells its format, encoding and separator; `columns` are those of the file; `aside` the rows
    left out on purpose, of which the cells alone are read; `waiting` those that wait for what they
    name, `known` those that wait, or were set aside, since a former import; `is_readable` says
    that its rows could be read, so that a key that is not found in it is really missing; `reading`
    how the columns of the file were matched, when they are not those of the table.
    """

    schema: TableSchema
    file: str
    form: str = ""
    columns: tuple[str, ...] = ()
    rows: list[StagedRow] = field(default_factory=list)
    aside: list[StagedRow] = field(default_factory=list)
    waiting: list[StagedRow] = field(default_factory=list)
    known: list[StagedRow] = field(default_factory=list)
    by_key: dict[Key, StagedRow] = field(default_factory=dict)
    is_readable: bool = True
    reading: Reading | None = None

    def text(self, row: StagedRow, column: str) -> str:
        """Return the text of a cell as the file has it; empty when the column is absent."""
        return row.cells[self.columns.index(column)] if column in self.columns else ""

    def heading(self, column: str) -> str:
        """Return the heading of a column in the file; empty when it is that of the table."""
        return self.reading.heading_of(column) if self.reading else ""

    def every_row(self) -> list[StagedRow]:
        """Return all the rows of the file, whatever becomes of them."""
        return [*self.rows, *self.waiting, *self.known, *self.aside]

    def take_out(self, rows: list[StagedRow]) -> None:
        """Take rows out of those to record; what names them names nothing any more."""
        gone = {id(row) for row in rows}
        self.rows = [row for row in self.rows if id(row) not in gone]
        for row in rows:
            self.by_key.pop(row.key(self.schema.primary_key), None)

    def sound_rows(self) -> list[StagedRow]:
        """Return the rows without a fault, by their keys: the order of the file does not matter."""
        rows = [row for row in self.rows if not row.bad]
        return sorted(rows, key=lambda row: row.key(self.schema.primary_key))


@dataclass(slots=True)
class Stage:
    """The whole folder."""

    source: str
    tables: dict[str, StagedTable] = field(default_factory=dict)
    report: Report = field(default_factory=Report)

    def fault(
        self,
        table: str,
        row: StagedRow,
        column: str,
        code: str,
        message: str,
        *,
        is_warning: bool = False,
    ) -> None:
        """Record a fault of a cell; an error keeps later rules from reading the cell."""
        staged = self.tables[table]
        self.report.add(
            code=code,
            message=message,
            file=staged.file,
            line=row.line,
            column=column,
            value=staged.text(row, column),
            heading=staged.heading(column),
            is_warning=is_warning,
        )
        if not is_warning:
            row.bad.add(column)

    def rows(self, table: str) -> list[StagedRow]:
        """Return the sound rows of a table, none when the folder does not have it."""
        return self.tables[table].sound_rows() if table in self.tables else []

    def digest(self) -> str:
        """Return the SHA-256 of the content: neither the order of files, rows or columns, nor the
        encoding mark, separator or line ends, changes it.
        """
        content = {}
        for name, staged in self.tables.items():
            columns = sorted(staged.columns)
            rows = ([_plain(row.values[column]) for column in columns] for row in staged.rows)
            content[name] = [columns, sorted(json.dumps(row, ensure_ascii=False) for row in rows)]
        text = json.dumps(content, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def referenced_keys(row: StagedRow, key: ForeignKey) -> Iterator[Key]:
    """Yield the keys that the cells of a row name: none for an empty cell, one an item."""
    values = row.key(key.fields)
    if len(values) == 1 and isinstance(values[0], tuple):
        yield from ((item,) for item in values[0])
    elif all(value not in (None, "") for value in values):
        yield values


def _plain(value: Any) -> Any:
    """Return a value that JSON holds; an amount without its trailing zeros."""
    if isinstance(value, Decimal):
        return format(value.quantize(Decimal("0.01")), "f")
    if isinstance(value, dt.date):
        return value.isoformat()
    return value
