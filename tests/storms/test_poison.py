"""Jobs that kill their workers, eat memory or hang; a worker that wakes up too late."""

from __future__ import annotations

import os
import signal

import pytest

from tests.storms.conftest import Size
from tests.storms.harness import Storm, children_of, say, wait_until

pytestmark = pytest.mark.worker


def begin(storm: Storm, healthy: int) -> None:
    """One poisoned job before and among so many healthy ones."""
    storm.ask(1, "storm.poison")
    storm.ask(healthy)
    storm.start_worker()
    storm.start_worker()
    storm.start_beat()


def poisoned(storm: Storm) -> int:
    """How many times the poisoned job was tried."""
    return storm.effects("poison").get("storm.poison-0", 0)


def test_a_poisoned_job_is_tried_three_times_and_parked_while_the_healthy_ones_finish(
    storm: Storm, size: Size
) -> None:
    begin(storm, size.healthy)
    storm.ask(1, "storm.hang")
    wait_until(lambda: storm.over(size.healthy), 300, "the end of the healthy jobs")
    for kind in ("storm.poison", "storm.hang"):
        wait_until(
            lambda kind=kind: storm.states(kind) == {"quarantine": 1}, 120, f"{kind} put aside"
        )
    assert (poisoned(storm), storm.effects("hang")) == (3, {"storm.hang-0": 3})
    errors = dict(storm.rows("select kind, error from jobs_job where state = 'quarantine'"))
    assert errors == {"storm.poison": "", "storm.hang": "TimeLimit: stopped after 1 s"}
    told = storm.rows(
        "select detail ->> 'kind' from accounts_auditevent where verb = 'job_parked' order by 1"
    )
    assert told == [("storm.hang",), ("storm.poison",)]
    say(f"poisoned job tried {poisoned(storm)} times, {storm.states()}")
    assert storm.states() == {"succeeded": size.healthy}
    storm.check(size.healthy)


def test_without_attempts_counted_before_running_a_poisoned_job_never_stops(storm: Storm) -> None:
    """The twin: with the protection off, the promise above fails."""
    storm.off = "count"
    begin(storm, 1)
    wait_until(lambda: poisoned(storm) > 3, 120, "a fourth attempt")
    assert storm.states("storm.poison").get("quarantine", 0) == 0


def test_a_job_that_eats_memory_is_tried_three_times_and_parked_while_the_healthy_ones_finish(
    storm: Storm, size: Size
) -> None:
    storm.ask(1, "storm.eat")
    storm.ask(size.healthy)
    worker = storm.start_worker(1)
    storm.start_beat()
    wait_until(lambda: bool(children_of(worker.pid)), 60, "the process of the worker")
    process = children_of(worker.pid)
    wait_until(lambda: storm.over(size.healthy), 300, "the end of the healthy jobs")
    wait_until(lambda: storm.states("storm.eat") == {"quarantine": 1}, 120, "the eater put aside")
    assert storm.effects("eat") == {"storm.eat-0": 3}
    errors = storm.rows("select attempts, error from jobs_job where kind = 'storm.eat'")
    assert children_of(worker.pid) == process
    assert errors == [(3, "MemoryError: more than a worker gives a job")]
    assert storm.states() == {"succeeded": size.healthy}
    storm.check(size.healthy)


def test_without_the_bound_a_job_takes_all_the_memory_that_it_wants(storm: Storm) -> None:
    """The twin: with the protection off, the promise above fails."""
    storm.off = "memory"
    storm.ask(1, "storm.eat")
    storm.start_worker(1)
    storm.start_beat()
    wait_until(lambda: storm.states("storm.eat") == {"succeeded": 1}, 60, "a job fed in full")
    assert storm.rows("select result ->> 'eaten' from jobs_job") == [("45000",)]


def wake_too_late(storm: Storm) -> None:
    """Stop a worker that holds a job beyond its lease, let another do the job, wake the first."""
    storm.ask(1, "storm.held")
    worker = storm.start_worker(1)
    held = storm.folder / "held"
    wait_until(lambda: held.exists() and held.read_text().isdigit(), 60, "a worker that holds")
    stopped = int(held.read_text())
    os.kill(stopped, signal.SIGSTOP)
    os.kill(worker.pid, signal.SIGSTOP)
    storm.start_worker(1)
    storm.start_beat()
    wait_until(lambda: bool(storm.effects("credit")), 60, "the job done by another")
    wait_until(lambda: storm.over(1, "storm.held"), 30, "its end")
    (storm.folder / "go").touch()
    os.kill(stopped, signal.SIGCONT)


def test_a_worker_stopped_beyond_its_lease_cannot_write_when_it_wakes_up(storm: Storm) -> None:
    wake_too_late(storm)
    log = storm.folder / "w1.log"
    wait_until(lambda: "job taken over" in log.read_text(), 30, "the refusal of the late worker")
    storm.check(1, "storm.held")
    attempts, fence = storm.rows("select attempts, fence from jobs_job")[0]
    assert (attempts, fence) == (2, 2)


def test_without_the_fencing_token_a_worker_that_wakes_up_doubles_the_effect(storm: Storm) -> None:
    """The twin: with the protection off, the promise above fails."""
    storm.off = "fence"
    wake_too_late(storm)
    wait_until(lambda: storm.effects("credit") == {"storm.held-0": 2}, 60, "the second effect")
    with pytest.raises(AssertionError):
        storm.check(1, "storm.held")
