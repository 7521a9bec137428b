"""Jobs: who sees what, and asking for a computation."""

from __future__ import annotations

from django.utils import timezone

from jobs.models import Job
from projects.models import Project

BODY = {"kind": "indicators.compute", "as_of": "2025-03-31"}


def post(client, body=BODY):
    return client.post("/api/v1/jobs/", body, format="json")


def test_a_controller_asks_for_a_computation_once(api):
    answer = post(api.controller)
    assert answer.status_code == 202, answer.content
    row = answer.json()
    assert answer.headers["Location"] == f"/api/v1/jobs/{row['id']}/"
    assert {name: row[name] for name in ("kind", "key", "state", "requested_by")} == {
        "kind": "indicators.compute",
        "key": "2025-03-31",
        "state": "queued",
        "requested_by": "controller",
    }
    assert post(api.controller).json()["id"] == row["id"]
    assert Job.objects.get().payload == {"as_of": "2025-03-31"}


def test_only_who_may_recompute_asks(api):
    for client in (api.manager, api.director, api.budget, api.stranger):
        assert post(client).status_code == 403
    assert post(api.anonymous).status_code == 401


def test_kind_and_date_are_checked(api):
    for body in ({}, BODY | {"kind": "indicators.chunk"}, BODY | {"as_of": "31/03/2025"}):
        assert post(api.controller, body).status_code == 400


def test_a_person_sees_their_own_jobs_and_the_controller_all(api, users):
    for user in (users.manager, users.controller):
        Job.objects.create(
            kind="indicators.refresh", key=str(user.pk), due_at=timezone.now(), requested_by=user
        )
    names = [row["requested_by"] for row in api.manager.get("/api/v1/jobs/").json()["results"]]
    assert names == ["manager"]
    assert len(api.controller.get("/api/v1/jobs/?state=queued").json()["results"]) == 2
    theirs = Job.objects.get(requested_by=users.controller)
    assert api.manager.get(f"/api/v1/jobs/{theirs.pk}/").status_code == 404


def test_an_error_shows_its_last_line_only(api, users):
    job = Job.objects.create(
        kind="x", due_at=timezone.now(), state="failed", error="Traceback\n  File x\nKeyError: 'y'"
    )
    assert api.controller.get(f"/api/v1/jobs/{job.pk}/").json()["error"] == "KeyError: 'y'"


def test_the_computation_runs_and_its_values_are_pulled(api, portfolio, after_commit):
    Project.objects.update(phase="build")
    with after_commit():
        answer = post(api.controller)
    job = api.controller.get(f"/api/v1/jobs/{answer.json()['id']}/").json()
    assert job["state"] == "succeeded", job
    rows = api.manager.get("/api/v1/indicator-values/?indicator=DR-07").json()["results"]
    found = [(row["project"], row["value"], row["as_of"]) for row in rows]
    assert found == [("A-1", 0.23456789, "2025-03-31")]
