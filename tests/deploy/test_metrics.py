"""Metrics are read by those who may, and by nobody through the proxy without the token."""

from __future__ import annotations

import pytest

from jobs.models import Job
from tests.samples import now

TOKEN = "a-token-of-tests"


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("10.1.2.3", {}, 200),
        ("10.2.2.3", {}, 403),
        ("", {}, 403),
        ("not an address", {}, 403),
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, 403),
        ("127.0.0.1", {"X-Forwarded-For": ""}, 403),
        ("127.0.0.1", {"Forwarded": "for=127.0.0.1"}, 403),
        ("127.0.0.1", {"X-Forwarded-For": "8.8.8.8", "Authorization": f"Bearer {TOKEN}"}, 200),
        ("8.8.8.8", {"Authorization": f"Bearer {TOKEN}"}, 200),
        ("8.8.8.8", {"Authorization": "Bearer "}, 403),
        ("8.8.8.8", {"Authorization": f"bearer {TOKEN}x"}, 403),
        ("8.8.8.8", {"Authorization": "Bearer é"}, 403),
    ],
)
def test_metrics_answer_to_allowed_addresses_and_to_the_token(
    client, db, settings, address, headers, status
):
    settings.METRICS_ALLOWED = ["127.0.0.1", "::1", "10.1.0.0/16"]
    settings.METRICS_TOKEN = TOKEN
    assert client.get("/metrics", headers=headers, REMOTE_ADDR=address).status_code == status


def test_without_a_token_no_bearer_is_allowed(client, db, settings):
    settings.METRICS_ALLOWED, settings.METRICS_TOKEN = [], ""
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 403


def test_a_logged_in_person_is_a_stranger_too(client, director, settings):
    settings.METRICS_ALLOWED = []
    client.force_login(director)
    answer = client.get("/metrics")
    assert (answer.status_code, answer.content) == (403, b"forbidden\n")


def test_metrics_tell_the_queue_and_the_requests(client, db):
    Job.objects.create(kind="indicators.run", due_at=now(), attempts=2)
    Job.objects.create(kind="indicators.run", key="x", due_at=now(), state="failed", attempts=3)
    client.get("/connexion/")
    text = client.get("/metrics").content.decode()
    assert 'portfolio_jobs{kind="indicators.run",state="queued"} 1.0' in text
    assert 'portfolio_job_attempts{kind="indicators.run",state="failed"} 3.0' in text
    assert "portfolio_queue_age_seconds " in text
    assert 'django_http_responses_total_by_status_total{status="200"}' in text
    assert (
        'django_http_requests_latency_seconds_by_view_method_count{method="GET",view="web:login"}'
        in text
    )
