"""Reading CSV, XLSX and ODS into rows that remember where they come from."""

from __future__ import annotations

from pathlib import Path

from django.utils.translation import gettext as _

from common.tabular.errors import TabularError
from common.tabular.table import Sheet, Table
from common.tabular.text import decode, parse_text
from common.tabular.workbook import read_sheets, workbook_format

MAX_BYTES = 100 * 1024 * 1024

_ZIP = b"PK"
# Files that people attach by mistake, by their first bytes.
_SIGNATURES = (
    (b"%PDF", "PDF"),
    (b"\xd0\xcf\x11\xe0", "XLS"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"\x1f\x8b", "gzip"),
    (b"{\\rtf", "RTF"),
)


def _load(source: str | Path | bytes, file: str) -> bytes:
    """Return the bytes of a path or the bytes given; TabularError when absent or too large."""
    if isinstance(source, bytes):
        data = source
    else:
        try:
            with Path(source).open("rb") as stream:
                data = stream.read(MAX_BYTES + 1)
        except OSError as error:
            raise TabularError(
                _("the file cannot be opened (%(detail)s)") % {"detail": error.strerror},
                code="unreadable_file",
                file=file,
            ) from None
    if len(data) > MAX_BYTES:
        raise TabularError(
            _("the file exceeds %(size)d bytes") % {"size": MAX_BYTES}, code="too_large", file=file
        )
    return data


def _refuse_strangers(data: bytes, file: str) -> None:
    """Refuse, by name, what is plainly no table."""
    for signature, kind in _SIGNATURES:
        if data.startswith(signature):
            raise TabularError(
                _("this is a %(kind)s file; save it as XLSX, ODS or CSV") % {"kind": kind},
                code="not_a_table",
                file=file,
            )


def read_table(
    source: str | Path | bytes, *, file: str | None = None, separator: str | None = None
) -> Table:
    """Read a CSV, XLSX or ODS file; what it is comes from its bytes, never from its name.

    `file` names the source in messages (default: the last part of the path). `separator` spares
    the search in a CSV. Blank rows are kept, so that no line is lost.
    Raises TabularError: `unreadable_file`, `empty_file`, `too_large`, `not_a_table`, `encoding`,
    `nul_bytes`, `ambiguous_separator`, `quotes`, `unreadable_workbook`.
    """
    name = file if file is not None else "" if isinstance(source, bytes) else Path(source).name
    data = _load(source, name)
    _refuse_strangers(data, name)
    if data.startswith(_ZIP):
        kind = workbook_format(data, name)
        table = Table(name, kind, read_sheets(data, name))
    else:
        text, encoding = decode(data, name)
        if not text.strip('\ufeff\u200b \t\r\n;,"'):
            raise TabularError(_("the file is empty"), code="empty_file", file=name)
        rows, found = parse_text(text, name, separator)
        table = Table(name, "csv", (Sheet("", rows),), encoding, found)
    if all(sheet.is_blank for sheet in table.sheets):
        raise TabularError(_("the file is empty"), code="empty_file", file=name)
    return table
