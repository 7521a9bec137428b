"""What the pages of a plan read: tasks, their places, what a baseline and baseline 0 froze."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef

from projects.enums import TaskKind
from projects.models import Baseline, BaselineTask, Project, Task
from projects.services.plan_network import Position, arcs_of, place_tasks


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A task of a plan beside a baseline and baseline 0; slips in calendar days."""

    task: Task
    level: int
    place: Position | None
    base: BaselineTask | None
    first: BaselineTask | None

    @property
    def end_on(self) -> dt.date | None:
        """The day on which it ended, else on which it is expected."""
        return self.task.actual_end_on or self.task.end_on

    @property
    def slip(self) -> int | None:
        """Days from the end of the baseline to the end now; None when one is not known."""
        return self._slip(self.base)

    @property
    def first_slip(self) -> int | None:
        """The same from baseline 0."""
        return self._slip(self.first)

    def _slip(self, base: BaselineTask | None) -> int | None:
        if base is None or base.end_on is None or self.end_on is None:
            return None
        return (self.end_on - base.end_on).days


@dataclass(frozen=True, slots=True)
class PlanShown:
    """A plan as a page shows it."""

    rows: list[PlanRow]
    baselines: list[Baseline]
    chosen: Baseline | None
    closed: int

    @property
    def critical(self) -> int:
        """Tasks without float, summaries left out."""
        leaves = (row for row in self.rows if row.task.kind != TaskKind.SUMMARY)
        return sum(1 for row in leaves if row.place and row.place.is_critical)

    @property
    def pushed(self) -> list[PlanRow]:
        """Tasks whose links ask for a later day than the one given."""
        return [
            row
            for row in self.rows
            if row.place and row.place.is_pushed and row.task.kind != TaskKind.SUMMARY
        ]

    @property
    def end_on(self) -> dt.date | None:
        """The last day of the plan."""
        return max((row.end_on for row in self.rows if row.end_on), default=None)


def plan_shown(project: Project, number: int | None) -> PlanShown:
    """Return the open tasks of a plan over a baseline; five queries.

    By default the latest baseline that froze tasks, else the latest one.
    """
    tasks = list(Task.objects.filter(project=project).open().order_by("rank", "id"))
    closed = Task.objects.filter(project=project).exclude(pk__in=[one.pk for one in tasks]).count()
    frozen_tasks = BaselineTask.objects.filter(baseline=OuterRef("pk"))
    approved = Baseline.objects.filter(project=project).annotate(holds=Exists(frozen_tasks))
    baselines: list[Any] = list(approved.order_by("number"))
    chosen = next((one for one in baselines if one.number == number), None)
    chosen = chosen or max(baselines, key=lambda one: (one.holds, one.number), default=None)
    frozen: dict[tuple[int, int], BaselineTask] = {}
    if chosen is not None:
        rows = BaselineTask.objects.filter(baseline__in=[baselines[0].pk, chosen.pk])
        frozen = {(row.baseline_id, row.task_id): row for row in rows}
    places = place_tasks(tasks, arcs_of([project.pk])) if tasks else {}
    levels = _levels(tasks)
    shown = [
        PlanRow(
            task,
            levels[task.pk],
            places.get(task.pk),
            frozen.get((chosen.pk, task.pk)) if chosen else None,
            frozen.get((baselines[0].pk, task.pk)) if chosen else None,
        )
        for task in tasks
    ]
    return PlanShown(shown, baselines, chosen, closed)


def _levels(tasks: list[Task]) -> dict[int, int]:
    parents = {task.pk: task.parent_id for task in tasks}
    levels: dict[int, int] = {}
    for task in tasks:
        level, parent = 0, task.parent_id
        while parent in parents:
            level, parent = level + 1, parents[parent]
        levels[task.pk] = level
    return levels
