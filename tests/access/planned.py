"""The plan of the project of a side of the world: a task, a milestone, what is said of them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from projects.models import (
    Baseline,
    BaselineTask,
    Dependency,
    MilestoneForecast,
    Project,
    Task,
)

DAY = dt.date(2025, 3, 3)


def put_plan(world: Any, side: str, project: Project, baseline: Baseline) -> None:
    """Put one row of each kind of the plan."""
    task = Task.objects.create(project=project, code="T-1", name="Tâche", start_on=DAY, end_on=DAY)
    milestone = Task.objects.create(
        project=project, code="J-1", name="Jalon", kind="milestone", end_on=DAY
    )
    rows: dict[str, Any] = {
        "task": task,
        "milestone": milestone,
        "dependency": Dependency.objects.create(predecessor=task, successor=milestone),
        "forecast": MilestoneForecast.objects.create(
            task=milestone, reported_on=DAY, forecast_on=DAY, reason="Premier",
            source_reference=f"F-{side}", recorded_at=timezone.now(),
        ),
        "baseline_task": BaselineTask.objects.create(
            baseline=baseline, task=task, start_on=DAY, end_on=DAY
        ),
    }  # fmt: skip
    for kind, row in rows.items():
        world.put(kind, side, row.pk)
