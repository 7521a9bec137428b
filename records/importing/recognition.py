"""Recognising what a deposited file holds: by its name, else by its headings."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from common.tabular import Row, Table
from records.importing.schema import TableSchema, load_schemas

# A file with faulty headings is still recognised when most of them are those of a table.
_ENOUGH = 0.6


def headings_of(table: Table) -> list[tuple[str, tuple[str, ...]]]:
    """Return the name and the headings of each sheet that shows something."""
    found = []
    for sheet in table:
        first: Row | None = next((row for row in sheet.rows if not row.is_blank), None)
        if first is not None and not sheet.is_hidden:
            cells = tuple(str(cell).strip() for cell in first.cells if cell not in (None, ""))
            found.append((sheet.name, cells))
    return found


def recognise(name: str, headings: Iterable[str]) -> str:
    """Return the table of a file of one sheet; empty when it is none.

    A file named as a table is that table. Otherwise the headings tell: all those that a table
    requires and none that it ignores, else most of them.
    """
    schemas = load_schemas()
    stem = PurePosixPath(name).stem
    if stem in schemas:
        return stem
    told = set(headings)
    scores = sorted(
        ((_score(schema, told), table) for table, schema in schemas.items()), reverse=True
    )
    best, table = scores[0]
    return table if best >= _ENOUGH else ""


def agrees(table: str, headings: Iterable[str]) -> bool:
    """Tell whether headings are all those that a table requires, and none that it ignores."""
    return _score(load_schemas()[table], set(headings)) >= 1


def _score(schema: TableSchema, told: set[str]) -> float:
    """Return how well headings agree with a table: 1 and more when they all do."""
    known = {field.name for field in schema.fields}
    required = {field.name for field in schema.fields if field.required}
    if not told:
        return 0.0
    share = len(told & known) / len(told | required)
    if required <= told <= known:
        # Two tables may require the same columns: the one that knows fewer others is meant.
        return 1.0 + len(told & known) / len(known)
    return share
