"""Two decisions at once on PostgreSQL: one is taken; without the lock of the version, both are."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections

from accounts.enums import Role
from budgets.exceptions import FileClosed
from budgets.models import ProgrammingStep, ProgrammingVersion
from budgets.models.guards import PROGRAMMING_GUARDS
from budgets.models.round_guards import ROUND_GUARDS
from budgets.services import programming_access, rounds
from budgets.services.round_content import digest_of_file
from common.exceptions import DomainError
from common.triggers import put_guards, take_guards_away
from tests.budgets.rounds import Round, make_round
from tests.people import person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


@pytest.fixture(autouse=True)
def on_postgresql() -> None:
    """Rows are locked by PostgreSQL; SQLite serialises writers (BEGIN IMMEDIATE)."""
    if connection.vendor != "postgresql":
        pytest.skip("the race needs PostgreSQL (make test-postgres)")


@pytest.fixture
def without_guards() -> Iterator[None]:
    """Take the guards away: what is left is what the lock alone keeps."""
    guards = (*PROGRAMMING_GUARDS, *ROUND_GUARDS)
    take_guards_away(connection, guards)
    yield
    put_guards(connection, guards)


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Do each work in a thread of its own, begun together; return its value or its error."""
    start = threading.Barrier(len(works))
    given: list[Any] = [None] * len(works)

    def run(index: int) -> None:
        start.wait(10)
        try:
            given[index] = works[index]()
        except (DomainError, IntegrityError) as error:
            given[index] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return given


@pytest.fixture
def submitted(transactional_db: None) -> Round:
    """A round in which the file of P-1 is submitted."""
    held = make_round()
    held.step("submit", "manager", held.projects[0])
    return held


def arbitrations(held: Round) -> list[Any]:
    """Have two directors arbitrate the same file at once, on the version that both have read."""
    project = held.projects[0]
    second = person(Role.PORTFOLIO_DIRECTOR, username="second")
    seen = held.file(project).version
    return at_once(
        *(
            lambda who=who: rounds.take_step(
                actor=who,
                version_id=held.version.pk,
                project_id=project.pk,
                verb="arbitrate",
                expected_version=seen,
            )
            for who in (held.people["director"], second)
        )
    )


def taken() -> int:
    return ProgrammingStep.objects.filter(verb="arbitrate").count()


def test_of_two_arbitrations_at_once_one_is_taken(submitted):
    given = arbitrations(submitted)
    assert taken() == 1
    assert [isinstance(one, DomainError) for one in given].count(True) == 1


def unlocked(version_id: int, **_more: Any) -> ProgrammingVersion:
    """Return a version without its lock."""
    return ProgrammingVersion.objects.get(pk=version_id)


def test_without_the_lock_of_the_version_both_arbitrations_are_taken(
    submitted, monkeypatch, without_guards
):
    both, states = threading.Barrier(2), rounds._states

    def meet(*given: Any) -> Any:
        found = states(*given)
        both.wait(10)
        return found

    monkeypatch.setattr(rounds, "_lock", unlocked)
    monkeypatch.setattr(rounds, "_states", meet)
    arbitrations(submitted)
    assert taken() == 2


def edit_against_submit(held: Round) -> bool:
    """Have the manager edit while the officer submits; whether the step binds to what stands.

    An edit that comes after the submission is refused to the manager; one that comes before is in
    what was submitted.
    """
    project = held.projects[0]
    seen = held.file(project).version

    def submit() -> ProgrammingStep:
        return rounds.take_step(
            actor=held.people["officer"], version_id=held.version.pk, project_id=project.pk,
            verb="submit", expected_version=seen,
        )  # fmt: skip

    step, edited = at_once(submit, lambda: held.edit("manager", held.lines[0], "55"))
    assert isinstance(step, ProgrammingStep)
    assert not isinstance(edited, Exception) or isinstance(edited, FileClosed)
    return step.content_digest == digest_of_file(held.file(project))


def test_an_edit_comes_before_a_submission_or_is_refused_after_it():
    held = make_round()
    for _ in range(6):
        assert edit_against_submit(held)
        held.step("return", "officer", held.projects[0])
        held.edit("officer", held.lines[0], "100")


def test_without_the_lock_of_the_version_an_edit_slips_in_what_was_submitted(monkeypatch):
    # The manager has read that the file is a draft, then the submission goes by.
    held = make_round()
    read, done = threading.Event(), threading.Event()

    refuse = programming_access.refuse_closed_files

    def slow(*given: Any) -> None:
        refuse(*given)
        read.set()
        done.wait(10)

    monkeypatch.setattr("budgets.services.programming_cells.lock_version", unlocked)
    monkeypatch.setattr(programming_access, "refuse_closed_files", slow)
    project, seen = held.projects[0], held.file(held.projects[0]).version

    def submit() -> ProgrammingStep:
        read.wait(10)
        try:
            return rounds.take_step(
                actor=held.people["officer"], version_id=held.version.pk, project_id=project.pk,
                verb="submit", expected_version=seen,
            )  # fmt: skip
        finally:
            done.set()

    step, _edited = at_once(submit, lambda: held.edit("manager", held.lines[0], "55"))
    assert step.content_digest != digest_of_file(held.file(project))
