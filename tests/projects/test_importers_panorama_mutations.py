"""A published edition keeps its facts through twenty changes of layout."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

from projects.importers.panorama import read_panorama
from projects.panorama.facts import summarise
from tests.projects.panorama_files import (
    FICTITIOUS_SUMMARY,
    MUTATIONS,
    fictitious_rows,
    mutate,
    original,
)

REFERENCE = Path(os.environ.get("REFERENCE_DATA", Path(__file__).parents[3] / "shared"))
RAW = REFERENCE / "data" / "panorama_raw" / "panorama_2016-11.csv"


def _figures(data: bytes) -> dict[str, object]:
    facts = read_panorama(data, file="edition")
    assert len(facts.editions) == 1
    return {**summarise(facts.editions[0]), "warnings": []}


def _facts(data: bytes) -> list[tuple[object, ...]]:
    rows = read_panorama(data, file="edition").editions[0].rows
    return [
        (
            row.title,
            row.ministry_code,
            row.is_interministerial,
            row.phase,
            row.cost_meur,
            # A workbook keeps sixteen digits of a number.
            row.duration_years and round(row.duration_years, 9),
            row.cost_band,
            row.functional_zone,
            row.lolf_programmes,
            # A month in words has lost its day.
            row.started_on and row.started_on.replace(day=1),
            row.published_on,
        )
        for row in rows
    ]


def test_the_fictitious_edition_gives_the_figures_worked_by_hand() -> None:
    facts = read_panorama(original(fictitious_rows()), file="edition")
    assert [summarise(edition) for edition in facts.editions] == [FICTITIOUS_SUMMARY]


@pytest.mark.parametrize("seed", range(len(MUTATIONS)))
def test_a_changed_layout_changes_no_fact(seed: int) -> None:
    data, changes = mutate(fictitious_rows(), seed)
    assert _figures(data) == FICTITIOUS_SUMMARY, changes
    assert _facts(data) == _facts(original(fictitious_rows())), changes


@pytest.mark.parametrize("seed", range(len(MUTATIONS)))
def test_a_changed_layout_of_the_real_edition_changes_no_fact(seed: int) -> None:
    if not RAW.exists():
        pytest.skip("the raw editions are in REFERENCE_DATA, which is absent")
    with RAW.open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.reader(stream) if any(row)]
    data, changes = mutate(rows, seed)
    untouched = RAW.read_bytes()
    assert _figures(data) == _figures(untouched), changes
    assert _facts(data) == _facts(untouched), changes
