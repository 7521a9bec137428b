"""What is used once is used once, however many people try at the same moment."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
import time_machine
from django.db import connection, transaction
from django.utils import timezone

from accounts.enums import LinkKind, TryKind
from accounts.exceptions import LinkRefused, WrongCode
from accounts.models import TryCounter
from accounts.services import links, second_factor, tries
from tests.accounts.conftest import person
from tests.accounts.test_second_factor import code_of
from tests.projects.test_concurrency import race

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]
PEOPLE = 6


@pytest.fixture(autouse=True)
def on_postgresql() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("the race needs PostgreSQL (make test-postgres)")


def uses(use, refusal, people=PEOPLE) -> int:
    """Return how many of the simultaneous uses were accepted."""
    accepted: list[int] = []

    def attempt(index: int) -> None:
        try:
            use(index)
        except refusal:
            return
        accepted.append(index)

    race(attempt, people)
    return len(accepted)


def password_by(digest: str):
    """Return the use of a link, by a person of this number."""
    return lambda index: links.use_link_for_password(
        digest=digest, password=f"a-long-password-{index}"
    )


def test_a_link_is_used_once():
    user = person("ines")
    for _ in range(5):
        token = links.make_link(actor=None, user=user, kind=LinkKind.INVITATION)
        assert uses(password_by(links.link_digest(token)), LinkRefused) == 1


def test_without_its_lock_a_link_is_used_twice(monkeypatch):
    """The twin: both read the link before either spends it."""
    user = person("ines")
    digest = links.link_digest(links.make_link(actor=None, user=user, kind=LinkKind.INVITATION))
    both_read = threading.Barrier(2)

    def unlocked(digest):
        link = links.usable_link(digest)
        assert link is not None
        both_read.wait(10)
        return link

    monkeypatch.setattr(links, "_lock_usable", unlocked)
    assert uses(password_by(digest), LinkRefused, 2) == 2


def code_by(user, code: str):
    """Return the use of a code."""
    return lambda _index: second_factor.check_code(user=user, code=code)


def test_a_code_of_the_second_factor_is_accepted_once(settings):
    settings.TRIES_OF_SECOND_FACTOR = 100
    user = person("ines")
    second_factor.start_enrolment(actor=user)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        recovery = second_factor.enrol(actor=user, code=code_of(user))
        for _ in range(3):
            clock.shift(dt.timedelta(seconds=60))
            assert uses(code_by(user, code_of(user)), WrongCode) == 1
        assert uses(code_by(user, recovery[0]), WrongCode) == 1


def test_simultaneous_tries_are_counted_one_by_one():
    allowed: list[bool] = []

    def attempt(_index: int) -> None:
        for _ in range(5):
            verdict = tries.count_try(kind=TryKind.ACCOUNT, key="claire")
            allowed.append(verdict.allowed)

    race(attempt, PEOPLE)
    counter = TryCounter.objects.get()
    assert (allowed.count(True), counter.tries) == (10, 10)
    assert counter.refused == PEOPLE * 5 - 10


def test_without_the_lock_more_tries_are_let_through(monkeypatch):
    """The twin: both read the ninth before either writes the tenth."""
    for _ in range(9):
        tries.count_try(kind=TryKind.ACCOUNT, key="claire")
    both_read = threading.Barrier(2)

    def unlocked(kind, digest):
        row = TryCounter.objects.get(kind=kind, key=digest)
        assert transaction.get_connection().in_atomic_block
        both_read.wait(10)
        return row

    monkeypatch.setattr(tries, "_locked", unlocked)
    allowed: list[bool] = []
    race(
        lambda _i: allowed.append(tries.count_try(kind=TryKind.ACCOUNT, key="claire").allowed),
        2,
    )
    assert allowed == [True, True]
