"""The plan of project A-1, and one request that succeeds for each of its writes."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
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
REASON = {"reason": "Essai"}
CLOSED = {"closed_on": "2025-12-31", "reason": "Terminé"}


def add_plan() -> SimpleNamespace:
    """Add two linked tasks, one that no link names, a milestone and a closed task."""
    project = Project.objects.get(code="A-1")
    of: dict[str, Any] = {"project": project, "data_origin": project.data_origin}
    work = of | {"start_on": DAY, "end_on": DAY}
    first = Task.objects.create(code="T-1", name="Première", rank=1, **work)
    second = Task.objects.create(code="T-2", name="Seconde", rank=2, **work)
    milestone = Task.objects.create(
        code="J-1", name="Jalon", kind="milestone", end_on=DAY, rank=4, **of
    )
    return SimpleNamespace(
        first=first,
        second=second,
        alone=Task.objects.create(code="T-3", name="Seule", rank=3, **work),
        milestone=milestone,
        closed=Task.objects.create(
            code="T-9", name="Close", state="closed", closed_on=DAY, closing_reason="x", **of
        ),
        link=Dependency.objects.create(predecessor=first, successor=second),
    )


def add_facts(plan: SimpleNamespace) -> None:
    """Add what is only read: a forecast, and a task of baseline 0."""
    origin = {"data_origin": plan.first.data_origin}
    MilestoneForecast.objects.create(
        task=plan.milestone, reported_on=DAY, forecast_on=DAY, reason="Premier",
        source_reference="FORECAST-1", recorded_at=timezone.now(), **origin,
    )  # fmt: skip
    baseline = Baseline.objects.get(project__code="A-1", number=0)
    BaselineTask.objects.create(baseline=baseline, task=plan.first, start_on=DAY, end_on=DAY)


def plan_requests(good: Any, plan: SimpleNamespace) -> dict[str, Any]:
    """Return the requests by operation."""
    new = {"project": "A-1", "code": "T-4", "name": "Recette", "start_on": "2025-04-01"}
    told = {"task": plan.milestone.pk, "forecast_on": "2025-06-30", **REASON}
    linked = {"predecessor": plan.second.pk, "successor": plan.alone.pk, "kind": "SS"}
    edit = {"name": "Renommée", **REASON}
    return {
        "tasks_create": good("manager", {}, new),
        "tasks_partial_update": good("manager", {"id": plan.first.pk}, edit, 1),
        "tasks_close_create": good("manager", {"id": plan.first.pk}, CLOSED, 1),
        "tasks_reopen_create": good("director", {"id": plan.closed.pk}, REASON, 1),
        "milestone_forecasts_create": good("manager", {}, told, 1),
        "dependencies_create": good("manager", {}, linked),
        "dependencies_remove_create": good("manager", {"id": plan.link.pk}),
    }
