"""The queue, its rules and the reconciliation by REST."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from budgets.models import Commitment, NomenclatureNode, Payment, WaitingLine
from tests.budgets.extracts import bring, commitment, lay_base, payment
from tests.people import person

pytestmark = pytest.mark.django_db
LINES = [
    commitment("EJ-1-1", "1000.00", supplier="Hébergeur"),
    commitment("EJ-1-2", "200.00", project="ZZ", supplier="Hébergeur"),
    commitment("EJ-3-1", "30.00", project="", supplier="HEBERGEUR"),
]
QUEUE = "/api/v1/waiting-lines/"
RULE = {
    "code": "HEB", "name": "Hébergement", "project": "A-2",
    "conditions": [{"column": "supplier", "operator": "is", "text": "hebergeur"}],
}  # fmt: skip


@pytest.fixture
def client(tmp_path):
    lay_base(tmp_path)
    client = APIClient()
    client.force_authenticate(person("management_controller"))
    bring(tmp_path, commitments=LINES, payments=[payment("DP-1", "EJ-1-2", "50.00")])
    return client


def line(reference: str) -> WaitingLine:
    return WaitingLine.objects.get(source_reference=reference)


def test_the_list_says_why_each_line_waits_and_the_detail_what_it_may_be_attached_to(client):
    rows = client.get(QUEUE, {"state": "waiting"}).json()["results"]
    assert {row["source_reference"]: row["reasons"] for row in rows} == {
        "EJ-1-2": ["unknown_project"], "EJ-3-1": ["no_project"], "DP-1": ["unknown_commitment"],
    }  # fmt: skip
    detail = client.get(f"{QUEUE}{line('EJ-1-2').pk}/").json()
    assert (detail["amount"], detail["values"]["project"]) == ("200.00", "ZZ")
    (found,) = detail["suggestions"]
    assert (found["kind"], found["target"]) == ("same_commitment", {"project": "A-1"})
    assert found["why"]


def test_an_attached_line_releases_those_that_waited_for_it(client):
    url = f"{QUEUE}{line('EJ-1-2').pk}/attach/"
    assert client.post(url, {"project": "Z9"}, format="json").status_code == 409
    assert client.post(url, {}, format="json").status_code == 400
    answer = client.post(url, {"project": "A-1"}, format="json")
    assert (answer.status_code, answer.json()["state"]) == (200, "attached"), answer.content
    assert answer.json()["target"] == {"project": "A-1"}
    assert line("DP-1").state == "attached"
    assert Payment.objects.get(source_reference="DP-1").amount == 50
    assert client.post(url, {"project": "A-1"}, format="json").status_code == 409


def test_a_list_says_what_became_of_each_line(client):
    rows = [
        {"id": line("EJ-1-2").pk, "project": "A-1"},
        {"id": line("EJ-3-1").pk, "project": "Z9"},
        {"id": 10**9, "project": "A-1"},
        {"id": line("DP-1").pk, "commitment": "EJ-1-2"},
    ]
    answer = client.post(f"{QUEUE}bulk/", {"rows": rows}, format="json")
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert [row["status"] for row in told["results"]] == [
        "attached", "refused", "refused", "attached",
    ]  # fmt: skip
    assert told["count"] == 2
    assert all(row["error"] for row in told["results"] if row["status"] == "refused")
    assert WaitingLine.objects.waiting().get().source_reference == "EJ-3-1"
    twice = {"rows": [rows[1], rows[1]]}
    assert client.post(f"{QUEUE}bulk/", twice, format="json").status_code == 400


def test_the_same_call_again_attaches_once(client):
    sent = {"rows": [{"id": line("EJ-1-2").pk, "project": "A-1"}]}
    headers = {"Idempotency-Key": "attach-lines-1"}
    first, second = (
        client.post(f"{QUEUE}bulk/", sent, format="json", headers=headers) for _ in range(2)
    )
    assert second.status_code == 200, (first.content, second.content)
    assert (first.json(), second.headers["Idempotent-Replayed"]) == (second.json(), "true")
    assert Commitment.objects.filter(source_reference="EJ-1-2").count() == 1


def test_a_line_is_set_aside_with_a_reason_and_taken_back(client):
    url = f"{QUEUE}{line('DP-1').pk}/"
    assert client.post(f"{url}set-aside/", {"reason": ""}, format="json").status_code == 400
    aside = client.post(f"{url}set-aside/", {"reason": "Autre ministère"}, format="json").json()
    assert (aside["state"], aside["closing_reason"]) == ("set_aside", "Autre ministère")
    assert client.post(f"{url}take-back/").json()["state"] == "waiting"
    assert client.post(f"{url}take-back/").status_code == 409


def test_a_rule_tells_what_it_holds_and_attaches_it(client):
    made = client.post("/api/v1/matching-rules/", RULE, format="json")
    assert made.status_code == 201, made.content
    url = made.headers["Location"]
    assert client.get(f"{url}held/").json() == {"count": 2, "amount": "230.00"}
    assert client.post(f"{url}apply/").json() == {"attached": 2, "refused": {}}
    assert not WaitingLine.objects.waiting().exists()
    rows = client.get(QUEUE, {"state": "attached"}).json()["results"]
    assert sorted(row["rule"] or "" for row in rows) == ["", "HEB", "HEB"]
    for conditions in ([], [{"column": "amount", "operator": "is", "text": "1"}]):
        wrong = {**RULE, "code": "HEB-2", "conditions": conditions}
        assert client.post("/api/v1/matching-rules/", wrong, format="json").status_code == 400


def test_the_panel_closes_before_and_after_a_line_is_attached(client):
    def panels():
        answer = client.get("/api/v1/reconciliation/", {"fiscal_year": "2026"})
        return {row["table"]: row for row in answer.json()["results"]}

    before = panels()
    assert before["commitments"]["unattached"] == {"amount": "230.00", "lines": 2}
    assert client.post(
        f"{QUEUE}{line('EJ-1-2').pk}/attach/", {"project": "A-1"}, format="json"
    ).json()["state"] == "attached"  # fmt: skip
    after = panels()
    assert after["commitments"]["attached"] == {"amount": "1200.00", "lines": 2}
    assert after["payments"]["unattached"] == {"amount": "0.00", "lines": 0}
    for row in (*before.values(), *after.values()):
        assert row["gap"] == {"amount": "0.00", "lines": 0}
    for query in ({"fiscal_year": "x"}, {"table": "x"}, {"page": "0"}, {"more": "1"}):
        assert client.get("/api/v1/reconciliation/", query).status_code == 400
    assert client.get("/api/v1/reconciliation/", {"batch": "none"}).json()["count"] == 0


def test_a_list_costs_the_same_number_of_queries_whatever_its_length(client, tmp_path):
    def cost(url: str) -> int:
        client.get(url)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        return len(captured)

    urls = (QUEUE, "/api/v1/reconciliation/")
    few = [cost(url) for url in urls]
    more = [commitment(f"EJ-{number}-1", "1.00", project="ZZ") for number in range(10, 40)]
    bring(tmp_path, "more", commitments=more)
    assert [cost(url) for url in urls] == few


def test_who_may_not_attach_reads_the_lines_of_their_projects_and_decides_nothing(client):
    reader = APIClient()
    reader.force_authenticate(person("portfolio_director", "A"))
    found = line("EJ-3-1")
    rows = reader.get(QUEUE).json()["results"]
    answer = reader.post(f"{QUEUE}{found.pk}/attach/", {"project": "A-1"}, format="json")
    assert answer.status_code == 403
    assert all(row["source_reference"] != "DP-1" for row in rows)
    assert reader.get("/api/v1/reconciliation/").status_code == 403


def test_a_target_beyond_the_reach_of_the_caller_is_refused_by_rest_as_one_that_is_not_there(
    client, tmp_path
):
    NomenclatureNode.objects.create(code="0214-UO2", name="UO", kind="uo")
    lines = [commitment("EJ-7-1", "5.00", project="ZZ"), commitment("EJ-8-1", node="0214-UO2")]
    bring(tmp_path, "more", commitments=lines, payments=[payment("DP-7", "EJ-9-1")])
    officer = APIClient()
    officer.force_authenticate(person("budget_officer", "0214-UO1", scope_kind="nomenclature"))
    url = f"{QUEUE}{line('EJ-7-1').pk}/attach/"
    answers = [officer.post(url, {"project": code}, format="json") for code in ("A-2", "Z9")]
    assert [answer.status_code for answer in answers] == [409, 409]
    assert answers[0].json()["detail"] == answers[1].json()["detail"]
    waits = line("DP-7")
    assert officer.get(f"{QUEUE}{waits.pk}/").status_code == 404
    WaitingLine.objects.filter(pk=waits.pk).update(node_id=line("EJ-7-1").node_id)
    url = f"{QUEUE}{waits.pk}/attach/"
    assert officer.post(url, {"commitment": "EJ-8-1"}, format="json").status_code == 409
    rows = [{"id": waits.pk, "commitment": "EJ-8-1"}, {"id": line("EJ-7-1").pk, "project": "A-1"}]
    told = officer.post(f"{QUEUE}bulk/", {"rows": rows}, format="json").json()["results"]
    assert [row["status"] for row in told] == ["refused", "attached"]
    assert officer.post(url, {"commitment": "EJ-1-1"}, format="json").status_code == 200


def test_the_queue_of_an_officer_of_the_whole_tree_holds_the_lines_of_no_known_imputation(client):
    officer = APIClient()
    officer.force_authenticate(person("budget_officer", "0214", scope_kind="nomenclature"))
    shown = officer.get(QUEUE, {"state": "waiting"}).json()["results"]
    assert "DP-1" in {row["source_reference"] for row in shown}
    url = f"{QUEUE}{line('DP-1').pk}/attach/"
    assert officer.post(url, {"commitment": "EJ-1-1"}, format="json").status_code == 200
    NomenclatureNode.objects.create(code="BOP-Z", name="BOP", kind="bop")
    shown = officer.get(QUEUE).json()["results"]
    assert "DP-1" not in {row["source_reference"] for row in shown}
