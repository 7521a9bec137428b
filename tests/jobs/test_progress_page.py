"""The page of a job: what is spoken, what is left, labels instead of keys, what is parked."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import User
from jobs.enums import JobState
from jobs.models import Job
from jobs.services import dispatch, waiting
from web.jobs.selectors import progress_of

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
PARKED = "/taches/?state=quarantine"


def running(**fields: Any) -> Job:
    row: dict[str, Any] = {
        "kind": "indicators.compute",
        "state": JobState.RUNNING,
        "due_at": timezone.now(),
        "started_at": timezone.now() - dt.timedelta(seconds=30),
    }
    return Job.objects.create(**(row | fields))


def page(client: Client, job: Job, query: str = "", **headers: str) -> str:
    answer = client.get(reverse("web:job", args=[job.pk]) + query, headers=headers or None)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def looking(client: Client, controller: User) -> Client:
    client.force_login(controller)
    return client


def test_progress_is_spoken_at_the_beginning_the_half_and_the_end_only(looking: Client) -> None:
    job = running(progress_total=100)
    heard = []
    said = ""
    for done in (0, 20, 49, 50, 70, 99):
        Job.objects.filter(pk=job.pk).update(progress_done=done)
        text = page(looking, job, f"?look=1{said}", **HTMX)
        heard.append("hx-swap-oob" in text)
        said = f"&said={0 if done < 50 else 50}"
    assert heard == [True, False, False, True, False, False]
    Job.objects.filter(pk=job.pk).update(state=JobState.SUCCEEDED, finished_at=timezone.now())
    assert "hx-swap-oob" in page(looking, job, "?said=50", **HTMX)


def test_the_whole_page_speaks_only_when_it_changes_and_works_without_javascript(
    looking: Client,
) -> None:
    job = running(progress_total=10, progress_done=2)
    text = page(looking, job)
    assert "hx-swap-oob" not in text
    assert f'href="{reverse("web:job", args=[job.pk])}"' in text
    assert 'id="live"' in text


@pytest.mark.parametrize(
    ("done", "words"),
    [(1, ""), (20, "about 2 minutes left"), (50, "about 30 seconds left"), (100, "")],
)
def test_the_time_left_is_told_from_the_pace_when_it_means_something(done: int, words: str) -> None:
    now = timezone.now()
    job = running(progress_total=100, progress_done=done, started_at=now - dt.timedelta(seconds=30))
    with translation.override("en"):
        assert progress_of(job, now).left == words


def test_a_job_of_unknown_total_shows_its_step_and_no_bar(looking: Client) -> None:
    text = page(looking, running(step="Étape 2 sur 4"))
    assert "Étape 2 sur 4" in text
    assert "<progress" not in text


def test_results_have_labels_and_what_has_none_is_not_shown(looking: Client) -> None:
    result = {"run": 7, "projects": 1234, "digest": "abc"}
    text = page(looking, running(state=JobState.SUCCEEDED, result=result))
    assert "1\u00a0234" in text
    assert "<dt>projects</dt>" not in text
    assert "digest" not in text


def test_a_parked_job_says_so_and_is_tried_again_by_one_click(looking: Client) -> None:
    job = running(state=JobState.QUARANTINE, attempts=3)
    text = page(looking, job)
    assert 'id="job-retry"' in text
    assert "hx-get" not in text
    assert PARKED in looking.get(reverse("web:jobs")).content.decode()
    answer = looking.post(reverse("web:job-retry", args=[job.pk]))
    again = Job.objects.get(retry_of=job)
    assert answer["Location"] == reverse("web:job", args=[again.pk])
    assert PARKED not in looking.get(reverse("web:jobs")).content.decode()
    assert reverse("web:job", args=[job.pk]) in page(looking, again)


def test_an_error_shows_its_last_line_without_the_paths_of_the_machine(looking: Client) -> None:
    error = 'Traceback\n  File "/srv/x.py"\nValueError: no\n'
    text = page(looking, running(state=JobState.FAILED, error=error))
    assert "ValueError: no" in text
    assert "/srv/x.py" not in text


@pytest.mark.parametrize("query", ["?look=-1&said=x", "?look=99999&said=²", "?said=999"])
def test_a_wrong_address_of_the_poll_is_as_good_as_none(looking: Client, query: str) -> None:
    page(looking, running(), query, **HTMX)


@pytest.fixture
def queue_with_a_broker(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.CELERY_TASK_ALWAYS_EAGER = False
    monkeypatch.setattr(waiting._Seen, "until", 0.0)
    monkeypatch.setattr(dispatch._Breaker, "tripped", False)


def banner(client: Client) -> bool:
    return "fr-notice" in client.get(reverse("web:jobs")).content.decode()


@pytest.mark.usefixtures("queue_with_a_broker")
def test_a_banner_says_when_the_broker_does_not_answer(
    looking: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not banner(looking)
    monkeypatch.setattr(dispatch._Breaker, "tripped", True)
    assert banner(looking)


@pytest.mark.usefixtures("queue_with_a_broker")
def test_a_banner_says_when_no_worker_takes_what_is_due(
    looking: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    running(state=JobState.QUEUED, due_at=timezone.now() - dt.timedelta(minutes=5))
    assert banner(looking)
    Job.objects.all().delete()
    assert banner(looking), "the queue is looked at every few seconds only"
    monkeypatch.setattr(waiting._Seen, "until", 0.0)
    assert not banner(looking)


def test_without_a_broker_there_is_nothing_to_wait_for(looking: Client) -> None:
    running(state=JobState.QUEUED, due_at=timezone.now() - dt.timedelta(days=1))
    assert not banner(looking)
