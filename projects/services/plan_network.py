"""What the links of a plan imply: earliest and latest days, total float, critical path."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from projects.enums import LinkKind, TaskKind
from projects.models import Dependency, Task
from projects.rules.network import FROM_FINISH, TO_FINISH, Link, Network, compute_network
from projects.rules.working_days import WorkingDays

Arc = tuple[int, int, str, int]


@dataclass(frozen=True, slots=True)
class Position:
    """Where the links place a task; floats in working days.

    `is_pushed`: the links ask for a later day than the one that was given.
    """

    early_start_on: dt.date
    early_end_on: dt.date
    late_end_on: dt.date
    total_float: int
    is_critical: bool
    is_pushed: bool


def positions(project_id: int) -> dict[int, Position]:
    """Return the place of each open task of a plan, by id; two queries."""
    tasks = list(Task.objects.filter(project=project_id).open().order_by("rank", "id"))
    return place_tasks(tasks, arcs_of([project_id])) if tasks else {}


def place_plans(codes: Iterable[str]) -> dict[int, Position]:
    """Return the place of each open task of several plans, by id; two queries."""
    plans: dict[int, list[Task]] = {}
    rows = Task.objects.filter(project__code__in=list(codes)).open()
    for task in rows.order_by("project_id", "rank", "id"):
        plans.setdefault(task.project_id, []).append(task)
    arcs: dict[int, list[Arc]] = {}
    owner = {task.pk: project for project, tasks in plans.items() for task in tasks}
    for arc in arcs_of(plans) if plans else ():
        arcs.setdefault(owner.get(arc[1], 0), []).append(arc)
    found: dict[int, Position] = {}
    for project, tasks in plans.items():
        found |= place_tasks(tasks, arcs.get(project, ()))
    return found


def arcs_of(project_ids: Iterable[int]) -> list[Arc]:
    """Return the links of plans: predecessor, successor, kind, lag."""
    rows = Dependency.objects.filter(successor__project__in=list(project_ids))
    return list(
        rows.order_by("id").values_list("predecessor_id", "successor_id", "kind", "lag_days")
    )


def place_tasks(tasks: list[Task], arcs: Iterable[Arc]) -> dict[int, Position]:
    """Place tasks that were read; those without days are left out, and their links with them.

    Nothing is placed when the plan leaves the calendar. Raises CyclicPlan, which the services
    that write links never let happen.
    """
    dated = [task for task in tasks if task.kind != TaskKind.SUMMARY and _first_day(task)]
    days = [day for task in tasks for day in (task.start_on, task.end_on) if day]
    if not dated:
        return {}
    try:
        calendar = WorkingDays(min(days), int(0.72 * (max(days) - min(days)).days))
        nodes = _Nodes(dated, tasks, calendar)
        network = compute_network(nodes.durations, nodes.links(arcs), nodes.not_before)
        calendar = WorkingDays(min(days), network.length)
    except ValueError:
        return {}
    found = _placed(dated, network, nodes, calendar)
    found |= _summaries(tasks, found)
    return found


def _first_day(task: Task) -> dt.date | None:
    """Return the day before which a task does not start."""
    return task.actual_start_on or task.start_on or task.end_on


class _Nodes:
    """The nodes of the network: the dated tasks, then two boundaries of each summary."""

    def __init__(self, dated: list[Task], tasks: list[Task], calendar: WorkingDays) -> None:
        self.at = {task.pk: rank for rank, task in enumerate(dated)}
        self.durations = [_duration(task, calendar) for task in dated]
        self.not_before = calendar.ranks(_first_day(task) or calendar.first for task in dated)
        self._below = _leaves(tasks, self.at)
        self._starts: dict[int, int] = {}
        self._ends: dict[int, int] = {}
        for task in tasks:
            if task.pk in self._below:
                day = task.start_on or calendar.first
                self._starts[task.pk] = self._add(calendar.ranks([day])[0])
                self._ends[task.pk] = self._add(0)

    def _add(self, not_before: int) -> int:
        self.durations.append(0)
        self.not_before.append(not_before)
        return len(self.durations) - 1

    def links(self, arcs: Iterable[Arc]) -> list[Link]:
        """Return the links between nodes; those of what has no day are left out."""
        found = []
        for predecessor, successor, kind, lag in arcs:
            ends = self._ends if kind in FROM_FINISH else self._starts
            left = self.at.get(predecessor, ends.get(predecessor))
            right = self.at.get(successor)
            if right is None and kind not in TO_FINISH:
                right = self._starts.get(successor)
            if left is not None and right is not None:
                found.append(Link(left, right, LinkKind(kind), lag))
        for summary, leaves in self._below.items():
            for leaf in leaves:
                found.append(Link(self._starts[summary], leaf, LinkKind.START_START))
                found.append(Link(leaf, self._ends[summary], LinkKind.FINISH_START))
        return found


def _leaves(tasks: list[Task], at: dict[int, int]) -> dict[int, list[int]]:
    """Return the nodes below each summary, at any depth."""
    parents = {task.pk: task.parent_id for task in tasks}
    summaries = {task.pk for task in tasks if task.kind == TaskKind.SUMMARY}
    found: dict[int, list[int]] = {pk: [] for pk in summaries}
    for pk, rank in at.items():
        parent = parents[pk]
        while parent in summaries:
            found[parent].append(rank)
            parent = parents[parent]
    return {pk: ranks for pk, ranks in found.items() if ranks}


def _duration(task: Task, calendar: WorkingDays) -> int:
    """Return the working days of a task: those between its days, else those it was given."""
    if task.kind == TaskKind.MILESTONE:
        return 0
    if task.start_on and task.end_on:
        return max(1, calendar.between(task.start_on, task.end_on))
    return task.duration_days or 0


def _placed(
    dated: list[Task], network: Network, nodes: _Nodes, calendar: WorkingDays
) -> dict[int, Position]:
    """Turn boundaries into days: a task ends the day before its last boundary.

    A milestone keeps its day at both boundaries of it: the hour is not known.
    """
    count = len(dated)
    early, late, lasting = network.early_start, network.late_start, network.durations
    starts = calendar.days(early[:count])
    ends = calendar.days(max(a + n - 1, 0) for a, n in zip(early[:count], lasting, strict=False))
    lates = calendar.days(max(a + n - 1, 0) for a, n in zip(late[:count], lasting, strict=False))
    found = {}
    for rank, task in enumerate(dated):
        given = nodes.not_before[rank]
        moved = early[rank] - given
        start_on, end_on, late_on = starts[rank], ends[rank], lates[rank]
        if task.kind == TaskKind.MILESTONE:
            moved -= 1
            end_on = (task.end_on or end_on) if moved <= 0 else end_on
            late_on = max(end_on, late_on)
            start_on = end_on
        spare = late[rank] - early[rank]
        found[task.pk] = Position(start_on, end_on, late_on, spare, spare == 0, moved > 0)
    return found


def _summaries(tasks: list[Task], found: dict[int, Position]) -> dict[int, Position]:
    """A summary spans what is below it, and has the least of its floats."""
    parents = {task.pk: task.parent_id for task in tasks}
    below: dict[int, list[Position]] = {}
    for pk, position in found.items():
        parent = parents[pk]
        while parent is not None:
            below.setdefault(parent, []).append(position)
            parent = parents.get(parent)
    return {
        pk: Position(
            min(one.early_start_on for one in some),
            max(one.early_end_on for one in some),
            max(one.late_end_on for one in some),
            min(one.total_float for one in some),
            any(one.is_critical for one in some),
            any(one.is_pushed for one in some),
        )
        for pk, some in below.items()
    }
