"""The id of the request follows its work: from the page to the job, its log and its events."""

from __future__ import annotations

import logging
from typing import Any

import pytest
import structlog

from accounts.models import AuditEvent
from accounts.services.audit import record_event
from common.models import current_request_id
from jobs.models import Job
from jobs.registry import register
from jobs.services import JobContext, request_job, run_job, sweep

pytestmark = pytest.mark.django_db
KIND = "tests.traced"


@pytest.fixture
def ran() -> list[str]:
    """A kind of job that records, logs and asks for more; the list tells under which request."""
    found: list[str] = []

    def handle(context: JobContext) -> dict[str, Any]:
        found.append(current_request_id())
        record_event(actor=None, verb="traced", object_code=context.job.key)
        structlog.get_logger("dne.jobs").warning("traced", job=context.job.pk)
        if context.job.key == "first":
            request_job(kind=KIND, key="second")
        return {}

    register(KIND, handle)
    return found


def ask(request_id: str, key: str = "first") -> Job:
    """Ask for a job as a request does."""
    with structlog.contextvars.bound_contextvars(request_id=request_id):
        return request_job(kind=KIND, key=key)


def test_the_event_and_the_log_of_a_job_bear_the_request_that_asked(
    ran: list[str], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger("dne"), "handlers", [caplog.handler])
    job = ask("edge-0123456789")
    assert current_request_id() == ""
    run_job(job.pk)
    assert ran == ["edge-0123456789"]
    assert AuditEvent.objects.get(verb="traced").request_id == "edge-0123456789"
    (line,) = [record.msg for record in caplog.records if record.name == "dne.jobs"]
    assert (line["event"], line["request_id"]) == ("traced", "edge-0123456789")
    assert current_request_id() == ""


def test_what_a_job_asks_for_is_of_the_same_request(ran: list[str]) -> None:
    run_job(ask("edge-0123456789").pk)
    assert sweep(here=True) == 1
    assert ran == ["edge-0123456789"] * 2


def test_the_job_of_a_page_that_is_run_by_another_process_keeps_its_request(
    client: Any, controller: Any, project: Any
) -> None:
    client.force_login(controller)
    sent = client.post(
        "/api/v1/jobs/",
        {"kind": "indicators.compute", "as_of": "2025-12-31"},
        content_type="application/json",
        headers={"X-Request-ID": "edge-0123456789"},
    )
    assert sent.status_code == 202
    assert Job.objects.get(kind="indicators.compute").request_id == "edge-0123456789"


def test_coalesced_requests_leave_the_first_and_the_clock_leaves_none(ran: list[str]) -> None:
    assert ask("one").pk == ask("another").pk
    assert Job.objects.get().request_id == "one"
    run_job(request_job(kind=KIND, key="clock").pk)
    assert ran == [""]


def test_a_job_that_is_parked_says_by_which_request(ran: list[str]) -> None:
    job = ask("edge-0123456789")
    Job.objects.filter(pk=job.pk).update(attempts=3)
    assert run_job(job.pk) is None
    assert AuditEvent.objects.get(verb="job_parked").request_id == "edge-0123456789"
