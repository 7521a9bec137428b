"""The daily purge of the security events."""

from __future__ import annotations

import datetime as dt

from jobs.models import Job
from jobs.services import request_job

PURGE_JOB = "accounts.purge"


def request_purge(day: dt.date) -> Job:
    """Ask for the purge of a day; called once a day."""
    return request_job(kind=PURGE_JOB, key=day.isoformat())
