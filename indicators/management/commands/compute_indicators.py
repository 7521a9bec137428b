"""`compute_indicators`: the same job as Celery's, run to its end, printed as a table or JSON."""

from __future__ import annotations

import datetime as dt
import json
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from common.fiscal import today
from indicators.enums import RunState
from indicators.models import IndicatorRun
from indicators.selectors import run_payload
from indicators.services.runs import CHUNK, ROLL_UP, request_computation
from jobs.enums import ENDED, ENDED_BADLY, JobState
from jobs.models import Job
from jobs.services import run_job
from projects.models import Project

POLL_SECONDS = 0.1
GIVEN_UP = (JobState.FAILED, JobState.QUARANTINE)


class Command(BaseCommand):
    """Compute the indicators at a date and print them with their digest."""

    help = "Compute the indicators of the portfolio, or of some projects, at a date."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument(
            "--as-of", type=_date, default=None, help="YYYY-MM-DD, today by default"
        )
        parser.add_argument("--project", nargs="+", action="extend", metavar="CODE")
        parser.add_argument("--format", choices=["text", "json"], default="text")
        parser.add_argument("--timeout", type=float, default=600.0, help="seconds")

    def handle(self, *args: Any, **options: Any) -> None:
        """Ask for the job, help to run its chunks, print what it computed."""
        ids = _ids(options["project"])
        job = request_computation(_date(options["as_of"]), project_ids=ids)
        run = _to_the_end(job, options["timeout"])
        payload = run_payload(run)
        if options["format"] == "json":
            self.stdout.write(json.dumps(payload, ensure_ascii=False, allow_nan=False))
            return
        count = len(payload["projects"])
        self.stdout.write(f"run {run.pk}, as of {payload['as_of']}: {count} projects")
        self.stdout.write(f"digest {payload['digest']}")


def _date(value: str | dt.date | None) -> dt.date:
    """Return the date asked for, today by default; CommandError when it is not one."""
    try:
        return dt.date.fromisoformat(str(value)) if value else today()
    except ValueError as error:
        raise CommandError(f"--as-of: {value} is not a date (YYYY-MM-DD)") from error


def _ids(codes: list[str] | None) -> list[int] | None:
    """Return the ids of project codes; CommandError names the unknown ones."""
    if codes is None:
        return None
    found = dict(Project.objects.filter(code__in=codes).values_list("code", "pk"))
    unknown = sorted(set(codes) - set(found))
    if unknown:
        raise CommandError(f"unknown project: {', '.join(unknown)}")
    return sorted(found.values())


def _to_the_end(job: Job, timeout: float) -> IndicatorRun:
    """Run what no worker holds until the run is finished; CommandError when it fails."""
    deadline = time.monotonic() + timeout
    while True:
        job.refresh_from_db()
        run = IndicatorRun.objects.filter(job=job).first()
        chunks = Job.objects.filter(kind=CHUNK, key__startswith=f"{run.pk}:" if run else "-")
        if job.state in ENDED_BADLY or chunks.filter(state__in=GIVEN_UP).exists():
            raise CommandError(f"job {job.pk} failed: {job.error.strip()[-300:]}")
        rolled = not Job.objects.filter(kind=ROLL_UP).exclude(state__in=ENDED).exists()
        if run and run.state == RunState.FINISHED and rolled:
            return run
        due = Job.objects.due(timezone.now()).filter(kind__startswith="indicators.")
        taken = [run_job(pk) for pk in due.values_list("pk", flat=True)[:20]]
        if not any(taken):
            time.sleep(POLL_SECONDS)
        if time.monotonic() > deadline:
            raise CommandError(f"job {job.pk} has not ended after {timeout:g} s")
