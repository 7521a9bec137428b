"""Two people on the same project: exactly one edit is kept for each version that was read."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, connections, transaction

from common.exceptions import StaleEdit
from projects.models import Project
from projects.services import projects as services
from projects.services.projects import update_project

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]
PEOPLE = 4
ROUNDS = 25


@pytest.fixture(autouse=True)
def on_postgresql() -> None:
    """Rows are locked by PostgreSQL; SQLite serialises writers (BEGIN IMMEDIATE)."""
    if connection.vendor != "postgresql":
        pytest.skip("the race needs PostgreSQL (make test-postgres)")


def race(work: Callable[[int], None], people: int) -> None:
    """Run `work` in several threads that begin together."""
    start = threading.Barrier(people)

    def run(index: int) -> None:
        start.wait(10)
        try:
            work(index)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)


def edits_kept(project: Project, people: int) -> int:
    """Let everybody edit the version that they all read; return how many were told it is saved."""
    version = Project.objects.get(pk=project.pk).version
    kept: list[int] = []

    def edit(index: int) -> None:
        try:
            update_project(
                actor=None,
                project_id=project.pk,
                expected_version=version,
                changes={"title": f"Titre {index}"},
            )
        except StaleEdit:
            return
        kept.append(index)

    race(edit, people)
    return len(kept)


def test_of_several_edits_of_one_version_exactly_one_is_kept(project: Project) -> None:
    for _ in range(ROUNDS):
        assert edits_kept(project, PEOPLE) == 1
    assert Project.objects.get(pk=project.pk).version == ROUNDS + 1
    assert project.history.count() == ROUNDS + 1


def test_without_the_lock_an_edit_is_lost(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: the row is read without a lock, both people pass the check, one edit is lost."""
    both_read = threading.Barrier(2)

    def unlocked(project_id: int, expected_version: int, **options: Any) -> Project:
        found = Project.objects.get(pk=project_id)
        if found.version != expected_version:
            raise StaleEdit(code=found.code, expected=expected_version, current=found.version)
        assert transaction.get_connection().in_atomic_block
        both_read.wait(10)
        return found

    monkeypatch.setattr(services, "lock_project", unlocked)
    assert edits_kept(project, 2) == 2
