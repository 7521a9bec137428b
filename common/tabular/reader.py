"""Reading CSV, XLSX and ODS into rows that remember where they come from.

The file is opened by a child process (`common.tabular_child`) that can be killed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from common.tabular.child import Job, Source, located, read_frames
from common.tabular.columns import strip_mark
from common.tabular.table import Cell, Row, Sheet, Table
from common.tabular_child.limits import Limits
from common.tabular_child.read import stem


def _moment(cell: dict[str, Any]) -> Cell:
    """Return the day, moment or time that the child told."""
    if "day" in cell:
        return dt.date.fromisoformat(cell["day"])
    if "moment" in cell:
        return dt.datetime.fromisoformat(cell["moment"])
    if "time" in cell:
        return dt.time.fromisoformat(cell["time"])
    return dt.timedelta(seconds=cell["seconds"])


def text_rows(told: Iterable[Any]) -> Iterator[Row]:
    """Yield the rows of a CSV; the apostrophe of our own exports is taken off."""
    for line, cells in told:
        yield Row(line, tuple([strip_mark(c) if c[:1] == "'" else c for c in cells]))


def typed_rows(told: Iterable[Any]) -> Iterator[Row]:
    """Yield the rows of a workbook."""
    for line, cells in told:
        yield Row(line, tuple([_moment(c) if c.__class__ is dict else c for c in cells]))


class Collector:
    """Gathers one file from its frames."""

    def __init__(self, name: str, rows: int = 0) -> None:
        self.name = name
        self.rows = rows
        self.format = self.encoding = self.separator = ""
        self.is_1904 = False
        self.sheets: list[tuple[str, list[Row], bool]] = []

    def take(self, kind: str, values: tuple[Any, ...]) -> None:
        """Take one frame; TabularError when it is a refusal."""
        if kind in ("refused", "fault", "archive_refused"):
            raise values[0]
        if kind == "table":
            self.format, self.encoding, self.separator, self.is_1904 = values
        elif kind == "sheet":
            self.sheets.append((values[0], [], values[1]))
        elif kind == "rows":
            read = text_rows if self.format == "csv" else typed_rows
            kept = self.sheets[-1][1]
            if not self.rows or len(kept) < self.rows:
                kept.extend(read(values[0]))

    @property
    def has_enough(self) -> bool:
        """Tell whether the rows asked for were all read: a text has one sheet."""
        wanted = self.rows if self.format == "csv" else 0
        return bool(wanted) and len(self.sheets) > 0 and len(self.sheets[-1][1]) >= wanted

    def table(self) -> Table:
        """Return the file; the rows of a sheet of a workbook all have its width."""
        sheets = tuple(
            Sheet(name, tuple(rows) if self.format == "csv" else _squared(rows), hidden)
            for name, rows, hidden in self.sheets
        )
        return Table(self.name, self.format, sheets, self.encoding, self.separator, self.is_1904)


def _squared(rows: list[Row]) -> tuple[Row, ...]:
    width = max((len(row.cells) for row in rows), default=0)
    return tuple(
        row
        if len(row.cells) == width
        else Row(row.line, row.cells + (None,) * (width - len(row.cells)))
        for row in rows
    )


def read_table(
    source: str | Path | bytes,
    *,
    file: str | None = None,
    separator: str | None = None,
    encoding: str = "",
    allows_links: bool = False,
    limits: Limits | None = None,
    rows: int = 0,
) -> Table:
    """Read a CSV, XLSX or ODS file; what it is comes from its bytes, and its name agrees.

    `file` names the source in messages (default: the last part of the path). `separator` and
    `encoding` spare the search in a CSV. `rows` stops a CSV after about as many rows, and keeps
    no more of each sheet of a workbook. Blank rows are kept, so that no line is lost. A workbook
    that is linked to other files is refused; `allows_links` reads the values that it keeps, and
    follows nothing.
    Raises TabularError; its codes are those of docs/files.md.
    """
    name = file if file is not None else "" if isinstance(source, bytes) else Path(source).name
    content = source if isinstance(source, bytes) else Path(source)
    job = Job(
        [Source(name, content)],
        options={
            stem(name): {
                "separator": separator or "",
                "encoding": encoding,
                "allows_links": allows_links,
            }
        },
        limits=limits or Limits(),
    )
    collector = Collector(name, rows)
    with closing(read_frames(job)) as frames:
        for kind, *values in frames:
            collector.take(kind, tuple(values))
            if collector.has_enough:
                break
    table = collector.table()
    if all(sheet.is_blank for sheet in table.sheets):
        raise located(name, "empty_file")
    return table
