"""The jobs that check the rules: after each change of the ledgers, and each night."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import transaction

from budgets.services.detection import detect
from common.fiscal import today
from common.models import DataOrigin
from jobs.models import Job
from jobs.services import JobContext
from jobs.services.requests import request_job

CHECK_RULES = "budgets.check_rules"


def watched_years(day: dt.date) -> range:
    """Return the exercises that are checked: the one before, the current one, the coming one."""
    return range(day.year - 1, day.year + 2)


@transaction.atomic
def request_checks(years: Iterable[int] | None = None, *, actor: Any = None) -> Job | None:
    """Ask for the check of some exercises among those watched, all of them by default.

    One job an exercise, coalesced with the one that waits already; return the last one.
    """
    watched = watched_years(today())
    wanted = sorted(set(watched) & set(watched if years is None else years))
    job = None
    for year in wanted:
        job = request_job(
            kind=CHECK_RULES, key=str(year), payload={"fiscal_year": year}, requested_by=actor
        )
    return job


def request_nightly(day: dt.date) -> Job | None:
    """Ask for the checks of the night: delays pass even when no fact comes."""
    return request_checks(watched_years(day))


def run_check(context: JobContext) -> dict[str, Any]:
    """Handle `budgets.check_rules`: check an exercise, each data origin apart, at once."""
    year = int(context.payload["fiscal_year"])
    counts = {"opened": 0, "kept": 0, "closed": 0}
    with transaction.atomic():
        context.hold()
        for origin in DataOrigin.values:
            synced = detect(fiscal_year=year, origin=origin)
            counts["opened"] += synced.opened
            counts["kept"] += synced.kept
            counts["closed"] += synced.closed
    return counts
