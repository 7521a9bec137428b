"""The queue of record: coalescing, leases, attempts, takeover."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import AuditEvent
from jobs.enums import JobState
from jobs.exceptions import JobNotCancellable, LeaseLost
from jobs.models import Job
from jobs.registry import register
from jobs.services import cancel_job, request_job, run_job, run_then_next, sweep
from jobs.services.running import JobContext

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def handlers() -> list[int]:
    """Three kinds of job for these tests; the list tells which ran."""
    ran: list[int] = []

    def count(context: JobContext) -> dict[str, Any]:
        ran.append(context.job.pk)
        context.heartbeat(done=1, total=1, step="counted")
        return {"ran": len(ran)}

    def fail(context: JobContext) -> dict[str, Any]:
        ran.append(context.job.pk)
        raise ValueError("poison")

    register("tests.count", count)
    register("tests.fail", fail)
    return ran


def later(job: Job) -> None:
    """Make the lease of a running job, or the pause of a queued one, a thing of the past."""
    past = timezone.now() - dt.timedelta(minutes=10)
    Job.objects.filter(pk=job.pk).update(lease_until=past, due_at=past)


def test_two_requests_of_the_same_work_are_one_job() -> None:
    first = request_job(kind="tests.count", key="a")
    assert request_job(kind="tests.count", key="a").pk == first.pk
    assert request_job(kind="tests.count", key="b").pk != first.pk
    assert Job.objects.count() == 2


def test_a_request_made_while_the_job_runs_waits_behind_it() -> None:
    job = request_job(kind="tests.count", key="a")
    Job.objects.filter(pk=job.pk).update(
        state=JobState.RUNNING, lease_until=timezone.now() + dt.timedelta(minutes=1)
    )
    second = request_job(kind="tests.count", key="a")
    assert second.pk != job.pk
    assert run_job(second.pk) is None
    second.refresh_from_db()
    assert second.state == JobState.QUEUED


def test_a_job_runs_once_and_keeps_its_result(handlers: list[int]) -> None:
    job = request_job(kind="tests.count")
    done = run_job(job.pk)
    assert done is not None
    assert (done.state, done.result, done.attempts) == (JobState.SUCCEEDED, {"ran": 1}, 1)
    assert (done.progress_done, done.progress_total, done.step) == (1, 1, "counted")
    assert run_job(job.pk) is None
    assert handlers == [job.pk]


def test_what_was_asked_meanwhile_runs_after(handlers: list[int]) -> None:
    def ask_again(context: JobContext) -> dict[str, Any]:
        handlers.append(context.job.pk)
        if len(handlers) == 1:
            request_job(kind="tests.again")
        return {}

    register("tests.again", ask_again)
    run_then_next(request_job(kind="tests.again").pk)
    assert len(handlers) == 2
    assert set(Job.objects.values_list("state", flat=True)) == {"succeeded"}


def test_a_poisoned_job_is_tried_three_times_then_parked(handlers: list[int]) -> None:
    job = request_job(kind="tests.fail")
    for _ in range(3):
        with pytest.raises(ValueError, match="poison"):
            run_job(job.pk)
        later(job)
    assert run_job(job.pk) is None
    job.refresh_from_db()
    assert (job.state, job.attempts, len(handlers)) == (JobState.QUARANTINE, 3, 3)
    assert "poison" in job.error


def test_a_job_whose_worker_dies_each_time_is_parked() -> None:
    job = request_job(kind="tests.count")
    Job.objects.filter(pk=job.pk).update(
        state=JobState.RUNNING, attempts=3, lease_until=timezone.now() - dt.timedelta(minutes=1)
    )
    assert run_job(job.pk) is None
    job.refresh_from_db()
    assert job.state == JobState.QUARANTINE
    event = AuditEvent.objects.get(verb="job_parked")
    assert (event.object_code, event.detail["cause"]) == (str(job.pk), "worker lost")


def test_a_dead_worker_s_job_is_taken_over_by_the_sweeper(handlers: list[int]) -> None:
    job = request_job(kind="tests.count")
    Job.objects.filter(pk=job.pk).update(
        state=JobState.RUNNING,
        attempts=1,
        fence=1,
        lease_until=timezone.now() - dt.timedelta(seconds=1),
    )
    assert sweep(here=True) == 1
    job.refresh_from_db()
    assert (job.state, job.attempts, job.fence) == (JobState.SUCCEEDED, 2, 2)


def test_a_worker_thought_dead_can_no_longer_write() -> None:
    job = request_job(kind="tests.count")
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, fence=2)
    slow = JobContext(job, fence=1)
    with pytest.raises(LeaseLost):
        slow.heartbeat(done=1)
    with pytest.raises(LeaseLost), transaction.atomic():
        slow.hold()


def test_a_job_under_lease_is_left_alone() -> None:
    job = request_job(kind="tests.count")
    Job.objects.filter(pk=job.pk).update(
        state=JobState.RUNNING, lease_until=timezone.now() + dt.timedelta(minutes=1)
    )
    assert run_job(job.pk) is None
    assert sweep(here=True) == 0


def test_a_cancelled_job_stops_at_its_next_sign_of_life(handlers: list[int]) -> None:
    def cancelled_meanwhile(context: JobContext) -> dict[str, Any]:
        cancel_job(actor=None, job_id=context.job.pk)
        context.heartbeat(done=1)
        return {}

    register("tests.cancelled", cancelled_meanwhile)
    job = request_job(kind="tests.cancelled")
    assert run_job(job.pk) is None
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED
    with pytest.raises(JobNotCancellable):
        cancel_job(actor=None, job_id=job.pk)


def test_a_job_that_fails_at_once_does_not_break_the_edit_that_asked_for_it(
    after_commit: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with after_commit(), transaction.atomic():
        job = request_job(kind="tests.fail")
    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.QUEUED, 1)
    assert "poison" in caplog.text


@pytest.mark.parametrize(
    ("state", "name"),
    [("queued", "jobs_job_one_queued"), ("running", "jobs_job_one_running")],
)
def test_the_base_itself_refuses_a_second_row(state: str, name: str) -> None:
    row = {"kind": "k", "key": "x", "state": state, "due_at": timezone.now()}
    Job.objects.create(**row)
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.create(**row)
    assert name in {constraint.name for constraint in Job._meta.constraints}
