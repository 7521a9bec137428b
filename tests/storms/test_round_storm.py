"""Two officers, a project manager and a director work at once on a round, by HTTP.

Random actions, each on what its author last read: cells, blocks, undos, lines added, taken out and
put back, steps, notes, a frozen version. Then what was acknowledged is done again by hand: no value
is lost, each conflict carried both values, no ceiling was ever beyond, nothing frozen was written.
The twins, with the check of what was read, the lock, or the ceilings off, fail.
"""

from __future__ import annotations

import json
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection

from tests.storms.conftest import SEED, WHOLE
from tests.storms.harness import Postgres, Redis, say, wait_until
from tests.storms.round_client import WORK, Person, Sent
from tests.storms.round_replay import Replay
from tests.storms.site import Site

pytestmark = pytest.mark.worker
ACTIONS = 200 if WHOLE else 60
SEEDS = [SEED + number for number in range(3 if WHOLE else 1)]


class Storm(Site):
    """A site, and four people on it.

    A twin has them all do the same (`habits`) on a few lines, so that they surely meet.
    """

    habits: dict[str, int] | None = None
    few = 0
    app, settings = "tests.storms.round_app", "tests.storms.round_settings"
    tables_of = "tests.storms.round_tables"

    def run(self, seed: int, actions: int = ACTIONS) -> Replay:
        """Let everybody act, freeze the version before the end; return what is to be checked."""
        say(f"STORM_SEED={seed}")
        first = json.loads(self.tables("prepare"))
        self.serve()
        crew = [
            Person(
                name, first["people"][name], self.port, random.Random(f"{seed} {name}"), first,
                self.habits or work, self.few,
            )
            for name, work in WORK.items()
        ]  # fmt: skip
        faults: list[Exception] = []
        threads = [
            threading.Thread(target=guarded, args=(one, actions // len(crew), faults))
            for one in crew
        ]
        for thread in threads:
            thread.start()
        most = 4 * actions // 5
        wait_until(lambda: bool(faults) or sum(one.done for one in crew) >= most, 900, "the freeze")
        self.frozen = json.loads(self.tables("freeze"))
        for thread in threads:
            thread.join(600)
        assert faults == []
        told = [sent for one in crew for sent in one.told]
        return Replay(first, json.loads(self.tables("report")), told)

    def check(self, replay: Replay) -> None:
        """Everything that is promised."""
        tell(replay.told)
        assert {one.status for one in replay.told} <= {200, 201, 403, 409, 412}, strange(
            replay.told
        )
        assert {one.status for one in replay.sent("frozen")} == set()
        assert replay.last["digest"] == self.frozen["digest"]
        replay.run()


def guarded(one: Person, share: int, faults: list[Exception]) -> None:
    """Let somebody work; an error of the client itself is kept."""
    try:
        one.work(share)
    except Exception as error:  # noqa: BLE001 (whatever it is, the test tells it)
        faults.append(error)


def tell(told: list[Sent]) -> None:
    counts = Counter((one.kind, one.status) for one in told if one.kind != "read")
    say(", ".join(f"{kind} {status}: {count}" for (kind, status), count in sorted(counts.items())))


def strange(told: list[Sent]) -> list[Any]:
    return [
        (one.kind, one.status, one.answer) for one in told
        if one.status not in (200, 201, 403, 409, 412)
    ][:3]  # fmt: skip


@pytest.fixture
def on_postgres(servers: tuple[Postgres, Redis], tmp_path: Path) -> Iterator[Storm]:
    with psycopg.connect(servers[0].url) as base:
        base.execute(
            "truncate accounts_auditevent, accounts_user, budgets_nomenclaturenode,"
            " budgets_programmingversion, projects_portfolionode cascade"
        )
    storm = Storm(tmp_path, servers[0].url)
    yield storm
    storm.stop()


@pytest.fixture
def on_sqlite(migrated_file: Callable[[Path], None], tmp_path: Path) -> Iterator[Storm]:
    if connection.vendor == "postgresql" and not WHOLE:
        pytest.skip("the storm on SQLite is run by make test")
    file = tmp_path / "round.sqlite3"
    migrated_file(file)
    storm = Storm(tmp_path, f"sqlite:///{file}")
    yield storm
    storm.stop()


@pytest.mark.parametrize("seed", SEEDS)
def test_no_value_is_lost_by_four_people_at_once_on_sqlite(on_sqlite: Storm, seed: int) -> None:
    on_sqlite.check(on_sqlite.run(seed))


@pytest.mark.parametrize("seed", SEEDS)
def test_no_value_is_lost_by_four_people_at_once_on_postgresql(
    on_postgres: Storm, seed: int
) -> None:
    on_postgres.check(on_postgres.run(seed))


def test_without_the_check_of_what_was_read_values_are_lost(on_sqlite: Storm) -> None:
    """The twin: whoever writes last wins over what they did not read."""
    on_sqlite.off, on_sqlite.habits, on_sqlite.few = "before", {"cells": 1}, 1
    replay = on_sqlite.run(SEED)
    with pytest.raises(AssertionError, match="lost"):
        replay.run()


def test_without_their_check_ceilings_are_passed(on_sqlite: Storm) -> None:
    """The twin: nothing bounds what is typed."""
    on_sqlite.off, on_sqlite.habits = "ceilings", {"paste": 2, "add": 1}
    replay = on_sqlite.run(SEED)
    with pytest.raises(AssertionError, match="beyond"):
        replay.run()


def test_without_the_lock_of_the_version_values_are_lost(on_postgres: Storm) -> None:
    """The twin: two people find the cell as they read it, before either writes."""
    on_postgres.off, on_postgres.pause = "lock", 0.2
    on_postgres.habits, on_postgres.few = {"cells": 1}, 1
    replay = on_postgres.run(SEED)
    with pytest.raises(AssertionError, match="lost"):
        replay.run()
