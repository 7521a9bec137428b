"""Two second persons open an emergency access at the same moment: one grant, opened once."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from accounts.enums import Role
from accounts.exceptions import GrantEnded
from accounts.models import AuditEvent, Grant, User
from accounts.services import emergency
from jobs.models import Job
from tests.people import person
from tests.projects.test_concurrency import race

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]
PEOPLE = 4
ROUNDS = 5


@pytest.fixture(autouse=True)
def on_postgresql() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("the race needs PostgreSQL (make test-postgres)")


def asked_for(name: str, asker: User) -> Grant:
    return emergency.ask_emergency_access(
        actor=asker,
        user=User.objects.create_user(name),
        role=Role.BUDGET_OFFICER,
        reason="Clôture",
    )


def openings(grant: Grant, admins: list[User]) -> int:
    """Let everybody open the access at once; return how many were told that it is open."""
    opened: list[int] = []

    def attempt(index: int) -> None:
        try:
            emergency.open_emergency_access(actor=admins[index], grant_id=grant.pk)
        except GrantEnded:
            return
        opened.append(index)

    race(attempt, len(admins))
    return len(opened)


def test_many_second_persons_at_once_open_it_once() -> None:
    asker = person(Role.TECHNICAL_ADMIN, username="asker")
    admins = [person(Role.TECHNICAL_ADMIN, username=f"admin-{n}") for n in range(PEOPLE)]
    for number in range(ROUNDS):
        grant = asked_for(f"helper-{number}", asker)
        assert openings(grant, admins) == 1
        told = AuditEvent.objects.filter(
            verb="emergency_opened", object_code=f"helper-{number}"
        ).count()
        jobs = Job.objects.filter(payload__grant=grant.pk).count()
        assert (told, jobs) == (1, 1)


def test_without_the_lock_it_is_opened_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: both read that it waits before either opens it."""
    asker = person(Role.TECHNICAL_ADMIN, username="asker")
    admins = [person(Role.TECHNICAL_ADMIN, username=f"admin-{n}") for n in range(2)]
    both_read = threading.Barrier(2)

    def unlocked(grant_id: int) -> Grant:
        grant = Grant.objects.get(pk=grant_id)
        both_read.wait(10)
        return grant

    grant = asked_for("helper", asker)
    monkeypatch.setattr(emergency, "_lock_emergency", unlocked)
    assert openings(grant, admins) == 2
