"""Short ways to download a version, to change its workbook as somebody would, and to send it back.

A workbook is changed cell by cell in the rows that our reader gives, and written again.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from django.utils.translation import override

from budgets.importers.workbook import read_workbook
from budgets.models import ProgrammingVersion
from budgets.rules.workbook import Book
from budgets.services.workbook_files import write_workbook
from budgets.services.workbooks import Examined, examine_workbook
from budgets.tables.programming_grid import lines_of
from common.tabular import Column, read_table, write_ods, write_xlsx

Rows = list[list[Any]]
WRITERS: dict[str, Callable[..., int]] = {"ods": write_ods, "xlsx": write_xlsx}
# Where the headings stand, and the first line below.
HEADINGS, FIRST = 1, 2


def download(
    version: ProgrammingVersion, actor: Any, wanted: str = "ods", language: str = "fr"
) -> bytes:
    """Return the workbook of all the lines that somebody reads."""
    stream = io.BytesIO()
    with override(language):
        write_workbook(
            stream, actor=actor, version=version, wanted=wanted, lines=lines_of(version, actor),
            chosen="",
        )  # fmt: skip
    return stream.getvalue()


def rows_of(content: bytes, wanted: str = "ods") -> Rows:
    """Return the rows of the sheet of the lines, the caption and the headings first."""
    table = read_table(content, file=f"x.{wanted}")
    return [list(row.cells) for row in table.sheets[0].rows]


def place(rows: Rows, heading: str) -> int:
    """Return the place of a column."""
    return rows[HEADINGS].index(heading)


def saved(rows: Rows, wanted: str = "ods", name: str = "Feuille") -> bytes:
    """Return rows as another spreadsheet would save them: plain cells, our marks left out."""
    stream = io.BytesIO()
    width = max(len(row) for row in rows)
    columns = [Column(str(cell or "")) for cell in [*rows[0], *[None] * width][:width]]
    whole = [row + [None] * (width - len(row)) for row in rows[1:]]
    WRITERS[wanted](stream, columns, whole, sheet_name=name)
    return stream.getvalue()


def read(version: ProgrammingVersion, content: bytes, wanted: str = "ods") -> Book:
    """Return what our reader says of a workbook."""
    return read_workbook(content, f"classeur.{wanted}", version)


def examined(
    version: ProgrammingVersion, actor: Any, content: bytes, wanted: str = "ods"
) -> Examined:
    """Return what a workbook would do."""
    return examine_workbook(actor=actor, version=version, book=read(version, content, wanted))
