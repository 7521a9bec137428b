"""The hostile files by name: the extension is the one that they claim, the code what they get."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from functools import cache

from tests.common.tabular_files import ods, xlsx
from tests.files.hostile import (
    _BOOK_RELS,
    _SHEET,
    _TYPES,
    BLOWUP,
    GOOD,
    LAUGHS,
    XXE,
    archive,
    doctype,
    encrypted_member,
    in_ods,
    in_sheet,
    link_in_archive,
    lying_directory,
    nested,
    ole,
    overlapping,
    quoted_overlap,
    remade,
    swollen,
)

CONTENT = "content.xml"
STRINGS = "xl/sharedStrings.xml"
MANIFEST = "META-INF/manifest.xml"
TEXT = b'<table:table-cell office:value-type="string"%b><text:p>%b</text:p></table:table-cell>'


def row(cells: bytes, attributes: bytes = b"") -> bytes:
    """Return a row of an OpenDocument sheet."""
    return b"<table:table-row%b>%b</table:table-row>" % (attributes, cells)


def value(place: str, extra: bytes = b"", shown: bytes = b"<v>1</v>") -> bytes:
    """Return a cell of an XLSX sheet."""
    return b'<c r="%b"%b>%b</c>' % (place.encode(), extra, shown)


def with_rels(relation: bytes) -> bytes:
    """Return a workbook with one more relation."""
    return remade(
        xlsx(GOOD),
        {
            _BOOK_RELS: lambda old: old.replace(
                b"</Relationships>", b'<Relationship Id="rIdX" %b/></Relationships>' % relation
            )
        },
    )


def flipped() -> bytes:
    """Return a workbook of which one byte of a stored member changed."""
    data = archive(zipfile.ZIP_STORED, **{"xl/workbook.xml": b"<workbook/>" + b" " * 50})
    return data.replace(b"<workbook/>", b"<workbooq/>")


def named(name: bytes) -> bytes:
    """Return a workbook with a member of this name, as it is written in the archive."""
    data = remade(xlsx(GOOD), added={"x" * len(name): b"<x/>"})
    return data.replace(b"x" * len(name), name)


def twice() -> bytes:
    """Return a workbook with two sheets of one name, but for the case."""
    return remade(xlsx(GOOD), added={_SHEET.upper(): b"<worksheet/>"})


def shared_bomb() -> bytes:
    """Return a workbook in which thousands of cells show one long text."""
    rows = b"".join(b"<row>%b</row>" % (b'<c t="s"><v>0</v></c>' * 100) for _line in range(200))
    return remade(in_sheet(rows), {STRINGS: b"<sst><si><t>%b</t></si></sst>" % (b"a" * 90_000)})


def utf16_entity() -> bytes:
    """Return a workbook whose sheet hides its document type in another encoding."""
    text = f'<?xml version="1.0" encoding="UTF-16"?>{XXE.decode()}<worksheet/>'
    return remade(xlsx(GOOD), {_SHEET: text.encode("utf-16")})


def macro_type(old: bytes) -> bytes:
    """Say that a workbook carries macros."""
    return old.replace(b"spreadsheetml.sheet.main", b"ms-excel.sheet.macroEnabled.main")


def ods_with(changed: dict[str, bytes | Callable[[bytes], bytes]], **added: bytes) -> bytes:
    """Return an OpenDocument spreadsheet with some parts changed."""
    return remade(ods(GOOD), changed, added)


def encrypted_manifest(old: bytes) -> bytes:
    """Say that a part is encrypted."""
    return old.replace(b"</manifest:manifest>", b"<manifest:encryption-data/></manifest:manifest>")


@cache
def hostile(name: str) -> bytes:
    """Return a hostile file, built once."""
    return HOSTILE[name][0]()


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    # Bombs: by what they say, by what they hide, by what they mean once read.
    "bomb.xlsx": (lambda: swollen(xlsx(GOOD), _SHEET, 201), "too_large"),
    "bomb.ods": (lambda: swollen(ods(GOOD), CONTENT, 201), "too_large"),
    "ratio.xlsx": (lambda: swollen(xlsx(GOOD), "xl/styles.xml", 20), "too_large"),
    "lying.xlsx": (lying_directory, "unreadable_workbook"),
    "overlapping.xlsx": (overlapping, "too_large"),
    "quoted.xlsx": (quoted_overlap, "too_large"),
    "nested.xlsx": (lambda: nested(2), "not_a_table"),
    "embedded.xlsx": (
        lambda: swollen(
            remade(xlsx(GOOD), added={"xl/embeddings/0.zip": b"0"}), "xl/embeddings/0.zip", 30
        ),
        "too_large",
    ),
    "members.xlsx": (
        lambda: remade(xlsx(GOOD), added={f"xl/{i}.xml": b"<a/>" for i in range(300)}),
        "too_large",
    ),
    "shared.xlsx": (shared_bomb, "too_large"),
    "cell.xlsx": (
        lambda: in_sheet(
            b'<row><c t="inlineStr"><is><t>%b</t></is></c></row>' % (b"ab1 " * 2_500_000)
        ),
        "too_large",
    ),
    "cell.ods": (lambda: in_ods(row(TEXT % (b"", b"ab1 " * 2_500_000))), "too_large"),
    "cell.csv": (lambda: b"a;b\n1;" + b"x" * 10**7, "too_large"),
    "quoted-cell.csv": (lambda: b'a;b\n1;"' + b"x\n" * 10**6 + b'"\n', "too_large"),
    "line.csv": (lambda: b"a" * 5 * 10**6 + b";b", "too_large"),
    "columns.csv": (lambda: b";".join([b"a"] * 10**6) + b"\n", "too_large"),
    "columns.xlsx": (lambda: in_sheet(b"<row>%b</row>" % value("XFD1")), "too_large"),
    "columns.ods": (
        lambda: in_ods(row(TEXT % (b' table:number-columns-repeated="1000000"', b"a"))),
        "too_large",
    ),
    "rows.csv": (lambda: b"a;b\n" * 1_000_100, "too_large"),
    "rows.xlsx": (lambda: in_sheet(b'<row r="1048576">%b</row>' % value("A1048576")), "too_large"),
    "rows.ods": (
        lambda: in_ods(row(TEXT % (b"", b"a"), b' table:number-rows-repeated="999999999"')),
        "too_large",
    ),
    "corners.xlsx": (
        lambda: in_sheet(
            b'<row r="1">%b</row><row r="99999">%b</row>' % (value("A1"), value("GR99999"))
        ),
        "too_large",
    ),
    "text.ods": (
        lambda: in_ods(
            row(TEXT % (b"", b"a1 " * 30_000), b' table:number-rows-repeated="90000"')
        ),
        "too_large",
    ),
    "spaces.ods": (lambda: in_ods(row(TEXT % (b"", b'<text:s text:c="9999999"/>'))), "too_large"),
    "depth.xlsx": (lambda: in_sheet(b"<a>" * 200_000), "unreadable_workbook"),
    "depth.ods": (lambda: in_ods(b"<a>" * 200_000), "unreadable_workbook"),
    # XML.
    "xxe.xlsx": (
        lambda: remade(xlsx(GOOD), {STRINGS: doctype(XXE, b"&f;")}), "xml_entities"
    ),
    "xxe.ods": (lambda: ods_with({CONTENT: doctype(XXE, b"&f;")}), "xml_entities"),
    "laughs.xlsx": (
        lambda: remade(xlsx(GOOD), {_SHEET: doctype(LAUGHS, b"&m;")}), "xml_entities"
    ),
    "laughs.ods": (lambda: ods_with({CONTENT: doctype(LAUGHS, b"&m;")}), "xml_entities"),
    "blowup.xlsx": (
        lambda: remade(xlsx(GOOD), {_SHEET: doctype(BLOWUP, b"&q;" * 9_000)}), "xml_entities"
    ),
    "dtd.xlsx": (
        lambda: remade(
            xlsx(GOOD),
            {"xl/workbook.xml": doctype(b'<!DOCTYPE x SYSTEM "http://192.0.2.1/x.dtd">')},
        ),
        "xml_entities",
    ),
    "parameter.xlsx": (
        lambda: remade(
            xlsx(GOOD),
            {"xl/styles.xml": doctype(b'<!DOCTYPE x [<!ENTITY % p SYSTEM "file:///dev/zero">]>')},
        ),
        "xml_entities",
    ),
    "relations.xlsx": (
        lambda: remade(xlsx(GOOD), {_BOOK_RELS: doctype(XXE)}), "xml_entities"
    ),
    "utf16.xlsx": (utf16_entity, "xml_entities"),
    "manifest.ods": (lambda: ods_with({MANIFEST: doctype(XXE)}), "xml_entities"),
    "malformed.xlsx": (lambda: in_sheet(b"<row><c></row>"), "unreadable_workbook"),
    # Macros, encryption, links.
    "vba.xlsx": (lambda: remade(xlsx(GOOD), added={"xl/vbaProject.bin": b"x"}), "macros"),
    "macro-type.xlsx": (lambda: remade(xlsx(GOOD), {_TYPES: macro_type}), "macros"),
    "macro-sheet.xlsx": (
        lambda: remade(xlsx(GOOD), added={"xl/macrosheets/sheet1.xml": b"<a/>"}), "macros"
    ),
    "basic.ods": (lambda: ods_with({}, **{"Basic/Standard/Module1.xml": b"<a/>"}), "macros"),
    "listener.ods": (
        lambda: in_ods(b"", b'<office:event-listeners xmlns:script="s">'
                            b"<script:event-listener/></office:event-listeners>"),
        "macros",
    ),
    "encrypted.xlsx": (lambda: ole("EncryptedPackage".encode("utf-16-le")), "encrypted"),
    "encrypted.ods": (lambda: ods_with({MANIFEST: encrypted_manifest}), "encrypted"),
    "member.xlsx": (encrypted_member, "encrypted"),
    "linked.xlsx": (
        lambda: remade(xlsx(GOOD), added={"xl/externalLinks/externalLink1.xml": b"<a/>"}),
        "external_links",
    ),
    "connected.xlsx": (
        lambda: remade(xlsx(GOOD), added={"xl/connections.xml": b"<a/>"}), "external_links"
    ),
    "image.xlsx": (
        lambda: with_rels(b'Type="x/image" TargetMode="External" Target="http://192.0.2.1/a"'),
        "external_links",
    ),
    "dde.ods": (
        lambda: in_ods(b"", b"<table:dde-links><table:dde-link/></table:dde-links>"),
        "external_links",
    ),
    "source.ods": (
        lambda: in_ods(b'<table:table-source xmlns:xlink="x" xlink:href="file:///etc/passwd"/>'),
        "external_links",
    ),
    # Names and packings of an archive.
    "parent.xlsx": (lambda: named(b"../../etc/cron.xml"), "unsafe_archive"),
    "absolute.xlsx": (lambda: named(b"/etc/cron.d/x.xml"), "unsafe_archive"),
    "backslash.xlsx": (lambda: named(b"..\\..\\cron.xml"), "unsafe_archive"),
    "nul-name.xlsx": (lambda: named(b"xl/a.xml\x00.png"), "unsafe_archive"),
    "twice.xlsx": (twice, "unsafe_archive"),
    "link.xlsx": (link_in_archive, "unsafe_archive"),
    "bzip.xlsx": (
        lambda: archive(zipfile.ZIP_BZIP2, **{"xl/workbook.xml": b"<workbook/>"}),
        "unsafe_archive",
    ),
    # Damage.
    "cut.xlsx": (lambda: xlsx(GOOD)[:-300], "unreadable_workbook"),
    "cut.ods": (lambda: ods(GOOD)[:700], "unreadable_workbook"),
    "flipped.xlsx": (flipped, "unreadable_workbook"),
    "noise.xlsx": (lambda: b"PK\x03\x04" + bytes(range(256)) * 400, "unreadable_workbook"),
    "error.xlsx": (
        lambda: in_sheet(b"<row>%b</row>" % value("A1", b' t="e"', b"<v>#N/A</v>")), "error_cell"
    ),
    "never-computed.xlsx": (
        lambda: in_sheet(b"<row>%b</row>" % value("A1", b"", b"<f>1+1</f>")),
        "formula_without_value",
    ),
    "bidi.xlsx": (lambda: xlsx({"a": [["nom"], ["a\u202eb"]]}), "bidi_character"),
    "bidi.ods": (lambda: ods({"a": [["nom"], ["a\u2066b"]]}), "bidi_character"),
    "control.xlsx": (lambda: xlsx({"a": [["nom"], ["a\x07b"]]}), "control_character"),
    # Texts.
    "nul.csv": (lambda: b"a;b\n1;\x00\n", "nul_bytes"),
    "overlong.csv": (lambda: b"a;b\n1;\xc0\x80\n", "encoding"),
    "surrogate.csv": (lambda: b"a;b\n1;\xed\xa0\x80\n", "encoding"),
    "half.csv": (lambda: "a;b\n1;é\n".encode("utf-16")[:-1], "encoding"),
    "pasted.csv": (lambda: "a;é\n".encode() + "1;é\n".encode("cp1252"), "encoding"),
    "bidi.csv": (lambda: "a;b\n1;x\u202ey\n".encode(), "bidi_character"),
    "escape.csv": (lambda: b"a;b\n1;\x1b[2J\n", "control_character"),
    "open-quote.csv": (lambda: b'a;b\n1;"' + b"x;y\n" * 10, "quotes"),
    "page.csv": (lambda: b"<html><script>a;b</script></html>", "not_a_table"),
    "entity.csv": (lambda: b"<?xml version='1.0'?>" + XXE + b"<a>;</a>", "not_a_table"),
    "program.csv": (lambda: b"\x7fELF;a;b\n", "not_a_table"),
    "old.xls": (lambda: ole(b"Workbook"), "not_a_table"),
    "gzip.csv": (lambda: b"\x1f\x8b\x08;a;b\n", "not_a_table"),
    # A name that says something else.
    "book.csv": (lambda: xlsx(GOOD), "wrong_extension"),
    "text.xlsx": (lambda: b"a;b\n1;2\n", "wrong_extension"),
    "other.xlsx": (lambda: ods(GOOD), "wrong_extension"),
    "macros.xlsm": (lambda: remade(xlsx(GOOD), {_TYPES: macro_type}), "wrong_extension"),
}  # fmt: skip
