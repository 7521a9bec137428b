"""Approve a baseline: the next number, never a replacement."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts.services.audit import record_event
from projects.exceptions import BaselineNeedsDecision
from projects.models import Baseline, BaselineTask, Task
from projects.services.estimates import raise_version
from projects.services.figures import mark_figures_changed
from projects.services.locking import lock_project

# Days and cost of tasks, by code.
Frozen = dict[str, tuple[dt.date | None, dt.date | None, Decimal | None]]


@transaction.atomic
def approve_baseline(
    *,
    actor: Any,
    project_id: int,
    expected_version: int,
    full_cost: Decimal | None,
    start_on: dt.date | None,
    end_on: dt.date | None,
    approved_on: dt.date,
    reason: str,
    decision_reference: str = "",
    name: str = "",
) -> Baseline:
    """Record an approved reference of cost (euros TTC) and schedule.

    Gap rates go on being measured against baseline 0 (domain §2.1); the gap to the new one is
    shown beside. The tasks of the plan are frozen with it, as they stand. Raises StaleEdit,
    ProjectClosed, BaselineNeedsDecision, ValidationError.
    """
    baseline = Baseline(
        project=lock_project(project_id, expected_version),
        name=name,
        approved_on=approved_on,
        decision_reference=decision_reference,
        full_cost=full_cost,
        start_on=start_on,
        end_on=end_on,
        reason=reason,
    )
    return record_baseline(actor=actor, baseline=baseline, frozen=None)


def record_baseline(*, actor: Any, baseline: Baseline, frozen: Frozen | None) -> Baseline:
    """Number and keep a baseline of a locked project, with its tasks as they stand.

    `frozen` gives their days and costs, by code, when a tool of planning kept those. Raises
    BaselineNeedsDecision, ValidationError.
    """
    project = baseline.project
    greatest = Baseline.objects.filter(project=project).aggregate(Max("number"))["number__max"]
    if greatest is not None and not baseline.decision_reference.strip():
        raise BaselineNeedsDecision(code=project.code)
    baseline.number = 0 if greatest is None else greatest + 1
    baseline.recorded_at = timezone.now()
    baseline.recorded_by = actor
    baseline.full_clean()
    baseline.save()
    _freeze_tasks(baseline, frozen)
    raise_version(project)
    record_event(
        actor=actor,
        verb="baselined",
        object_kind="project",
        object_code=project.code,
        detail={"number": baseline.number, "decision": baseline.decision_reference},
    )
    mark_figures_changed([project.pk], actor=actor)
    return baseline


def _freeze_tasks(baseline: Baseline, frozen: Frozen | None) -> None:
    """Keep the days and costs of the open tasks of the project."""
    rows = []
    for task in Task.objects.filter(project=baseline.project_id).open().order_by("rank", "id"):
        kept = (task.start_on, task.end_on, task.cost)
        if frozen is not None and task.code not in frozen:
            continue
        start_on, end_on, cost = kept if frozen is None else frozen[task.code]
        rows.append(
            BaselineTask(baseline=baseline, task=task, start_on=start_on, end_on=end_on, cost=cost)
        )
    BaselineTask.objects.bulk_create(rows, batch_size=500)
