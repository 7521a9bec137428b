"""A migration that finds a table in use gives up within two seconds, and nobody waits longer."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.core.management.commands import migrate as django_migrate
from django.db import connection

from dne_portfolio.management.commands import migrate

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
TABLE = "tests_migrated"


def alter(_self: object, *_args: object, **_options: object) -> None:
    """Do what a migration does: change a table."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {TABLE} ADD COLUMN IF NOT EXISTS added integer")


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A table, and a migration that alters it."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no lock to wait for (make test-postgres)")
    monkeypatch.setattr(django_migrate.Command, "handle", alter)
    monkeypatch.setattr(migrate, "FIRST_PAUSE_SECONDS", 0.01)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {TABLE} (id integer)")
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {TABLE}")


@contextmanager
def another() -> Iterator[psycopg.Connection]:
    """Another session on the same database."""
    with psycopg.connect(**connection.get_connection_params()) as session:
        session.cursor_factory = psycopg.Cursor
        yield session


class Reader:
    """Reads the table again and again; keeps the longest wait."""

    def __init__(self) -> None:
        self.longest, self.reads, self.stopped = 0.0, 0, threading.Event()
        self.thread = threading.Thread(target=self.read)

    def read(self) -> None:
        with another() as session:
            session.autocommit = True
            while not self.stopped.is_set():
                started = time.monotonic()
                session.execute(f"SELECT count(*) FROM {TABLE}")
                self.longest = max(self.longest, time.monotonic() - started)
                self.reads += 1

    def __enter__(self) -> Reader:
        self.thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stopped.set()
        self.thread.join(timeout=30)


def test_a_held_read_makes_migrate_give_up_and_no_read_waits_longer_than_its_bound(table):
    with another() as holder:
        holder.execute(f"SELECT * FROM {TABLE}")
        with Reader() as reader:
            started = time.monotonic()
            with pytest.raises(CommandError, match="given up after 1 attempts"):
                call_command("migrate", "--lock-retries", "0", verbosity=0)
            taken = time.monotonic() - started
        holder.rollback()
    assert 1.9 <= taken < 3.0
    assert reader.reads > 0
    # The bound is PostgreSQL's; the margin is the machine's.
    assert reader.longest < 3.0


def test_without_the_timeout_every_read_waits_as_long_as_the_held_one(table):
    """The twin: Django's own command, no lock timeout."""
    held = 3.5
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = 0")
    with another() as holder:
        holder.execute(f"SELECT * FROM {TABLE}")
        with Reader() as reader:
            release = threading.Timer(held, holder.rollback)
            release.start()
            started = time.monotonic()
            alter(None)
            taken = time.monotonic() - started
            release.join()
    assert taken > 3.0
    assert reader.longest > 2.5


def test_a_lock_freed_in_time_lets_the_next_attempt_pass_and_the_session_is_as_before(table):
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '7s'")
    with another() as holder:
        holder.execute(f"SELECT * FROM {TABLE}")
        release = threading.Timer(0.5, holder.rollback)
        release.start()
        call_command("migrate", "--lock-timeout", "0.2", "--lock-retries", "50", verbosity=0)
        release.join()
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("7s",)
        cursor.execute("RESET lock_timeout")
        cursor.execute(f"SELECT added FROM {TABLE}")


def test_another_error_is_not_taken_for_a_busy_table(table, monkeypatch):
    def fail(_self: object, *_args: object, **_options: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM nowhere")

    monkeypatch.setattr(django_migrate.Command, "handle", fail)
    with pytest.raises(Exception, match="nowhere"):
        call_command("migrate", verbosity=0)
