"""Writing ODS: an archive whose content is written as the rows come, one row in memory.

Format: OpenDocument 1.3, part 3 (cells § 9.1.4, white space § 6.1.2, data styles § 16.29).
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import IO
from xml.sax.saxutils import escape, quoteattr

from common.tabular.columns import LOCKED, Column, Value
from common.tabular.notes import Notes, notes_lines, notes_name
from common.tabular.table import column_letter
from common.tabular.values import (
    MAX_ROWS,
    TooManyRows,
    exact_float,
    local_moment,
    plain_number,
)

_KIND = "application/vnd.oasis.opendocument.spreadsheet"
_URN = "urn:oasis:names:tc:opendocument:xmlns"
_SPACES = " ".join(
    f'xmlns:{prefix}="{_URN}:{name}:1.0"'
    for prefix, name in {
        "office": "office",
        "table": "table",
        "text": "text",
        "style": "style",
        "number": "datastyle",
        "fo": "xsl-fo-compatible",
    }.items()
)
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
_MANIFEST = (
    f'{_HEAD}<manifest:manifest xmlns:manifest="{_URN}:manifest:1.0" manifest:version="1.3">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_KIND}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
    "</manifest:manifest>"
)
_DAY = (
    '<number:day number:style="long"/><number:text>/</number:text>'
    '<number:month number:style="long"/><number:text>/</number:text>'
    '<number:year number:style="long"/>'
)
_HOUR = (
    '<number:text> </number:text><number:hours number:style="long"/>'
    '<number:text>:</number:text><number:minutes number:style="long"/>'
)


def _number_style(name: str, least: int, most: int) -> str:
    return (
        f'<number:number-style style:name="N-{name}"><number:number number:min-integer-digits="1" '
        f'number:decimal-places="{most}" number:min-decimal-places="{least}" '
        'number:grouping="true"/></number:number-style>'
    )


_DATA_STYLES = (
    _number_style("integer", 0, 0)
    + _number_style("decimal", 2, 4)
    + _number_style("money", 2, 2)
    + f'<number:date-style style:name="N-date">{_DAY}</number:date-style>'
    + f'<number:date-style style:name="N-datetime">{_DAY}{_HOUR}</number:date-style>'
    + '<number:boolean-style style:name="N-boolean"><number:boolean/></number:boolean-style>'
)
_STYLED = ("integer", "decimal", "money", "date", "datetime", "boolean")
_STYLES = (
    _DATA_STYLES
    + "".join(
        f'<style:style style:name="c-{kind}" style:family="table-cell" '
        f'style:data-style-name="N-{kind}"/>'
        for kind in _STYLED
    )
    + '<style:style style:name="c-bold" style:family="table-cell">'
    '<style:text-properties fo:font-weight="bold"/></style:style>'
)
_CHUNK = 200
# What XML cannot hold; and the white space that it would not keep.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_LINES = re.compile("\r\n|\r|\n")
_WHITE = re.compile("\t|^ +| +$|(?<= ) +")
# A fixed day, so that the same rows give the same bytes.
_MADE_AT = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What a sheet is, beside its rows."""

    name: str
    columns: Sequence[Column]
    notes: Notes
    above: Sequence[Value]
    protects: bool


def _white(match: re.Match[str]) -> str:
    return "<text:tab/>" if match[0] == "\t" else f'<text:s text:c="{len(match[0])}"/>'


def _paragraphs(text: str) -> str:
    """Write a text: a paragraph a line, spaces and tabs that stay."""
    lines = _LINES.split(_ILLEGAL.sub("", text))
    return "".join(f"<text:p>{_WHITE.sub(_white, escape(line))}</text:p>" for line in lines)


def _cell(value: Value, style: str) -> str:
    """Write one typed cell. A text is declared as such: nothing is ever a formula."""
    named = f' table:style-name="c-{style}"' if style else ""
    if value is None or value == "":
        return "<table:table-cell/>"
    if isinstance(value, bool):
        kind = f'"boolean" office:boolean-value="{str(value).lower()}"'
    elif isinstance(value, int | float | Decimal):
        number = exact_float(value)
        if number is None:
            return _cell(plain_number(value), "")
        kind = f'"float" office:value="{plain_number(number)}"'
    elif isinstance(value, dt.date):
        moment = local_moment(value)
        if isinstance(moment, dt.datetime):
            moment = moment.replace(microsecond=0)
        kind = f'"date" office:date-value="{moment.isoformat()}"'
    else:
        kind = '"string"'
    if kind != '"string"':
        return f"<table:table-cell{named} office:value-type={kind}/>"
    shown = _paragraphs(str(value))
    return f"<table:table-cell{named} office:value-type={kind}>{shown}</table:table-cell>"


def _row(values: Sequence[Value], styles: Sequence[str]) -> str:
    cells = "".join(_cell(value, style) for value, style in zip(values, styles, strict=False))
    return f"<table:table-row>{cells}</table:table-row>"


def _column(column: Column, *, protects: bool) -> str:
    """Write a column. Its style is that of its cells: not one of them has to name it."""
    style: str = column.kind if column.kind in _STYLED else ""
    if protects:
        style = f"{style or 'text'}-{'locked' if column.is_locked else 'open'}"
    named = f' table:default-cell-style-name="c-{style}"' if style else ""
    if protects:
        named = f' table:style-name="w-{column.width}"{named}'
    hidden = ' table:visibility="collapse"' if column.is_hidden else ""
    return f"<table:table-column{named}{hidden}/>"


def _guard_styles(columns: Sequence[Column]) -> str:
    """Return the styles of a protected sheet: open or locked by kind, and the widths."""
    cells = "".join(
        f'<style:style style:name="c-{kind}-{name}" style:family="table-cell"'
        + (f' style:data-style-name="N-{kind}">' if kind in _STYLED else ">")
        + f"<style:table-cell-properties {properties}/></style:style>"
        for kind in ("text", *_STYLED)
        for name, properties in (
            ("open", 'style:cell-protect="none"'),
            ("locked", f'style:cell-protect="protected" fo:background-color="{LOCKED}"'),
        )
    )
    widths = "".join(
        f'<style:style style:name="w-{width}" style:family="table-column">'
        f'<style:table-column-properties style:column-width="{width * 0.2:.1f}cm"/></style:style>'
        for width in sorted({column.width for column in columns})
    )
    return cells + widths


def _pieces(sheet: _Sheet, rows: Iterable[Sequence[Value]], counted: list[int]) -> Iterator[str]:
    """Yield the content; `counted` receives the number of rows."""
    columns = sheet.columns
    more = _guard_styles(columns) if sheet.protects else ""
    guard = ' table:protected="true"' if sheet.protects else ""
    yield (
        f'{_HEAD}<office:document-content {_SPACES} office:version="1.3"><office:automatic-styles>'
        f"{_STYLES}{more}</office:automatic-styles><office:body><office:spreadsheet>"
        f"<table:table table:name={quoteattr(sheet.name)}{guard}>"
    )
    yield from (_column(column, protects=sheet.protects) for column in columns)
    if sheet.above:
        yield _row(sheet.above, [""] * len(columns))
    yield _row([str(column.heading) for column in columns], ["bold"] * len(columns))
    plain = [""] * len(columns)
    count = 0
    top = 1 if sheet.above else 0
    for count, row in enumerate(rows, start=1):
        if count > MAX_ROWS - top:
            raise TooManyRows
        yield _row(row, plain)
    counted.append(count)
    yield f"</table:table><table:table table:name={quoteattr(notes_name())}>"
    for line in notes_lines(sheet.notes, columns):
        yield _row(line, ["bold", *(_note_style(value) for value in line[1:])])
    yield "</table:table>"
    if count and columns:
        corner = f"{column_letter(len(columns) - 1)}{top + count + 1}"
        area = quoteattr(f"$'{sheet.name}'.A{top + 1}:$'{sheet.name}'.{corner}")
        yield (
            '<table:database-ranges><table:database-range table:name="rows" '
            f'table:target-range-address={area} table:display-filter-buttons="true"/>'
            "</table:database-ranges>"
        )
    yield "</office:spreadsheet></office:body></office:document-content>"


def _note_style(value: Value) -> str:
    if isinstance(value, dt.datetime):
        return "datetime"
    return "date" if isinstance(value, dt.date) else ""


def _member(name: str, *, packed: bool = True) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _MADE_AT)
    info.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    return info


def write_ods(
    stream: IO[bytes],
    columns: Sequence[Column],
    rows: Iterable[Sequence[Value]],
    notes: Notes = (),
    *,
    sheet_name: str = "data",
    above: Sequence[Value] = (),
    protects: bool = False,
) -> int:
    """Write a spreadsheet of two sheets, data and notes, to a binary stream; return the rows.

    Cells are typed as in `write_xlsx`, and the same data give the same bytes; `above` and
    `protects` are those of it. Raises TooManyRows beyond the rows that a sheet holds.
    """
    counted: list[int] = []
    sheet = _Sheet(sheet_name, columns, notes, above, protects)
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(_member("mimetype", packed=False), _KIND)
        archive.writestr(_member("META-INF/manifest.xml"), _MANIFEST)
        with archive.open(_member("content.xml"), "w", force_zip64=True) as content:
            held = io.StringIO()
            for index, piece in enumerate(_pieces(sheet, rows, counted)):
                held.write(piece)
                if index % _CHUNK == 0:
                    content.write(held.getvalue().encode())
                    held = io.StringIO()
            content.write(held.getvalue().encode())
    return counted[0]
