"""The health of a site whose PostgreSQL is empty, frozen, thawed, then killed: its own cluster."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from dne_portfolio.health import DATABASE_SECONDS
from scripts.with_services import start_postgres, stop
from tests.architecture.source import ROOT

pytestmark = pytest.mark.postgres
MARGIN_SECONDS = 3.0


class Cluster:
    """A PostgreSQL of the test, and a site that asks for its health."""

    def __init__(self, folder: Path) -> None:
        self.started: list[Any] = []
        url = start_postgres(folder, self.started)
        self.environment = os.environ | {
            "DATABASE_URL": url,
            "REDIS_URL": "",
            "DJANGO_SETTINGS_MODULE": "dne_portfolio.settings.test",
        }
        self.probe = subprocess.Popen(
            [sys.executable, "-m", "tests.deploy.health_probe"],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the server and to its sessions."""
        os.killpg(self.started[0][0].pid, number)

    def ready(self) -> tuple[int, float, dict[str, Any]]:
        assert self.probe.stdin is not None
        assert self.probe.stdout is not None
        self.probe.stdin.write("\n")
        self.probe.stdin.flush()
        status, seconds, bad = json.loads(self.probe.stdout.readline())
        return status, seconds, bad

    def until(self, wanted: int) -> None:
        """Return when the health has the wanted status; fail after a minute."""
        deadline = time.monotonic() + 60
        while self.ready()[0] != wanted:
            assert time.monotonic() < deadline
            time.sleep(0.2)


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    if connection.vendor != "postgresql":
        pytest.skip("a cluster of its own is for make test-postgres")
    folder = Path(tempfile.mkdtemp(prefix="dne-health-"))
    made = Cluster(folder)
    yield made
    made.probe.kill()
    made.probe.communicate()
    stop(made.started)
    shutil.rmtree(folder, ignore_errors=True)


def test_health_tells_each_state_of_postgresql_within_its_bound(cluster):
    status, _seconds, bad = cluster.ready()
    assert (status, set(bad)) == (503, {"migrations"})
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(command, cwd=ROOT, env=cluster.environment, check=True)
    assert cluster.ready()[0] == 200

    cluster.send(signal.SIGSTOP)
    try:
        status, seconds, bad = cluster.ready()
        assert (status, bad) == (503, {"database": {"state": "down", "reason": "silent"}})
        assert seconds < DATABASE_SECONDS + MARGIN_SECONDS
        status, seconds, bad = cluster.ready()
        assert (status, set(bad)) == (503, {"database"})
    finally:
        cluster.send(signal.SIGCONT)
    cluster.until(200)

    cluster.send(signal.SIGKILL)
    cluster.until(503)
    status, _seconds, bad = cluster.ready()
    assert (status, bad) == (503, {"database": {"state": "down"}})
