"""Limits of the API: headers on every answer, 429 with its delay, and no way around."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection
from drf_spectacular.generators import SchemaGenerator
from oauth2_provider.models import AccessToken
from rest_framework.test import APIClient

from accounts.models import RateCounter
from accounts.services import limits

ROOT = Path(__file__).resolve().parent.parent.parent
HEADERS = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")
URL = "/api/v1/projects/"
# The counters alone, for the migrations of everything would take longer than the race.
TABLE = """CREATE TABLE accounts_ratecounter (id integer PRIMARY KEY, subject text, minute integer,
count integer, refused integer DEFAULT 0, UNIQUE (subject, minute))"""


@pytest.fixture(autouse=True)
def still_clock(monkeypatch):
    """The tests never pass from one minute to the next by themselves."""
    monkeypatch.setattr(limits.time, "time", lambda: 1_800_000_015.0)


@pytest.fixture
def low(settings):
    settings.API_LIMITS = {"client": 3, "person": 2, "network": 50}
    return settings.API_LIMITS


def test_every_answer_says_what_is_left(api, robot):
    for client, path in (
        (api.controller, URL),
        (api.stranger, URL),
        (api.anonymous, URL),
        (api.anonymous, "/api/nothing/"),
        (api.anonymous, "/api/oauth/token/"),
        (api.anonymous, "/api/schema/"),
        (robot("read"), URL),
    ):
        answer = client.get(path)
        numbers = [int(answer.headers[name]) for name in HEADERS]
        assert numbers[0] > numbers[1] >= 0, path
        assert numbers[2] == 45


def test_a_page_is_not_counted(api):
    api.controller.get("/projets/")
    assert not RateCounter.objects.exists()


def test_beyond_the_limit_is_429_with_its_delay(api, low):
    left = [api.controller.get(URL).headers["RateLimit-Remaining"] for _ in range(low["person"])]
    assert left == ["1", "0"]
    answer = api.controller.get(URL)
    assert (answer.status_code, answer.json()["code"]) == (429, "throttled")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Retry-After"] == answer.headers["RateLimit-Reset"] == "45"
    # Somebody else is not concerned, and the next minute begins anew.
    assert api.director.get(URL).status_code == 200


def test_the_next_minute_begins_anew(api, low, monkeypatch):
    assert [api.manager.get(URL).status_code for _ in range(3)] == [200, 200, 429]
    monkeypatch.setattr(limits.time, "time", lambda: 1_800_000_060.0)
    assert api.manager.get(URL).status_code == 200


def test_a_client_is_counted_across_its_tokens(robot, low):
    client = robot("read")
    assert [client.get(URL).status_code for _ in range(2)] == [200, 200]
    token = AccessToken.objects.get()
    token.pk, token.token = None, "another"
    token.save()
    other = APIClient()
    other.credentials(HTTP_AUTHORIZATION="Bearer another")
    assert [other.get(URL).status_code for _ in range(2)] == [200, 429]


def test_guesses_of_tokens_are_counted_whatever_the_headers_claim(api, low):
    seen = [
        APIClient()
        .get(
            URL,
            headers={
                "Authorization": f"Bearer guess-{number}",
                "X-Forwarded-For": f"203.0.113.{number}",
                "Forwarded": f"for=203.0.113.{number}",
                "X-Real-IP": f"203.0.113.{number}",
            },
        )
        .status_code
        for number in range(low["network"] + 10)
    ]
    assert seen == [401] * low["network"] + [429] * 10


def test_refused_calls_are_counted_apart(api, low):
    for _ in range(5):
        api.controller.get(URL)
    (row,) = RateCounter.objects.filter(subject__startswith="person:")
    assert (row.count, row.refused) == (5, 3)


def test_the_document_tells_of_429_and_of_the_headers(api):
    schema = SchemaGenerator().get_schema(request=None, public=True)
    for path, verbs in schema["paths"].items():
        for verb, operation in verbs.items():
            assert "429" in operation["responses"], (path, verb)
            assert "Retry-After" in operation["responses"]["429"]["headers"]
            for response in operation["responses"].values():
                assert set(HEADERS) <= set(response.get("headers", HEADERS))


class TestHonesty:
    """Four processes of sixteen threads on one subject, on either engine."""

    LIMIT, PROCESSES, THREADS, CALLS = 100, 4, 16, 5

    @pytest.fixture
    def database(self, transactional_db, tmp_path):
        """The address of a database that other processes may open, with the counters in it."""
        if connection.vendor == "postgresql":
            base = connection.settings_dict
            host, port = quote(str(base["HOST"]), safe=""), base["PORT"] or "5432"
            return f"postgresql://{base['USER']}@/{base['NAME']}?host={host}&port={port}"
        path = tmp_path / "counters.sqlite3"
        with sqlite3.connect(path) as file:
            # As a migration leaves it: to enter this mode, a connection must be alone.
            file.execute("PRAGMA journal_mode=WAL")
            file.execute(TABLE)
        file.close()
        return f"sqlite:///{path}"

    def allowed(self, database: str, how: str) -> int:
        """Return how many calls were allowed in all."""
        environment = os.environ | {
            "DATABASE_URL": database,
            "PGPASSWORD": str(connection.settings_dict.get("PASSWORD", "")),
            "DJANGO_SETTINGS_MODULE": "dne_portfolio.settings.dev",
            "PYTHONPATH": str(ROOT),
        }
        numbers = [str(number) for number in (self.LIMIT, self.THREADS, self.CALLS)]
        command = [sys.executable, "-m", "tests.api.counting", f"client:{how}", *numbers, how]
        crew = [
            subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env=environment,
                cwd=ROOT,
            )
            for _ in range(self.PROCESSES)
        ]
        for process in crew:
            assert process.stdout.readline() == "ready\n"
        for process in crew:
            process.stdin.write("go\n")
            process.stdin.flush()
        return sum(int(process.communicate(timeout=120)[0]) for process in crew)

    def test_calls_allowed_are_exactly_the_limit(self, database):
        assert self.allowed(database, "honest") == self.LIMIT  # a ratio of 1.00

    def test_a_counter_that_reads_then_writes_lets_more_through(self, database):
        """The twin: without the single statement, threads read the same count."""
        assert self.allowed(database, "naive") > self.LIMIT
