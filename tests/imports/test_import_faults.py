"""Each fault, by its code: where it is, and that nothing is written."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings

from accounts.models import AuditEvent
from common.tabular_child.limits import Limits
from projects.models import PortfolioNode, Project
from records.models import ImportBatch
from tests.common.tabular_files import xlsx
from tests.imports.digests import table_digests
from tests.imports.folders import Tables, located, right_tables, run, text_of, write_tables

pytestmark = pytest.mark.django_db

# table, row, column, text, code: one cell spoilt in a folder without a fault.
CELLS = [
    ("projects", 0, "title", "", "required"),
    ("projects", 0, "title", "x" * 201, "too_long"),
    ("projects", 0, "title", "a\x07b", "control_character"),
    ("projects", 0, "title", "a\u202eb", "bidi_character"),
    ("projects", 1, "phase", "Déploiement", "not_in_list"),
    ("projects", 1, "code", "A 2", "wrong_form"),
    ("projects", 0, "started_on", "13/31/2025", "not_a_date"),
    ("projects", 0, "started_on", "01/01/25", "not_a_date"),
    ("projects", 0, "started_on", "01/2025", "not_a_date"),
    ("projects", 0, "started_on", "2025-02-30", "not_a_date"),
    ("projects", 0, "started_on", "20250101", "not_a_date"),
    ("projects", 0, "started_on", "1025-01-01", "below_minimum"),
    ("projects", 0, "is_interministerial", "peut-être", "not_a_boolean"),
    ("projects", 1, "ministry", "Ministère de la Magie", "unknown_ministry"),
    ("projects", 1, "portfolio", "NOWHERE", "unknown_reference"),
    ("baselines", 0, "number", "zero", "not_an_integer"),
    ("baselines", 0, "number", "1.5", "not_an_integer"),
    ("baselines", 0, "end_on", "2024-12-31", "dates_not_ordered"),
    ("planned_values", 0, "month", "2025-01-15", "not_a_month"),
    ("planned_values", 0, "month", "2025-13", "not_a_month"),
    ("planned_values", 0, "amount", "-1", "below_minimum"),
    ("planned_values", 1, "baseline", "7", "unknown_reference"),
    ("planned_values", 1, "month", "2025-01", "duplicate_key"),
    ("progress", 0, "percent_complete", "100.01", "above_maximum"),
    ("progress", 0, "percent_complete", "45,5 %", "not_a_number"),
    ("estimates", 0, "end_on", "2024-06-30", "end_before_start"),
    ("movements", 0, "fiscal_year", "25", "not_a_year"),
    ("movements", 0, "fiscal_year", "1900", "below_minimum"),
    ("movements", 0, "ae", "1 50", "not_a_number"),
    ("movements", 0, "ae", "1,500", "not_a_number"),
    ("movements", 0, "ae", "1.500,00", "not_a_number"),
    ("movements", 0, "ae", "1e3", "not_a_number"),
    ("movements", 0, "ae", "١٢", "not_a_number"),
    ("commitments", 0, "amount", "12.345", "too_many_decimals"),
    ("commitments", 0, "amount", "0.00", "zero_amount"),
    ("scheduled_payments", 0, "commitment", "", "not_exactly_one"),
    ("commitments", 1, "source_reference", "EJ-1-1", "duplicate_key"),
    ("payments", 0, "commitment", "EJ-404", "unknown_reference"),
    ("partners", 0, "identifier", "73282932000075", "wrong_siret"),
    ("contracts", 0, "projects", "A-1|A-404", "unknown_reference"),
    ("nomenclature", 1, "parent", "0214-UO1", "cycle"),
    ("portfolios", 0, "data_origin", "real", "not_in_list"),
]


@pytest.mark.parametrize(("table", "row", "column", "text", "code"), CELLS)
def test_a_spoilt_cell_is_told_where_it_is_and_nothing_is_written(
    tmp_path, table, row, column, text, code
):
    tables = right_tables()
    for other in tables[table]:
        other.setdefault(column, "")
    tables[table][row][column] = text
    if (table, column, code) == ("baselines", "number", "not_an_integer"):
        del tables["planned_values"]
    if (table, column) == ("projects", "code"):
        tables["contracts"][0]["projects"] = "A-1"
    if text == "EJ-1-1":
        tables["contracts"][0]["commitments"] = "EJ-1-1"
    before = table_digests()
    result = run(write_tables(tmp_path / "spoilt", tables))
    assert result.status == "refused"
    # Line 1 is the heading; a cycle is told where it begins by the least code.
    line = 3 if code == "cycle" else row + 2
    assert located(result) == [(f"{table}.csv", line, column, code)]
    if code != "cycle":
        assert result.errors[0].value == text
    assert table_digests() == before


def _no_code_column(folder: Path) -> None:
    rows = [{"title": "x", "portfolio": "DNE"}]
    (folder / "projects.csv").write_text(text_of(rows), encoding="utf-8")


def _heading(old: str, new: str) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        path = folder / "payments.csv"
        path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")

    return spoil


def _append(text: str) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        with (folder / "payments.csv").open("a", encoding="utf-8") as stream:
            stream.write(text)

    return spoil


def _bytes(data: bytes) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        (folder / "payments.csv").write_bytes(data)

    return spoil


FILES = [
    (_heading("paid_on", "date"), 1, "date", "unknown_column"),
    (_heading("paid_on", "date"), 1, "paid_on", "missing_column"),
    (_heading("is_advance", "amount"), 1, "amount", "duplicated_column"),
    (_append("DP-2,EJ-1-1,5.00\n"), 3, "", "ragged_row"),
    (_append('DP-2,"EJ-1-1,5.00\n'), 3, "", "quotes"),
    (_bytes(b""), None, "", "empty_file"),
    (_bytes(b"source_reference,commitment\nDP-1,\x81\n"), 2, "", "encoding"),
    (_bytes(b"source_reference,commitment\nDP-1,\x00\n"), 2, "", "nul_bytes"),
    (_bytes(b"<html><body>Not found</body></html>"), 1, "", "not_a_table"),
]


@pytest.mark.parametrize(("spoil", "line", "column", "code"), FILES)
def test_a_spoilt_file_is_told(tmp_path, spoil, line, column, code):
    folder = write_tables(tmp_path / "spoilt", right_tables())
    spoil(folder)
    result = run(folder)
    assert result.status == "refused"
    assert ("payments.csv", line, column, code) in located(result)
    assert {fault.file for fault in result.errors} == {"payments.csv"}
    assert not ImportBatch.objects.exists()


def test_a_file_that_cannot_be_opened_is_told(tmp_path):
    folder = write_tables(tmp_path / "spoilt", right_tables())
    (folder / "payments.csv").unlink()
    (folder / "payments.csv").mkdir()
    assert located(run(folder)) == [("payments.csv", None, "", "unreadable_file")]


def test_a_file_beyond_the_size_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr("records.importing.sources.LIMITS", Limits(text_bytes=1_000))
    tables = {"portfolios": right_tables()["portfolios"] * 40}
    assert located(run(write_tables(tmp_path / "big", tables))) == [
        ("portfolios.csv", None, "", "too_large")
    ]


MIXED = [
    ("commitments", "amount", ("1200,00", "-100.00"), "mixed_styles"),
    ("commitments", "committed_on", ("2025-01-15", "15/12/2025"), "mixed_styles"),
]


@pytest.mark.parametrize(("table", "column", "texts", "code"), MIXED)
def test_a_column_that_is_written_in_two_ways_is_told(tmp_path, table, column, texts, code):
    tables = right_tables()
    for row, text in zip(tables[table], texts, strict=True):
        row[column] = text
    assert located(run(write_tables(tmp_path / "mixed", tables))) == [
        (f"{table}.csv", 3, column, code)
    ]


def test_a_table_that_is_given_twice_is_told(tmp_path):
    folder = write_tables(tmp_path / "twice", right_tables())
    rows = right_tables()["partners"]
    book = xlsx({"partners": [list(rows[0]), *[list(row.values()) for row in rows]]})
    (folder / "references.xlsx").write_bytes(book)
    assert located(run(folder)) == [("references.xlsx [partners]", None, "", "duplicated_table")]


def test_a_table_that_cannot_be_read_does_not_accuse_those_that_name_it(tmp_path):
    folder = write_tables(tmp_path / "spoilt", right_tables())
    _no_code_column(folder)
    assert located(run(folder)) == [("projects.csv", 1, "code", "missing_column")]


def test_a_row_that_is_named_by_others_is_at_fault_alone(tmp_path):
    tables = right_tables()
    tables["projects"][0]["phase"] = "unheard of"
    assert located(run(write_tables(tmp_path / "spoilt", tables))) == [
        ("projects.csv", 2, "phase", "not_in_list")
    ]


def test_a_missing_folder_and_an_empty_one_are_one_error_each(tmp_path):
    (tmp_path / "empty").mkdir()
    assert [fault.code for fault in run(tmp_path / "absent").errors] == ["no_folder"]
    assert [fault.code for fault in run(tmp_path / "empty").errors] == ["no_table"]


def test_a_unique_value_given_twice_is_told(tmp_path):
    tables = right_tables()
    twin = tables["amendments"][0] | {"source_reference": "M-1-AV2"}
    tables["amendments"].append(twin)
    assert located(run(write_tables(tmp_path / "spoilt", tables))) == [
        ("amendments.csv", 3, "number", "duplicate_value")
    ]


CHANGED = [
    ("baselines", "full_cost", "2000.00"),
    ("planned_values", "amount", "401"),
    ("progress", "weather", "ORAGE"),
    ("estimates", "end_on", "2025-05-31"),
    ("movements", "cp", "901"),
    ("commitments", "label", "Autre"),
    ("service_done", "amount", "300.01"),
    ("payments", "fiscal_year", "2026"),
    ("amendments", "signed_on", "2025-06-02"),
]


@pytest.mark.parametrize(("table", "column", "text"), CHANGED)
def test_a_known_fact_with_another_content_is_refused(tmp_path, table, column, text):
    run(write_tables(tmp_path / "first", right_tables()))
    tables = right_tables()
    for row in tables[table]:
        row.setdefault(column, "")
    tables[table][0][column] = text
    before = table_digests()
    result = run(write_tables(tmp_path / "second", tables))
    assert located(result) == [(f"{table}.csv", 2, column, "fact_changed")]
    assert table_digests() == before


def test_a_commitment_belongs_to_one_contract(tmp_path):
    run(write_tables(tmp_path / "first", right_tables()))
    row = right_tables()["contracts"][0] | {"code": "M-2", "commitments": "EJ-1-2"}
    result = run(write_tables(tmp_path / "second", {"contracts": [row]}))
    assert located(result) == [("contracts.csv", 2, "commitments", "commitment_taken")]
    tables: Tables = {
        "contracts": [row | {"code": "M-3"}, row | {"code": "M-1", "commitments": ""}]
    }
    assert run(write_tables(tmp_path / "third", tables)).status == "applied"


def test_a_number_of_amendment_is_taken_once(tmp_path):
    run(write_tables(tmp_path / "first", right_tables()))
    row = right_tables()["amendments"][0] | {"source_reference": "OTHER"}
    result = run(write_tables(tmp_path / "second", {"amendments": [row]}))
    assert located(result) == [("amendments.csv", 2, "number", "number_taken")]


def test_two_data_origins_are_never_mixed(tmp_path):
    tables = right_tables()
    for row in tables["nomenclature"]:
        row["data_origin"] = "fictitious"
    result = run(write_tables(tmp_path / "mixed", tables))
    assert set(located(result)) == {
        ("movements.csv", 2, "node", "origin_conflict"),
        ("commitments.csv", 2, "node", "origin_conflict"),
        ("commitments.csv", 3, "node", "origin_conflict"),
    }


def test_a_record_never_changes_its_data_origin(tmp_path):
    run(write_tables(tmp_path / "first", right_tables()))
    tables: Tables = {"partners": [right_tables()["partners"][0] | {"data_origin": "fictitious"}]}
    result = run(write_tables(tmp_path / "second", tables))
    assert located(result) == [("partners.csv", 2, "data_origin", "origin_changed")]
    PortfolioNode.objects.create(
        code="MADE-UP", name="x", kind="portfolio", data_origin="fictitious"
    )
    row = {"code": "A-1", "title": "x", "portfolio": "MADE-UP"}
    result = run(write_tables(tmp_path / "third", {"projects": [row]}))
    assert [code for *_place, code in located(result)] == ["origin_changed"]


def test_a_cycle_through_the_database_is_found(tmp_path):
    run(write_tables(tmp_path / "first", right_tables()))
    row = {"code": "DNE", "name": "x", "kind": "portfolio", "parent": "DNE-SN"}
    result = run(write_tables(tmp_path / "second", {"portfolios": [row]}))
    assert located(result) == [("portfolios.csv", 2, "parent", "cycle")]
    assert "DNE > DNE-SN > DNE" in result.errors[0].message


WARNINGS = [
    ("contracts", "amount_incl_tax", "1200.02", "tax_mismatch"),
    ("baselines", "full_cost", "1000.01", "plan_differs"),
]


@pytest.mark.parametrize(("table", "column", "text", "code"), WARNINGS)
def test_what_is_unlikely_is_a_warning_and_is_applied(tmp_path, table, column, text, code):
    tables = right_tables()
    tables[table][0][column] = text
    result = run(write_tables(tmp_path / "unlikely", tables))
    assert result.status == "applied"
    assert [(w.file, w.line, w.column, w.code) for w in result.warnings] == [
        (f"{table}.csv", 2, column, code)
    ]


def test_a_freeze_of_the_wrong_sign_and_a_stranger_are_warnings(tmp_path):
    tables = right_tables()
    release = {"source_reference": "MVT-2", "kind": "release", "ae": "20", "cp": "0"}
    tables["movements"].append(tables["movements"][0] | release)
    folder = write_tables(tmp_path / "unlikely", tables)
    (folder / "notes.txt").write_text("x", encoding="utf-8")
    (folder / ".hidden").write_text("x", encoding="utf-8")
    result = run(folder)
    assert result.status == "applied"
    assert [(w.file, w.line, w.code) for w in result.warnings] == [
        ("movements.csv", 3, "unusual_sign"),
        ("notes.txt", None, "unknown_file"),
    ]


def test_a_tax_within_a_cent_is_no_warning(tmp_path):
    tables = right_tables()
    tables["contracts"][0] |= {"amount_excl_tax": "0.99", "amount_incl_tax": "1.18"}
    assert run(write_tables(tmp_path / "cent", tables)).warnings == []


def test_a_refusal_is_an_audit_event_and_a_dry_run_is_none(tmp_path):
    folder = tmp_path / "empty"
    folder.mkdir()
    run(folder, dry_run=True)
    assert not AuditEvent.objects.exists()
    run(folder)
    assert AuditEvent.objects.get(verb="refused").detail["errors"] == 1
    assert not Project.objects.exists()


def test_every_code_is_documented_and_tested():
    root = Path(settings.BASE_DIR)
    sources = [
        *(root / "records").rglob("*.py"),
        *(path for room in ("projects", "budgets", "partners")
          for path in (root / room / "importers").glob("portfolio*.py")),
    ]  # fmt: skip
    pattern = re.compile(
        r'(?:code=|CellFault\(\s*|tell\(\s*|row, [^\n]*, |rule.fields\[\d\], )"([a-z_]+)"'
    )
    codes = {code for path in sources for code in pattern.findall(path.read_text("utf-8"))}
    page = (root / "docs" / "imports.md").read_text("utf-8")
    tests = "".join(path.read_text("utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    assert len(codes) > 30
    assert {code for code in codes if f"`{code}`" not in page} == set()
    assert {code for code in codes if f'"{code}"' not in tests} == set()
