"""PostgreSQL killed and started again under load: nothing lost, doubled or half-written."""

from __future__ import annotations

import time

import pytest

from tests.storms.conftest import Size
from tests.storms.harness import Storm, say, wait_until

pytestmark = pytest.mark.worker


def kill_the_database(storm: Storm, times: int, pause: float) -> None:
    """Kill every process of the server and start it again, so many times, while jobs run."""
    for _ in range(times):
        before = len(storm.effects("debit"))
        wait_until(
            lambda before=before: len(storm.effects("debit")) > before, 60, "work after a restart"
        )
        storm.postgres.kill()
        time.sleep(pause / 4)
        storm.postgres.start()


def test_a_database_killed_five_times_loses_doubles_and_halves_nothing(
    storm: Storm, size: Size
) -> None:
    jobs = size.jobs + 40
    storm.ask(jobs)
    storm.start_worker()
    storm.start_worker()
    storm.start_beat()
    kill_the_database(storm, size.kills, size.pause)
    assert not storm.over(jobs), "the last kill came too late to prove anything"
    wait_until(lambda: storm.over(jobs), 600, "the end of every job")
    while storm.retry_parked():
        wait_until(lambda: storm.over(jobs), 120, "the jobs that were tried again")
    attempts = storm.rows("select sum(attempts) from jobs_job")[0][0]
    say(f"{jobs} jobs, {size.kills} kills, {attempts} attempts, {storm.states()}")
    storm.check(jobs)


def test_without_one_transaction_for_the_effects_a_killed_database_breaks_them(
    storm: Storm, size: Size
) -> None:
    """The twin: with the protection off, the promise above fails."""
    storm.off = "commit"
    jobs = size.jobs + 40
    storm.ask(jobs)
    storm.start_worker()
    storm.start_worker()
    storm.start_beat()
    kill_the_database(storm, 3, size.pause)
    wait_until(lambda: storm.over(jobs), 600, "the end of every job")
    with pytest.raises(AssertionError):
        storm.check(jobs)
