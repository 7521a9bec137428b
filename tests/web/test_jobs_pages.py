"""The pages of the jobs: who sees, who steers, what is shown while a job lives."""

from __future__ import annotations

from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone

from jobs.enums import JobState
from jobs.exceptions import JobNotCancellable
from jobs.models import Job


def a_job(user=None, state=JobState.QUEUED, key="2025-06-30", **fields) -> Job:
    return Job.objects.create(
        kind="indicators.compute", key=key, payload={"as_of": key}, state=state,
        requested_by=user, due_at=timezone.now(), **fields)  # fmt: skip


def test_jobs_are_those_that_the_person_may_read(client, director, controller, stranger, db):
    mine, other = a_job(director), a_job(key="2025-05-31")
    assert client.get(reverse("web:jobs")).status_code == 302
    client.force_login(director)
    assert [row[0].raw for row in client.get(reverse("web:jobs")).context["table"]] == [mine.pk]
    assert client.get(reverse("web:job", args=[other.pk])).status_code == 404
    client.force_login(controller)
    assert len(client.get(reverse("web:jobs")).context["table"]) == 2
    client.force_login(stranger)
    assert client.get(reverse("web:jobs")).status_code == 403


def test_a_living_job_is_looked_at_again_and_an_ended_one_is_not(client, controller):
    job = a_job(state=JobState.RUNNING, progress_done=1200, progress_total=5000)
    client.force_login(controller)
    text = client.get(reverse("web:job", args=[job.pk])).content.decode()
    assert "hx-get" in text
    assert "<progress" in text
    assert "5\u00a0000" in text
    assert 'role="status"' in text
    Job.objects.filter(pk=job.pk).update(state=JobState.FAILED, error="Traceback\nValueError: no")
    text = client.get(reverse("web:job", args=[job.pk])).content.decode()
    assert "hx-get" not in text
    assert "ValueError: no" in text


def test_htmx_gets_the_progress_alone(client, controller):
    job = a_job()
    client.force_login(controller)
    url = reverse("web:job", args=[job.pk])
    assert "<html" not in client.get(url, headers={"HX-Request": "true"}).content.decode()


def test_a_job_is_cancelled_by_who_may(client, director, controller):
    for user in (director, controller):
        job = a_job(director)
        client.force_login(user)
        answer = client.post(reverse("web:job-cancel", args=[job.pk]))
        assert answer.status_code == 302
        job.refresh_from_db()
        assert job.state == JobState.CANCELLED


def test_a_job_that_ended_is_not_cancelled(client, controller):
    job = a_job(state=JobState.SUCCEEDED)
    client.force_login(controller)
    answer = client.post(reverse("web:job-cancel", args=[job.pk]), follow=True)
    job.refresh_from_db()
    assert job.state == JobState.SUCCEEDED
    told = [(one.level_tag, str(one)) for one in answer.context["messages"]]
    assert told == [("error", str(JobNotCancellable(id=job.pk)))]
    assert told[0][1] in unescape(answer.content.decode())


def test_a_failed_job_is_tried_again_as_a_new_one(client, controller):
    job = a_job(state=JobState.FAILED)
    client.force_login(controller)
    client.post(reverse("web:job-retry", args=[job.pk]))
    again = Job.objects.exclude(pk=job.pk).get()
    assert (again.key, again.requested_by) == (job.key, controller)
    client.post(reverse("web:job-retry", args=[again.pk]))
    assert Job.objects.count() == 2


@pytest.mark.parametrize(
    ("state", "cancel", "retry"),
    [("queued", True, False), ("failed", False, True), ("succeeded", False, False)],
)
def test_only_the_decisions_that_make_sense_are_offered(client, controller, state, cancel, retry):
    job = a_job(state=state)
    client.force_login(controller)
    text = client.get(reverse("web:job", args=[job.pk])).content.decode()
    assert (reverse("web:job-cancel", args=[job.pk]) in text) is cancel
    assert (reverse("web:job-retry", args=[job.pk]) in text) is retry


def test_a_job_of_somebody_else_cannot_be_steered(client, director):
    job = a_job()
    client.force_login(director)
    assert client.post(reverse("web:job-cancel", args=[job.pk])).status_code == 404


def test_a_computation_is_asked_for_by_who_may(client, director, controller):
    client.force_login(director)
    assert client.post(reverse("web:recompute"), {"as_of": "30/06/2025"}).status_code == 403
    assert reverse("web:recompute") not in client.get(reverse("web:jobs")).content.decode()
    client.force_login(controller)
    assert reverse("web:recompute") in client.get(reverse("web:jobs")).content.decode()
    answer = client.post(reverse("web:recompute"), {"as_of": "30/06/2025"})
    job = Job.objects.get()
    assert answer["Location"] == reverse("web:job", args=[job.pk])
    assert (job.key, job.requested_by) == ("2025-06-30", controller)


@pytest.mark.parametrize("query", ["?state=wrong", "?state=%00"])
def test_a_wrong_filter_shows_nothing(client, controller, query):
    a_job()
    client.force_login(controller)
    answer = client.get(reverse("web:jobs") + query)
    assert answer.status_code == 200
    assert answer.context["table"] == []
