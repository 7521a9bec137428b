"""One French table in every encoding, separator and style: one digest, or a located refusal."""

from __future__ import annotations

import datetime as dt
import itertools
import zipfile
from pathlib import Path

import pytest

from common.tabular import Column, read_table, write_csv, write_ods, write_xlsx
from records.importing.folder import read_folder
from tests.common.in_process import read_here
from tests.common.tabular_files import ods, xlsx
from tests.files import golden
from tests.files.golden import DATES, ENCODINGS, HEADINGS, NUMBERS, ROWS, SEPARATORS
from tests.imports.folders import right_tables, text_of, write_tables

STYLES = list(itertools.product(NUMBERS, DATES))


def check(number: str, date: str, found: str | tuple[int, str, str]) -> None:
    """The digest where the style is sure; the first place that is not, otherwise."""
    if number in golden.REFUSED_NUMBERS:
        assert found == (2, "Montant", "not_a_number")
    elif date in golden.REFUSED_DATES:
        assert found == (2, "Échéance", "not_a_date")
    else:
        assert found == golden.expected()


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_one_table_in_every_text_has_one_digest_or_a_located_refusal(encoding):
    written = 0
    for separator, (number, date) in itertools.product(SEPARATORS, STYLES):
        data = golden.csv_file(golden.texts(number, date), encoding, separator)
        if data is not None:
            written += 1
            check(number, date, golden.digest(read_here(data)))
    # Windows-1252 has neither the narrow space nor the minus sign.
    assert written == 3 * 7 * (9 if encoding == "cp1252" else 11)


@pytest.mark.parametrize("build", [xlsx, ods])
def test_one_table_as_texts_of_a_workbook_is_read_the_same(build):
    for number, date in STYLES:
        rows = [list(HEADINGS), *golden.texts(number, date)]
        check(number, date, golden.digest(read_here(build({"data": rows}))))


@pytest.mark.parametrize("is_1904", [False, True])
def test_days_that_are_numbers_are_counted_from_the_origin_of_the_workbook(is_1904):
    origin = dt.date(1904, 1, 1) if is_1904 else dt.date(1899, 12, 30)
    rows = [
        [r, label, float(amount), (day - origin).days if day else None, flag, lots]
        for r, label, amount, day, flag, lots in ROWS
    ]
    data = xlsx({"data": [list(HEADINGS), *rows]}, date_1904=is_1904)
    assert golden.digest(read_here(data)) == golden.expected()


COLUMNS = [
    Column(heading, kind)  # type: ignore[arg-type]
    for heading, kind in zip(
        HEADINGS, ("text", "text", "money", "date", "boolean", "integer"), strict=True
    )
]


def test_our_own_exports_are_read_back_to_the_same_digest(tmp_path):
    for flavour in ("fr", "standard"):
        data = b"".join(write_csv(ROWS, COLUMNS, flavour=flavour))
        assert golden.digest(read_table(data, file="a.csv")) == golden.expected()
    for name, write in (("a.xlsx", write_xlsx), ("a.ods", write_ods)):
        with (tmp_path / name).open("w+b") as stream:
            assert write(stream, COLUMNS, ROWS) == len(ROWS)
        assert golden.digest(read_table(tmp_path / name)) == golden.expected()


def test_a_column_that_mixes_two_decimal_marks_is_refused_where_it_begins_to():
    rows = golden.texts("comma", "iso")
    rows[2][2] = "0.05"
    data = golden.csv_file(rows, "utf-8", ";")
    # The third row begins on line 4: the label of the second holds no line end.
    assert golden.digest(read_here(data)) == (4, "Montant", "mixed_styles")


def french(folder: Path) -> Path:
    """Write the portfolio of the tests as a French office would: cp1252, `;`, commas, slashes."""
    folder.mkdir()
    for name, rows in right_tables().items():
        content = text_of([{key: _in_french(value) for key, value in row.items()} for row in rows])
        lines = content.replace(",", ";").replace("@", ",")
        (folder / f"{name}.csv").write_bytes(lines.encode("cp1252"))
    return folder


def _in_french(value: str) -> str:
    if len(value) == 10 and value[4:8:3] == "--":
        return f"{dt.date.fromisoformat(value):%d/%m/%Y}"
    if len(value) == 7 and value[4] == "-" and value.startswith("20"):
        return f"{value[5:]}/{value[:4]}"
    if value.replace(".", "").removeprefix("-").isdigit() and value.count(".") == 1:
        return value.replace(".", "@")
    return {"true": "Oui", "false": "Non"}.get(value, value)


def books(folder: Path, build, suffix: str) -> Path:
    """Write one workbook a table."""
    folder.mkdir()
    for name, rows in right_tables().items():
        data = build({"Feuil1": [list(rows[0]), *[list(row.values()) for row in rows]]})
        (folder / f"{name}{suffix}").write_bytes(data)
    return folder


def one_book(path: Path, build) -> Path:
    """Write one workbook with a sheet a table, and a sheet of notes."""
    sheets = {
        name: [list(rows[0]), *[list(row.values()) for row in rows]]
        for name, rows in right_tables().items()
    }
    path.write_bytes(build({**sheets, "Lisez-moi": [["Source", "essai"]]}))
    return path


def zipped(path: Path, folder: Path) -> Path:
    """Pack a folder as people do, under its own name."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for item in folder.iterdir():
            archive.write(item, f"{folder.name}/{item.name}")
        archive.writestr("__MACOSX/._x.csv", b"\x00")
    return path


def test_a_portfolio_has_one_digest_in_a_folder_a_zip_and_a_workbook(tmp_path):
    plain = write_tables(tmp_path / "plain", right_tables())
    given = [
        plain,
        french(tmp_path / "french"),
        books(tmp_path / "xlsx", xlsx, ".xlsx"),
        books(tmp_path / "ods", ods, ".ods"),
        one_book(tmp_path / "portefeuille.xlsx", xlsx),
        one_book(tmp_path / "portefeuille.ods", ods),
        zipped(tmp_path / "plain.zip", plain),
        zipped(tmp_path / "french.zip", tmp_path / "french"),
        zipped(tmp_path / "books.zip", tmp_path / "xlsx"),
    ]
    stages = [read_folder(path) for path in given]
    assert [stage.report.errors for stage in stages] == [[]] * len(given)
    assert [stage.report.warnings for stage in stages] == [[]] * len(given)
    assert len({stage.digest() for stage in stages}) == 1


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (("../payments.csv",), "unsafe_archive"),
        (("a/projects.csv", "b/projects.csv"), "duplicated_table"),
        (("notes.txt",), "no_table"),
    ],
)
def test_a_zip_that_is_no_portfolio_is_told(tmp_path, names, code):
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, "code,title,portfolio\nA,B,C\n")
    assert code in [fault.code for fault in read_folder(path).report.errors]


def test_a_zip_that_cannot_be_opened_is_told(tmp_path):
    (tmp_path / "x.zip").write_bytes(b"PK\x03\x04 nothing")
    faults = read_folder(tmp_path / "x.zip").report.errors
    assert [(fault.file, fault.code) for fault in faults] == [("x.zip", "unreadable_archive")]
