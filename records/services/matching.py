"""Finding the mapping by which a deposited file is read: by its headings, or as it is named."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from common.tabular import Row, Sheet, Table, TabularError, read_table
from records.exceptions import MappingUnfit
from records.importing.headings import (
    MOST_ROWS,
    merge_headings,
    rows_at,
    shown_rows,
    signature_of,
)
from records.importing.reading import Options, Reading, columns_for
from records.models import ImportMapping

# Headings and samples are looked for in the beginning of a file.
_HEAD = 300


def head_of(path: Path, name: str, *, separator: str = "", encoding: str = "") -> Table:
    """Return the first rows of a deposited file. Raises TabularError."""
    return read_table(path, file=name, separator=separator or None, encoding=encoding, rows=_HEAD)


def shown_sheets(table: Table) -> list[Sheet]:
    """Return the sheets that hold something, hidden ones set apart."""
    return [sheet for sheet in table.sheets if not sheet.is_hidden and not sheet.is_blank]


def known_reading(path: Path, name: str) -> Reading | None:
    """Return how a file is read by the latest open mapping of the same headings; None otherwise.

    Headings are looked for in every sheet, whatever stands above. A file that cannot be read as
    it is may be with the separator or the encoding of a mapping.
    """
    try:
        return _by_signature(head_of(path, name))
    except TabularError:
        pass
    for mapping in ImportMapping.objects.proposed():
        told = Options.from_dict(mapping.options)
        if told.separator or told.encoding:
            try:
                return reading_by(mapping, path, name)
            except (TabularError, MappingUnfit):
                continue
    return None


def _by_signature(table: Table) -> Reading | None:
    places = list(places_of(table))
    known = ImportMapping.objects.proposed().filter(signature__in={place[0] for place in places})
    for mapping in known:
        rows = Options.from_dict(mapping.options).header_rows
        for signature, sheet, line, headings, count in places:
            if signature == mapping.signature and count == rows:
                return mapping.reading(tuple(headings), line, sheet)
    return None


# The signature, the sheet, the line, the headings and the number of rows of what may be headings.
Place = tuple[str, str, int, list[str], int]


def places_of(table: Table, count: int = 0) -> Iterator[Place]:
    """Yield what may be headings, over `count` rows, any number by default."""
    for sheet in shown_sheets(table):
        rows = shown_rows(sheet.rows)
        for size in [count] if count else range(1, MOST_ROWS + 1):
            for index, row in enumerate(rows[: len(rows) - size + 1]):
                headings = merge_headings(rows[index : index + size])
                yield signature_of(headings), sheet.name, row.line, headings, size


def reading_by(mapping: ImportMapping, path: Path, name: str) -> Reading:
    """Return how a file is read by a mapping: its headings, or all those that it chose, are there.

    Raises MappingUnfit, TabularError.
    """
    told = Options.from_dict(mapping.options)
    table = head_of(path, name, separator=told.separator, encoding=told.encoding)
    places = list(places_of(table, told.header_rows))
    for signature, sheet, line, headings, _rows in places:
        if signature == mapping.signature:
            return mapping.reading(tuple(headings), line, sheet)
    for _signature, sheet, line, headings, _rows in places:
        if len(columns_for(tuple(headings), mapping.columns)) == len(mapping.columns):
            return mapping.reading(tuple(headings), line, sheet)
    raise MappingUnfit(file=name, mapping=mapping.name)


def headings_at(sheet: Sheet, line: int, count: int) -> tuple[str, ...]:
    """Return the headings of a sheet at a line; none when the line shows nothing."""
    rows: list[Row] = [row for row in sheet.rows if not row.is_blank]
    return tuple(merge_headings(rows_at(rows, line, count)))
