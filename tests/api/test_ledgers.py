"""Nomenclature and ledgers: read only, signed, with the exercise of the source."""

from __future__ import annotations

import pytest

SOURCED = {
    "fiscal_year": 2025,
    "recorded_at": "2025-03-01T13:00:00+01:00",
    "source_file": "example.csv",
    "source_line": 2,
    "data_origin": "fictitious",
    "node": "0214-DNE",
    "project": "A-1",
}


def only(answer) -> dict:
    assert answer.status_code == 200, answer.content
    (row,) = answer.json()["results"]
    row.pop("id")
    return row


NO_AXES = {
    "functional_domain": None,
    "activity": None,
    "category": None,
    "tranche": None,
    "cost_centre": None,
    "credit_type": "ht2",
    "is_earmarked": False,
}


def test_the_nomenclature_is_read(api):
    assert api.manager.get("/api/v1/nomenclature/0214-DNE/").json() == {
        "code": "0214-DNE",
        "name": "UO numérique",
        "kind": "uo",
        "parent": None,
        "external_code": "",
        "fiscal_year": None,
        "valid_from": None,
        "valid_to": None,
        "state": "open",
        "closed_on": None,
        "data_origin": "fictitious",
        "version": 1,
    }


def test_a_movement_keeps_its_signs_to_the_cent(api):
    assert only(api.manager.get("/api/v1/credit-movements/")) == SOURCED | {
        "source_reference": "M-A-1",
        "kind": "initial_distribution",
        "ae": "500000.00",
        "cp": "-0.01",
        "effective_on": "2025-01-10",
        "legal_basis": "",
        "act_reference": "",
        "ceiling_law": "",
        **NO_AXES,
    }


def test_a_commitment_is_read_whole(api):
    assert only(api.manager.get("/api/v1/commitments/")) == SOURCED | {
        "source_reference": "C-A-1",
        "legal_reference": "EJ-A-1",
        "label": "Marché d'exemple",
        "amount": "300000.10",
        "committed_on": "2025-01-20",
        "line_number": "",
        "supplier": "",
        "amount_excl_tax": None,
        "vat_rate": None,
        "commitment_year": 2025,
        "is_recyclable": False,
        "service_from": None,
        **NO_AXES,
    }


def test_a_payment_of_january_belongs_to_the_exercise_of_its_source(api, portfolio):
    commitment = portfolio.rows["A-1"].commitment.pk
    assert only(api.manager.get("/api/v1/payments/")) == SOURCED | {
        "source_reference": "Y-A-1",
        "commitment": commitment,
        "legal_reference": "EJ-A-1",
        "amount": "100000.30",
        "payment_request": "",
        "paid_on": "2026-01-05",
        "is_advance": False,
    }


def test_a_service_done_is_read_whole(api, portfolio):
    commitment = portfolio.rows["A-1"].commitment.pk
    assert only(api.manager.get("/api/v1/service-done/")) == SOURCED | {
        "source_reference": "S-A-1",
        "commitment": commitment,
        "legal_reference": "EJ-A-1",
        "amount": "200000.20",
        "done_on": "2025-02-01",
    }


LEDGERS = ("credit-movements", "commitments", "service-done", "payments")


@pytest.mark.parametrize("resource", LEDGERS)
def test_a_detail_is_the_row_of_the_list_and_nothing_is_written(api, resource):
    rows = api.controller.get(f"/api/v1/{resource}/").json()["results"]
    assert len(rows) == 3
    for row in rows:
        assert api.controller.get(f"/api/v1/{resource}/{row['id']}/").json() == row
    hidden = next(row for row in rows if row["project"] == "B-1")
    assert api.budget.get(f"/api/v1/{resource}/{hidden['id']}/").status_code == 404
    # Movements are typed as the legs of an act; the others by who holds their credits.
    refused = 405 if resource == "credit-movements" else 403
    assert api.controller.post(f"/api/v1/{resource}/", {}, format="json").status_code == refused


@pytest.mark.parametrize(
    ("resource", "query", "count"),
    [
        ("credit-movements", "kind=initial_distribution&fiscal_year=2025", 3),
        ("credit-movements", "fiscal_year=2024", 0),
        ("credit-movements", "cp_max=-0.01&ae_min=500000", 3),
        ("credit-movements", "nomenclature=0214-DNE&node=A", 2),
        ("commitments", "legal_reference=EJ-A-2", 1),
        ("commitments", "q=ej-b", 1),
        ("commitments", "committed_on_from=2025-01-21", 0),
        ("payments", "paid_on_from=2026-01-01&fiscal_year=2025&project=A-1", 1),
        ("payments", "is_advance=true", 0),
        ("service-done", "amount_min=200000.20&amount_max=200000.20&ministry=MEN", 1),
        ("service-done", "source_reference=S-B-1", 1),
    ],
)
def test_filters(api, resource, query, count):
    answer = api.controller.get(f"/api/v1/{resource}/?{query}")
    assert (answer.status_code, len(answer.json()["results"])) == (200, count)
