"""A folder with twelve different faults: all told, each where it is, and nothing written."""

from __future__ import annotations

import pytest

from tests.imports.digests import table_digests
from tests.imports.folders import located, right_tables, run, write_tables

TWELVE = {
    ("portfolios.csv", 2, "kind", "not_in_list"),
    ("projects.csv", 3, "title", "required"),
    ("baselines.csv", 2, "end_on", "dates_not_ordered"),
    ("planned_values.csv", 3, "month", "not_a_month"),
    ("progress.csv", 2, "percent_complete", "above_maximum"),
    ("nomenclature.csv", 2, "parent", "unknown_reference"),
    ("movements.csv", 2, "ae", "not_a_number"),
    ("commitments.csv", 3, "source_reference", "duplicate_key"),
    ("service_done.csv", 2, "amount", "zero_amount"),
    ("payments.csv", 2, "fiscal_year", "fact_changed"),
    ("partners.csv", 2, "identifier", "wrong_siret"),
    ("amendments.csv", 1, "colour", "unknown_column"),
}


@pytest.mark.django_db
def test_twelve_faults_are_told_and_no_table_of_the_domain_changes(tmp_path):
    first = right_tables()
    assert run(write_tables(tmp_path / "first", first)).status == "applied"
    tables = right_tables()
    tables["portfolios"][0]["kind"] = "department"
    tables["projects"][1]["title"] = " "
    tables["baselines"][0]["end_on"] = "2024-11-30"
    tables["planned_values"][1]["month"] = "février"
    tables["progress"][0]["percent_complete"] = "135"
    tables["nomenclature"][0]["parent"] = "0999"
    tables["movements"][0]["ae"] = "1,500"
    tables["commitments"][1]["source_reference"] = "EJ-1-1"
    tables["service_done"][0]["amount"] = "0"
    tables["payments"][0]["fiscal_year"] = "2026"
    tables["partners"][0]["identifier"] = "12345678901234"
    tables["amendments"][0]["colour"] = "blue"
    before = table_digests()
    result = run(write_tables(tmp_path / "twelve", tables))
    assert result.status == "refused"
    assert len(result.errors) == 12
    assert set(located(result)) == TWELVE
    assert all(fault.message for fault in result.errors)
    assert table_digests() == before
    assert any(before.values())
