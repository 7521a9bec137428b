"""Import a plan of MS Project: the whole file in one transaction, or nothing."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from accounts.services.audit import record_event
from common.fiscal import today
from common.models import RecordState
from projects.enums import TaskKind
from projects.models import Baseline, Dependency, MilestoneForecast, Project, Task
from projects.mspdi.facts import MspdiFile
from projects.services.baselines import Frozen, record_baseline
from projects.services.estimates import raise_version
from projects.services.locking import lock_project
from projects.services.mspdi_plan import FIELDS, PlanDiff, Wanted, compare_plan
from projects.services.plan import lock_plan, new_forecast

BATCH = 500
_WRITTEN = (*FIELDS, "parent", "is_imported", "state", "closed_on", "closing_reason",
            "version", "updated_at")  # fmt: skip


@dataclass(frozen=True, slots=True)
class PlanImport:
    """What an import found and did; nothing was written unless `applied`."""

    diff: PlanDiff
    applied: bool
    baseline: Baseline | None = None


@transaction.atomic
def import_plan(
    *,
    actor: Any,
    project_id: int,
    file: MspdiFile,
    source: str,
    expected_version: int | None = None,
    baseline: str = "",
    decision: str = "",
    dry_run: bool = False,
) -> PlanImport:
    """Make the plan of a project that of a file; `dry_run` tells the same and writes nothing.

    `baseline` names a baseline to approve then, under the number of a decision: with the days of
    baseline 0 of the file where it has one, else with those of the plan. A milestone whose day
    moves gets a forecast. Raises StaleEdit, ProjectClosed, BaselineNeedsDecision, ValidationError.
    """
    if dry_run:
        return PlanImport(compare_plan(Project.objects.get(pk=project_id), file), applied=False)
    if expected_version is None:
        project = lock_plan(project_id)
    else:
        project = lock_project(project_id, expected_version)
    diff = compare_plan(project, file)
    person = actor if actor is not None and actor.is_authenticated else None
    if not diff.is_empty:
        _Writer(project, person, diff, source).write()
        raise_version(project)
        record_event(
            actor=actor,
            verb="imported",
            object_kind="project",
            object_code=project.code,
            detail={"file": source, **diff.counts()},
        )
    approved = None
    if baseline:
        wanted = _baseline_of(project, diff, source)
        wanted.name, wanted.decision_reference = baseline, decision
        approved = record_baseline(actor=person, baseline=wanted, frozen=_frozen(diff))
    return PlanImport(diff, applied=True, baseline=approved)


def _frozen(diff: PlanDiff) -> Frozen | None:
    """Return what baseline 0 of the file holds, by code; None when it has none."""
    return {one.code: one.baseline for one in diff.wanted if one.baseline} or None


def _baseline_of(project: Project, diff: PlanDiff, source: str) -> Baseline:
    """Return a baseline of the plan: the cost and the span of the tasks that hold no other."""
    frozen = _frozen(diff)
    leaves = [one for one in diff.wanted if one.values["kind"] != TaskKind.SUMMARY]
    days: list[dt.date] = []
    costs: list[Decimal] = []
    for one in leaves:
        stored = (one.values["start_on"], one.values["end_on"], one.values["cost"])
        start, end, cost = frozen.get(one.code, (None, None, None)) if frozen else stored
        days += [day for day in (start, end) if day]
        costs += [cost] if cost is not None else []
    return Baseline(
        project=project,
        full_cost=sum(costs, Decimal(0)) if any(costs) else None,
        start_on=min(days, default=None),
        end_on=max(days, default=None),
        approved_on=today(),
        reason=_("Import of %(file)s") % {"file": source},
    )


class _Writer:
    """Write a difference by sets of rows, with the history of each."""

    def __init__(self, project: Project, actor: Any, diff: PlanDiff, source: str) -> None:
        self.project, self.actor, self.diff = project, actor, diff
        self.now, self.today = timezone.now(), today()
        self.reason = (_("Import of %(file)s") % {"file": source})[:100]
        self.tasks = dict(diff.known)
        self.forecasts: list[MilestoneForecast] = []
        self._options = {"default_user": actor, "default_change_reason": self.reason}

    def write(self) -> None:
        """Write all of it."""
        self._drop_links()
        self._add()
        self._change()
        self._close()
        MilestoneForecast.objects.bulk_create(self.forecasts, batch_size=BATCH)
        self._add_links()

    def _add(self) -> None:
        """Create level by level: a task names its summary, which is stored before it."""
        levels: dict[int, list[Wanted]] = {}
        for wanted in self.diff.added:
            levels.setdefault(wanted.level, []).append(wanted)
        for level in sorted(levels):
            tasks = [self._task(wanted) for wanted in levels[level]]
            bulk_create_with_history(tasks, Task, batch_size=BATCH, **self._options)
            self.tasks |= {task.code: task for task in tasks}
            for task in tasks:
                self._forecast(task)

    def _task(self, wanted: Wanted) -> Task:
        task = Task(
            project=self.project,
            code=wanted.code,
            data_origin=self.project.data_origin,
            is_imported=True,
            **wanted.values,
        )
        task.parent = self.tasks[wanted.parent] if wanted.parent else None
        task.clean_fields(exclude=["project", "parent"])
        return task

    def _change(self) -> None:
        tasks = []
        for change in self.diff.changed:
            task, moved = change.task, "end_on" in change.fields
            for name in FIELDS:
                setattr(task, name, change.wanted.values[name])
            task.parent = self.tasks[change.wanted.parent] if change.wanted.parent else None
            task.is_imported = True
            task.state, task.closed_on, task.closing_reason = RecordState.OPEN, None, ""
            task.clean_fields(exclude=["project", "parent"])
            tasks.append(task)
            if moved:
                self._forecast(task)
        self._update(tasks)

    def _close(self) -> None:
        for task in self.diff.gone:
            task.state, task.closed_on = RecordState.CLOSED, self.today
            task.closing_reason = self.reason
        self._update(self.diff.gone)

    def _update(self, tasks: list[Task]) -> None:
        for task in tasks:
            task.version += 1
            task.updated_at = self.now
        if tasks:
            bulk_update_with_history(tasks, Task, list(_WRITTEN), batch_size=BATCH, **self._options)

    def _forecast(self, task: Task) -> None:
        if task.kind == TaskKind.MILESTONE and task.end_on:
            self.forecasts.append(
                new_forecast(task, self.actor, self.today, task.end_on, self.reason)
            )

    def _drop_links(self) -> None:
        gone = {(before, after) for before, after in self.diff.links_gone}
        if not gone:
            return
        rows = Dependency.objects.filter(successor__project=self.project).select_related(
            "predecessor", "successor"
        )
        for link in rows:
            if (link.predecessor.code, link.successor.code) in gone:
                link._history_user = self.actor  # type: ignore[attr-defined]
                link._change_reason = self.reason  # type: ignore[attr-defined]
                link.delete()

    def _add_links(self) -> None:
        links = [
            Dependency(
                predecessor=self.tasks[before],
                successor=self.tasks[after],
                kind=kind,
                lag_days=lag,
            )
            for (before, after), (kind, lag) in self.diff.links_added.items()
        ]
        bulk_create_with_history(links, Dependency, batch_size=BATCH, **self._options)
