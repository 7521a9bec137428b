"""A worker killed every two seconds while jobs run: nothing lost, doubled or half-written."""

from __future__ import annotations

import time

import pytest

from tests.storms.conftest import Size
from tests.storms.harness import Storm, say, wait_until

pytestmark = pytest.mark.worker
JOBS_OF_THE_TWIN = 60
# Seconds that a busy machine may take: each killed worker starts again from nothing.
PATIENCE = 1500


def begin(storm: Storm, jobs: int) -> None:
    """Two workers of two processes and the sweeper, on so many jobs."""
    storm.ask(jobs)
    storm.start_worker()
    storm.start_worker()
    storm.start_beat()
    wait_until(lambda: bool(storm.effects("debit")), 60, "the first effect")


def kill_until(storm: Storm, over: object, pause: float, seconds: float) -> int:
    """Kill a process at random at each pause until it is over; return how many were."""
    kills = 0
    deadline = time.monotonic() + seconds
    while not over():  # type: ignore[operator]
        assert time.monotonic() < deadline, f"not over: {storm.states()}"
        kills += storm.kill_a_worker()
        time.sleep(pause)
    return kills


def test_workers_killed_at_random_lose_double_and_halve_nothing(storm: Storm, size: Size) -> None:
    begin(storm, size.jobs)
    kills = kill_until(storm, lambda: storm.over(size.jobs), size.pause, PATIENCE)
    while storm.retry_parked():
        wait_until(lambda: storm.over(size.jobs), 120, "the jobs that were tried again")
    attempts = storm.rows("select coalesce(sum(attempts), 0) from jobs_job")[0][0]
    say(f"{size.jobs} jobs, {kills} kills, {attempts} attempts, {storm.states()}")
    assert kills >= 3
    assert attempts > size.jobs, "no kill hit a job"
    storm.check(size.jobs)


def test_without_one_commit_for_effects_and_end_a_killed_worker_doubles_them(
    storm: Storm,
) -> None:
    """The twin: with the protection off, the promise above fails."""
    storm.off = "commit"
    begin(storm, JOBS_OF_THE_TWIN)

    def broken() -> bool:
        return any(count > 1 for count in storm.effects("debit").values())

    kill_until(storm, broken, 2.0, 240)
    with pytest.raises(AssertionError):
        storm.check(JOBS_OF_THE_TWIN)
