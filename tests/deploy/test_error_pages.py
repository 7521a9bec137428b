"""A refusal is a plain page in the reader’s language, with an incident number and a way back."""

from __future__ import annotations

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils.translation import override

from tests.deploy import refusing_urls

pytestmark = pytest.mark.urls("tests.deploy.refusing_urls")
INCIDENT = "incident-0123456789"


@pytest.fixture
def visitor(db, director):
    """A logged-in person whose request bears a known incident number."""
    client = Client(raise_request_exception=False, headers={"X-Request-ID": INCIDENT})
    client.force_login(director)
    return client


@pytest.mark.parametrize(
    ("path", "status", "french", "english"),
    [
        ("/nowhere/at/all/", 404, "Page introuvable", "Page not found"),
        ("/forbidden", 403, "Vous ne pouvez pas", "You may not do this"),
        ("/broken/api_key", 500, "Une erreur est survenue", "could not be computed"),
        ("/busy", 503, "Le service est occupé", "handling other requests"),
    ],
)
def test_an_error_page_says_it_in_both_languages_with_its_number(
    visitor, path, status, french, english
):
    pages = [visitor.get(path, headers={"Accept-Language": code}) for code in ("fr", "en")]
    texts = [page.content.decode() for page in pages]
    assert [page.status_code for page in pages] == [status, status]
    if status in (403, 404):
        assert english in texts[1]
        assert french in texts[0] or english not in texts[0]
    else:
        assert all(french in text and english in text for text in texts)
    for text in texts:
        assert INCIDENT in text
        assert 'href="/"' in text
        assert "Traceback" not in text


def test_a_foreign_host_is_a_400_before_anybody_is_known(visitor, settings):
    settings.ALLOWED_HOSTS = ["portfolio.example.org"]
    for path in ("/connexion/", "/api/busy"):
        assert visitor.get(path, headers={"Host": "evil.example.org"}).status_code == 400


def test_a_busy_database_is_a_503_with_the_time_to_wait(visitor):
    page = visitor.get("/busy")
    api = visitor.get("/api/busy")
    assert [page.headers["Retry-After"], api.headers["Retry-After"]] == ["2", "2"]
    assert api.json()["code"] == "busy"
    assert api.json()["request_id"] == INCIDENT


def test_another_database_error_is_a_bug(visitor):
    assert visitor.get("/database-gone").status_code == 500


def test_a_body_beyond_the_limit_is_a_413(visitor, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    page = visitor.post("/read-form", {"a": "x" * 2000}, content_type="application/json")
    assert page.status_code == 413
    assert "L’envoi est trop volumineux" in page.content.decode()
    api = visitor.post("/api/read-form", {"a": "x" * 2000}, content_type="application/json")
    assert (api.status_code, api.json()["code"]) == (413, "too_large")


def test_a_form_without_its_token_is_told_in_words(db):
    client = Client(enforce_csrf_checks=True)
    with override("en"):
        page = client.post("/connexion/", {"username": "x"}, headers={"Accept-Language": "en"})
    assert page.status_code == 403
    assert "The form has expired" in page.content.decode()
    assert "CSRF verification failed" not in page.content.decode()


def test_a_statement_that_is_too_long_is_a_503_on_postgresql(visitor):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no statement timeout (make test-postgres)")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '50ms'")
    assert visitor.get("/slow").status_code == 503
    assert OperationalError in refusing_urls.CAUGHT
