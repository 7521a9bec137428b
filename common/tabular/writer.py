"""Writing exports: CSV for France or for programs, XLSX with typed cells and a sheet of notes.

Rows are any iterable of sequences in the order of the columns: they are consumed one at a time,
so that an export of a million rows holds one row in memory.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, Literal

from django.utils import timezone

from common.tabular.columns import LOCKED, Column, Value, is_dangerous, neutralise
from common.tabular.notes import notes_lines, notes_name
from common.tabular.values import (
    MAX_ROWS,
    TooManyRows,
    exact_float,
    local_moment,
    plain_number,
)

Flavour = Literal["fr", "standard"]

_FORMATS = {
    "integer": "#,##0",
    "decimal": "#,##0.00##",
    "money": "#,##0.00",
    "date": "dd/mm/yyyy",
    "datetime": "dd/mm/yyyy hh:mm",
}
_CHUNK = 200
# Longest text of a cell of XLSX.
_MAX_TEXT = 32_767
# What a protected sheet still lets people do.
_LEFT_FREE = {
    "autofilter": True, "sort": True, "format_cells": True, "format_columns": True,
    "format_rows": True,
}  # fmt: skip
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


class _Echo:
    """A file whose `write` gives back the line, for a generator to send."""

    def write(self, line: str) -> str:
        return line


def _day(value: dt.date, *, french: bool) -> str:
    """Write a date or a moment; moments are shown in local time (Europe/Paris)."""
    if isinstance(value, dt.datetime):
        moment = timezone.localtime(value) if timezone.is_aware(value) else value
        if french:
            return moment.strftime("%d/%m/%Y %H:%M")
        return moment.isoformat(timespec="seconds")
    return value.strftime("%d/%m/%Y") if french else value.isoformat()


def _number(value: int | float | Decimal, *, french: bool) -> str:
    """Write a number in full, with the decimal mark of the flavour."""
    text = plain_number(value)
    return text.replace(".", ",") if french else text


def _text(value: Value, *, french: bool) -> str:
    """Write one CSV cell. Only text can be dangerous to a spreadsheet, so only text is changed."""
    if value is None:
        return ""
    if isinstance(value, bool):
        if french:
            return "Oui" if value else "Non"
        return "true" if value else "false"
    if isinstance(value, int | float | Decimal):
        return _number(value, french=french)
    if isinstance(value, dt.date):
        return _day(value, french=french)
    return neutralise(str(value))


def write_csv(
    rows: Iterable[Sequence[Value]], columns: Sequence[Column], *, flavour: Flavour = "standard"
) -> Iterator[bytes]:
    """Yield the pieces of a CSV file in UTF-8, for a streaming response.

    `fr`: byte-order mark, `;`, decimal comma, JJ/MM/AAAA, Oui and Non, as a French spreadsheet
    opens it. `standard`: `,`, decimal point, ISO dates, true and false.
    """
    french = flavour == "fr"
    writer = csv.writer(_Echo(), delimiter=";" if french else ",", lineterminator="\r\n")
    head: str = writer.writerow([neutralise(str(column.heading)) for column in columns])
    pieces = ["\ufeff" + head if french else head]
    for row in rows:
        line: str = writer.writerow([_text(value, french=french) for value in row])
        pieces.append(line)
        if len(pieces) >= _CHUNK:
            yield "".join(pieces).encode()
            pieces = []
    if pieces:
        yield "".join(pieces).encode()


def _write_cell(sheet: Any, row: int, column: int, value: Value, style: Any) -> None:
    """Write one typed cell; a number beyond the 15 digits of a spreadsheet is written as text."""
    if value is None or value == "":
        sheet.write_blank(row, column, None, style)
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value, style)
    elif isinstance(value, int | float | Decimal):
        number = exact_float(value)
        if number is None:
            sheet.write_string(row, column, plain_number(value), style)
        else:
            sheet.write_number(row, column, number, style)
    elif isinstance(value, dt.date):
        sheet.write_datetime(row, column, local_moment(value), style)
    else:
        text = str(value)
        if len(text) > _MAX_TEXT:
            text = text[: _MAX_TEXT - 1] + "…"
        sheet.write_string(row, column, text, style)


def _write_notes(book: Any, lines: Iterable[tuple[Value, ...]], bold: Any) -> None:
    """Write the second sheet: filters, date of the data, then each column, unit and definition."""
    sheet = book.add_worksheet(notes_name())
    sheet.set_column(0, 0, 32)
    sheet.set_column(1, 2, 24)
    styles = {
        dt.date: book.add_format({"num_format": _FORMATS["date"], "align": "left"}),
        dt.datetime: book.add_format({"num_format": _FORMATS["datetime"], "align": "left"}),
        str: book.add_format({"quote_prefix": True}),
    }
    for line, values in enumerate(lines):
        for place, value in enumerate(values):
            plain = (
                None
                if isinstance(value, str) and not is_dangerous(value)
                else styles.get(type(value))
            )
            _write_cell(sheet, line, place, value, bold if place == 0 else plain)


def write_xlsx(
    stream: IO[bytes],
    columns: Sequence[Column],
    rows: Iterable[Sequence[Value]],
    notes: Iterable[tuple[str, Value]] = (),
    *,
    sheet_name: str = "data",
    created: dt.datetime | None = None,
    above: Sequence[Value] = (),
    protects: bool = False,
) -> int:
    """Write a workbook of two sheets, data and notes, to a binary stream; return the rows written.

    Cells are typed: text is always text, never a formula or a link. `notes` are (label, value)
    pairs: filters, date of the data… `created` fixes the date in the file properties, so that
    the same data give the same bytes. `above` is a row of words above the headings; `protects`
    lets only the columns that are not locked be written in, without a password: it guards against
    a slip, not against somebody. Raises TooManyRows beyond the rows that the format holds.
    """
    # Imported here only: most processes never write a workbook.
    import xlsxwriter  # noqa: PLC0415

    book = xlsxwriter.Workbook(stream, _OPTIONS)
    try:
        if created is not None:
            book.set_properties({"created": created})
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        sheet = book.add_worksheet(sheet_name)
        top = 1 if above else 0
        for place, value in enumerate(above):
            _write_cell(sheet, 0, place, value, None)
        styles = _styles(book, columns, protects=protects)
        _write_head(sheet, columns, top, bold, styles if protects else ())
        written = _write_rows(book, sheet, styles, rows, top)
        if written:
            sheet.autofilter(top, 0, top + written, len(columns) - 1)
        _write_notes(book, notes_lines(notes, columns), bold)
        book.close()
    finally:
        if not book.fileclosed:
            _discard(book)
    return written


def _write_head(
    sheet: Any, columns: Sequence[Column], top: int, bold: Any, styles: Sequence[Any]
) -> None:
    """Write the headings; with the `styles` of its columns, the sheet is protected.

    Below the rows too, a column is then as open as it is in them.
    """
    sheet.freeze_panes(top + 1, 0)
    for place, column in enumerate(columns):
        options = {"hidden": True} if column.is_hidden else {}
        sheet.set_column(place, place, column.width, styles[place] if styles else None, options)
        _write_cell(sheet, top, place, str(column.heading), bold)
    if styles:
        sheet.protect("", _LEFT_FREE)


def _discard(book: Any) -> None:
    """Remove the temporary files of a workbook that will not be finished."""
    for sheet in book.worksheets():
        sheet.row_data_fh.close()
        Path(sheet.row_data_filename).unlink(missing_ok=True)


def _styles(book: Any, columns: Sequence[Column], *, protects: bool) -> list[Any]:
    """Return the format of the cells of each column; None for plain text."""
    known: dict[tuple[str, bool], Any] = {}
    for column in columns:
        form = _FORMATS.get(column.kind)
        told: dict[str, Any] = {"num_format": form} if form else {}
        if protects:
            told |= {"locked": True, "bg_color": LOCKED} if column.is_locked else {"locked": False}
        key = column.kind, column.is_locked
        if key not in known:
            known[key] = book.add_format(told) if told else None
    return [known[column.kind, column.is_locked] for column in columns]


def _write_rows(
    book: Any, sheet: Any, styles: Sequence[Any], rows: Iterable[Sequence[Value]], top: int
) -> int:
    """Write the rows below the headings, which stand at `top`; return how many."""
    # What a spreadsheet would run if somebody edited the cell keeps a mark of its own.
    quoted = book.add_format({"quote_prefix": True})
    count = 0
    for count, row in enumerate(rows, start=1):
        if count > MAX_ROWS - top:
            raise TooManyRows
        for place, value in enumerate(row):
            is_marked = isinstance(value, str) and is_dangerous(value)
            _write_cell(sheet, top + count, place, value, quoted if is_marked else styles[place])
    return count
