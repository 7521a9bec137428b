"""The same key at the same moment, and a process that dies: one effect, no key locked.

Threads on PostgreSQL send one request under one key; each round has one effect and one answer. The
twin drops the key: as many effects as requests that were not stale.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection, connections, transaction

from accounts.models import IdempotencyKey
from accounts.services.idempotency import claim_key
from projects.models import Estimate, Project
from projects.services import estimates
from tests.api.conftest import client_of
from tests.api.test_recorded_rows import ESTIMATE

ROOT = Path(__file__).resolve().parent.parent.parent
URL = "/api/v1/estimates/"
KEY = "7f9c1d2e-race"
THREADS, ROUNDS = 4, 10
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


@pytest.fixture(autouse=True)
def on_postgresql(monkeypatch):
    """SQLite serialises writers (BEGIN IMMEDIATE); the race needs PostgreSQL."""
    if connection.vendor != "postgresql":
        pytest.skip("the race needs PostgreSQL (make test-postgres)")
    monkeypatch.setattr(estimates, "mark_figures_changed", lambda *args, **kwargs: None)


def count() -> int:
    return Estimate.objects.filter(project__code="A-1").count()


def storm(user: Any, key: str | None, end_on: str) -> list[Any]:
    """Send the same request from several threads at once; return their answers."""
    start = threading.Barrier(THREADS)
    answers: list[Any] = []
    version = Project.objects.get(code="A-1").version
    headers = {"If-Match": f'"{version}"', **({"Idempotency-Key": key} if key else {})}
    clients = [client_of(user) for _ in range(THREADS)]

    def send(client: Any) -> None:
        start.wait(30)
        try:
            body = ESTIMATE | {"end_on": end_on}
            answers.append(client.post(URL, body, format="json", headers=headers))
        finally:
            connections.close_all()

    crew = [threading.Thread(target=send, args=(client,)) for client in clients]
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join(60)
    return answers


def test_one_key_is_one_effect_and_one_answer(users, portfolio):
    for number in range(ROUNDS):
        before = count()
        answers = storm(users.manager, f"{KEY}-{number}", f"2027-01-{number + 1:02}")
        assert [answer.status_code for answer in answers] == [201] * THREADS
        assert len({answer.content for answer in answers}) == 1
        assert sum("Idempotent-Replayed" in answer.headers for answer in answers) == THREADS - 1
        assert count() == before + 1


def test_without_the_key_the_same_requests_are_refused_or_doubled(users, portfolio):
    """The twin: nobody but one is told that the estimate is recorded."""
    answers = storm(users.manager, None, "2027-01-01")
    assert sorted(answer.status_code for answer in answers) == [201, 412, 412, 412]


def test_a_key_that_is_held_for_too_long_is_a_409_with_its_delay(users, portfolio):
    held, told = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                claim_key(caller=users.manager, key=KEY, digest="0" * 64)
                held.set()
                told.wait(30)
                transaction.set_rollback(True)
        finally:
            connections.close_all()

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(30)
    client = client_of(users.manager)
    client.get(URL)
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '200ms'")
    headers = {"If-Match": '"1"', "Idempotency-Key": KEY}
    answer = client.post(URL, ESTIMATE, format="json", headers=headers)
    told.set()
    holder.join(30)
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '30s'")
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_in_progress")
    assert answer.headers["Retry-After"] == "2"
    # The holder gave up: the key is free at once.
    assert client.post(URL, ESTIMATE, format="json", headers=headers).status_code == 201


def test_a_process_killed_in_between_leaves_neither_effect_nor_key(users, portfolio):
    base = connection.settings_dict
    host, port = quote(str(base["HOST"]), safe=""), base["PORT"] or "5432"
    environment = os.environ | {
        "DATABASE_URL": f"postgresql://{base['USER']}@/{base['NAME']}?host={host}&port={port}",
        "PGPASSWORD": str(base["PASSWORD"]),
        "DJANGO_SETTINGS_MODULE": "dne_portfolio.settings.test",
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-m", "tests.api.crashing", "manager", KEY]
    dead = subprocess.run(
        command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )
    assert (dead.returncode, dead.stdout) == (-9, "2\n"), dead.stderr[-800:]
    assert (count(), IdempotencyKey.objects.count()) == (1, 0)
    client = client_of(users.manager)
    headers = {"If-Match": '"1"', "Idempotency-Key": KEY}
    assert client.post(URL, ESTIMATE, format="json", headers=headers).status_code == 201
    assert count() == 2
