"""Archives of strangers: checked by their directory, then again while they inflate.

What was checked is what is read: a clean copy of the XML parts, written by us, is all that the
reader of workbooks is given, so that two readings of one archive cannot differ.
"""

from __future__ import annotations

import re
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

from common.tabular_child.limits import MEGABYTE, Limits
from common.tabular_child.refusal import Refusal
from common.tabular_child.xml import XmlPart

_CHUNK = 1 << 18
_DAMAGED = (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, OSError)
_BAD_NAME = re.compile(r"^/|^[A-Za-z]:|\\|(?:^|/)\.\.(?:/|$)|[\x00-\x1f\x7f]")
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_ENCRYPTED = 0x1


@contextmanager
def reading_archive() -> Iterator[None]:
    """Turn what a damaged archive raises into a refusal."""
    try:
        yield
    except _DAMAGED as error:
        raise Refusal("unreadable_workbook", detail=str(error)[:200]) from None


def _check_member(item: zipfile.ZipInfo) -> None:
    """Refuse a member that is encrypted, is a link, or would leave its folder."""
    if item.flag_bits & _ENCRYPTED:
        raise Refusal("encrypted")
    mode = item.external_attr >> 16
    if _BAD_NAME.search(item.orig_filename) or stat.S_ISLNK(mode):
        raise Refusal("unsafe_archive", reason="bad_name", name=ascii(item.orig_filename[:80]))
    if item.compress_type not in _METHODS:
        raise Refusal("unsafe_archive", reason="bad_method", name=ascii(item.filename[:80]))


def open_archive(stream: BinaryIO, limits: Limits) -> zipfile.ZipFile:
    """Open an archive whose directory promises nothing too large, double or dangerous.

    Raises Refusal `too_large`, `unsafe_archive`, `encrypted`, `unreadable_workbook`.
    """
    size = stream.seek(0, 2)
    if size > limits.archive_bytes:
        raise Refusal("too_large", reason="large_file", size=limits.archive_bytes)
    with reading_archive():
        archive = zipfile.ZipFile(stream)
    items = archive.infolist()
    if len(items) > limits.members:
        raise Refusal("too_large", reason="many_members", size=limits.members)
    if len({item.filename.casefold() for item in items}) < len(items):
        raise Refusal("unsafe_archive", reason="double_name")
    for item in items:
        _check_member(item)
    check_size(sum(item.file_size for item in items), size, limits)
    return archive


def check_size(unpacked: int, packed: int, limits: Limits) -> None:
    """Refuse what unfolds beyond its bounds; under a megabyte nothing is a bomb."""
    if unpacked > limits.unpacked_bytes:
        raise Refusal("too_large", reason="unpacked", size=limits.unpacked_bytes)
    if unpacked > MEGABYTE and unpacked > limits.ratio * packed:
        raise Refusal("too_large", reason="ratio", size=limits.ratio)


class Inflater:
    """Inflates the members of one archive and counts what comes out: a directory may lie."""

    def __init__(self, archive: zipfile.ZipFile, packed: int, limits: Limits) -> None:
        self.archive = archive
        self._packed = packed
        self._limits = limits
        self._count = 0

    def pieces(self, name: str) -> Iterator[bytes]:
        """Yield the content of a member; Refusal when it is damaged or too large."""
        with reading_archive(), self.archive.open(name) as member:
            while piece := member.read(_CHUNK):
                self._count += len(piece)
                check_size(self._count, self._packed, self._limits)
                yield piece

    def unpack(self, name: str) -> BinaryIO:
        """Return the content of a member as a file that is nowhere on disk by name."""
        target = tempfile.TemporaryFile()  # noqa: SIM115  closed by the one who reads it
        for piece in self.pieces(name):
            target.write(piece)
        target.seek(0)
        return cast("BinaryIO", target)

    def copy(self, name: str, part: XmlPart, target: zipfile.ZipFile) -> None:
        """Check one XML part and add it to the clean copy."""
        info = zipfile.ZipInfo(name)
        with target.open(info, "w", force_zip64=True) as copied:
            for piece in self.pieces(name):
                part.feed(piece)
                copied.write(piece)
        part.close()
