"""The sheet of a large project (table T10), from the published one of the PAP 2024 (NOPN)."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings

from budgets.tables.nature import STEPS, cost_by_nature, steps_of
from budgets.tables.perimeter import Perimeter
from tests.budgets.ledger import commit, make_project, make_uo, move, pay, schedule
from tests.people import person

pytestmark = pytest.mark.django_db
FILE = Path(settings.REFERENCE_DATA) / "data" / "exemple_grand_projet_pap_nopn.csv"
COLUMNS = ("anterieur", "2022_exec", "2023_prev", "2024_prev", "2025_et_suiv")


def published() -> dict[str, dict[tuple[str, str], int]]:
    """Return the published cells in cents, by line."""
    if not FILE.is_file():
        pytest.skip("REFERENCE_DATA is absent")
    with FILE.open(encoding="utf-8", newline="") as lines:
        return {
            row["ligne"]: {
                (step, ledger): int(Decimal(row[f"{ledger}_{column}"]) * 10**8)
                for step, column in zip(STEPS, COLUMNS, strict=True)
                for ledger in ("ae", "cp")
            }
            for row in csv.DictReader(lines)
        }


def write(project, uo, cells, kind):
    """Record ledgers that add up to the cells of a nature: the bill is that of 2024."""
    on = {"project": project, "credit_type": kind}

    def euros(step, ledger):
        return Decimal(cells[step, ledger]) / 100

    for step, year in (("before", 2021), ("executed", 2022)):
        signed = commit(uo, euros(step, "ae"), year, **on)
        pay(signed, euros(step, "cp"), year)
    move(uo, "initial_finance_act", euros("current", "ae"), euros("current", "cp"), 2023, **on)
    move(uo, "finance_bill", euros("bill", "ae"), euros("bill", "cp"), 2024, **on)
    schedule(signed, euros("after", "cp"), year=2025)


def test_the_published_sheet_is_printed_again_from_ledgers_that_add_up_to_it():
    cells, uo, project = published(), make_uo(), make_project()
    write(project, uo, cells["Hors titre 2"], "ht2")
    write(project, uo, cells["Titre 2"], "t2")
    write(make_project("P-2"), uo, cells["Titre 2"], "t2")
    rows = cost_by_nature(Perimeter(2024, kept=(("project_id", project.pk),)))
    for row, line in zip(rows, ("Hors titre 2", "Titre 2"), strict=False):
        for step in STEPS:
            assert row.amount(step, "cp") == cells[line][step, "cp"]
            if step != "after":
                assert row.amount(step, "ae") == cells[line][step, "ae"]
    assert rows[0].total("cp") == 1_532_000_000
    # Rounded cells do not re-add: the total is that of the ledgers, within 0,02 M€ of the print.
    assert abs(rows[2].total("cp") - sum(cells["Total"][step, "cp"] for step in STEPS)) <= 2 * 10**6


def test_what_no_ledger_holds_is_not_zero_and_the_headings_name_their_years():
    rows = cost_by_nature(Perimeter(2024))
    assert rows[0].amount("after", "ae") is None
    assert rows[0].amount("after", "cp") == 0
    assert [str(heading)[:4] for _step, heading in steps_of(2024)] == [
        "2021", "2022", "2023", "2024", "2025",
    ]  # fmt: skip


def test_the_sheet_is_a_page_with_its_export(client):
    project = make_project()
    move(make_uo(), "initial_finance_act", "1000", year=2026, project=project)
    client.force_login(person("budget_officer"))
    url = f"/budget/grands-projets/{project.code}/?fiscal_year=2027"
    page = client.get(url).content.decode()
    assert page.count("1\u00a0000,00") == 8  # AE and CP, HT2 and total, and their totals
    text = b"".join(client.get(f"{url}&format=csv")).decode("utf-8-sig")
    assert text.count("1000.00") == 8
    assert client.get("/budget/grands-projets/P-404/").status_code == 404
