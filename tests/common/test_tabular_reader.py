"""Reading files: what they are comes from their bytes, and nothing is guessed."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.tabular import TabularError, column_letter, read_table
from common.tabular.columns import strip_mark
from tests.common.in_process import read_here
from tests.common.tabular_files import ods, xlsx

MARKS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufffe\uffff"

SAMPLE = 'Projet;Coût;Début\nÉcole d\'été;6,1;juillet 2011\n"Deux;\nlignes";1 234,5;octobre 14\n'


def cells(data: bytes) -> list[tuple[int, tuple[object, ...]]]:
    return [(row.line, row.cells) for row in read_table(data).only_sheet.rows]


EXPECTED = [
    (1, ("Projet", "Coût", "Début")),
    (2, ("École d'été", "6,1", "juillet 2011")),
    (3, ("Deux;\nlignes", "1 234,5", "octobre 14")),
]


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("cp1252", "cp1252"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32"),
    ],
)
def test_every_usual_encoding_gives_the_same_cells(encoding: str, told: str) -> None:
    data = SAMPLE.encode(encoding)
    assert cells(data) == EXPECTED
    assert read_table(data).encoding == told


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_the_separator_is_found_over_the_whole_file(separator: str, ending: str) -> None:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=separator, lineterminator=ending)
    rows = [["Projet", "Coût", "Note"], ["A", "6,1", "x; y"], ["B", "12", "a\tb, c"]]
    writer.writerows([["Panorama; édition, 2024"], [], *rows, ["Total", "18,1"]])
    table = read_table(stream.getvalue().encode())
    assert table.separator == separator
    assert [list(row.cells) for row in table.only_sheet.rows[2:5]] == rows


def test_a_line_number_is_that_of_the_first_line_of_a_record() -> None:
    data = b'a,b\n"x\ny\nz",1\n\nlast,2\n'
    assert [row.line for row in read_table(data).only_sheet.rows] == [1, 2, 5, 6]


def test_the_separator_that_excel_declares_is_obeyed() -> None:
    assert cells(b"sep=;\na;b,c\n1;2,3\n") == [(2, ("a", "b,c")), (3, ("1", "2,3"))]


@pytest.mark.parametrize(
    ("data", "code", "line"),
    [
        (b"", "empty_file", None),
        (b" \r\n\n\t\n", "empty_file", None),
        (b"\xef\xbb\xbf", "empty_file", None),
        (b";;;\n;;;\n", "empty_file", None),
        (b"one column\nonly\n", "not_a_table", None),
        (b"<!DOCTYPE html><table><tr><td>a,b</td></tr></table>", "not_a_table", 1),
        (b'<?xml version="1.0"?><a b="1,2"/>', "not_a_table", 1),
        (b"%PDF-1.7 a,b", "not_a_table", None),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old workbook", "not_a_table", None),
        (b"a,b\n1,\x00\n", "nul_bytes", 2),
        (b"a;b,c\n1;2,3\n", "ambiguous_separator", None),
        (b'a,b\n1,2\n3,"open\n4,5\n', "quotes", 3),
        (b'a,b\n1,"x\ny"\n3,"4" 5\n', "quotes", 4),
        (b"a,b\n1,\x81\n", "encoding", 2),
        ("a,b\ncafé,1\n".encode() + "été,2\n".encode("cp1252"), "encoding", 3),
        (b"\xff\xfea\x00\x00\xd8", "encoding", 1),
        (b"PK\x03\x04 not really a zip", "unreadable_workbook", None),
    ],
)
def test_what_cannot_be_read_surely_is_refused_and_located(
    data: bytes, code: str, line: int | None
) -> None:
    with pytest.raises(TabularError) as caught:
        read_table(data, file="essai.csv")
    assert (caught.value.code, caught.value.line) == (code, line)
    assert caught.value.as_dict()["file"] == "essai.csv"
    assert str(caught.value).startswith("essai.csv")


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(TabularError) as caught:
        read_table(tmp_path / "absent.csv")
    assert caught.value.code == "unreadable_file"


@pytest.mark.parametrize("build", [xlsx, ods])
def test_a_workbook_gives_typed_cells_and_its_own_line_numbers(build) -> None:  # type: ignore[no-untyped-def]
    rows = [
        ["Panorama", "", "", ""],
        ["", "", "", ""],
        ["Projet", "Coût", "Début", "Deux\nlignes"],
        ["Été", 53.02, dt.date(2018, 2, 28), True],
        ["=1+1", 57, None, "x"],
    ]
    table = read_table(build({"Export CSV": rows, "Vide": []}))
    sheet = table.only_sheet
    assert (sheet.name, [row.line for row in sheet.rows]) == ("Export CSV", [1, 2, 3, 4, 5])
    assert sheet.rows[3].cells == ("Été", 53.02, dt.date(2018, 2, 28), True)
    assert sheet.rows[4].cells == ("=1+1", 57.0, None, "x")
    assert sheet.rows[2].cells[3] == "Deux\nlignes"
    assert sheet.rows[1].is_blank


def test_sheets_are_found_by_name_and_several_are_never_chosen_from() -> None:
    table = read_table(xlsx({"a": [["x", 1]], "b": [["y", 2]]}, hidden=["b"]))
    assert table.sheet("b").is_hidden
    assert table.sheet("a").rows[0].cells == ("x", 1.0)
    for action, code in (
        (lambda: table.only_sheet, "several_sheets"),
        (lambda: table.sheet("c"), "unknown_sheet"),
    ):
        with pytest.raises(TabularError) as caught:
            action()
        assert caught.value.code == code


def _archive(**files: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (_archive(note=b"hello"), "not_a_table"),
        (_archive(**{"xl/workbook.xml": b"<not-a-workbook"}), "unreadable_workbook"),
        (_archive(mimetype=b"application/vnd.oasis.opendocument.text"), "not_a_table"),
        (xlsx({"a": [["x", 1]]})[:-200], "unreadable_workbook"),
        (xlsx({"a": []}), "empty_file"),
        (
            _archive(
                **{
                    "xl/workbook.xml": b"<workbook/>",
                    "xl/worksheets/sheet1.xml": (
                        b'<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c></row>'
                        b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
                        b"</sheetData></worksheet>"
                    ),
                }
            ),
            "too_large",
        ),
        (_archive(**{"xl/workbook.xml": b"0" * 310 * 1024 * 1024}), "too_large"),
    ],
    ids=["zip", "damaged", "text document", "cut", "empty", "far corner", "bomb"],
)
def test_a_workbook_that_is_none_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(TabularError) as caught:
        read_table(data)
    assert caught.value.code == code


@pytest.mark.parametrize(("index", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (16383, "XFD")])
def test_columns_are_named_as_a_spreadsheet_names_them(index: int, letters: str) -> None:
    assert column_letter(index) == letters


# Any text but controls and direction marks, which are refused.
TEXT = st.text(
    st.characters(
        codec="utf-8",
        exclude_categories=("Cc", "Cs"),
        exclude_characters=MARKS,
        include_characters="\t\n",
    ),
    max_size=8,
)


@given(
    st.lists(st.lists(TEXT, min_size=3, max_size=3), min_size=1, max_size=8),
    st.sampled_from([";", ",", "\t"]),
)
def test_what_a_csv_writer_wrote_is_read_back(rows: list[list[str]], separator: str) -> None:
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=separator).writerows([["first", "second", "third"], *rows])
    data = stream.getvalue().encode("utf-8-sig")
    sheet = read_here(data, separator=separator).only_sheet
    # What our own writer would have marked loses its mark; any other text is as it was.
    assert [list(row.cells) for row in sheet.rows[1:]] == [
        [strip_mark(cell) for cell in row] for row in rows
    ]


@given(st.binary(max_size=200))
def test_any_bytes_are_a_table_or_a_located_refusal(data: bytes) -> None:
    refusal = None
    try:
        table = read_here(data, file="f")
    except TabularError as error:
        refusal = error
    assert table.sheets if refusal is None else refusal.file == "f"
