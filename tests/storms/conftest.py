"""Storms: servers of their own, on which everything may be killed."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

from tests.storms.harness import Postgres, Redis, Storm, say

WHOLE = os.environ.get("STORM") == "full"
SEED = int(os.environ.get("STORM_SEED", "20261126"))


@dataclass(frozen=True)
class Size:
    """How many jobs and kills, seconds between two kills: whole, or shorter for each commit."""

    jobs: int
    healthy: int
    pause: float
    kills: int


SIZE = Size(500, 200, 2.0, 5) if WHOLE else Size(40, 20, 1.0, 5)


@pytest.fixture(scope="session")
def size() -> Size:
    return SIZE


@pytest.fixture(scope="session")
def servers(migrated_server: Callable[[str], None]) -> Iterator[tuple[Postgres, Redis]]:
    """A PostgreSQL with the tables of the project and a Redis; skipped on a run with SQLite."""
    if not (WHOLE or settings.REDIS_URL):
        pytest.skip("storms need PostgreSQL and Redis (make storm, make test-postgres)")
    # Outside pytest's folder, which no other account may enter: PostgreSQL refuses to be root.
    folder = Path(tempfile.mkdtemp(prefix="dne-storms-"))
    folder.chmod(0o711)
    postgres = Postgres(folder)
    broker = Redis(folder)
    try:
        postgres.start()
        migrated_server(postgres.url)
        yield postgres, broker
    finally:
        broker.stop()
        postgres.kill()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def storm(servers: tuple[Postgres, Redis], tmp_path: Path) -> Iterator[Storm]:
    """A storm on empty tables; its seed is printed, to play it again with STORM_SEED."""
    postgres, broker = servers
    say(f"STORM_SEED={SEED}")
    found = Storm(tmp_path, postgres, broker, SEED)
    broker.client.flushall()
    with psycopg.connect(postgres.url) as base:
        base.execute("truncate jobs_job, accounts_auditevent, accounts_user cascade")
    yield found
    found.stop()
