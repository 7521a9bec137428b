"""Estimates, baselines, progress reports, planned values: read and added."""

from __future__ import annotations

import pytest

from projects.models import Baseline, Estimate

SOURCED = {
    "recorded_at": "2025-03-01T13:00:00+01:00",
    "recorded_by": None,
    "source_file": "example.csv",
    "source_line": 2,
}


def only(answer) -> dict:
    assert answer.status_code == 200, answer.content
    (row,) = answer.json()["results"]
    row.pop("id")
    return row


def post(client, resource, body, version: str | None = '"1"'):
    headers = {} if version is None else {"If-Match": version}
    return client.post(f"/api/v1/{resource}/", body, format="json", headers=headers)


def test_an_estimate_is_read_whole(api):
    assert only(api.manager.get("/api/v1/estimates/")) == SOURCED | {
        "project": "A-1",
        "edition_on": "2025-01-15",
        "full_cost": "1234567.89",
        "end_on": "2026-06-30",
        "duration_months": None,
        "reason": "Périmètre étendu",
        "source_reference": "E-A-1",
        "data_origin": "fictitious",
    }


def test_a_baseline_is_read_whole(api):
    assert only(api.manager.get("/api/v1/baselines/")) == SOURCED | {
        "project": "A-1",
        "number": 0,
        "name": "Initiale",
        "approved_on": "2024-01-01",
        "decision_reference": "",
        "full_cost": "1000000.00",
        "start_on": "2024-01-01",
        "end_on": "2025-12-31",
        "reason": "",
        "source_file": "",
        "source_line": None,
        "data_origin": "fictitious",
    }


def test_a_planned_value_is_read_whole(api):
    assert only(api.manager.get("/api/v1/planned-values/")) == {
        "project": "A-1",
        "baseline": 0,
        "month": "2024-01-01",
        "amount": "1000000.00",
        "data_origin": "fictitious",
    }


def test_a_progress_report_is_read_whole(api):
    assert only(api.manager.get("/api/v1/progress-reports/")) == SOURCED | {
        "project": "A-1",
        "reported_on": "2025-01-31",
        "percent_complete": "45.50",
        "weather": "NUAGE",
        "comment": "",
        "source_reference": "P-A-1",
        "data_origin": "fictitious",
    }


ESTIMATE = {"project": "A-1", "end_on": "2026-12-31", "reason": "Retard de la recette"}
BASELINE = {
    "project": "A-1",
    "approved_on": "2025-03-01",
    "full_cost": "1500000.00",
    "start_on": "2024-01-01",
    "end_on": "2026-12-31",
    "decision_reference": "COPIL 12",
    "reason": "Nouveau périmètre",
}
PROGRESS = {
    "project": "A-1",
    "reported_on": "2025-03-31",
    "percent_complete": "50",
    "weather": "SOLEIL",
}
BODIES = {"estimates": ESTIMATE, "baselines": BASELINE, "progress-reports": PROGRESS}


def test_a_new_end_date_moves_the_project_and_its_version(api):
    answer = post(api.manager, "estimates", ESTIMATE)
    assert answer.status_code == 201, answer.content
    row = answer.json()
    assert (row["full_cost"], row["end_on"]) == ("1234567.89", "2026-12-31")
    assert row["recorded_by"] == "manager"
    assert answer.headers["ETag"] == '"2"'
    assert answer.headers["Location"] == f"/api/v1/estimates/{row['id']}/"
    project = api.manager.get("/api/v1/projects/A-1/").json()
    assert (project["current_end_on"], project["version"]) == ("2026-12-31", 2)
    assert project["figures_version"] == 2


def test_a_baseline_takes_the_next_number(api):
    answer = post(api.director, "baselines", BASELINE)
    assert (answer.status_code, answer.json()["number"]) == (201, 1)


def test_a_baseline_is_approved_by_who_validates_never_by_a_manager_nor_a_machine(api, robot):
    assert post(api.manager, "baselines", BASELINE).status_code == 403
    client = robot("projects:write", "projects:read")
    assert post(client, "baselines", BASELINE).status_code == 403
    assert post(client, "estimates", ESTIMATE).status_code == 201
    assert Baseline.objects.filter(project__code="A-1").count() == 1


def test_progress_is_reported(api):
    answer = post(api.manager, "progress-reports", PROGRESS)
    assert (answer.status_code, answer.json()["percent_complete"]) == (201, "50.00")


@pytest.mark.parametrize("resource", BODIES)
def test_rights_and_versions_of_an_added_row(api, resource):
    body = BODIES[resource]
    assert post(api.anonymous, resource, body).status_code == 401
    assert post(api.controller, resource, body).status_code == 403
    assert post(api.budget, resource, body).status_code == 403
    writer = api.director if resource == "baselines" else api.manager
    unseen = "B-1" if resource == "baselines" else "A-2"
    assert post(writer, resource, body | {"project": unseen}).status_code == 404
    assert post(writer, resource, body | {"project": "none"}).status_code == 404
    assert post(writer, resource, body, version=None).status_code == 428
    assert post(writer, resource, body, version='"7"').status_code == 412
    assert post(writer, resource, body | {"version": 1}).status_code == 400


def test_rules_are_answered_by_their_own_codes(api):
    early = post(api.manager, "estimates", ESTIMATE | {"end_on": "2023-01-01"})
    assert (early.status_code, early.json()["code"]) == (409, "end_before_start")
    same = post(api.manager, "estimates", ESTIMATE | {"end_on": "2026-06-30"})
    assert (same.status_code, same.json()["code"]) == (409, "nothing_to_change")
    assert Estimate.objects.filter(project__code="A-1").count() == 1


def test_percentages_stay_between_0_and_100(api):
    for value in ("100.01", "-1", 45, "45,5", "4.555"):
        answer = post(api.manager, "progress-reports", PROGRESS | {"percent_complete": value})
        assert answer.status_code == 400, value


@pytest.mark.parametrize(
    ("resource", "query", "count"),
    [
        ("estimates", "project=A-1", 1),
        ("estimates", "node=B", 1),
        ("estimates", "edition_on_from=2025-01-16", 0),
        ("estimates", "full_cost_min=1234567.89&full_cost_max=1234567.89", 3),
        ("baselines", "number=0&ministry=MEN", 1),
        ("baselines", "approved_on_to=2023-12-31", 0),
        ("planned-values", "month_from=2024-01-01&project=B-1", 1),
        ("planned-values", "baseline=1", 0),
        ("progress-reports", "weather=NUAGE&manager=manager", 1),
        ("progress-reports", "percent_complete_min=45.51", 0),
    ],
)
def test_filters(api, resource, query, count):
    answer = api.controller.get(f"/api/v1/{resource}/?{query}")
    assert (answer.status_code, len(answer.json()["results"])) == (200, count)
