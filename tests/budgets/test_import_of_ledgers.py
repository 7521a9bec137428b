"""The import tables of the budgets room: axes, years of commitments, requests, schedules."""

from __future__ import annotations

import pytest

from budgets.models import Commitment, CreditMovement, PaymentRequest, ScheduledPayment
from tests.imports.folders import located, right_tables, run, write_tables

pytestmark = pytest.mark.django_db


@pytest.fixture
def portfolio():
    rows = right_tables()
    rows["nomenclature"] += [
        {"code": "0214-08", "name": "SI", "kind": "action", "parent": "0214"},
        {"code": "A-2025", "name": "Espace", "kind": "activity", "parent": "0214"},
        {"code": "C-31", "name": "Fonctionnement", "kind": "category", "parent": "T-3"},
        {"code": "T-3", "name": "Titre 3", "kind": "title", "parent": ""},
        {"code": "TF-1", "name": "Opération", "kind": "tranche", "parent": "0214-UO1"},
    ]
    return rows


def test_a_commitment_keeps_the_axes_of_its_budget_line(tmp_path, portfolio):
    axes = {
        "functional_domain": "0214-08", "activity": "A-2025", "category": "C-31",
        "tranche": "TF-1", "credit_type": "ht2", "is_earmarked": "true",
        "amount_excl_tax": "1000.00", "vat_rate": "20", "supplier": "Société d'exemple",
    }  # fmt: skip
    portfolio["commitments"][0] |= axes
    portfolio["commitments"][1] |= dict.fromkeys(axes, "") | {"credit_type": "t2"}
    assert located(run(write_tables(tmp_path, portfolio))) == []
    first, second = Commitment.objects.order_by("source_reference")
    assert (first.activity.code, first.tranche.code, first.is_earmarked) == ("A-2025", "TF-1", True)
    assert (str(first.amount_excl_tax), str(first.vat_rate)) == ("1000.00", "20.00")
    assert (second.activity, second.credit_type) == (None, "t2")
    again = run(tmp_path)
    assert (again.status, Commitment.objects.count()) == ("already_imported", 2)


@pytest.mark.parametrize(
    ("column", "code"), [("activity", "TF-1"), ("category", "0214"), ("tranche", "0214-UO1")]
)
def test_an_axis_that_names_a_node_of_another_kind_is_refused(tmp_path, portfolio, column, code):
    portfolio["movements"][0][column] = code
    result = run(write_tables(tmp_path, portfolio))
    assert located(result) == [("movements.csv", 2, column, "wrong_axis")]
    assert not CreditMovement.objects.exists()


def test_a_withdrawal_is_of_the_first_exercise_of_its_commitment(tmp_path, portfolio):
    portfolio["commitments"].append(
        portfolio["commitments"][1]
        | {"source_reference": "EJ-1-3", "committed_on": "2027-02-01", "fiscal_year": "2027"}
    )
    assert located(run(write_tables(tmp_path, portfolio))) == []
    years = Commitment.objects.order_by("source_reference").values_list("commitment_year")
    assert [year for (year,) in years] == [2025, 2025, 2025]


def test_requests_and_schedules_are_recorded_and_known_again(tmp_path, portfolio):
    portfolio["payment_requests"] = [
        {
            "source_reference": "DP-R-1", "commitment": "EJ-1-1", "number": "DP-1",
            "invoice_number": "F-1", "invoice_received_on": "2025-02-01", "amount": "300.00",
            "requested_on": "2025-02-10", "fiscal_year": "2025",
        }
    ]  # fmt: skip
    portfolio["scheduled_payments"] = [
        {
            "source_reference": f"ECH-{number}", "commitment": commitment, "movement": movement,
            "amount": "800.00", "forecast_on": "2025-02-10", "fiscal_year": "2026",
        }
        for number, commitment, movement in ((1, "EJ-1-1", ""), (2, "", "MVT-1"))
    ]  # fmt: skip
    assert located(run(write_tables(tmp_path, portfolio))) == []
    assert PaymentRequest.objects.get().invoice_number == "F-1"
    owners = ScheduledPayment.objects.order_by("pk").values_list("commitment", "movement")
    assert [(bool(one), bool(other)) for one, other in owners] == [(True, False), (False, True)]
    portfolio["scheduled_payments"].reverse()
    portfolio["partners"][0]["name"] = "Autre nom"
    again = run(write_tables(tmp_path, portfolio))
    assert again.counts["scheduled_payments"]["unchanged"] == 2


@pytest.mark.parametrize(("commitment", "movement"), [("EJ-1-1", "MVT-1"), ("", "")])
def test_a_schedule_is_expected_on_one_thing(tmp_path, portfolio, commitment, movement):
    portfolio["scheduled_payments"] = [
        {
            "source_reference": "ECH-1", "commitment": commitment, "movement": movement,
            "amount": "800.00", "forecast_on": "2025-02-10", "fiscal_year": "2026",
        }
    ]  # fmt: skip
    result = run(write_tables(tmp_path, portfolio))
    assert located(result) == [("scheduled_payments.csv", 2, "commitment", "not_exactly_one")]


def test_what_is_unusual_is_told_and_recorded(tmp_path, portfolio):
    leg = portfolio["movements"][0] | {"kind": "virement", "act_reference": "D-1", "project": ""}
    portfolio["movements"] = [
        leg | {"source_reference": "V-1", "ae": "100.00", "cp": "0"},
        leg | {"source_reference": "V-2", "ae": "-99.00", "cp": "0"},
    ]
    portfolio["nomenclature"] += [
        {"code": "SA", "name": "Ailleurs", "kind": "sub_action", "parent": "0214-UO1"},
    ]
    for row in portfolio["nomenclature"]:
        row["external_code"] = "DOMAINE" if row["code"] == "0214-08" else ""
    result = run(write_tables(tmp_path, portfolio))
    assert located(result) == []
    told = {(fault.column, fault.code) for fault in result.warnings}
    assert told >= {
        ("ae", "unbalanced_act"),
        ("external_code", "unusual_code"),
        ("parent", "unusual_parent"),
    }
    assert CreditMovement.objects.count() == 2
