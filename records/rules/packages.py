"""Office documents: zip packages, read from their directory and checked before anything is kept."""

from __future__ import annotations

import re
import zipfile
import zlib
from typing import BinaryIO

from django.utils.translation import gettext as _

from records.exceptions import FileRefused

_MOST_MEMBERS = 3_000
_LARGEST_UNPACKED = 200 * 1024 * 1024
_GREATEST_RATIO = 200
_LARGEST_PART = 4 * 1024 * 1024  # of the few parts that are read here

_ODF = {
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.oasis.opendocument.presentation": "odp",
}
_OOXML = {
    "wordprocessingml.document.main+xml": "docx",
    "spreadsheetml.sheet.main+xml": "xlsx",
    "presentationml.presentation.main+xml": "pptx",
}
# Macros of both families, objects of other programs, and what an operating system runs.
_ACTIVE = re.compile(
    r"(?:^|/)(?:Basic|Scripts|vbaProject[^/]*|activeX|macros?)(?:/|$|\.)"
    r"|oleObject|\.(?:exe|dll|com|scr|msi|bat|cmd|ps1|vbs|vbe|js|jse|wsf|hta|jar|lnk|sh|html?)$",
    re.IGNORECASE,
)
_LINKED = re.compile(
    rb"<Relationship\b(?=[^>]*TargetMode\s*=\s*[\"']External)"
    rb"(?=[^>]*Type\s*=\s*[\"'][^\"']*/(?:attachedTemplate|oleObject|frame|subDocument"
    rb"|externalLinkPath|package)[\"'])",
)


def package_type(stream: BinaryIO) -> str:
    """Return the type of an office document; FileRefused for every other archive."""
    try:
        with zipfile.ZipFile(stream) as archive:
            members = archive.infolist()
            _check_directory(archive, members)
            names = {member.filename for member in members}
            if "mimetype" in names:
                return _odf_type(archive, members[0], names)
            if "[Content_Types].xml" in names:
                return _ooxml_type(archive, names)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise FileRefused(why=_("this document is damaged or encrypted.")) from error
    raise FileRefused(why=_("archives are not kept: attach the documents themselves."))


def _check_directory(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> None:
    if not members or min(member.header_offset for member in members) != 0 or archive.comment:
        raise FileRefused(why=_("it can be read as two types at once."))
    if len({member.filename for member in members}) != len(members):
        raise FileRefused(why=_("this document is damaged or encrypted."))
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if (
        len(members) > _MOST_MEMBERS
        or unpacked > _LARGEST_UNPACKED
        or unpacked > _GREATEST_RATIO * max(packed, 1)
    ):
        raise FileRefused(why=_("it is too large once unpacked."))
    for member in members:
        _check_member(member)


def _check_member(member: zipfile.ZipInfo) -> None:
    name = member.filename
    if member.flag_bits & 0x1:
        raise FileRefused(why=_("this document is damaged or encrypted."))
    if name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") or ":" in name:
        raise FileRefused(why=_("this document names files outside itself."))
    if _ACTIVE.search(name):
        raise FileRefused(why=_("this document carries macros, scripts or other programs."))


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    """Return a part, bounded while it is unpacked: directories lie."""
    with archive.open(name) as part:
        content = part.read(_LARGEST_PART + 1)
    if len(content) > _LARGEST_PART:
        raise FileRefused(why=_("it is too large once unpacked."))
    return content


def _odf_type(archive: zipfile.ZipFile, first: zipfile.ZipInfo, names: set[str]) -> str:
    told = _read(archive, "mimetype").decode("ascii", "replace")
    if first.filename != "mimetype" or first.compress_type != zipfile.ZIP_STORED:
        raise FileRefused(why=_("this document is damaged or encrypted."))
    if told not in _ODF or "content.xml" not in names:
        raise FileRefused(why=_("this type of document is not kept."))
    if "META-INF/manifest.xml" in names:
        manifest = _read(archive, "META-INF/manifest.xml")
        if b"encryption-data" in manifest:
            raise FileRefused(why=_("this document is damaged or encrypted."))
    return _ODF[told]


def _ooxml_type(archive: zipfile.ZipFile, names: set[str]) -> str:
    types = _read(archive, "[Content_Types].xml")
    if b"macroEnabled" in types or b"vbaProject" in types:
        raise FileRefused(why=_("this document carries macros, scripts or other programs."))
    for name in sorted(names):
        if name.endswith(".rels") and _LINKED.search(_read(archive, name)):
            raise FileRefused(why=_("this document names files outside itself."))
    for main, found in _OOXML.items():
        if main.encode() in types:
            return found
    raise FileRefused(why=_("this type of document is not kept."))
