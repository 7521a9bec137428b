"""Runs: a computation for one as-of date, cut into chunks of contiguous project ids.

    compute (parent job) ─► one chunk job a range of ids ─► roll-up of everything (last chunk)

A chunk writes its snapshots and ticks itself off in one transaction, guarded by the fencing token
of its job: a worker killed in the middle leaves nothing, and another does the chunk once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from common.fiscal import today
from indicators.enums import RunState
from indicators.models import IndicatorRun
from indicators.series import load_series
from indicators.services.alerts import sync_threshold_alerts
from indicators.services.figures import compute_figures
from indicators.services.rollups import rebuild_rollups
from indicators.services.snapshots import stale_projects, write_snapshots
from jobs.models import Job
from jobs.services import JobContext, request_job
from projects.models import Project
from projects.services.figures import REFRESH_STALE

COMPUTE = "indicators.compute"
CHUNK = "indicators.chunk"
ROLL_UP = "indicators.roll_up"


def request_computation(
    as_of: dt.date, *, project_ids: Sequence[int] | None = None, actor: Any = None
) -> Job:
    """Ask for the indicators of some projects (all by default) at a date."""
    key = as_of.isoformat()
    payload: dict[str, Any] = {"as_of": key}
    if project_ids is not None:
        payload["projects"] = sorted(project_ids)
        key += ":" + ",".join(str(pk) for pk in sorted(project_ids))[:100]
    return request_job(kind=COMPUTE, key=key, payload=payload, requested_by=actor)


def request_stale_refresh() -> bool:
    """Ask for the refresh of stale projects, if there are any (the sweeper's part)."""
    if not stale_projects(Project).exists():
        return False
    request_job(kind=REFRESH_STALE)
    return True


def run_compute(context: JobContext) -> dict[str, Any]:
    """Handle `indicators.compute`: open the run and ask for its chunks."""
    as_of = dt.date.fromisoformat(context.payload["as_of"])
    chosen = context.payload.get("projects")
    projects = Project.objects.order_by("pk")
    if chosen is not None:
        projects = projects.filter(pk__in=chosen)
    return _open_run(context, as_of, projects.values_list("pk", flat=True))


def run_refresh_stale(context: JobContext) -> dict[str, Any]:
    """Handle `indicators.refresh_stale`: every project whose figures changed."""
    stale = stale_projects(Project).order_by("pk").values_list("pk", flat=True)
    return _open_run(context, today(), stale)


def run_refresh(context: JobContext) -> dict[str, Any]:
    """Handle `indicators.refresh`: one project, at once."""
    project_id = int(context.job.key)
    with transaction.atomic():
        context.hold()
        run = _start(context, today())
        _compute(run, [project_id])
        run.projects_total = 1
        _finish(run)
        request_job(kind=ROLL_UP)
    return {"run": run.pk, "projects": 1}


def run_chunk(context: JobContext) -> dict[str, Any]:
    """Handle `indicators.chunk`: compute a range of ids and tick it off."""
    start, stop = context.payload["start"], context.payload["stop"]
    with transaction.atomic():
        context.hold()
        run = IndicatorRun.objects.select_for_update(of=("self",)).get(pk=context.payload["run"])
        done = _compute(run, _ids_of(context.payload, start, stop))
        if start not in run.chunks_done:
            run.chunks_done = sorted([*run.chunks_done, start])
            run.projects_total += done
        if len(run.chunks_done) == run.chunks_total:
            _finish(run)
            request_job(kind=ROLL_UP)
        run.save()
    return {"run": run.pk, "projects": done}


def _ids_of(payload: dict[str, Any], start: int, stop: int) -> Sequence[int] | range:
    chosen: list[int] | None = payload.get("projects")
    return range(start, stop) if chosen is None else chosen


def run_roll_up(context: JobContext) -> dict[str, Any]:
    """Handle `indicators.roll_up`: portfolio figures, then the alerts of the thresholds."""
    with transaction.atomic():
        context.hold()
        return {"roll_ups": rebuild_rollups(today()), "alerts": sync_threshold_alerts()}


def _open_run(context: JobContext, as_of: dt.date, ids: Iterable[int]) -> dict[str, Any]:
    """Open the run of a job (once, even taken over) and ask for its chunks."""
    some = context.payload.get("projects") is not None
    chunks = list(_chunks(list(ids)))
    with transaction.atomic():
        context.hold()
        run = _start(context, as_of)
        run.chunks_total = len(chunks)
        if not chunks:
            _finish(run)
        run.save()
        for chunk in chunks:
            start, stop = chunk[0], chunk[-1] + 1
            payload: dict[str, Any] = {"run": run.pk, "start": start, "stop": stop}
            if some:
                payload["projects"] = chunk
            request_job(kind=CHUNK, key=f"{run.pk}:{start}-{stop}", payload=payload)
    return {"run": run.pk, "chunks": len(chunks)}


def _chunks(ids: list[int]) -> Iterable[list[int]]:
    size = settings.INDICATORS_CHUNK_SIZE
    return (ids[first : first + size] for first in range(0, len(ids), size))


def _start(context: JobContext, as_of: dt.date) -> IndicatorRun:
    run, _created = IndicatorRun.objects.get_or_create(
        job=context.job, defaults={"as_of": as_of, "started_at": timezone.now()}
    )
    return run


def _finish(run: IndicatorRun) -> None:
    run.state = RunState.FINISHED
    run.finished_at = timezone.now()
    run.save()


def _compute(run: IndicatorRun, project_ids: Sequence[int] | range) -> int:
    """Read, compute and write the snapshots of some projects; return their number."""
    known_at = timezone.now()
    batch = load_series(project_ids, run.as_of, known_at)
    return write_snapshots(run, batch, compute_figures(batch), known_at)
