"""Cancelling and trying again by the API: who may, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from jobs.enums import JobState
from jobs.models import Job

pytestmark = pytest.mark.django_db


def a_job(user: Any = None, state: str = JobState.QUEUED, key: str = "2025-06-30") -> Job:
    return Job.objects.create(
        kind="indicators.compute", key=key, payload={"as_of": key}, state=state,
        requested_by=user, due_at=timezone.now())  # fmt: skip


def post(client: Any, job: Job, verb: str) -> Any:
    return client.post(f"/api/v1/jobs/{job.pk}/{verb}/")


def test_who_asked_cancels_their_job_and_the_controller_any(api: Any, users: Any) -> None:
    mine = a_job(users.manager)
    answer = post(api.manager, mine, "cancel")
    assert answer.status_code == 200, answer.content
    assert answer.json()["state"] == "cancelled"
    theirs = a_job(users.director)
    assert post(api.manager, theirs, "cancel").status_code == 404
    assert post(api.controller, theirs, "cancel").status_code == 200
    assert post(api.anonymous, theirs, "cancel").status_code == 401


def test_a_job_that_has_ended_is_not_cancelled(api: Any) -> None:
    answer = post(api.controller, a_job(state=JobState.QUARANTINE), "cancel")
    assert answer.status_code == 409
    assert answer.json()["code"] == "job_ended"


@pytest.mark.parametrize("state", [JobState.FAILED, JobState.QUARANTINE, JobState.CANCELLED])
def test_what_ended_badly_is_tried_again_as_a_new_job(api: Any, state: str) -> None:
    old = a_job(state=state)
    answer = post(api.controller, old, "retry")
    assert answer.status_code == 202, answer.content
    row = answer.json()
    assert (row["retry_of"], row["attempts"], row["requested_by"]) == (old.pk, 0, "controller")
    assert answer.headers["Location"] == f"/api/v1/jobs/{row['id']}/"
    assert api.controller.get(f"/api/v1/jobs/{old.pk}/").json()["state"] == state


@pytest.mark.parametrize("state", [JobState.QUEUED, JobState.RUNNING, JobState.SUCCEEDED])
def test_what_lives_or_succeeded_is_not_tried_again(api: Any, state: str) -> None:
    answer = post(api.controller, a_job(state=state), "retry")
    assert answer.status_code == 409
    assert answer.json()["code"] == "job_not_ended"


def test_a_parked_job_is_found_by_its_state(api: Any) -> None:
    parked, _other = a_job(state=JobState.QUARANTINE), a_job(state=JobState.FAILED)
    rows = api.controller.get("/api/v1/jobs/?state=quarantine").json()["results"]
    assert [row["id"] for row in rows] == [parked.pk]


def test_a_stranger_is_refused_the_verb(api: Any) -> None:
    for verb in ("cancel", "retry"):
        assert post(api.stranger, a_job(state=JobState.FAILED), verb).status_code == 403
