"""What the locked columns of a workbook hold, beside what the version holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from budgets.models import ProgrammingLine, ProgrammingVersion
from budgets.rules.workbook import Book, BookRow, Fault
from budgets.tables.programming_workbook import FIELDS, Field, expected_fields, words_of
from common.tabular import is_blank
from common.tabular.parsing import CellError, clean_text
from common.tabular.typed import ColumnReader

_CLOSED = frozenset({"credit_type", "nature"})


def locked_faults(
    version: ProgrammingVersion, book: Book, lines: Mapping[str, ProgrammingLine]
) -> Iterator[Fault]:
    """Yield a fault for each locked cell that was changed in the file; no query.

    A line edited in the version since the download is not compared: the file only shows what it
    was.
    """
    fields = {one.key: one for one in (*FIELDS, *expected_fields(version)) if one.is_checked}
    for row in book.rows:
        line = lines.get(row.lineage)
        if line is not None and line.version == row.edit:
            yield from _of_row(book, row, line, fields)


def _of_row(
    book: Book, row: BookRow, line: ProgrammingLine, fields: Mapping[str, Field]
) -> Iterator[Fault]:
    for key, (cell, place) in row.texts.items():
        if _is_same(fields[key], cell, line):
            continue
        held = fields[key].value(line)
        shown = f"{held:%d/%m/%Y}" if isinstance(held, dt.date) else str(held or _("nothing"))
        message = _("This cell is locked: the version holds “%(held)s”. Change it in the grid.")
        yield Fault(
            "locked_cell", message % {"held": shown}, book.sheet, place, clean_text(cell)[:80]
        )  # fmt: skip


def _is_same(field: Field, cell: Any, line: ProgrammingLine) -> bool:
    held = field.value(line)
    if is_blank(cell):
        return held is None or held == ""
    if field.key in _CLOSED:
        return clean_text(cell) in words_of(field.key, getattr(line, field.key))
    if field.kind == "money":
        return bool(_read(cell, "number", decimals=2) == held)
    if field.kind == "date":
        return bool(_read(cell, "date") == held)
    return clean_text(cell) == clean_text(str(held or ""))


def _read(cell: Any, kind: Any, **options: Any) -> Any:
    """Return what a cell holds; nothing that is equal to anything when it cannot be read."""
    try:
        return ColumnReader(kind, **options).read(cell)
    except CellError:
        return object()
