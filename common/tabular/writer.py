"""Writing exports: CSV for France or for programs, XLSX with typed cells and a sheet of notes.

Rows are any iterable of sequences in the order of the columns: they are consumed one at a time,
so that an export of a million rows holds one row in memory.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import IO, Any, Literal

from django.utils import timezone
from django.utils.translation import gettext as _

from common.tabular.columns import Column, Value, neutralise

Flavour = Literal["fr", "standard"]

_FORMATS = {
    "integer": "#,##0",
    "decimal": "#,##0.00##",
    "money": "#,##0.00",
    "date": "dd/mm/yyyy",
    "datetime": "dd/mm/yyyy hh:mm",
}
_CHUNK = 200
# The sheet of notes in each language, as the reader of imports recognises it.
NOTES_NAMES = frozenset({"notes", "lisez-moi", "about"})
# Limits of the XLSX format.
_MAX_ROWS = 1_048_576
_MAX_TEXT = 32_767


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
    """Write a number in full, without an exponent or grouping; NaN and infinity are blank."""
    exact = value if isinstance(value, Decimal) else Decimal(repr(value))
    if not exact.is_finite():
        return ""
    text = format(exact, "f")
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


def _exact_float(value: int | float | Decimal) -> float | None:
    """Return the spreadsheet number that shows exactly this value, if there is one."""
    exact = value if isinstance(value, Decimal) else Decimal(repr(value))
    if not exact.is_finite():
        return None
    number = float(exact)
    return number if Decimal(repr(number)) == exact else None


def _write_cell(sheet: Any, row: int, column: int, value: Value, style: Any) -> None:
    """Write one typed cell; a number beyond the 15 digits of a spreadsheet is written as text."""
    if value is None or value == "":
        sheet.write_blank(row, column, None, style)
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value, style)
    elif isinstance(value, int | float | Decimal):
        number = _exact_float(value)
        if number is None:
            sheet.write_string(row, column, _number(value, french=False), style)
        else:
            sheet.write_number(row, column, number, style)
    elif isinstance(value, dt.date):
        moment = value
        if isinstance(value, dt.datetime) and timezone.is_aware(value):
            moment = timezone.make_naive(value)
        sheet.write_datetime(row, column, moment, style)
    else:
        text = str(value)
        if len(text) > _MAX_TEXT:
            text = text[: _MAX_TEXT - 1] + "…"
        sheet.write_string(row, column, text, style)


def _write_notes(
    book: Any, notes: Iterable[tuple[str, Value]], columns: Sequence[Column], bold: Any
) -> None:
    """Write the second sheet: filters, date of the data, then each column, unit and definition."""
    sheet = book.add_worksheet("notes")
    sheet.set_column(0, 0, 32)
    sheet.set_column(1, 2, 24)
    day = book.add_format({"num_format": _FORMATS["date"], "align": "left"})
    line = 0
    for label, value in notes:
        _write_cell(sheet, line, 0, str(label), bold)
        _write_cell(sheet, line, 1, value, day if isinstance(value, dt.date) else None)
        line += 1
    line += 1
    for place, title in enumerate((_("Column"), _("Unit"), _("Definition"))):
        _write_cell(sheet, line, place, title, bold)
    for column in columns:
        line += 1
        for place, text in enumerate((column.heading, column.unit, column.definition)):
            _write_cell(sheet, line, place, str(text), None)


def write_xlsx(
    stream: IO[bytes],
    columns: Sequence[Column],
    rows: Iterable[Sequence[Value]],
    notes: Iterable[tuple[str, Value]] = (),
    *,
    sheet_name: str = "data",
    created: dt.datetime | None = None,
) -> int:
    """Write a workbook of two sheets, data and notes, to a binary stream; return the rows written.

    Cells are typed: text is always text, never a formula or a link. `notes` are (label, value)
    pairs: filters, date of the data… `created` fixes the date in the file properties, so that
    the same data give the same bytes. Raises ValueError beyond the rows that the format holds.
    """
    # Imported here only: most processes never write a workbook.
    import xlsxwriter  # noqa: PLC0415

    book = xlsxwriter.Workbook(
        stream,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    if created is not None:
        book.set_properties({"created": created})
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    styles = {kind: book.add_format({"num_format": form}) for kind, form in _FORMATS.items()}
    sheet = book.add_worksheet(sheet_name)
    sheet.freeze_panes(1, 0)
    for place, column in enumerate(columns):
        sheet.set_column(place, place, column.width)
        _write_cell(sheet, 0, place, str(column.heading), bold)
    by_place = [styles.get(column.kind) for column in columns]
    line = 0
    for line, row in enumerate(rows, start=1):
        if line >= _MAX_ROWS:
            raise ValueError(_("a workbook holds 1,048,575 rows: filter, or export to CSV"))
        for place, value in enumerate(row):
            _write_cell(sheet, line, place, value, by_place[place])
    if line:
        sheet.autofilter(0, 0, line, len(columns) - 1)
    _write_notes(book, notes, columns, bold)
    book.close()
    return line
