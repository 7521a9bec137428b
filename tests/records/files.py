"""Small files of every type that is kept, and of many that are not, made here byte by byte."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


PNG = (
    b"\x89PNG\r\n\x1a\n"
    + _chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    + _chunk(b"IDAT", zlib.compress(b"\x00\x00"))
    + _chunk(b"IEND", b"")
)


def archive(members: dict[str, bytes], *, stored: tuple[str, ...] = ()) -> bytes:
    """Return a zip of these members, in order."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in members.items():
            method = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            target.writestr(name, content, compress_type=method)
    return stream.getvalue()


def odf(kind: str = "text", **more: bytes) -> bytes:
    """Return an OpenDocument; `more` are members whose name has `__` for a slash."""
    told = f"application/vnd.oasis.opendocument.{kind}".encode()
    extra = {name.replace("__", "/"): content for name, content in more.items()}
    members = {"mimetype": told, "content.xml": b"<a/>", **extra}
    return archive(members, stored=("mimetype",))


def ooxml(main: str = "wordprocessingml.document.main+xml", **more: bytes) -> bytes:
    """Return an Office Open XML document of one main part."""
    told = f"application/vnd.openxmlformats-officedocument.{main}"
    types = f'<Types><Override ContentType="{told}"/></Types>'
    extra = {name.replace("__", "/"): content for name, content in more.items()}
    return archive({"[Content_Types].xml": types.encode(), "word/document.xml": b"<a/>", **extra})


GOOD = {
    "a.pdf": PDF,
    "a.odt": odf("text"),
    "a.ods": odf("spreadsheet"),
    "a.odp": odf("presentation"),
    "a.docx": ooxml(),
    "a.xlsx": ooxml("spreadsheetml.sheet.main+xml"),
    "a.pptx": ooxml("presentationml.presentation.main+xml"),
    "a.csv": "code;libellé\r\nP-1;Été\r\n".encode("cp1252"),
    "a.txt": "Séance du 12 mai : rien à signaler.\n".encode(),
    "b.txt": "Avec marque".encode("utf-8-sig"),
    "c.txt": "UTF-16".encode("utf-16"),
    "a.png": PNG,
    "a.jpg": JPEG,
    "a.JPEG": JPEG,
}

_EXTERNAL = (
    b'<Relationships><Relationship Id="r" Target="http://x/" TargetMode="External"'
    b' Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate"'
    b"/></Relationships>"
)

BAD = {
    # Types that are not kept, whatever they are named.
    "page.html": b"<html><script>alert(1)</script></html>",
    "drawing.svg": b"<svg onload='alert(1)'/>",
    "program.exe": b"MZ\x90\x00",
    "script.js": b"alert(1)",
    "archive.zip": archive({"a.txt": b"a"}),
    "no-extension": PDF,
    "macros.docm": ooxml(),
    "old.doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "shortcut.lnk": b"L\x00\x00\x00",
    # Content that is not what its name says.
    "page.txt": b"<html><body>x</body></html>",
    "page.csv": b"a;b\n<script>alert(1)</script>;2",
    "shell.txt": b"#!/bin/sh\nrm -rf /\n",
    "drawing.txt": b"<?xml version='1.0'?><svg/>",
    "drawing.png": b"<svg onload='alert(1)'/>",
    "page.pdf": b"<html>%PDF-1.4 %%EOF",
    "program.pdf": b"MZ\x90\x00%PDF-1.4 %%EOF",
    "image.pdf": PNG,
    "document.png": PDF,
    "archive.docx": archive({"a.txt": b"a"}),
    "sheet.docx": ooxml("spreadsheetml.sheet.main+xml"),
    "text.ods": odf("text"),
    "binary.txt": bytes(range(256)),
    "program.csv": b"\x7fELF\x02\x01\x01\x00",
    # Two types at once.
    "gifar.jpg": JPEG[:-2] + archive({"a.class": b"a"}) + b"\xff\xd9",
    "tail.jpg": JPEG + b"<script>alert(1)</script>",
    "comment.jpg": JPEG[:-2] + b"\xff\xfe\x00\x20<script>alert(1)</script>" + b"\xff\xd9",
    "tail.png": PNG + archive({"a.txt": b"a"}),
    "comment.png": PNG[:33] + _chunk(b"tEXt", b"c\x00<script>x</script>") + PNG[33:],
    "zip-after.pdf": PDF + archive({"a.txt": b"a"}),
    "zip-inside.pdf": PDF[:-6] + archive({"a.txt": b"a"}) + b"%%EOF\n",
    "html-inside.pdf": b"%PDF-1.4\n<script>alert(1)</script>\n%%EOF",
    "prefixed.docx": b"<html>" + ooxml(),
    "prefixed-zip.docx": b"PK\x03\x04" + b"\x00" * 40 + ooxml(),
    # Active content.
    "script.pdf": PDF.replace(b"/Catalog", b"/Catalog/OpenAction<</S/JavaScript/JS(x)>>"),
    "hidden-script.pdf": PDF.replace(b"/Catalog", b"/Catalog/OpenAction<</S/Java#53cript>>"),
    "launch.pdf": PDF.replace(b"/Catalog", b"/Catalog/A<</S/Launch>>"),
    "macro.odt": odf(**{"Basic__Standard__Module1.xml": b"<a/>"}),
    "scripts.odt": odf(**{"Scripts__python__a.py": b"a"}),
    "macro.docx": ooxml(**{"word__vbaProject.bin": b"a"}),
    "template.docx": ooxml(**{"word___rels__settings.xml.rels": _EXTERNAL}),
    "enabled.docx": ooxml("wordprocessingml.document.macroEnabled.main+xml"),
    "ole.docx": ooxml(**{"word__embeddings__oleObject1.bin": b"a"}),
    # Damaged, encrypted, bombs.
    "short.pdf": b"%PDF-1.4\n",
    "short.png": PNG[:-4],
    "short.jpg": JPEG[:-2],
    "short.docx": ooxml()[:-30],
    "secret.odt": odf(**{"META-INF__manifest.xml": b"<manifest:encryption-data/>"}),
    "bomb.docx": ooxml(word__big=b"\x00" * 30_000_000),
    "outside.docx": archive({"[Content_Types].xml": b"a", "../../etc/passwd": b"a"}),
    "absolute.odt": archive({"mimetype": b"a", "/etc/passwd": b"a"}),
    "empty.txt": b"",
}
