"""How a job ends: with its effects, refused, too long, parked, tried again."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from accounts.models import AuditEvent, User
from common.exceptions import DomainError
from jobs.enums import JobState
from jobs.exceptions import JobNotCancellable, JobNotRetryable, LeaseLost
from jobs.models import Job
from jobs.registry import register
from jobs.services import cancel_job, request_job, retry_job, run_job, running, sweep
from jobs.services.context import JobContext
from jobs.services.dispatch import FIRST, IN_TURN

pytestmark = pytest.mark.django_db
KIND = "tests.end"


def handle(function: Any) -> Job:
    """Queue a job of a kind that this function runs."""
    register(KIND, function)
    return request_job(kind=KIND)


def ended(job: Job) -> tuple[str, int, str]:
    job.refresh_from_db()
    return job.state, job.attempts, job.error.strip().rpartition("\n")[2]


def parked(key: str = "") -> Job:
    return Job.objects.create(
        kind=KIND, key=key, state=JobState.QUARANTINE, attempts=3, due_at=timezone.now()
    )


def test_effects_and_end_are_one_commit() -> None:
    def write(context: JobContext) -> dict[str, Any]:
        with transaction.atomic():
            context.hold()
            context.complete({"rows": 3})
        # A worker killed here has nothing left to do again.
        assert Job.objects.get(pk=context.job.pk).state == JobState.SUCCEEDED
        return {"rows": 4}

    job = handle(write)
    run_job(job.pk)
    assert ended(job) == (JobState.SUCCEEDED, 1, "")
    assert job.result == {"rows": 3}


def test_an_error_after_the_end_does_not_queue_the_job_again() -> None:
    def write_then_break(context: JobContext) -> dict[str, Any]:
        with transaction.atomic():
            context.complete({})
        raise ValueError("too late")

    job = handle(write_then_break)
    with pytest.raises(ValueError, match="too late"):
        run_job(job.pk)
    assert ended(job) == (JobState.SUCCEEDED, 1, "")


def test_who_lost_the_lease_cannot_complete() -> None:
    job = parked()
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, fence=2)
    with pytest.raises(LeaseLost), transaction.atomic():
        JobContext(job, fence=1).complete({})


def test_a_refusal_of_the_domain_fails_at_once_and_is_not_tried_again() -> None:
    def refuse(context: JobContext) -> dict[str, Any]:
        raise DomainError

    job = handle(refuse)
    run_job(job.pk)
    state, attempts, error = ended(job)
    assert (state, attempts) == (JobState.FAILED, 1)
    assert error.startswith("domain_error: ")


def test_a_job_beyond_its_time_limit_is_an_error_that_says_so() -> None:
    def last(context: JobContext) -> dict[str, Any]:
        raise SoftTimeLimitExceeded

    register(KIND, last, time_limit=7)
    job = request_job(kind=KIND)
    run_job(job.pk)
    assert ended(job) == (JobState.QUEUED, 1, "TimeLimit: stopped after 7 s")


def test_a_failed_job_waits_before_its_next_attempt_and_longer_each_time() -> None:
    def fail(context: JobContext) -> dict[str, Any]:
        raise ValueError("no")

    job = handle(fail)
    for attempt in (1, 2):
        with pytest.raises(ValueError, match="no"):
            run_job(job.pk)
        job.refresh_from_db()
        wait = (job.due_at - timezone.now()).total_seconds()
        assert 10 * attempt - 5 < wait <= 10 * attempt
        Job.objects.filter(pk=job.pk).update(due_at=timezone.now())


def test_an_error_beside_a_queued_twin_ends_the_job() -> None:
    def fail_after_a_request(context: JobContext) -> dict[str, Any]:
        request_job(kind=KIND)
        raise ValueError("replaced")

    job = handle(fail_after_a_request)
    with pytest.raises(ValueError, match="replaced"):
        run_job(job.pk)
    assert ended(job) == (JobState.FAILED, 1, "ValueError: replaced")
    assert Job.objects.filter(state=JobState.QUEUED).count() == 1


def test_a_lost_connection_is_opened_again_and_the_work_done_once_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tries: list[int] = []
    reconnected: list[int] = []
    monkeypatch.setattr(running, "_reconnect", lambda: reconnected.append(1))
    monkeypatch.setattr(connection, "in_atomic_block", False)

    def lose_once() -> str:
        tries.append(1)
        if len(tries) == 1:
            raise OperationalError("server closed the connection")
        return "done"

    assert running.once_more(lose_once) == "done"
    assert (len(tries), len(reconnected)) == (2, 1)
    tries.clear()

    def lose() -> str:
        tries.append(1)
        raise OperationalError("server closed the connection")

    with pytest.raises(OperationalError):
        running.once_more(lose)
    assert len(tries) == 2


def test_inside_a_transaction_nothing_is_done_once_more() -> None:
    tries: list[int] = []

    def lose() -> None:
        tries.append(1)
        raise OperationalError("server closed the connection")

    with pytest.raises(OperationalError):
        running.once_more(lose)
    assert tries == [1]


def test_a_parked_job_is_tried_again_as_a_new_one_and_stays_as_it_ended(stranger: User) -> None:
    register(KIND, lambda context: {})
    old = parked("k")
    assert list(Job.objects.all().parked()) == [old]
    new = retry_job(actor=stranger, job_id=old.pk)
    assert (new.key, new.attempts, new.retry_of_id, new.requested_by_id) == (
        "k", 0, old.pk, stranger.pk,
    )  # fmt: skip
    assert ended(old)[:2] == (JobState.QUARANTINE, 3)
    assert not Job.objects.all().parked().exists()
    event = AuditEvent.objects.get(verb="job_retried")
    assert (event.actor, event.object_code, event.detail["again"]) == (
        stranger, str(old.pk), new.pk,
    )  # fmt: skip


def test_a_retry_of_work_that_is_queued_already_is_that_work() -> None:
    old = parked("k")
    queued = request_job(kind=KIND, key="k")
    assert retry_job(actor=None, job_id=old.pk).pk == queued.pk
    assert not Job.objects.all().parked().exists()


def test_work_done_since_by_another_job_is_no_longer_shown_as_parked() -> None:
    parked("k")
    other = parked("other")
    Job.objects.create(kind=KIND, key="k", state=JobState.SUCCEEDED, due_at=timezone.now())
    assert list(Job.objects.all().parked()) == [other]


@pytest.mark.parametrize("state", [JobState.QUEUED, JobState.RUNNING, JobState.SUCCEEDED])
def test_a_job_that_lives_or_succeeded_is_not_tried_again(state: str) -> None:
    job = Job.objects.create(kind=KIND, state=state, due_at=timezone.now())
    with pytest.raises(JobNotRetryable):
        retry_job(actor=None, job_id=job.pk)


@pytest.mark.parametrize("state", [JobState.FAILED, JobState.QUARANTINE, JobState.CANCELLED])
def test_a_job_that_ended_is_not_cancelled(state: str) -> None:
    job = Job.objects.create(kind=KIND, state=state, due_at=timezone.now())
    with pytest.raises(JobNotCancellable):
        cancel_job(actor=None, job_id=job.pk)


def test_progress_never_goes_backwards() -> None:
    job = parked()
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, fence=1)
    context = JobContext(job, fence=1)
    for done, shown in ((5, 5), (2, 5), (9, 9)):
        context.heartbeat(done=done, total=10)
        job.refresh_from_db()
        assert job.progress_done == shown


def test_the_sweeper_does_not_send_a_job_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[int] = []

    def note(job_id: int, kind: str = "", **options: int) -> bool:
        sent.append(job_id)
        return True

    monkeypatch.setattr("jobs.services.sweeping.wake", note)
    job = request_job(kind=KIND)
    assert sweep() == 0, "a worker was woken at the request"
    Job.objects.update(woken_at=timezone.now() - dt.timedelta(minutes=1))
    assert [sweep(), sweep()] == [1, 0]
    assert sent == [job.pk]


def test_what_the_broker_did_not_take_is_sent_at_the_next_sweep(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    request_job(kind=KIND)
    Job.objects.update(woken_at=None)
    monkeypatch.setattr("jobs.services.sweeping.wake", lambda job_id, kind="", **options: False)
    assert [sweep(), sweep()] == [0, 0]
    assert Job.objects.get().woken_at is None


def test_what_a_dead_worker_left_goes_before_what_waits_its_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent: list[tuple[str, int]] = []

    def note(job_id: int, kind: str = "", *, priority: int) -> bool:
        sent.append((Job.objects.get(pk=job_id).key, priority))
        return True

    monkeypatch.setattr("jobs.services.sweeping.wake", note)
    past = timezone.now() - dt.timedelta(minutes=5)
    for key, state, attempts in (("new", JobState.QUEUED, 0), ("left", JobState.RUNNING, 1)):
        Job.objects.create(
            kind=KIND, key=key, state=state, attempts=attempts, due_at=past, lease_until=past
        )
    sweep()
    assert sent == [("left", FIRST), ("new", IN_TURN)]
