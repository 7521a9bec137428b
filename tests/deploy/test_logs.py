"""One JSON line a request, in UTC, and no secret in any line or row."""

from __future__ import annotations

import base64
import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from django.conf import settings
from django.db import connection
from django.test import Client

from dne_portfolio.settings.redaction import MASK, redact, redact_event, redact_text
from tests.deploy.canaries import CANARIES


def formatter(*, protected: bool = True) -> structlog.stdlib.ProcessorFormatter:
    """Return the formatter of production, or its twin without the masking of secrets."""
    made = settings.LOGGING["formatters"]["json"]
    processors = [step for step in made["processors"] if protected or step is not redact_event]
    return structlog.stdlib.ProcessorFormatter(
        processors=processors, foreign_pre_chain=made["foreign_pre_chain"]
    )


class Journal:
    """What was logged, as text and as lines."""

    def __init__(self) -> None:
        self.protected, self.bare = io.StringIO(), io.StringIO()

    @property
    def lines(self) -> list[dict]:
        return [json.loads(line) for line in self.protected.getvalue().splitlines()]


@pytest.fixture
def journal() -> Iterator[Journal]:
    """Both journals, at the level of production and below."""
    kept = Journal()
    handlers = []
    for stream, protected in ((kept.protected, True), (kept.bare, False)):
        handler = logging.StreamHandler(stream)
        handler.setFormatter(formatter(protected=protected))
        handlers.append(handler)
    loggers = [logging.getLogger(name) for name in ("", "dne", "dne.request", "django.request")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.INFO)
    for logger in loggers[:2]:
        for handler in handlers:
            logger.addHandler(handler)
    yield kept
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)
        for handler in handlers:
            logger.removeHandler(handler)


def test_a_request_is_one_line_with_its_id_person_status_and_duration(client, manager, journal):
    client.force_login(manager)
    client.get("/projets/?q=confidentiel", headers={"X-Request-ID": "edge-0123456789"})
    (line,) = [line for line in journal.lines if line["logger"] == "dne.request"]
    assert {key: line[key] for key in ("event", "method", "path", "status", "user_id")} == {
        "event": "request",
        "method": "GET",
        "path": "/projets/",
        "status": 200,
        "user_id": manager.pk,
    }
    assert line["request_id"] == "edge-0123456789"
    assert line["duration_ms"] > 0
    assert line["timestamp"].endswith("Z")
    assert "confidentiel" not in journal.protected.getvalue()


def test_the_line_of_an_open_page_looks_nobody_up(client, db, journal, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get("/health/live").status_code == 200
    assert journal.lines == []


def go_through_errors(client: Client) -> None:
    """Send every canary where it may be sent, and be refused or broken each time."""
    client.raise_request_exception = False
    basic = base64.b64encode(f"app:{CANARIES['client_secret_header']}".encode()).decode()
    token, grant = "/api/oauth/token/", {"grant_type": "client_credentials"}
    client.post("/connexion/", {"username": "x", "password": CANARIES["password"]})
    client.get("/api/v1/jobs/", headers={"Authorization": f"Bearer {CANARIES['bearer']}"})
    client.post(token, grant, headers={"Authorization": f"Basic {basic}"})
    client.post(token, {**grant, "client_id": "a", "client_secret": CANARIES["client_secret_body"]})
    client.cookies["sessionid"] = CANARIES["session"]
    client.cookies["csrftoken"] = CANARIES["csrf"]
    client.get(f"/projets/?token={CANARIES['query_token']}")
    client.post("/projets/nouveau/", {"csrfmiddlewaretoken": CANARIES["csrf"]})
    client.get(f"/invitation/{CANARIES['path_token']}/")
    client.get("/forbidden", {"access_token": CANARIES["query_token"]})
    for name in ("database_password", "redis_password", "api_key", "private_key", "jwt"):
        assert client.get(f"/broken/{name}").status_code == 500
    logger = structlog.get_logger("dne.tests")
    secret = CANARIES["field"]
    logger.warning(
        "refused", headers={"Authorization": secret}, otp=secret, args=[{"pwd_token": secret}]
    )
    logging.getLogger("some.library").error(
        "bad client_secret=%s and %r", secret, {"token": secret}
    )


def planted_in(text: str) -> set[str]:
    return {name for name, secret in CANARIES.items() if secret in text}


@pytest.mark.urls("tests.deploy.refusing_urls")
def test_fourteen_planted_secrets_reach_neither_the_logs_nor_the_database(db, journal):
    go_through_errors(Client(enforce_csrf_checks=False))
    assert len(CANARIES) == 14
    assert planted_in(journal.protected.getvalue()) == set()
    rows = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            rows += [repr(row) for row in cursor.fetchall()]
    assert planted_in("\n".join(rows)) == set()
    # The twin without the masking: the errors above do carry secrets.
    assert {"database_password", "jwt", "field"} <= planted_in(journal.bare.getvalue())


def test_what_a_reader_needs_is_left():
    digest = "d" * 32 + "0" * 32
    line = {
        "event": "import applied",
        "request_id": "0123456789abcdef0123456789abcdef",
        "digest": digest,
        "path": "/projets/DNE-2025-014/",
        "count": 3,
        "detail": {"code": "insufficient_credits", "amount": "1000.00"},
        "error": "connection to server at 10.0.0.1, port 5432 failed: timeout",
    }
    assert redact_event(None, "info", dict(line)) == line


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("redis://:s3cret@cache:6379/0", f"redis://:{MASK}@cache:6379/0"),
        ("Authorization: Bearer abc.def", f"Authorization: {MASK} {MASK}"),
        ("password=abc&next=/", f"password={MASK}&next=/"),
        ("{'client_secret': 'a b c', 'x': 1}", "{'client_secret': " + MASK + ", 'x': 1}"),
        ("sessionid=abc; theme=dark", f"sessionid={MASK}; theme=dark"),
    ],
)
def test_secrets_are_masked_by_their_shape(text, masked):
    found = redact_text(text)
    assert found == masked or ("Bearer" in text and "abc.def" not in found)


def test_secrets_are_masked_by_their_name_at_any_depth():
    found = redact({"a": [{"Set-Cookie": "x"}, ("y", b"token=z")]})
    assert found == {"a": [{"Set-Cookie": MASK}, ["y", f"token={MASK}"]]}
