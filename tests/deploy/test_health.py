"""Health answers what is true when each thing that the site needs is stopped."""

from __future__ import annotations

import socket
import threading
from collections import namedtuple
from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone

from dne_portfolio import health
from dne_portfolio.management.commands import run_scheduler
from dne_portfolio.tasks import heartbeat
from dne_portfolio.vitals import beat_age
from indicators.services.runs import request_computation
from jobs.models import Job, JobPeriod
from tests.samples import AS_OF

Usage = namedtuple("Usage", "total used free")


def ready(client: Client) -> tuple[int, dict]:
    answer = client.get("/health/ready")
    return answer.status_code, answer.json()


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that accepts connections and never answers."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        stopped = threading.Event()
        kept: list[socket.socket] = []

        def accept() -> None:
            server.settimeout(0.1)
            while not stopped.is_set():
                try:
                    kept.append(server.accept()[0])
                except TimeoutError:
                    continue

        thread = threading.Thread(target=accept)
        thread.start()
        yield server.getsockname()[1]
        stopped.set()
        thread.join()
        for one in kept:
            one.close()


def test_live_depends_on_nothing_and_needs_no_log_in(client, settings, monkeypatch):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    answer = client.get("/health/live")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert answer.headers["Cache-Control"].startswith("max-age=0")
    assert client.post("/health/live").status_code == 405


def test_a_whole_site_is_ready(client, db, settings):
    settings.REDIS_URL = ""
    status, body = ready(client)
    assert (status, body["status"]) == (200, "ok")
    assert set(body["checks"]) == {"database", "migrations", "queue", "disk"}


def test_a_stopped_redis_is_a_degradation(client, db, settings):
    settings.REDIS_URL = "redis://:hidden@127.0.0.1:1/0"
    status, body = ready(client)
    assert (status, body["status"]) == (200, "degraded")
    assert body["checks"]["redis"] == {"state": "degraded"}
    assert "hidden" not in str(body)
    assert "127.0.0.1" not in str(body)


def test_a_silent_redis_is_a_degradation_within_its_bound(client, db, settings, silent_port):
    settings.REDIS_URL = f"redis://127.0.0.1:{silent_port}/0"
    started = timezone.now()
    status, body = ready(client)
    assert (status, body["checks"]["redis"]["state"]) == (200, "degraded")
    assert (timezone.now() - started).total_seconds() < health.REDIS_SECONDS + 2


def test_an_unapplied_migration_makes_the_site_not_ready(client, transactional_db, settings):
    settings.REDIS_URL = ""
    row = MigrationRecorder.Migration.objects.get(app="jobs", name="0001_initial")
    MigrationRecorder.Migration.objects.filter(pk=row.pk).delete()
    try:
        status, body = ready(client)
    finally:
        row.save(force_insert=True)
    assert (status, body["status"]) == (503, "down")
    assert body["checks"]["migrations"] == {"state": "down", "missing": 1}


def test_an_empty_database_is_not_ready(client, db, settings, monkeypatch):
    settings.REDIS_URL = ""

    def fail() -> None:
        raise DatabaseError("no such table: django_migrations")

    monkeypatch.setattr(health._Watch, "read", fail)
    status, body = ready(client)
    assert status == 503
    assert body["checks"]["database"]["state"] == "ok"
    assert body["checks"]["migrations"]["state"] == "down"


def test_a_database_that_is_gone_is_down_and_its_error_is_not_told(client, db, monkeypatch):
    def fail() -> None:
        raise DatabaseError("password authentication failed for user portfolio")

    monkeypatch.setattr(health._Watch, "read", fail)
    monkeypatch.setattr(health, "_is_reachable", lambda: False)
    status, body = ready(client)
    assert (status, body["checks"]["database"]) == (503, {"state": "down"})
    assert "portfolio" not in str(body)


def test_a_full_disk_is_down(client, db, settings, monkeypatch):
    monkeypatch.setattr(health.shutil, "disk_usage", lambda _path: Usage(10, 10, 0))
    status, body = ready(client)
    assert (status, body["checks"]["disk"]) == (503, {"state": "down", "free_megabytes": 0})


def test_a_queue_that_does_not_move_is_a_degradation(client, transactional_db, settings):
    settings.REDIS_URL, settings.HEALTH_QUEUE_SECONDS = "", 600
    Job.objects.create(kind="x", due_at=timezone.now() - timezone.timedelta(seconds=601))
    status, body = ready(client)
    assert (status, body["checks"]["queue"]["state"]) == (200, "degraded")
    assert body["checks"]["queue"]["age_seconds"] >= 601


def test_an_old_or_absent_backup_is_a_degradation(client, db, settings, tmp_path):
    settings.REDIS_URL, settings.BACKUP_DIR = "", str(tmp_path)
    assert ready(client)[1]["checks"]["backup"]["state"] == "degraded"
    (tmp_path / "portfolio-1.manifest.json").write_text("{}", encoding="utf-8")
    assert ready(client)[1]["checks"]["backup"]["state"] == "ok"
    settings.HEALTH_BACKUP_SECONDS = -1
    assert ready(client)[1]["checks"]["backup"]["state"] == "degraded"


def test_a_silent_scheduler_is_a_degradation_until_it_speaks(client, transactional_db, settings):
    settings.REDIS_URL, settings.HEALTH_BEAT_SECONDS = "", 180
    assert ready(client)[1]["checks"]["beat"] == {"state": "degraded", "age_seconds": None}
    heartbeat.apply()
    assert ready(client)[1]["checks"]["beat"]["state"] == "ok"
    JobPeriod.objects.update(asked_at=timezone.now() - timezone.timedelta(seconds=181))
    assert ready(client)[1]["checks"]["beat"]["state"] == "degraded"


def test_the_scheduler_of_a_small_office_runs_what_is_due(sample, settings, monkeypatch):
    # The connection of the test holds its transaction: it is not given back between two turns.
    monkeypatch.setattr(run_scheduler, "close_old_connections", lambda: None)
    settings.HEALTH_BEAT_SECONDS = 180
    request_computation(AS_OF)
    assert Job.objects.get().state == "queued"
    call_command("run_scheduler", "--once")
    assert set(Job.objects.values_list("state", flat=True)) == {"succeeded"}
    assert beat_age() < 60


def test_the_ready_answer_costs_three_queries(client, db, settings, django_assert_num_queries):
    settings.REDIS_URL = ""
    health.known_migrations()
    if connection.vendor == "postgresql":
        pytest.skip("on PostgreSQL the database is read in a thread of its own")
    with django_assert_num_queries(3):
        ready(client)
