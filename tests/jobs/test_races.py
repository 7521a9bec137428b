"""Many at once on PostgreSQL: one runs the job, one asks for the period."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from common.exceptions import DomainError
from jobs.enums import JobState
from jobs.models import Job, JobPeriod
from jobs.registry import register
from jobs.services import JobContext, cancel_job, request_job, request_period, run_job, running
from jobs.services.context import lease_end

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
THREADS = 12
ROUNDS = 5


@pytest.fixture(autouse=True)
def on_postgres() -> Iterator[None]:
    """Threads share no SQLite in memory."""
    if connection.vendor != "postgresql":
        pytest.skip("a race between threads needs PostgreSQL (make test-postgres)")
    yield
    JobPeriod.objects.all().delete()


def at_once(work: Callable[[], Any]) -> list[Any]:
    """Do the work in every thread at the same moment; return what each gave."""
    ready = threading.Barrier(THREADS)
    given: list[Any] = []

    def one() -> None:
        try:
            ready.wait(timeout=20)
            given.append(work())
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(given) == THREADS
    return given


def runs_of_one_job() -> int:
    """Start the same job in every thread; return how many ran it."""
    ran: list[int] = []

    def note(context: JobContext) -> dict[str, Any]:
        ran.append(context.fence)
        return {}

    register("tests.race", note)
    with transaction.atomic():
        job = Job.objects.create(kind="tests.race", key="k", due_at=timezone.now())
    at_once(lambda: run_job(job.pk))
    job.delete()
    return len(ran)


def test_a_job_started_by_many_at_once_runs_once() -> None:
    assert [runs_of_one_job() for _ in range(ROUNDS)] == [1] * ROUNDS


def test_without_the_claim_a_job_started_by_many_at_once_runs_many_times(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The twin: with the protection off, the promise above fails."""

    def read_then_write(job_id: int) -> Job | None:
        job = Job.objects.get(pk=job_id)
        if job.state != JobState.QUEUED:
            return None
        # Between the look and the write, the others look too.
        looked.wait(timeout=20)
        Job.objects.filter(pk=job_id).update(
            state=JobState.RUNNING, fence=job.fence + 1, lease_until=lease_end()
        )
        return Job.objects.get(pk=job_id)

    looked = threading.Barrier(THREADS)
    monkeypatch.setattr(running, "_claim", read_then_write)
    assert runs_of_one_job() == THREADS


def test_many_schedulers_ask_for_a_period_once() -> None:
    register("tests.race", lambda context: {})
    for day in range(1, ROUNDS + 1):
        period = dt.date(2027, 3, day).isoformat()

        def ask(period: str = period) -> JobPeriod | None:
            return request_period(
                name="tests.race",
                period=period,
                ask=lambda: request_job(kind="tests.race", key=period),
            )

        rows = at_once(ask)
        assert len([row for row in rows if row is not None]) == 1
    assert Job.objects.filter(kind="tests.race").count() == ROUNDS


def cancelled(job: Job) -> str:
    """Cancel; return the code of the refusal."""
    try:
        cancel_job(actor=None, job_id=job.pk)
    except DomainError as refusal:
        return refusal.code
    return ""


def test_a_job_whose_worker_holds_it_in_a_transaction_is_neither_taken_over_nor_cancelled() -> None:
    register("tests.race", lambda context: {})
    job = Job.objects.create(
        kind="tests.race",
        key="k",
        state=JobState.RUNNING,
        fence=1,
        attempts=1,
        due_at=timezone.now(),
        lease_until=timezone.now() - dt.timedelta(minutes=1),
    )
    with transaction.atomic():
        JobContext(job, fence=1).hold()
        assert set(at_once(lambda: run_job(job.pk))) == {None}
        assert set(at_once(lambda: cancelled(job))) == {"job_writing"}
    ran = run_job(job.pk)
    assert ran is not None, "its lease has run out and nobody holds it"
    assert ran.fence == 2
