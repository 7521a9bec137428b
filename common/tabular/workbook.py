"""Workbooks: XLSX and ODS through calamine, behind checks on the archive."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Sequence

from django.utils.translation import gettext as _

from common.tabular.errors import TabularError
from common.tabular.table import Cell, Row, Sheet

# A workbook of a few kilobytes may unfold into gigabytes: the archive says what it will give.
MAX_UNCOMPRESSED = 300 * 1024 * 1024
MAX_CELLS = 20_000_000
_ODS_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"
_ADDRESS = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"')


def _unreadable(file: str, detail: object) -> TabularError:
    """Say that the archive or what it holds is damaged."""
    return TabularError(
        _("the workbook cannot be read (%(detail)s)") % {"detail": detail},
        code="unreadable_workbook",
        file=file,
    )


def _column_number(letters: bytes) -> int:
    """Return 1 for A, 27 for AA."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def _check_extent(archive: zipfile.ZipFile, file: str) -> None:
    """Refuse a sheet whose far corner would make the reader allocate millions of blank cells."""
    for name in archive.namelist():
        if not name.startswith("xl/worksheets/") or not name.endswith(".xml"):
            continue
        width = height = 0
        for letters, digits in _ADDRESS.findall(archive.read(name)):
            width = max(width, _column_number(letters))
            height = max(height, int(digits))
        if width * height > MAX_CELLS:
            raise TabularError(
                _("a sheet spreads over %(rows)d rows and %(columns)d columns: too large")
                % {"rows": height, "columns": width},
                code="too_large",
                file=file,
            )


def workbook_format(data: bytes, file: str) -> str:
    """Return xlsx or ods for a sound archive of a reasonable size; TabularError otherwise."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            size = sum(item.file_size for item in archive.infolist())
            if size > MAX_UNCOMPRESSED:
                raise TabularError(
                    _("the workbook unfolds to %(size)d bytes: too large") % {"size": size},
                    code="too_large",
                    file=file,
                )
            damaged = archive.testzip()
            if damaged:
                raise _unreadable(file, damaged)
            names = set(archive.namelist())
            if "xl/workbook.xml" in names:
                _check_extent(archive, file)
                return "xlsx"
            if "mimetype" in names and archive.read("mimetype").strip() == _ODS_TYPE:
                return "ods"
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError) as error:
        raise _unreadable(file, error) from None
    raise TabularError(
        _("this archive is neither an XLSX nor an ODS workbook"), code="not_a_table", file=file
    )


def read_sheets(data: bytes, file: str) -> tuple[Sheet, ...]:
    """Return the sheets of an XLSX or ODS workbook with typed cells.

    Numbers arrive as floats, dates as dates; lines are those that the spreadsheet shows.
    Raises TabularError `unreadable_workbook`.
    """
    # Imported here only: the reader is native code that most processes never need.
    import python_calamine  # noqa: PLC0415

    sheets: list[Sheet] = []
    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        for meta in workbook.sheets_metadata:
            if meta.typ != python_calamine.SheetTypeEnum.WorkSheet:
                continue
            hidden = meta.visible != python_calamine.SheetVisibleEnum.Visible
            lines = workbook.get_sheet_by_name(meta.name).to_python(skip_empty_area=False)
            rows = tuple(Row(index, _cells(cells)) for index, cells in enumerate(lines, 1))
            sheets.append(Sheet(meta.name, rows, hidden))
    except (python_calamine.CalamineError, ValueError, OSError) as error:
        raise _unreadable(file, error) from None
    return tuple(sheets)


def _cells(cells: Sequence[Cell]) -> tuple[Cell, ...]:
    """Return the cells of a row, blank text as None."""
    return tuple(None if cell == "" else cell for cell in cells)
