"""One file, whatever it is: its bytes tell, and its name may not say otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import BinaryIO

from common.tabular_child.archive import Inflater, open_archive
from common.tabular_child.frames import Frames
from common.tabular_child.limits import Limits
from common.tabular_child.ods import read_ods
from common.tabular_child.refusal import Refusal
from common.tabular_child.text import read_text
from common.tabular_child.xlsx import BOOK, read_xlsx

_ODS_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"
_ZIP = b"PK"
_OLE = b"\xd0\xcf\x11\xe0"
# Files that people attach by mistake, by their first bytes.
_SIGNATURES = (
    (b"%PDF", "PDF"),
    (_OLE, "XLS"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"\x1f\x8b", "gzip"),
    (b"7z\xbc\xaf", "7z"),
    (b"Rar!", "RAR"),
    (b"\x7fELF", "ELF"),
    (b"MZ\x90", "EXE"),
    (b"{\\rtf", "RTF"),
)
_NAMED = {".csv": "csv", ".txt": "csv", ".tsv": "csv", ".xlsx": "xlsx", ".xlsm": "xlsm",
          ".ods": "ods", ".xls": "xls"}  # fmt: skip
_TABLES = (".csv", ".xlsx", ".ods")


def _check_name(name: str, kind: str) -> None:
    """Refuse a name that promises something else than the bytes give."""
    promised = _NAMED.get(PurePosixPath(name).suffix.lower())
    if promised and promised != kind:
        raise Refusal("wrong_extension", kind=kind.upper())


def _refuse_strangers(stream: BinaryIO) -> None:
    """Refuse, by name, what is plainly no table."""
    stream.seek(0)
    head = stream.read(1 << 16)
    if head.startswith(_OLE) and "EncryptedPackage".encode("utf-16-le") in head + stream.read():
        raise Refusal("encrypted")
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            raise Refusal("not_a_table", reason="stranger", kind=kind)


def read_file(
    stream: BinaryIO,
    name: str,
    frames: Frames,
    limits: Limits,
    *,
    separator: str = "",
    encoding: str = "",
    headings: Sequence[str] = (),
    allows_links: bool = False,
) -> None:
    """Send the sheets and rows of a CSV, XLSX or ODS file; Refusal when it cannot be trusted."""
    _refuse_strangers(stream)
    size = stream.seek(0, 2)
    stream.seek(0)
    if stream.read(2) != _ZIP:
        if size > limits.text_bytes:
            raise Refusal("too_large", reason="large_file", size=limits.text_bytes)
        _check_name(name, "csv")
        read_text(stream, frames, limits, separator=separator, encoding=encoding, headings=headings)
        return
    with open_archive(stream, limits) as archive:
        inflater = Inflater(archive, size, limits)
        names = set(archive.namelist())
        if BOOK in names:
            _check_name(name, "xlsx")
            read_xlsx(inflater, frames, limits, allows_links=allows_links)
        elif "mimetype" in names and _mimetype(inflater) == _ODS_TYPE:
            _check_name(name, "ods")
            read_ods(inflater, frames, limits)
        else:
            raise Refusal("not_a_table", reason="archive")


def _mimetype(inflater: Inflater) -> bytes:
    return b"".join(inflater.pieces("mimetype")).strip()


def stem(name: str) -> str:
    """Return the name of a file without its folders and its extension."""
    return PurePosixPath(name).stem


def unpack_files(stream: BinaryIO, limits: Limits) -> Iterator[tuple[str, BinaryIO | None]]:
    """Yield the files of an archive, each by its name; what is no table stays packed (None)."""
    with open_archive(stream, limits) as archive:
        inflater = Inflater(archive, stream.seek(0, 2), limits)
        for item in archive.infolist():
            if item.is_dir():
                continue
            path = PurePosixPath(item.filename)
            if path.suffix.lower() not in _TABLES or path.name.startswith("."):
                yield item.filename, None
                continue
            with inflater.unpack(item.filename) as content:
                yield item.filename, content
