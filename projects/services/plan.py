"""Edit a plan by hand: tasks, links, forecasts of milestones."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Action
from accounts.exceptions import RecordEnded
from accounts.services.audit import record_event
from accounts.services.owned import RecordKind, lock_record
from common.fiscal import today
from common.models import ENDED_STATES
from projects.enums import LinkKind, TaskKind
from projects.exceptions import PlanCycle, ProjectClosed
from projects.models import Dependency, MilestoneForecast, Project, Task
from projects.rules.network import Link
from projects.rules.outline import find_plan_cycle
from projects.services.plan_network import arcs_of

MOST_LAG_DAYS = 5_000


def place_task(actor: Any, fields: dict[str, Any], task: Task | None) -> None:
    """Lock the plan of a task that is created or changed, and give it the origin of its project.

    Raises PermissionDenied, ProjectClosed, ValidationError.
    """
    project = fields["project"] if task is None else task.project
    verb = Action.UPDATE
    if not Project.objects.allowing(actor, verb).filter(pk=project.pk).exists():
        raise PermissionDenied
    lock_plan(project.pk)
    if task is None:
        fields["data_origin"] = project.data_origin
    elif task.kind == TaskKind.MILESTONE and fields.get("end_on", task.end_on) != task.end_on:
        raise ValidationError({"end_on": _("A milestone moves by a forecast, with its reason.")})


def check_task(task: Task) -> None:
    """Refuse a parent of another plan, one that is no summary, or one below the task."""
    above = task.parent
    if above is not None and above.project_id != task.project_id:
        raise ValidationError({"parent": _("The summary task is of another project.")})
    if above is not None and above.kind != TaskKind.SUMMARY:
        raise ValidationError({"parent": _("Only a summary task has tasks below it.")})
    while above is not None:
        if above.pk == task.pk:
            raise ValidationError({"parent": _("A task does not stand below itself.")})
        above = above.parent


def first_forecast(task: Task, actor: Any) -> None:
    """Keep the day that a new milestone was given as its first forecast."""
    if task.kind == TaskKind.MILESTONE and task.end_on and not task.forecasts.exists():
        new_forecast(task, actor, today(), task.end_on, _("First day given")).save()


TASKS = RecordKind(
    name="task",
    model=Task,
    editable=frozenset(
        {
            "project", "name", "kind", "parent", "rank", "start_on", "end_on", "duration_days",
            "cost", "percent_complete", "actual_start_on", "actual_end_on",
        }
    ),
    place=place_task,
    check=check_task,
    saved=first_forecast,
)  # fmt: skip


@transaction.atomic
def forecast_milestone(
    *,
    actor: Any,
    task_id: int,
    expected_version: int,
    forecast_on: dt.date,
    reason: str,
    reported_on: dt.date | None = None,
) -> MilestoneForecast:
    """Tell on which day a milestone is expected now; the former forecasts stay.

    `reported_on` is today by default, never later; one told of a day before the latest forecast is
    kept, and moves nothing. Raises StaleEdit, RecordEnded, ProjectClosed, ValidationError.
    """
    task = _locked_task(task_id, expected_version)
    reported_on = reported_on or today()
    if task.kind != TaskKind.MILESTONE:
        raise ValidationError({"task": _("Only a milestone has forecasts.")})
    if reported_on > today():
        raise ValidationError({"reported_on": _("A forecast is not told in the future.")})
    latest = task.forecasts.order_by("-reported_on", "-recorded_at", "-id").first()
    forecast = new_forecast(task, actor, reported_on, forecast_on, reason)
    forecast.full_clean()
    forecast.save()
    if latest is None or latest.reported_on <= reported_on:
        task.end_on = forecast_on
    _save(task, actor, reason)
    return forecast


@transaction.atomic
def link_tasks(
    *, actor: Any, predecessor: Task, successor: Task, kind: str, lag_days: int
) -> Dependency:
    """Link two tasks of one plan. Raises PlanCycle, ProjectClosed, ValidationError."""
    if predecessor.project_id != successor.project_id:
        raise ValidationError({"predecessor": _("Both tasks are of one project.")})
    if abs(lag_days) > MOST_LAG_DAYS:
        raise ValidationError({"lag_days": _("This lag is too long.")})
    lock_plan(successor.project_id)
    link = Dependency(
        predecessor=predecessor, successor=successor, kind=LinkKind(kind), lag_days=lag_days
    )
    link.full_clean()
    refuse_cycle(successor.project_id, link)
    link._history_user = actor  # type: ignore[attr-defined]
    link.save()
    record_event(
        actor=actor,
        verb="tasks_linked",
        object_kind="task",
        object_code=successor.code,
        detail={"project": successor.project.code, "predecessor": predecessor.code},
    )
    return link


@transaction.atomic
def unlink_tasks(*, actor: Any, link: Dependency) -> None:
    """Take a link out; its history stays. Raises ProjectClosed."""
    lock_plan(link.successor.project_id)
    link._history_user = actor  # type: ignore[attr-defined]
    link.delete()
    record_event(
        actor=actor,
        verb="tasks_unlinked",
        object_kind="task",
        object_code=link.successor.code,
        detail={"project": link.successor.project.code, "predecessor": link.predecessor.code},
    )


def lock_plan(project_id: int) -> Project:
    """Lock the project of a plan: its links are checked one at a time. Raises ProjectClosed."""
    project = Project.objects.select_for_update(of=("self",)).get(pk=project_id)
    if project.state in ENDED_STATES:
        raise ProjectClosed(code=project.code)
    return project


def refuse_cycle(project_id: int, added: Dependency) -> None:
    """Raise PlanCycle, naming the tasks, when a link would turn round."""
    tasks = list(Task.objects.filter(project=project_id).order_by("rank", "id"))
    at = {task.pk: rank for rank, task in enumerate(tasks)}
    arcs = [*arcs_of([project_id]),
            (added.predecessor_id, added.successor_id, added.kind, added.lag_days)]  # fmt: skip
    links = [Link(at[before], at[after], LinkKind(kind)) for before, after, kind, _lag in arcs]
    parents = [at[task.parent_id] if task.parent_id else None for task in tasks]
    summaries = {at[task.pk] for task in tasks if task.kind == TaskKind.SUMMARY}
    cycle = find_plan_cycle(parents, summaries, links)
    if cycle:
        codes = [tasks[rank].code for rank in cycle]
        raise PlanCycle(cycle=" → ".join([*codes, codes[0]]))


def new_forecast(
    task: Task, actor: Any, reported_on: dt.date, forecast_on: dt.date, reason: str
) -> MilestoneForecast:
    """Return a forecast that is not saved yet."""
    return MilestoneForecast(
        task=task,
        reported_on=reported_on,
        forecast_on=forecast_on,
        reason=reason,
        source_reference=f"forecast:{uuid.uuid4()}",
        recorded_at=timezone.now(),
        recorded_by=actor,
        data_origin=task.data_origin,
    )


def _locked_task(task_id: int, expected_version: int) -> Task:
    task: Task = lock_record(Task, task_id, expected_version)
    if task.state in ENDED_STATES:
        raise RecordEnded(code=task.code)
    lock_plan(task.project_id)
    return task


def _save(task: Task, actor: Any, reason: str) -> None:
    task.version += 1
    task.full_clean()
    task._history_user = actor  # type: ignore[attr-defined]
    task._change_reason = reason[:100]  # type: ignore[attr-defined]
    task.save()
    record_event(
        actor=actor,
        verb="milestone_forecast",
        object_kind="task",
        object_code=task.code,
        detail={"project": task.project.code, "reason": reason},
    )
