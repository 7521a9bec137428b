"""A folder once read: tables of typed rows that remember their line, and the faults found."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from operator import attrgetter, itemgetter
from typing import Any

import orjson

from records.importing.faults import Report
from records.importing.reading import Reading
from records.importing.schema import ForeignKey, TableSchema
from records.importing.spool import Spool

Key = tuple[Any, ...]
_CENT = Decimal("0.01")
# Bits of a number that every reader of JSON holds.
_LONGEST = 63
# Sums of digests are kept at this size.
_MODULUS = 1 << 256
_NONE: frozenset[str] = frozenset()


@dataclass(slots=True)
class StagedRow:
    """One row: `values` by column, those of absent columns included; `bad` columns are faulty.

    `cells` are the texts of the file, in the order of the columns of the table; `missing` the
    columns that name what nobody knows, for which the row may wait. The rows of one table have the
    same columns.
    """

    line: int
    cells: tuple[str, ...]
    values: dict[str, Any] = field(default_factory=dict)
    # Most rows share the empty set.
    bad: frozenset[str] = _NONE
    missing: frozenset[str] = _NONE

    def key(self, columns: tuple[str, ...]) -> Key:
        """Return the values of some columns."""
        if len(columns) == 1:
            return (self.values[columns[0]],)
        return tuple([self.values[column] for column in columns])

    def __reduce__(self) -> tuple[Any, ...]:
        return StagedRow, (self.line, self.cells, self.values, self.bad, self.missing)


def keys_of(rows: Iterable[StagedRow], columns: tuple[str, ...]) -> list[Key]:
    """Return the values of some columns of each row: `StagedRow.key` of many rows at once."""
    if len(columns) == 1:
        (column,) = columns
        return [(row.values[column],) for row in rows]
    return list(map(itemgetter(*columns), map(attrgetter("values"), rows)))


@dataclass(slots=True)
class StagedTable:
    """One table of the folder. `file` names the file, and the sheet where it has several; `form`
    tells its format, encoding and separator; `columns` are those of the file; `aside` the rows
    left out on purpose, of which the cells alone are read; `waiting` those that wait for what they
    name, `known` those that wait, or were set aside, since a former import; `is_readable` says
    that its rows could be read, so that a key that is not found in it is really missing; `reading`
    how the columns of the file were matched, when they are not those of the table.

    The rows of a large file, of a table whose rows are independent, are in `spool`, and neither
    in `rows` nor in `by_key`: `parts` gives them slice by slice. `lines` is then where each key
    first stood, by its digest, `repeated` the lines whose key stood in a former slice, `held` the
    faults across the rows, `summed` the sum of the digests of the rows in the spool.
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
    spool: Spool[StagedRow] | None = None
    lines: dict[bytes, int] = field(default_factory=dict)
    repeated: set[int] = field(default_factory=set)
    held: Report = field(default_factory=Report)
    summed: int = 0

    @property
    def every(self) -> Collection[StagedRow]:
        """Return all the rows, whether they are in memory or on the disk."""
        return self.rows if self.spool is None else self.spool

    def first(self, count: int) -> list[StagedRow]:
        """Return the first rows of the file."""
        return [row for row, _number in zip(self.every, range(count), strict=False)]

    def parts(self) -> Iterator[StagedTable]:
        """Yield the table itself, or one table for each of its slices."""
        if self.spool is None:
            yield self
            return
        for index in range(self.spool.slices):
            yield self.part(index)

    def part(self, index: int) -> StagedTable:
        """Return one slice as a table."""
        assert self.spool is not None
        rows = self.spool.load(index)
        primary = self.schema.primary_key
        by_key: dict[Key, StagedRow] = {}
        repeated = self.repeated
        for key, row in zip(keys_of(rows, primary), rows, strict=True):
            if None not in key and not (repeated and row.line in repeated):
                by_key.setdefault(key, row)
        return replace(self, rows=rows, by_key=by_key, spool=None, waiting=[], known=[])

    def clear(self) -> None:
        """Forget the rows: the file is refused."""
        self.rows.clear()
        self.lines.clear()
        self.repeated.clear()
        self.spool, self.held, self.summed = None, Report(), 0

    def text(self, row: StagedRow, column: str) -> str:
        """Return the text of a cell as the file has it; empty when the column is absent."""
        return row.cells[self.columns.index(column)] if column in self.columns else ""

    def heading(self, column: str) -> str:
        """Return the heading of a column in the file; empty when it is that of the table."""
        return self.reading.heading_of(column) if self.reading else ""

    def count(self) -> int:
        """Return the number of rows of the file, whatever becomes of them."""
        return sum(map(len, (self.every, self.waiting, self.known, self.aside)))

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
    """The whole folder; or, while a slice is looked at, one table and those `beside` it."""

    source: str
    tables: dict[str, StagedTable] = field(default_factory=dict)
    report: Report = field(default_factory=Report)
    beside: dict[str, StagedTable] = field(default_factory=dict)

    def table(self, name: str) -> StagedTable | None:
        """Return a table of the folder, whether it is looked at or stands beside."""
        return self.tables.get(name) or self.beside.get(name)

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
            row.bad |= {column}

    def rows(self, table: str) -> list[StagedRow]:
        """Return the sound rows of a table, none when the folder does not have it."""
        return self.tables[table].sound_rows() if table in self.tables else []

    def digest(self) -> str:
        """Return the SHA-256 of the content: neither the order of files, rows or columns, nor the
        encoding mark, separator or line ends, changes it.

        Of each table: its columns, the number of its rows and the sum, modulo 2^256, of the
        SHA-256 of each. A sum has no order, and needs no row to be kept.
        """
        content = []
        for name, staged in sorted(self.tables.items()):
            total = (staged.summed + sum_of(staged, staged.rows)) % _MODULUS
            content.append([name, sorted(staged.columns), len(staged.every), f"{total:x}"])
        return hashlib.sha256(orjson.dumps(content)).hexdigest()


def sum_of(staged: StagedTable, rows: Iterable[StagedRow]) -> int:
    """Return the sum of the SHA-256 of rows of a table, as numbers; their order is no matter."""
    columns = sorted(staged.columns)
    every = list(map(attrgetter("values"), rows))
    told = [_plain_column(list(map(itemgetter(column), every))) for column in columns]
    digest, number, dumps = hashlib.sha256, int.from_bytes, orjson.dumps
    total = sum([number(digest(dumps(row)).digest(), "big") for row in zip(*told, strict=True)])
    return total % _MODULUS


def referenced_keys(row: StagedRow, key: ForeignKey) -> Collection[Key]:
    """Return the keys that the cells of a row name: none for an empty cell, one an item."""
    values = row.key(key.fields)
    if len(values) == 1 and values[0].__class__ is tuple:
        return [(item,) for item in values[0]]
    return () if None in values or "" in values else (values,)


def _plain_column(values: list[Any]) -> list[Any]:
    """Return values that JSON holds; a column of texts is one as it is."""
    return values if set(map(type, values)) <= {str} else list(map(_plain, values))


def _plain(value: Any) -> Any:
    """Return a value that JSON holds; an amount without its trailing zeros."""
    if value.__class__ is str:
        return value
    if isinstance(value, Decimal):
        return format(value.quantize(_CENT), "f")
    if isinstance(value, dt.date):
        return value.isoformat()
    if value.__class__ is int and value.bit_length() > _LONGEST:
        return str(value)
    return value
