"""What is typed in the ledgers by REST: one entry, a list all or nothing, a key."""

from __future__ import annotations

from decimal import Decimal

import pytest
from rest_framework.test import APIClient

from budgets.models import Commitment, CreditMovement, Payment
from tests.budgets.ledger import make_uo, move
from tests.people import person

pytestmark = pytest.mark.django_db
ROOT = "/api/v1"


@pytest.fixture
def uo():
    node = make_uo()
    move(node, "initial_finance_act", "1000")
    return node


@pytest.fixture
def officer(uo):
    client = APIClient()
    client.force_authenticate(person("budget_officer", uo.code, scope_kind="nomenclature"))
    return client


def signed(uo, number, amount, **fields):
    return {
        "legal_reference": f"EJ-{number}", "fiscal_year": 2026, "committed_on": "2026-03-01",
        "amount": amount, "lines": [{"node": uo.code, "amount": amount}], **fields,
    }  # fmt: skip


def send(client, address, body, **headers):
    return client.post(f"{ROOT}/{address}/", body, format="json", headers=headers)


def test_a_commitment_its_service_and_its_payment(officer, uo):
    made = send(officer, "commitments", signed(uo, 1, "100.00"))
    assert made.status_code == 201
    assert officer.get(made.headers["Location"]).json()["source_reference"] == "EJ-1/1"
    follows = {"commitment": made.json()["id"], "fiscal_year": 2026, "amount": "60.00"}
    early = send(officer, "payments", {**follows, "paid_on": "2026-04-02"})
    assert (early.status_code, early.json()["context"]["rule"]) == (409, "R-04")
    assert send(officer, "service-done", {**follows, "done_on": "2026-04-01"}).status_code == 201
    paid = send(officer, "payments", {**follows, "paid_on": "2026-04-02"})
    assert (paid.status_code, paid.json()["amount"]) == (201, "60.00")


def test_an_act_is_decided_read_with_its_balance_and_cancelled(officer, uo):
    other = make_uo("0214-DNEX-UO01-X", parent=uo)
    legs = [
        {"node": uo.code, "ae": "-10.00", "cp": "-5.00"},
        {"node": other.code, "ae": "10.00", "cp": "5.00"},
    ]
    act = {
        "kind": "virement", "fiscal_year": 2026, "effective_on": "2026-03-01",
        "legal_basis": "LOLF art. 12-I", "act_reference": "DV-1", "legs": legs,
    }  # fmt: skip
    made = send(officer, "credit-acts", act)
    assert made.status_code == 201, made.json()
    assert (made.json()["ae"], len(made.json()["legs"])) == ("0.00", 2)
    off = [legs[0], legs[1] | {"ae": "9.99"}]
    refused = send(officer, "credit-acts", act | {"act_reference": "DV-2", "legs": off})
    assert (refused.status_code, refused.json()["code"]) == (409, "act_unbalanced")
    place = f"credit-acts/{made.json()['id']}"
    ended = send(officer, f"{place}/cancel", {"reason": "Erreur"})
    assert (ended.status_code, ended.json()["is_cancelled"]) == (200, True)
    listed = officer.get(f"{ROOT}/credit-acts/").json()["results"]
    assert [(row["act_reference"], len(row["legs"])) for row in listed] == [("DV-1", 4)]


def test_a_list_is_recorded_whole_or_not_at_all_with_a_result_a_row(officer, uo):
    rows = [signed(uo, 1, "600.00"), signed(uo, 2, "500.00"), signed(uo, 3, "400.00")]
    refused = send(officer, "commitments/bulk", {"rows": rows})
    assert refused.status_code == 409
    results = refused.json()["context"]["results"]
    statuses = [row["status"] for row in results]
    assert statuses == ["not_recorded", "refused", "not_recorded"]
    assert results[1]["errors"][0]["code"] == "credits_exceeded"
    assert not Commitment.objects.exists()
    made = send(officer, "commitments/bulk", {"rows": [rows[0], rows[2]]})
    assert made.status_code == 201
    assert [row["reference"] for row in made.json()["results"]] == ["EJ-1/1", "EJ-3/1"]


def test_the_faults_of_a_list_are_located_by_row(officer, uo):
    rows = [signed(uo, 1, "1.00"), signed(uo, 2, 3), signed(uo, 3, "1.00", lines=[])]
    faults = send(officer, "commitments/bulk", {"rows": rows})
    assert faults.status_code == 400
    paths = {error["path"] for error in faults.json()["errors"]}
    assert {path.split(".")[0] for path in paths} == {"rows[1]", "rows[2]"}
    unknown = signed(uo, 4, "1.00", lines=[{"node": "NOWHERE", "amount": "1.00"}])
    told = send(officer, "commitments/bulk", {"rows": [unknown]}).json()["errors"]
    assert told[0]["path"] == "rows[0].lines[0].node"


def test_a_thousand_rows_cost_the_queries_of_one(officer, uo, django_assert_max_num_queries):
    rows = [signed(uo, number, "0.50") for number in range(1000)]
    with django_assert_max_num_queries(90):  # SQLite writes a few dozens of rows a statement
        made = send(officer, "commitments/bulk", {"rows": rows})
    assert made.json()["count"] == 1000
    assert send(officer, "commitments/bulk", {"rows": [*rows, rows[0]]}).status_code == 400


def test_the_same_key_again_records_nothing_more(officer, uo):
    key = {"Idempotency-Key": "commitment-0001"}
    first = send(officer, "commitments", signed(uo, 1, "1.00"), **key)
    again = send(officer, "commitments", signed(uo, 1, "1.00"), **key)
    assert (first.content, again.headers["Idempotent-Replayed"]) == (again.content, "true")
    assert Commitment.objects.count() == 1


def test_a_line_is_withdrawn_and_an_advance_recovered(officer, uo):
    line = send(officer, "commitments", signed(uo, 1, "100.00")).json()["id"]
    moved = {"amount": "-40.00", "moved_on": "2026-05-01", "fiscal_year": 2026, "reason": "Solde"}
    back = send(officer, f"commitments/{line}/move", moved)
    assert (back.status_code, back.json()["amount"]) == (201, "-40.00")
    follows = {"commitment": line, "fiscal_year": 2026, "amount": "30.00"}
    for kind in ("advance", "recovery"):
        send(officer, "service-done", {**follows, "done_on": "2026-04-01"})
        paid = send(officer, "payments", {**follows, "paid_on": "2026-04-02", "kind": kind})
        assert paid.status_code == 201, paid.json()
    assert sum(row.amount for row in Payment.objects.all()) == Decimal("30.00")
    assert not CreditMovement.objects.exclude(kind="initial_finance_act").exists()


def test_what_is_signed_ahead_of_its_exercise_says_when_its_service_begins(officer, uo):
    move(uo, "initial_finance_act", "1000", year=2025)
    ahead = signed(uo, 9, "1.00", committed_on="2025-11-03")
    missing = send(officer, "commitments", ahead)
    assert missing.status_code == 400
    assert "service_from" in str(missing.json())
    early = send(officer, "commitments", {**ahead, "service_from": "2025-12-31"})
    assert (early.status_code, early.json()["context"]["rule"]) == (409, "R-13")
    made = send(officer, "commitments", {**ahead, "service_from": "2026-01-01"})
    assert (made.status_code, made.json()["service_from"]) == (201, "2026-01-01"), made.content


def test_a_carry_over_names_the_finance_law_that_raises_its_ceiling(officer, uo):
    act = {
        "kind": "carry_over", "fiscal_year": 2026, "effective_on": "2026-03-10",
        "legal_basis": "Arrêté de report", "act_reference": "REP-1",
        "ceiling_law": "LF 2026, art. 77", "legs": [{"node": uo.code, "ae": "0.00", "cp": "40.00"}],
    }  # fmt: skip
    made = send(officer, "credit-acts", act)
    assert (made.status_code, made.json()["ceiling_law"]) == (201, "LF 2026, art. 77"), made.content
    wrong = send(officer, "credit-acts", {**act, "kind": "initial_finance_act",
                                          "act_reference": "REP-2"})  # fmt: skip
    assert wrong.status_code == 400
