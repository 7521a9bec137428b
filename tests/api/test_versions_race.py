"""Two people patch the same version at once, by HTTP, on live threads: no edit is ever lost.

A round is two PATCH requests released together with the version that both read. At most one may
succeed, the other is a 412. The twin takes the check under the lock away: both succeed.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, connections

from projects.models import Project
from projects.services import projects as services
from tests.api.conftest import client_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]
ROUNDS = int(os.environ.get("RACE_ROUNDS", "100"))
URL = "/api/v1/projects/A-1/"


@pytest.fixture(autouse=True)
def on_postgresql() -> None:
    """Rows are locked by PostgreSQL; SQLite serialises writers (BEGIN IMMEDIATE)."""
    if connection.vendor != "postgresql":
        pytest.skip("the race needs PostgreSQL (make test-postgres)")


class Pair:
    """Two threads that live through every round, each with its own session and connection."""

    def __init__(self, clients: list[Any]) -> None:
        self.clients = clients
        self.barrier = threading.Barrier(len(clients) + 1, timeout=30)
        self.version = 0
        self.statuses = [0] * len(clients)

    def _live(self, index: int, rounds: int) -> None:
        client = self.clients[index]
        try:
            for number in range(rounds):
                self.barrier.wait()
                answer = client.patch(
                    URL,
                    {"title": f"Titre {number} de {index}"},
                    format="json",
                    headers={"If-Match": f'"{self.version}"'},
                )
                self.statuses[index] = answer.status_code
                self.barrier.wait()
        finally:
            connections.close_all()

    def run(self, rounds: int, look: Callable[[tuple[int, ...]], None]) -> None:
        """Run the rounds; `look` sees the sorted statuses of each."""
        threads = [
            threading.Thread(target=self._live, args=(index, rounds), daemon=True)
            for index in range(len(self.clients))
        ]
        for thread in threads:
            thread.start()
        for _ in range(rounds):
            self.version = Project.objects.get(code="A-1").version
            self.barrier.wait()
            self.barrier.wait()
            look(tuple(sorted(self.statuses)))
        for thread in threads:
            thread.join(30)


@pytest.fixture
def pair(users, portfolio, monkeypatch):
    """The manager and the director of A-1; no refresh follows: the edits are the subject."""
    monkeypatch.setattr(services, "mark_figures_changed", lambda *args, **kwargs: None)
    return Pair([client_of(users.manager), client_of(users.director)])


def test_of_two_patches_of_one_version_one_at_most_succeeds(pair):
    rounds: list[tuple[int, ...]] = []
    pair.run(ROUNDS, rounds.append)
    assert set(rounds) == {(200, 412)}
    project = Project.objects.get(code="A-1")
    # Each success is one version and one line of history: none was overwritten.
    assert project.version == ROUNDS + 1
    assert project.history.count() == ROUNDS + 1


def test_without_the_check_under_the_lock_both_succeed_and_one_edit_is_lost(pair, monkeypatch):
    both_read = threading.Barrier(2, timeout=30)

    def unlocked(project_id: int, expected_version: int, **options: Any) -> Project:
        found = Project.objects.get(pk=project_id)
        both_read.wait()
        return found

    monkeypatch.setattr(services, "lock_project", unlocked)
    rounds: list[tuple[int, ...]] = []
    pair.run(5, rounds.append)
    assert rounds == [(200, 200)] * 5
    assert Project.objects.get(code="A-1").version == 6  # ten successes, five versions
