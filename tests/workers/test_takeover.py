"""A worker killed inside a chunk: the job is taken over, nothing is lost, nothing doubled."""

from __future__ import annotations

import datetime as dt
import os
import signal
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Count
from django.utils import timezone

from indicators.models import IndicatorRun, IndicatorSnapshot
from indicators.selectors import run_payload
from indicators.services.runs import CHUNK, request_computation
from jobs.enums import JobState
from jobs.models import Job, JobQuerySet
from jobs.services import sweep
from projects.models import Estimate, Project
from tests.samples import AS_OF, build_sample
from tests.workers.conftest import Workers, wait_until

pytestmark = pytest.mark.worker
COPIES = 40


@pytest.fixture
def portfolio(workers: Workers, manager: Any) -> int:
    """The sample and forty more projects; returns how many there are."""
    sample = build_sample(manager)
    Project.objects.bulk_create(
        Project(
            code=f"C-{index:03}",
            title=f"Copie {index}",
            normalised_title=f"copie {index}",
            node=sample.tn,
            started_on=dt.date(2025, 1, 1),
            phase="build",
        )
        for index in range(COPIES)
    )
    Estimate.objects.bulk_create(
        Estimate(
            project=project,
            edition_on=dt.date(2025, month, 1),
            reason="Essai",
            full_cost=Decimal(100_000 + project.pk * month * 17),
            end_on=dt.date(2026, month, 1),
            source_reference=f"E-{project.code}-{month}",
            recorded_at=timezone.now(),
        )
        for project in Project.objects.filter(code__startswith="C-")
        for month in (1, 5)
    )
    return COPIES + 3


def ask(workers: Workers) -> None:
    """Ask for the computation as a web process would: through the broker."""
    done = workers.python(
        "import datetime as dt\n"
        "from indicators.services.runs import request_computation\n"
        f"request_computation(dt.date.fromisoformat('{AS_OF}'))"
    )
    assert done.returncode == 0, done.stderr


def sweep_by(workers: Workers) -> None:
    """The part of the scheduler: send again what is due."""
    done = workers.python("from jobs.services import sweep\nsweep()")
    assert done.returncode == 0, done.stderr


def finished() -> bool:
    run = IndicatorRun.objects.order_by("-pk").first()
    busy = Job.objects.filter(state__in=[JobState.QUEUED, JobState.RUNNING]).exists()
    return run is not None and run.state == "finished" and not busy


def doubled() -> bool:
    rows = IndicatorSnapshot.objects.values("project", "as_of").annotate(n=Count("pk"))
    return rows.filter(n__gt=1).exists()


def test_a_worker_killed_inside_a_chunk_is_replaced_and_the_digest_is_the_same(
    workers: Workers, portfolio: int, after_commit: Any
) -> None:
    (workers.folder / "armed").touch()
    first, second = workers.start("first"), workers.start("second", TZ="Asia/Tokyo")
    ask(workers)
    held = workers.folder / "held"
    wait_until(lambda: held.exists() and held.read_text().isdigit())
    killed = int(held.read_text())
    assert killed in (first.pid, second.pid)
    before = IndicatorSnapshot.objects.count()
    os.kill(killed, signal.SIGKILL)
    (workers.folder / "armed").unlink()

    def over() -> bool:
        if not finished():
            sweep_by(workers)
        return finished()

    wait_until(over, 60)
    run = IndicatorRun.objects.latest("pk")
    assert before < portfolio, "the barrier held nothing back"
    assert Job.objects.filter(kind=CHUNK, attempts__gte=2).count() == 1
    assert IndicatorSnapshot.objects.count() == portfolio
    assert not doubled()
    assert (run.projects_total, len(run.chunks_done)) == (portfolio, run.chunks_total)
    disturbed = run_payload(run)["digest"]
    with after_commit():
        request_computation(AS_OF)
    assert run_payload(IndicatorRun.objects.latest("pk"))["digest"] == disturbed


def test_without_the_lease_the_job_of_a_killed_worker_is_never_taken_over(
    workers: Workers, portfolio: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: with the protection off, the promise above fails."""
    (workers.folder / "armed").touch()
    workers.start("only")
    ask(workers)
    held = workers.folder / "held"
    wait_until(lambda: held.exists() and held.read_text().isdigit())
    os.kill(int(held.read_text()), signal.SIGKILL)
    (workers.folder / "armed").unlink()
    monkeypatch.setattr(
        JobQuerySet, "due", lambda self, now: self.filter(state=JobState.QUEUED, due_at__lte=now)
    )
    orphan = Job.objects.get(kind=CHUNK, state=JobState.RUNNING)
    wait_until(lambda: orphan.lease_until < timezone.now())
    while sweep(here=True):
        pass
    orphan.refresh_from_db()
    assert orphan.state == JobState.RUNNING
    assert not finished()


def test_one_and_four_workers_give_the_same_digest(workers: Workers, portfolio: int) -> None:
    workers.start("alone", PYTHONHASHSEED="1")
    ask(workers)
    wait_until(finished, 60)
    alone = run_payload(IndicatorRun.objects.latest("pk"))["digest"]
    for index in range(3):
        workers.start(f"w{index}", PYTHONHASHSEED=str(index + 7), TZ="America/Cayenne")
    ask(workers)
    wait_until(lambda: IndicatorRun.objects.count() == 2 and finished(), 60)
    assert run_payload(IndicatorRun.objects.latest("pk"))["digest"] == alone
