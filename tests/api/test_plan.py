"""The plan by REST: floats beside each task, forecasts that stay, links without cycle."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects.models import BaselineTask, Dependency, MilestoneForecast, Project, Task
from tests.api.planned import add_plan

BASE = "/api/v1"


@pytest.fixture
def plan(api):
    return add_plan()


def post(client, path, body, version=None):
    headers = {} if version is None else {"If-Match": f'"{version}"'}
    return client.post(f"{BASE}/{path}/", body, format="json", headers=headers)


def rows(client, path):
    answer = client.get(f"{BASE}/{path}")
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def test_a_task_is_read_whole_with_its_float(api, plan):
    row = next(row for row in rows(api.manager, "tasks/") if row["code"] == "T-1")
    assert row == {
        "id": plan.first.pk, "project": "A-1", "code": "T-1", "name": "Première",
        "kind": "work_package", "parent": None, "rank": 1, "start_on": "2025-03-03",
        "end_on": "2025-03-03", "duration_days": None, "cost": None, "percent_complete": None,
        "actual_start_on": None, "actual_end_on": None, "early_start_on": "2025-03-03",
        "early_end_on": "2025-03-03", "late_end_on": "2025-03-03", "total_float": 0,
        "is_critical": True, "is_pushed": False, "is_imported": False, "state": "open",
        "closed_on": None, "data_origin": "fictitious", "version": 1,
    }  # fmt: skip


def test_a_closed_task_has_no_place(api, plan):
    row = api.manager.get(f"{BASE}/tasks/{plan.closed.pk}/").json()
    assert (row["total_float"], row["is_critical"], row["early_start_on"]) == (None, None, None)


def test_the_milestones_of_every_project_are_one_call(api, plan):
    assert [row["code"] for row in rows(api.manager, "tasks/?kind=milestone")] == ["J-1"]
    assert rows(api.manager, "tasks/?project=A-1&q=sec&state=open")[0]["code"] == "T-2"
    assert rows(api.budget, "tasks/?node=B") == []


def test_the_number_of_queries_does_not_depend_on_that_of_the_tasks(api, plan):
    counts = []
    rows(api.controller, "tasks/")  # content types and the like are read once a process
    for limit in (1, 100):
        with CaptureQueriesContext(connection) as queries:
            rows(api.controller, f"tasks/?limit={limit}")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_task_is_added_edited_closed_and_reopened_with_its_history(api, plan):
    body = {"project": "A-1", "code": "T-5", "name": "Essai", "start_on": "2025-05-02"}
    answer = post(api.manager, "tasks", body | {"end_on": "2025-05-01"})
    assert answer.status_code == 400
    made = post(api.manager, "tasks", body)
    assert made.status_code == 201, made.content
    url = made.headers["Location"]
    edit = {"cost": "1200.50", "percent_complete": "25", "reason": "Devis"}
    headers = {"If-Match": made.headers["ETag"]}
    edited = api.manager.patch(url, edit, format="json", headers=headers)
    assert (edited.json()["cost"], edited.json()["version"]) == ("1200.50", 2)
    stale = api.manager.patch(url, edit, format="json", headers=headers)
    assert (stale.status_code, stale.json()["context"]["current"]) == (412, 2)
    path = f"tasks/{edited.json()['id']}"
    closed = post(api.manager, f"{path}/close", {"closed_on": "2025-06-01", "reason": "Fini"}, 2)
    assert closed.json()["state"] == "closed"
    assert post(api.manager, f"{path}/reopen", {"reason": "Reprise"}, 3).json()["state"] == "open"
    assert len(rows(api.manager, f"{path}/history/")) == 4


def test_a_summary_is_named_by_its_number_in_the_same_plan(api, plan):
    body = {"project": "A-1", "code": "T-6", "name": "Essai", "parent": 10**6}
    (error,) = post(api.manager, "tasks", body).json()["errors"]
    assert error["path"] == "parent"
    summary = Task.objects.create(
        project=plan.first.project, code="S", name="Lot", kind="summary", data_origin="fictitious"
    )
    made = post(api.manager, "tasks", body | {"parent": summary.pk})
    assert made.json()["parent"] == summary.pk


def test_a_forecast_moves_the_milestone_and_the_former_ones_stay(api, plan):
    told = {"task": plan.milestone.pk, "forecast_on": "2025-06-30", "reason": "Recette"}
    first = post(api.manager, "milestone-forecasts", told, 1)
    assert first.status_code == 201, first.content
    later = told | {"forecast_on": "2025-09-30"}
    assert post(api.manager, "milestone-forecasts", later, 1).status_code == 412
    assert post(api.manager, "milestone-forecasts", later, 2).status_code == 201
    found = rows(api.manager, f"milestone-forecasts/?task={plan.milestone.pk}")
    assert [row["forecast_on"] for row in found] == ["2025-06-30", "2025-09-30"]
    assert found[0]["recorded_by"] == "manager"
    assert MilestoneForecast.objects.count() == 2
    task = api.manager.get(f"{BASE}/tasks/{plan.milestone.pk}/").json()
    assert task["end_on"] == "2025-09-30"


def test_the_day_of_a_milestone_is_not_edited_otherwise(api, plan):
    answer = api.manager.patch(
        f"{BASE}/tasks/{plan.milestone.pk}/", {"end_on": "2025-12-31"}, format="json",
        headers={"If-Match": '"1"'},
    )  # fmt: skip
    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (400, "end_on")


def test_a_link_that_turns_round_is_409_and_names_the_tasks(api, plan):
    body = {"predecessor": plan.second.pk, "successor": plan.first.pk}
    answer = post(api.manager, "dependencies", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "plan_cycle")
    assert answer.json()["context"]["cycle"] == "T-1 → T-2 → T-1"


def test_a_link_is_added_with_its_lag_and_taken_out(api, plan):
    body = {"predecessor": plan.second.pk, "successor": plan.alone.pk, "lag_days": -1}
    made = post(api.manager, "dependencies", body).json()
    assert (made["kind"], made["lag_days"]) == ("FS", -1)
    assert post(api.manager, f"dependencies/{made['id']}/remove", {}).status_code == 204
    assert Dependency.objects.count() == 1


def test_a_link_to_a_task_out_of_sight_is_404(api, plan):
    other = Task.objects.create(
        project=Project.objects.get(code="B-1"), code="T", name="Ailleurs", data_origin="fictitious"
    )
    body = {"predecessor": other.pk, "successor": plan.first.pk}
    assert post(api.manager, "dependencies", body).status_code == 404


def test_a_baseline_freezes_the_tasks_and_a_second_one_needs_a_decision(api, plan):
    body = {
        "project": "A-1", "approved_on": "2025-03-01", "full_cost": None, "start_on": None,
        "end_on": None, "reason": "Comité",
    }  # fmt: skip
    refused = post(api.director, "baselines", body, 1)
    assert (refused.status_code, refused.json()["code"]) == (409, "baseline_needs_decision")
    assert (
        post(api.director, "baselines", body | {"decision_reference": "D-1"}, 1).status_code == 201
    )
    found = rows(api.manager, "baseline-tasks/?project=A-1&baseline=1")
    assert sorted(row["code"] for row in found) == ["J-1", "T-1", "T-2", "T-3"]
    assert BaselineTask.objects.count() == 4
