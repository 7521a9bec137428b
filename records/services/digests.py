"""Digests: each morning, one message to each person who wants one and has something unread."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Min, Q
from django.utils import timezone

from accounts.models.preferences import Rhythm
from jobs.models import Job
from jobs.services import JobContext, request_job
from records.models import Notification
from records.services.notifications import MAIL_JOB

DIGEST_JOB = "records.digests"
WEEK = dt.timedelta(days=7)
MONDAY = 0


def request_digests(day: dt.date) -> Job:
    """Ask for the digests of a day; called once a day (jobs.services.periods)."""
    return request_job(kind=DIGEST_JOB, key=day.isoformat(), payload={"day": day.isoformat()})


def run_digests(context: JobContext) -> dict[str, Any]:
    """Ask for the mail of each person who wants a digest today; return how many."""
    day = dt.date.fromisoformat(context.payload["day"])
    people = people_to_write_to(day)
    for person in people:
        request_job(kind=MAIL_JOB, key=f"digest-{person}-{day}", payload={"person": person})
    return {"asked": len(people)}


def people_to_write_to(day: dt.date) -> list[int]:
    """Return the ids of the people to write to on a day: one query.

    A weekly digest leaves on Mondays, or as soon as something has waited a week.
    """
    waiting = Notification.objects.to_mail().filter(
        recipient__is_active=True, recipient__is_machine=False
    )
    waiting = waiting.exclude(recipient__email="").order_by()
    chosen = "recipient__preferences__notification_rhythm"
    daily = Q(**{chosen: Rhythm.DAILY}) | Q(recipient__preferences__isnull=True)
    rows = waiting.values("recipient").annotate(oldest=Min("happened_at"))
    weekly = rows.filter(**{chosen: Rhythm.WEEKLY})
    if day.weekday() != MONDAY:
        evening = dt.datetime.combine(day, dt.time.max, timezone.get_current_timezone())
        weekly = weekly.filter(oldest__lte=evening - WEEK)
    found = {row["recipient"] for row in rows.filter(daily)} | {row["recipient"] for row in weekly}
    return sorted(found)
