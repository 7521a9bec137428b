"""What is no workbook of the version, or was damaged: told by its cell, never written."""

from __future__ import annotations

import io
import zipfile

import pytest
import xlsxwriter

from accounts.enums import Role
from common.tabular import TabularError
from tests.budgets.ledger import make_project, make_uo
from tests.budgets.programming import make_line, make_version
from tests.budgets.workbooks import (
    FIRST,
    HEADINGS,
    download,
    examined,
    place,
    read,
    rows_of,
    saved,
)
from tests.people import person


@pytest.fixture
def officer(db):
    return person(Role.BUDGET_OFFICER)


@pytest.fixture
def version(db):
    made = make_version("conference")
    uo, project = make_uo(), make_project()
    for number in range(3):
        make_line(made, uo, label=f"L{number}", project=project, proposed=[("100", "40")])
    return made


def faults(version, officer, rows, wanted="ods"):
    found = examined(version, officer, saved(rows, wanted), wanted)
    return [(fault.code, fault.place) for fault in found.faults]


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("douze", "not_a_number"), ("=1+1", "not_a_number"), (1e20, "not_a_number"),
        (10**15 - 1.0, ""), ("1,500", "not_a_number"), (0.123, "too_many_decimals"),
        (True, "not_a_number"), (-1, "negative"), ("1 234,50", ""), ("(5)", "negative"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("wanted", ["ods", "xlsx"])
def test_an_amount_that_is_none_is_told_by_its_cell(version, officer, value, code, wanted):
    rows = rows_of(download(version, officer, wanted), wanted)
    rows[FIRST][place(rows, "AE 2027")] = value
    assert faults(version, officer, rows, wanted) == ([(code, "S3")] if code else [])


def test_a_row_without_identity_twice_or_of_elsewhere_is_told(version, officer):
    rows = rows_of(download(version, officer))
    elsewhere = make_line(make_version("conference"), make_uo("0214-AUTRE"))
    rows[FIRST + 1][0] = rows[FIRST][0]
    rows[FIRST + 2][0] = f"{elsewhere.lineage}/1"
    rows.append([None, None, "Total", *[None] * 15, 300])
    rows.append(["00000000-0000-4000-8000-000000000000/1", *[None] * 17, 1])
    assert faults(version, officer, rows) == [
        ("duplicated_line", "A4"), ("new_line", "C6"), ("other_version_line", "A5"),
        ("unknown_line", "A7"),
    ]  # fmt: skip


def test_a_line_out_of_ones_reach_is_as_unknown_and_one_that_is_only_read_is_refused(
    version, officer
):
    rows = rows_of(download(version, officer))
    rows[FIRST][place(rows, "AE 2027")] = 7
    manager = person(Role.PROJECT_MANAGER)
    assert {code for code, _place in faults(version, manager, rows)} == {"unknown_line"}
    assert faults(version, person(Role.AUDITOR), rows) == [("not_writable", "S3")]


def test_a_locked_cell_that_was_changed_is_told_unless_the_line_was_described_again(
    version, officer
):
    rows = rows_of(download(version, officer))
    label = place(rows, "Libellé")
    rows[FIRST][label], rows[FIRST + 1][place(rows, "Nature")] = "Autre", "new"
    assert faults(version, officer, rows) == [("locked_cell", "J3"), ("locked_cell", "I4")]
    version.lines.filter(label="L0").update(label="Depuis", version=2)
    found = examined(version, officer, saved(rows))
    assert ([fault.place for fault in found.faults], found.moved_texts) == (["I4"], 1)


def test_the_workbook_of_another_version_or_of_no_version_is_refused(version, officer):
    other = make_version("conference")
    rows = rows_of(download(version, officer))
    assert faults(other, officer, rows) == [("other_version", "")]
    rows[0][0] = None
    assert faults(version, officer, rows) == [("no_origin", "")]
    found = read(version, saved([["a", "b"], ["1", "2"]]))
    assert [fault.code for fault in found.faults] == ["no_origin", "no_sheet"]
    doubled = rows_of(download(version, officer))
    doubled[HEADINGS].append("CP 2027")
    assert [fault.code for fault in read(version, saved(doubled)).faults] == ["duplicated_column"]


def bomb() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", b"<x>" + b" " * 60_000_000 + b"</x>")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "wanted"),
    [(b"", "ods"), (b"%PDF-1.7 rien", "ods"), (b"PK\x03\x04 rien", "xlsx"),
     (b"a;b\n1;2\n3;4\n", "csv"), (bomb(), "ods")],
    ids=["nothing", "pdf", "zip", "csv", "bomb"],
)  # fmt: skip
def test_what_is_no_workbook_is_refused_before_anything_is_read(version, content, wanted):
    with pytest.raises(TabularError):
        read(version, content, wanted)


def formulas(version, officer, formula, value) -> bytes:
    """Return the workbook as a spreadsheet would, with a formula, and two cells merged."""
    rows = rows_of(download(version, officer, "xlsx"), "xlsx")
    ae = place(rows, "AE 2027")
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream)
    sheet = book.add_worksheet("Programmation")
    for line, row in enumerate(rows):
        for column, cell in enumerate(row):
            if cell is not None and (line, column) != (FIRST, ae):
                sheet.write(line, column, str(cell) if isinstance(cell, str) else cell)
    sheet.write_formula(FIRST, ae, formula, None, value)
    sheet.merge_range(FIRST + 1, ae, FIRST + 2, ae, 9, book.add_format())
    book.close()
    return stream.getvalue()


def test_a_formula_is_read_by_its_value_and_merged_cells_are_one_amount_and_blanks(
    version, officer
):
    content = formulas(version, officer, "=100*2", 200)
    found = examined(version, officer, content, "xlsx")
    assert [change.mine for change in found.compared.changes] == [20_000, 900, None]
    assert [change.empties for change in found.compared.changes] == [False, False, True]
    with pytest.raises(TabularError) as told:
        read(version, formulas(version, officer, "=1/0", "#DIV/0!"), "xlsx")
    assert (told.value.code, told.value.sheet, told.value.line, told.value.column) == (
        "error_cell", "Programmation", 3, "S",
    )  # fmt: skip
