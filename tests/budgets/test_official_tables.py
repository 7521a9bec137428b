"""The official tables, from ledgers drawn at random that add up to the published cells.

Sources: RAP 2021 of programme 623 and PAP 2020 of programme 614 (REFERENCE_DATA/data). A few
decompositions of each are drawn, and 200 when storms are whole (`make storm`).
"""

from __future__ import annotations

import csv
import io
import os
import re
import tempfile
from pathlib import Path
from random import Random

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from hypothesis import HealthCheck, given, seed
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from budgets.tables.execution import execution_layout
from budgets.tables.perimeter import Perimeter
from budgets.tables.programming import programming_layout
from tests.budgets.decompositions import Ledgers, execution_ledgers, programming_ledgers
from tests.imports.folders import write_tables

pytestmark = pytest.mark.django_db
DRAWS = 200 if os.environ.get("STORM") == "full" else 3
drawn = hypothesis_settings(
    max_examples=DRAWS,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
RAP, PAP = "exemple_suivi_cp_ae_p623_2021.csv", "exemple_echeancier_cp_p614_plf2020.csv"

# What one more movement of 12,34 € changes, by the identities of domain §1.6 and §1.7.
ONE = 1234
EXECUTION_EFFECTS = {
    "opening": {"E1": 1, "E4": 1, "P1": 2},
    "bill": {},
    "allocation": {"E3": 1, "E4": -1},
    "commitment": {"E2": 1, "E4": -1, "R5": 1, "R6": 1, "F2": 1},
    "withdrawal": {"R2": 1, "R3": 1, "R4": 1, "R6": 1, "F2": 1},
    "former": {"R1": 1, "R3": 1, "R4": 1, "R6": 1, "F2": 1},
    "payment": {"P2": 1, "P4": 1, "R5": -1, "R6": -1, "F2": -1},
    "schedule": {"F1": 1, "F2": -1},
}
PROGRAMMING_EFFECTS = {
    "opening": {"A2": 1, "A3": 2, "A4": -1},
    "bill": {"C0": 1},
    "allocation": {},
    "commitment": {},
    "withdrawal": {},
    "former": {"A1": 1, "A4": 1},
    "payment": {},
    "schedule": {"B2": 1, "T2": 1},
}


def published(folder: Path, name: str, column: str) -> dict[str, int]:
    """Return the published cells: cents, but for the keys, which are percents."""
    with (folder / "data" / name).open(encoding="utf-8") as stream:
        rows = {row["ligne"]: int(row[column]) for row in csv.DictReader(stream)}
    return {key: value * (1 if key.startswith("K") else 100) for key, value in rows.items()}


def record(ledgers: Ledgers) -> None:
    """Import the rows by the public command."""
    with tempfile.TemporaryDirectory() as folder:
        tables = {name: rows for name, rows in ledgers.tables.items() if rows}
        write_tables(Path(folder), tables)
        call_command("import_portfolio", folder, stdout=io.StringIO())


def cells_of(layout, perimeter) -> dict[str, int | None]:
    return {cell.key: cell.value for cell in layout.compute(perimeter)}


def add_one(kind: str, year: int, ledgers: Ledgers) -> None:
    """Record one more movement; `year` is the exercise of the table."""
    own = ledgers.tables["commitments"][0]["source_reference"]
    more = Ledgers(Random(1))
    make = {
        "opening": lambda: more.move(year, "virement", ONE, 2 * ONE),
        "bill": lambda: more.move(year, "finance_bill", ONE, 0),
        "allocation": lambda: more.move(year, "allocation", ONE, 0),
        "commitment": lambda: more.commit(year, ONE),
        "withdrawal": lambda: more.commit(year, ONE, year - 1),
        "former": lambda: more.commit(year - 2, ONE),
        "payment": lambda: more.pay(year, ONE, own),
        "schedule": lambda: more.expect(year + 1, ONE, on=own),
    }
    make[kind]()
    for table, rows in more.tables.items():
        for row in rows:
            if table != "nomenclature":
                row["source_reference"] = f"more-{row['source_reference']}"
    record(more)


def changed(before, after) -> dict[str, int]:
    moved = {key: after[key] - before[key] for key in before if not key.startswith("K")}
    return {key: cents // ONE for key, cents in moved.items() if cents}


@seed(20210623)
@drawn
@given(random=st.randoms(use_true_random=False), kind=st.sampled_from(sorted(EXECUTION_EFFECTS)))
def test_the_table_of_execution_of_any_ledger_is_the_published_one(reference_data, random, kind):
    cells = published(reference_data, RAP, "montant_eur")
    layout, perimeter = execution_layout(2021), Perimeter(2021)
    with transaction.atomic():
        ledgers = execution_ledgers(random, 2021, cells)
        # The first commitment of the file is what one more payment is made on.
        own = next(r for r in ledgers.tables["commitments"] if r["commitment_year"] == 2021)
        ledgers.tables["commitments"].remove(own)
        ledgers.tables["commitments"].insert(0, own)
        record(ledgers)
        before = cells_of(layout, perimeter)
        assert before == cells
        add_one(kind, 2021, ledgers)
        assert changed(before, cells_of(layout, perimeter)) == EXECUTION_EFFECTS[kind]
        transaction.set_rollback(True)


@seed(20200614)
@drawn
@given(random=st.randoms(use_true_random=False), kind=st.sampled_from(sorted(PROGRAMMING_EFFECTS)))
def test_the_table_of_programming_of_any_ledger_is_the_published_one(reference_data, random, kind):
    cells = published(reference_data, PAP, "valeur")
    layout, perimeter = programming_layout(2020), Perimeter(2020)
    with transaction.atomic():
        ledgers = programming_ledgers(random, 2020, cells)
        record(ledgers)
        before = cells_of(layout, perimeter)
        assert before == cells
        year = 2019 if kind == "opening" else 2020
        add_one(kind, year, ledgers)
        assert changed(before, cells_of(layout, perimeter)) == PROGRAMMING_EFFECTS[kind]
        transaction.set_rollback(True)


def test_a_key_of_no_new_ae_is_absent_with_its_reason():
    cells = {cell.key: cell for cell in programming_layout(2020).compute(Perimeter(2020))}
    assert (cells["K1"].value, cells["K1"].reason) == (None, "zero_denominator")
    assert cells["A4"].value == 0


@pytest.mark.parametrize("layout", [execution_layout(2021), programming_layout(2021)])
def test_a_table_is_read_in_four_statements_and_each_cell_leads_to_its_rows(
    layout, django_assert_num_queries
):
    with django_assert_num_queries(4):
        cells = layout.compute(Perimeter(2021))
    assert all(layout.sources_of(cell.key) for cell in cells)
    with pytest.raises(KeyError):
        layout.sources_of("Z9")


def test_no_module_holds_a_published_figure(reference_data):
    figures = {
        abs(value) // 100
        for name, column in ((RAP, "montant_eur"), (PAP, "valeur"))
        for value in published(reference_data, name, column).values()
        if abs(value) >= 10_000
    }
    root = Path(settings.BASE_DIR)
    rooms = ("budgets", "web", "indicators", "common", "tests")
    for path in (path for room in rooms for path in (root / room).rglob("*.py")):
        text = re.sub(r"(?<=\d)_(?=\d)", "", path.read_text("utf-8"))
        assert not figures.intersection(map(int, re.findall(r"\b\d{5,9}\b", text))), path
