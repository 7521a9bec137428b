"""The daily purge: minutes that no page shows, answers of more than a day."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from accounts.models import IdempotencyKey, RateCounter
from dne_portfolio.purging import ask_purge
from jobs.models import Job


def minute(**ago: int) -> int:
    return int((timezone.now() - dt.timedelta(**ago)).timestamp()) // 60


def test_the_purge_keeps_what_is_shown_and_forgets_the_rest(director, after_commit):
    for subject in ("client:1", "person:1", "network:192.0.2.1"):
        for age in (0, 2, 31, 40):
            RateCounter.objects.create(subject=subject, minute=minute(days=age), count=1)
    for key, hours in (("recent-key", 23), ("former-key", 25)):
        IdempotencyKey.objects.create(
            caller=director,
            key=key,
            digest="0" * 64,
            token="1",
            created_at=timezone.now() - dt.timedelta(hours=hours),
        )
    with after_commit():
        job = ask_purge(dt.date(2026, 1, 1))
    job = Job.objects.get(pk=job.pk)
    assert job.state == "succeeded", job.error
    assert RateCounter.objects.filter(subject="client:1").count() == 3
    assert RateCounter.objects.exclude(subject="client:1").count() == 2
    assert [row.key for row in IdempotencyKey.objects.all()] == ["recent-key"]
