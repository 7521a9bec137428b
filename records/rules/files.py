"""What a received file is, by its content; its name must say the same.

Kept: PDF, ODT, ODS, ODP, DOCX, XLSX, PPTX, CSV, TXT, PNG, JPEG. Refused: everything else, what
carries scripts or macros, and what can be read as two types at once (`reliability.md` I1, I4).
"""

from __future__ import annotations

import re
import struct
from typing import BinaryIO

from django.utils.translation import gettext as _

from records.exceptions import FileRefused
from records.rules.names import extension_of
from records.rules.packages import package_type
from records.rules.texts import check_text

LARGEST_FILE = 20 * 1024 * 1024

MEDIA_TYPES = {
    "pdf": "application/pdf",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odp": "application/vnd.oasis.opendocument.presentation",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "csv": "text/csv",
    "txt": "text/plain",
    "png": "image/png",
    "jpg": "image/jpeg",
}
_SAME = {"jpeg": "jpg"}
_PNG = b"\x89PNG\r\n\x1a\n"
_ZIP = b"PK\x03\x04"
_ZIP_END = b"PK\x05\x06"
_ACTIVE_PDF = re.compile(rb"/(?:JavaScript|JS|Launch|RichMedia|XFA|SubmitForm|ImportData)\b")
_ESCAPED_NAME = re.compile(rb"#([0-9A-Fa-f]{2})")
_MARKUP = re.compile(rb"<(?:script|html|svg|iframe|\?php|!doctype)", re.IGNORECASE)


def type_of_file(stream: BinaryIO, file_name: str, size: int) -> str:
    """Return the type (a key of MEDIA_TYPES) of a file; FileRefused says why there is none.

    The size is in bytes, from 1 to 20 MiB included. The stream is left at its beginning.
    """
    if size < 1:
        raise FileRefused(why=_("it is empty."))
    if size > LARGEST_FILE:
        raise FileRefused(why=_("it is larger than 20 MB."))
    extension = extension_of(file_name)
    named = _SAME.get(extension, extension)
    if named not in MEDIA_TYPES:
        raise FileRefused(why=_("this type of document is not kept."))
    stream.seek(0)
    found = _sniff(stream, named)
    stream.seek(0)
    if found != named:
        raise FileRefused(why=_("its content is not what its name says."))
    return found


def _sniff(stream: BinaryIO, named: str) -> str:
    """Return the type that the content tells; plain text is told apart by the name alone."""
    head = stream.read(8)
    if head.startswith(_ZIP):
        return package_type(stream)
    content = head + stream.read()
    if head.startswith(b"%PDF-"):
        _check_pdf(content)
        return "pdf"
    if head.startswith(_PNG):
        _check_png(content)
        return "png"
    if head.startswith(b"\xff\xd8\xff"):
        _check_jpeg(content)
        return "jpg"
    check_text(content)
    return named if named in ("csv", "txt") else "txt"


def _refuse_second_type(content: bytes) -> None:
    """Refuse an archive or a page hidden in another type."""
    if _ZIP_END in content[-70_000:] or _ZIP in content[:1024]:
        raise FileRefused(why=_("it can be read as two types at once."))


def _check_pdf(content: bytes) -> None:
    end = content.rfind(b"%%EOF")
    if end < 0 or content[end + 5 :].strip(b"\x00 \t\r\n\x1a"):
        raise FileRefused(why=_("this PDF is cut short, or followed by something else."))
    _refuse_second_type(content)
    if _MARKUP.search(content[:1024]):
        raise FileRefused(why=_("it can be read as two types at once."))
    names = _ESCAPED_NAME.sub(lambda found: bytes([int(found[1], 16)]), content)
    if _ACTIVE_PDF.search(names):
        raise FileRefused(why=_("this PDF carries scripts or launches programs."))


def _check_png(content: bytes) -> None:
    """Walk the chunks: the file ends with the last one."""
    place, kind = len(_PNG), b""
    while kind != b"IEND" and place + 12 <= len(content):
        (length,) = struct.unpack(">I", content[place : place + 4])
        kind = content[place + 4 : place + 8]
        place += 12 + length
    if kind != b"IEND" or place != len(content):
        raise FileRefused(why=_("this image is cut short, or followed by something else."))
    _check_image(content)


def _check_jpeg(content: bytes) -> None:
    if not content.rstrip(b"\x00").endswith(b"\xff\xd9"):
        raise FileRefused(why=_("this image is cut short, or followed by something else."))
    _check_image(content)


def _check_image(content: bytes) -> None:
    _refuse_second_type(content)
    if _MARKUP.search(content):
        raise FileRefused(why=_("it can be read as two types at once."))
