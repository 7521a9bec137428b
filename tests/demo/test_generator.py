"""The fictitious portfolio: the same for a seed, made up and said so, whole in its own terms."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal

import pytest

from web.demo.generator import generate
from web.demo.tables import Tables


@pytest.fixture(scope="module", params=[1, 7, 2026])
def tables(request: pytest.FixtureRequest) -> Tables:
    return generate(request.param)


def sums(rows: list[dict], key: str) -> dict[str, Decimal]:
    """Return the sum of the amounts by a column."""
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        totals[row[key]] += row["amount"]
    return totals


def test_a_seed_gives_the_same_tables_and_another_seed_others():
    assert generate(1).rows == generate(1).rows
    assert generate(1).rows != generate(2).rows


def test_twelve_projects_eight_partners_fifteen_contracts(tables):
    sizes = {name: len(rows) for name, rows in tables.rows.items()}
    assert (sizes["projects"], sizes["partners"], sizes["contracts"]) == (12, 8, 15)
    assert all(sizes.values())


def test_everything_says_that_it_is_made_up(tables):
    for name in ("portfolios", "nomenclature", "partners"):
        assert {row["data_origin"] for row in tables.rows[name]} == {"fictitious"}
    assert all(row["title"].startswith("Projet d'exemple ") for row in tables.rows["projects"])
    assert all(row["code"].startswith("EX-") for row in tables.rows["projects"])
    partners = tables.rows["partners"]
    assert {row["identifier_kind"] for row in partners} == {"exemple"}
    assert all(row["identifier"].startswith("EXEMPLE-") for row in partners)


def test_planned_values_add_up_to_the_cost_of_their_baseline(tables):
    planned: dict[tuple, Decimal] = defaultdict(Decimal)
    for row in tables.rows["planned_values"]:
        planned[row["project"], row["baseline"]] += row["amount"]
    costs = {
        (row["project"], row["number"]): row["full_cost"]
        for row in tables.rows["baselines"]
        if row["full_cost"]
    }
    assert planned == costs
    months = defaultdict(int)
    for row in tables.rows["planned_values"]:
        months[row["project"], row["baseline"]] += 1
    assert min(months.values()) >= 24
    assert max(months.values()) <= 69


def test_a_commitment_covers_its_services_and_they_cover_what_is_paid(tables):
    legal = {row["source_reference"]: row["legal_reference"] for row in tables.rows["commitments"]}
    committed = sums(tables.rows["commitments"], "legal_reference")
    served, paid = defaultdict(Decimal), defaultdict(Decimal)
    for totals, name in ((served, "service_done"), (paid, "payments")):
        for reference, amount in sums(tables.rows[name], "commitment").items():
            totals[legal[reference]] += amount
    advances = sums([row for row in tables.rows["payments"] if row["is_advance"]], "commitment")
    for reference, amount in committed.items():
        assert Decimal(0) <= served[reference] <= amount
        allowed = served[reference] + sum(
            (total for key, total in advances.items() if legal[key] == reference), Decimal(0)
        )
        assert paid[reference] <= allowed


def test_contracts_agree_with_their_tax_and_cover_what_they_produced(tables):
    amounts = {row["source_reference"]: row["amount"] for row in tables.rows["commitments"]}
    for row in (*tables.rows["contracts"], *tables.rows["amendments"]):
        if "vat_rate" in row:
            expected = row["amount_excl_tax"] * (1 + row["vat_rate"] / 100)
            assert abs(expected - row["amount_incl_tax"]) <= Decimal("0.01")
            own = [amounts[key] for key in row["commitments"].split("|") if key]
            assert sum(own) <= row["amount_incl_tax"]
    linked = [key for row in tables.rows["contracts"] for key in row["commitments"].split("|")]
    assert len([key for key in linked if key]) == len({key for key in linked if key})


def test_every_case_that_a_screen_shows_is_there(tables):
    rows = tables.rows
    assert any(row["amount"] < 0 for row in rows["commitments"]), "withdrawals"
    assert any(row["is_advance"] for row in rows["payments"]), "advances"
    assert any(
        row["paid_on"].month == 1 and row["fiscal_year"] == row["paid_on"].year - 1
        for row in rows["payments"]
    ), "a payment of January charged to the former exercise"
    kinds = {row["kind"] for row in rows["movements"]}
    wanted = {"initial_finance_act", "precautionary_reserve", "freeze", "release", "carry_over"}
    assert wanted | {"virement", "cancellation", "extra_freeze"} <= kinds
    assert {row["fiscal_year"] for row in rows["movements"]} == {2023, 2024, 2025, 2026}
    assert any("project" not in row for row in rows["movements"]), "credits of a unit alone"
    assert {row["weather"] for row in rows["progress"]} == {"SOLEIL", "COUVERT", "NUAGE", "ORAGE"}
    assert {row["number"] for row in rows["baselines"]} == {0, 1}
    assert {"framing", "completed"} <= {row["phase"] for row in rows["projects"]}


def test_no_fact_is_later_than_the_autumn_of_2026(tables):
    columns = {
        "progress": "reported_on",
        "estimates": "edition_on",
        "movements": "effective_on",
        "commitments": "committed_on",
        "service_done": "done_on",
        "payments": "paid_on",
        "amendments": "signed_on",
    }
    last = dt.date(2026, 11, 20)
    for name, column in columns.items():
        assert max(row[column] for row in tables.rows[name]) <= last, name
    assert max(row["paid_on"] for row in tables.rows["payments"]) >= dt.date(2026, 9, 1)
