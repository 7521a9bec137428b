"""Sixty files that nobody should open without care, built here: no binary is kept."""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable

from tests.common.tabular_files import ods, xlsx

MEGABYTE = 1024 * 1024
GOOD = {"a": [["nom", "montant"], ["École", 1]]}
# name of the file → how it is built, and the codes that may refuse it.
Hostile = tuple[Callable[[], bytes], frozenset[str]]

_WORKSHEET = (
    b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/'
    b'main"><sheetData>%b</sheetData></worksheet>'
)
_SHEET = "xl/worksheets/sheet1.xml"
_BOOK_RELS = "xl/_rels/workbook.xml.rels"
_TYPES = "[Content_Types].xml"


def remade(
    data: bytes,
    changed: dict[str, bytes | Callable[[bytes], bytes]] | None = None,
    added: dict[str, bytes] | None = None,
) -> bytes:
    """Copy an archive with some members changed or added."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for item in source.infolist():
            content = source.read(item)
            change = (changed or {}).get(item.filename, content)
            target.writestr(item.filename, change(content) if callable(change) else change)
        for name, content in (added or {}).items():
            target.writestr(name, content)
    return stream.getvalue()


def swollen(data: bytes, name: str, megabytes: int) -> bytes:
    """Copy an archive, one member of which ends with so many megabytes of spaces."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for item in source.infolist():
            info = zipfile.ZipInfo(item.filename)
            info.compress_type = zipfile.ZIP_DEFLATED
            with target.open(info, "w") as member:
                member.write(source.read(item))
                for _megabyte in range(megabytes if item.filename == name else 0):
                    member.write(b" " * MEGABYTE)
    return stream.getvalue()


def in_sheet(content: bytes, **added: bytes) -> bytes:
    """Return a workbook whose sheet holds these rows."""
    return remade(xlsx(GOOD), {_SHEET: _WORKSHEET % content}, added)


def in_ods(rows: bytes, before: bytes = b"") -> bytes:
    """Return an OpenDocument spreadsheet whose sheet holds these rows."""

    def change(content: bytes) -> bytes:
        begin, end = content.index(b"<table:table-row>"), content.index(b"</table:table>")
        return (content[:begin] + rows + content[end:]).replace(
            b"<office:spreadsheet>", b"<office:spreadsheet>" + before
        )

    return remade(ods(GOOD), {"content.xml": change})


def archive(method: int = zipfile.ZIP_DEFLATED, **members: bytes) -> bytes:
    """Return an archive of these members."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as target:
        for name, content in members.items():
            target.writestr(name, content)
    return stream.getvalue()


def _patched(data: bytes, old: bytes, new: bytes) -> bytes:
    assert old in data
    return data.replace(old, new)


def lying_directory() -> bytes:
    """A sheet of 100 MB that its directory and its headers say is of a kilobyte."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    piece = b"<row></row>" * 95_000
    packed = b"".join([packer.compress(piece) for _ in range(100)]) + packer.flush()
    # Noise, so that its packed size is found in the headers and nowhere else.
    data = remade(xlsx(GOOD), {_SHEET: random.Random(1).randbytes(1024)})
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        item = source.getinfo(_SHEET)
        offset, length = item.header_offset, item.compress_size
    head = 30 + len(_SHEET)
    start = offset + head
    body = data[:start] + packed + data[start + length :]
    shift = len(packed) - length
    body = body.replace(struct.pack("<L", length), struct.pack("<L", len(packed)))
    return _shifted(body, offset, shift)


def _shifted(data: bytes, after: int, shift: int) -> bytes:
    """Move the offsets of the directory that come after a place."""
    result = bytearray(data)
    end = data.rindex(b"PK\x05\x06")
    start = struct.unpack_from("<L", data, end + 16)[0] + shift
    struct.pack_into("<L", result, end + 16, start)
    place = start
    while result[place : place + 4] == b"PK\x01\x02":
        name, extra, comment = struct.unpack_from("<HHH", result, place + 28)
        offset = struct.unpack_from("<L", result, place + 42)[0]
        if offset > after:
            struct.pack_into("<L", result, place + 42, offset + shift)
        place += 46 + name + extra + comment
    return bytes(result)


def overlapping() -> bytes:
    """Twenty-six names in the directory for one and the same compressed kernel of 10 MB."""
    kernel = archive(a=b"0" * (10 * MEGABYTE))
    end = kernel.rindex(b"PK\x05\x06")
    start = struct.unpack_from("<L", kernel, end + 16)[0]
    entry = kernel[start:end]
    entries = b"".join(entry[:-1] + b"%c" % (97 + i) for i in range(26))
    tail = struct.pack("<4sHHHHLLH", b"PK\x05\x06", 0, 0, 26, 26, len(entries), start, 0)
    return kernel[:start] + entries + tail


def quoted_overlap() -> bytes:
    """Headers that are the compressed data of the members before them (quoted by stored blocks)."""
    kernel = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = kernel.compress(b"0" * (20 * MEGABYTE)) + kernel.flush()
    crc, size = zlib.crc32(b"0" * (20 * MEGABYTE)), 20 * MEGABYTE
    body, directory = b"", b""
    following = b""
    for index in reversed(range(12)):
        name = f"{index:03d}".encode()
        quote = b""
        if following:
            quote = struct.pack("<BHH", 0, 33, 33 ^ 0xFFFF) + following[:33]
            crc, size = zlib.crc32(following[:33] + b"0", 0), size + 33
        data = quote + (body[33:] if following else packed)
        header = struct.pack(
            "<4sHHHHHLLLHH", b"PK\x03\x04", 20, 0, 8, 0, 33, crc, len(data), size, 3, 0
        )
        body = header + name + data
        following = body
    for index in range(12):
        name = f"{index:03d}".encode()
        directory += struct.pack(
            "<4sHHHHHHLLLHHHHHLL", b"PK\x01\x02", 20, 20, 0, 8, 0, 33, 0,
            len(packed), size, 3, 0, 0, 0, 0, 0, index * 38,
        ) + name  # fmt: skip
    tail = struct.pack("<4sHHHHLLH", b"PK\x05\x06", 0, 0, 12, 12, len(directory), len(body), 0)
    return body + directory + tail


def encrypted_member() -> bytes:
    """A workbook whose members say that they are encrypted."""
    data = bytearray(xlsx(GOOD))
    place = data.find(b"PK\x01\x02")
    while place >= 0:
        data[place + 8] |= 1
        place = data.find(b"PK\x01\x02", place + 4)
    return bytes(data)


def ole(content: bytes) -> bytes:
    """The old container of Office, with a name in its directory."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 504 + content + b"\x00" * 2048


def link_in_archive() -> bytes:
    """An archive that holds a symbolic link."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as target:
        for name, content in (("xl/workbook.xml", b"<workbook/>"), ("xl/passwd.xml", b"/etc")):
            item = zipfile.ZipInfo(name)
            item.external_attr = (0o120777 if "passwd" in name else 0o100644) << 16
            target.writestr(item, content)
    return stream.getvalue()


def nested(depth: int) -> bytes:
    """An archive in an archive in an archive."""
    data = archive(**{"0.csv": b"0;1\n" * MEGABYTE})
    for _level in range(depth):
        data = archive(**{f"{index}.xlsx": data for index in range(8)})
    return data


def doctype(declaration: bytes, use: bytes = b"") -> Callable[[bytes], bytes]:
    """Put a document type before the root of a part."""

    def change(content: bytes) -> bytes:
        head = content.index(b"?>") + 2
        return content[:head] + declaration + content[head:].replace(b"</", use + b"</", 1)

    return change


LAUGHS = (
    b'<!DOCTYPE l [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%b">' % (98 + i, b"&%c;" % (97 + i) * 20) for i in range(12))
    + b"]>"
)
XXE = b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
BLOWUP = b'<!DOCTYPE x [<!ENTITY q "' + b"q" * 100_000 + b'">]>'
