"""What a file of MS Project would change in a plan: tasks added, changed, gone, and their links."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.translation import gettext as _

from common.models import RecordState
from projects.enums import TaskKind
from projects.models import Project, Task
from projects.mspdi.checks import parents_of
from projects.mspdi.facts import HUNDREDTH, MspdiFile, MspdiTask
from projects.services.plan_network import arcs_of

# What an import gives to a task; the days of a milestone come from its forecasts.
FIELDS = (
    "name", "kind", "rank", "start_on", "end_on", "duration_days", "cost", "percent_complete",
    "actual_start_on", "actual_end_on",
)  # fmt: skip
LONGEST_NAME = 300


@dataclass(frozen=True, slots=True)
class Wanted:
    """A task as the file wants it; `parent` is the code of its summary, empty at the top."""

    code: str
    parent: str
    level: int
    values: dict[str, Any]
    baseline: tuple[dt.date | None, dt.date | None, Decimal | None] | None


@dataclass(frozen=True, slots=True)
class TaskChange:
    """A task that differs: what it was and what it becomes, by field."""

    wanted: Wanted
    task: Task
    fields: dict[str, tuple[Any, Any]]


LinkKey = tuple[str, str]
LinkValue = tuple[str, int]


@dataclass(slots=True)
class PlanDiff:
    """The differences between a plan and a file, by code of task."""

    added: list[Wanted] = field(default_factory=list)
    changed: list[TaskChange] = field(default_factory=list)
    gone: list[Task] = field(default_factory=list)
    unchanged: int = 0
    links_added: dict[LinkKey, LinkValue] = field(default_factory=dict)
    links_gone: list[LinkKey] = field(default_factory=list)
    wanted: list[Wanted] = field(default_factory=list)
    known: dict[str, Task] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether the file says what the plan says already."""
        tasks = self.added or self.changed or self.gone
        return not (tasks or self.links_added or self.links_gone)

    def counts(self) -> dict[str, int]:
        """Return how many of each."""
        return {
            "added": len(self.added),
            "changed": len(self.changed),
            "gone": len(self.gone),
            "unchanged": self.unchanged,
            "links_added": len(self.links_added),
            "links_gone": len(self.links_gone),
        }


def compare_plan(project: Project, file: MspdiFile) -> PlanDiff:
    """Compare the plan of a project with a file; two queries, whatever the number of tasks.

    Tasks are recognised by their UID. Those that an import brought and that the file no longer
    holds are gone; those that people added are left alone.
    """
    tasks = {task.code: task for task in Task.objects.filter(project=project)}
    names = {task.pk: code for code, task in tasks.items()}
    diff = PlanDiff(wanted=wanted_tasks(file), known=tasks)
    for wanted in diff.wanted:
        task = tasks.get(wanted.code)
        if task is None:
            diff.added.append(wanted)
            continue
        fields = _differences(task, wanted, names)
        if fields:
            diff.changed.append(TaskChange(wanted, task, fields))
        else:
            diff.unchanged += 1
    held = {wanted.code for wanted in diff.wanted}
    diff.gone = [
        task
        for code, task in tasks.items()
        if task.is_imported and task.state == RecordState.OPEN and code not in held
    ]
    _compare_links(diff, project, file, names)
    return diff


def wanted_tasks(file: MspdiFile) -> list[Wanted]:
    """Return the tasks that a file wants, summaries before what is below them."""
    parents = parents_of(file.tasks)
    above = {rank for rank in parents if rank is not None}
    found = []
    for rank, task in enumerate(file.tasks):
        if task.is_null or task.uid == 0:
            continue
        parent = parents[rank]
        top = parent is None or file.tasks[parent].uid == 0
        code = "" if top or parent is None else str(file.tasks[parent].uid)
        values = _values(task, file, is_summary=task.summary or rank in above)
        level = task.outline_level
        found.append(Wanted(str(task.uid), code, level, values, _baseline(task)))
    return found


def _values(task: MspdiTask, file: MspdiFile, *, is_summary: bool) -> dict[str, Any]:
    minutes = task.duration_minutes
    days = None if minutes is None else -int(-minutes // file.minutes_per_day)
    kind = TaskKind.SUMMARY if is_summary else TaskKind.WORK_PACKAGE
    if not is_summary and (task.milestone or days == 0):
        kind, days = TaskKind.MILESTONE, 0
    cost = task.costs.get("cost")
    progress = task.percent_complete
    name = (task.name or "").strip()[:LONGEST_NAME]
    return {
        "name": name or _("Task without a name"),
        "kind": kind,
        "rank": max(task.id, 0),
        "start_on": None if kind == TaskKind.MILESTONE else _day(task.start),
        "end_on": _day(task.finish) or (_day(task.start) if kind == TaskKind.MILESTONE else None),
        "duration_days": days,
        "cost": None if cost is None or cost < 0 else in_cents(cost),
        "percent_complete": None if progress is None else Decimal(progress).quantize(HUNDREDTH),
        "actual_start_on": _day(task.actual_start),
        "actual_end_on": _day(task.actual_finish),
    }


def in_cents(amount: Decimal) -> Decimal:
    """Round an amount half up to the cent."""
    return amount.quantize(HUNDREDTH, rounding=ROUND_HALF_UP)


def _day(moment: dt.datetime | None) -> dt.date | None:
    return None if moment is None else moment.date()


def _baseline(task: MspdiTask) -> tuple[dt.date | None, dt.date | None, Decimal | None] | None:
    """Return the days and the cost of baseline 0 of the file."""
    for one in task.baselines:
        if one.number == 0:
            cost = None if one.cost is None or one.cost < 0 else in_cents(one.cost)
            return _day(one.start), _day(one.finish), cost
    return None


def _differences(task: Task, wanted: Wanted, names: dict[int, str]) -> dict[str, tuple[Any, Any]]:
    """Return what differs, by field; a closed task comes back, which is a difference too."""
    found = {
        name: (getattr(task, name), wanted.values[name])
        for name in FIELDS
        if getattr(task, name) != wanted.values[name]
    }
    parent = names.get(task.parent_id, "") if task.parent_id else ""
    if parent != wanted.parent:
        found["parent"] = (parent, wanted.parent)
    if task.state != RecordState.OPEN:
        found["state"] = (task.state, RecordState.OPEN)
    return found


def _compare_links(
    diff: PlanDiff, project: Project, file: MspdiFile, names: dict[int, str]
) -> None:
    """Find the links to add, and those of imported tasks that the file no longer holds."""
    stored = {
        (names[before], names[after]): (kind, lag)
        for before, after, kind, lag in arcs_of([project.pk])
    }
    wanted = {
        (str(link.uid), str(task.uid)): (link.kind.value, _lag_days(link.lag_minutes, file))
        for task in file.real_tasks()
        for link in task.predecessors
        if link.uid != 0
    }
    diff.links_added = {key: value for key, value in wanted.items() if stored.get(key) != value}
    diff.links_gone = [
        (before, after)
        for (before, after), value in stored.items()
        if wanted.get((before, after)) != value and diff.known[after].is_imported
    ]


def _lag_days(minutes: Decimal, file: MspdiFile) -> int:
    """Return a lag in whole working days, half a day counting as one."""
    days = minutes / file.minutes_per_day
    return int(days.quantize(Decimal(1), rounding=ROUND_HALF_UP))
