"""The hinge between writes and computation: a counter, not a signal (architecture, rule 6)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import F

from jobs.services.requests import request_job
from projects.models import Project

REFRESH_PROJECT = "indicators.refresh"
REFRESH_STALE = "indicators.refresh_stale"


@transaction.atomic
def mark_figures_changed(project_ids: Iterable[int], *, actor: Any = None) -> None:
    """Raise the version of the figures of these projects and ask for their refresh.

    Called once, last, in the transaction of the write: it locks the project rows until the
    commit. One project asks for its own job; several ask for one job that takes every stale
    project.
    """
    ids = sorted(set(project_ids))
    if not ids:
        return
    for first in range(0, len(ids), 10_000):
        some = ids[first : first + 10_000]
        Project.objects.filter(pk__in=some).update(figures_version=F("figures_version") + 1)
    if len(ids) == 1:
        request_job(kind=REFRESH_PROJECT, key=str(ids[0]), requested_by=actor)
    else:
        request_job(kind=REFRESH_STALE, requested_by=actor)
