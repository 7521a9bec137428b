"""Eight processes decide on ten shared ceilings by HTTP: no credit is promised twice.

Reservations and commitments mixed, on a live server of several processes, two of the clients
killed in between. The twin without the lock of the UO (PostgreSQL), or with transactions that
begin without being alone to write (SQLite), fails.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from tests.storms.conftest import SEED, WHOLE
from tests.storms.harness import ROOT, Postgres, Redis, kill, say, wait_until
from tests.storms.race_client import UNITS
from tests.storms.site import Site

pytestmark = pytest.mark.worker
CLIENTS, KILLED = 8, 2
DECISIONS = 500 if WHOLE else 15
# About half of what is asked for in all: the ceilings are reached.
EUROS = Decimal(DECISIONS * CLIENTS * 14)


class Race(Site):
    """A site, and those who decide on its credits."""

    app, settings = "tests.storms.race_app", "tests.storms.race_settings"
    tables_of, units = "tests.storms.race_tables", UNITS

    def run(self) -> Counter[str]:
        """Let everybody decide, kill some of them in between; return the answers by status."""
        self.tables("prepare", str(EUROS))
        self.serve()
        files = [self.folder / f"client-{number}" for number in range(CLIENTS)]
        client = [sys.executable, str(ROOT / "tests/storms/race_client.py"), str(self.port)]
        crew = [
            subprocess.Popen([*client, str(number), str(DECISIONS), str(file), str(self.units)])
            for number, file in enumerate(files)
        ]

        def decided(part: int) -> bool:
            return sum(len(lines(file)) for file in files) >= CLIENTS * DECISIONS // part

        wait_until(lambda: decided(4), 600, "a quarter of the decisions")
        for one in random.Random(SEED).sample(crew, KILLED):
            kill(one.pid)
        wait_until(lambda: all(one.poll() is not None for one in crew), 1800, "the end")
        return Counter(line.split(" ")[0] for file in files for line in lines(file))

    def left(self, told: Counter[str]) -> tuple[dict[str, int], float]:
        """Return the UO beyond their ceiling, in cents, and the share of the AE that is used."""
        sums = json.loads(self.tables("report"))
        over = {code: left for code, (_opened, _used, left) in sums.items() if left < 0}
        used = sum(one[1] for one in sums.values()) / sum(one[0] for one in sums.values())
        say(f"{dict(told)}, {used:.1%} of the AE used, beyond the ceiling: {over or 'none'}")
        return over, used

    def check(self, told: Counter[str]) -> None:
        """Nothing beyond a ceiling, and no answer but a yes or a no."""
        over, used = self.left(told)
        assert over == {}
        assert set(told) <= {"201", "409"}, told
        assert told["409"] > 0
        # A short race may stop before the ceilings are reached.
        assert used > (0.9 if WHOLE else 0.5)


def lines(file: Path) -> list[str]:
    """Return the whole lines that a client wrote."""
    text = file.read_text() if file.exists() else ""
    return text.splitlines() if text.endswith("\n") else text.splitlines()[:-1]


@pytest.fixture
def on_postgres(servers: tuple[Postgres, Redis], tmp_path: Path) -> Iterator[Race]:
    with psycopg.connect(servers[0].url) as base:
        base.execute(
            "truncate accounts_auditevent, accounts_user, budgets_creditmovement,"
            " budgets_nomenclaturenode cascade"
        )
    race = Race(tmp_path, servers[0].url)
    yield race
    race.stop()


@pytest.fixture
def on_sqlite(migrated_file: Callable[[Path], None], tmp_path: Path) -> Iterator[Race]:
    if connection.vendor == "postgresql" and not WHOLE:
        pytest.skip("the race on SQLite is run by make test")
    file = tmp_path / "race.sqlite3"
    migrated_file(file)
    race = Race(tmp_path, f"sqlite:///{file}")
    yield race
    race.stop()


def timed(race: Race) -> Counter[str]:
    begun = time.monotonic()
    told = race.run()
    say(f"{told.total()} decisions in {time.monotonic() - begun:.0f} s, {CLIENTS} clients")
    return told


def test_no_credit_is_promised_twice_on_postgresql(on_postgres: Race) -> None:
    on_postgres.check(timed(on_postgres))


def test_no_credit_is_promised_twice_on_sqlite(on_sqlite: Race) -> None:
    on_sqlite.check(timed(on_sqlite))


@pytest.fixture
def tight(on_postgres: Race) -> Race:
    """The race on two UO only, slower between what is read and what is written."""
    on_postgres.units, on_postgres.pause = 2, 0.1
    return on_postgres


def test_on_two_uo_read_slowly_no_credit_is_promised_twice_either(tight: Race) -> None:
    told = timed(tight)
    over, _used = tight.left(told)
    assert over == {}
    assert set(told) <= {"201", "409"}, told


def test_the_same_race_without_the_lock_of_the_uo_promises_credits_twice(tight: Race) -> None:
    """The twin: with the protection off, and nothing else changed, the promise above fails."""
    tight.off = "lock"
    over, _used = tight.left(timed(tight))
    assert over != {}


def test_without_transactions_alone_to_write_decisions_fail_on_sqlite(on_sqlite: Race) -> None:
    """The twin: two that read before either writes are refused by the database itself."""
    on_sqlite.off = "immediate"
    told = timed(on_sqlite)
    on_sqlite.left(told)
    assert told["503"] + told["500"] > 0
