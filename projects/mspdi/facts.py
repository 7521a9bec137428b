"""What a file of MS Project says, and what is wrong in it, exactly where."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from projects.enums import LinkKind
from projects.mspdi.messages import MESSAGES

HUNDREDTH = Decimal("0.01")
MINUTES_PER_HOUR = 60
# The costs of a task, by the name that they have in the report.
TASK_COSTS = {
    "Cost": "cost",
    "ActualCost": "actual_cost",
    "ACWP": "acwp",
    "BCWS": "bcws",
    "BCWP": "bcwp",
}


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One fault: line and column count from 1, `code` is stable; `task` is a UID, or empty."""

    line: int
    column: int
    code: str
    element: str = ""
    value: str = ""
    task: str = ""
    is_error: bool = True

    @property
    def message(self) -> str:
        """Say it in the language of the reader."""
        return str(MESSAGES[self.code])

    def as_dict(self) -> dict[str, str | int]:
        """Return the fault for JSON."""
        return {
            "line": self.line,
            "column": self.column,
            "code": self.code,
            "element": self.element,
            "value": self.value,
            "task": self.task,
            "message": self.message,
        }

    def __str__(self) -> str:
        named = _("task %(uid)s") % {"uid": self.task} if self.task else ""
        shown = repr(self.value) if self.value else ""
        parts = [f"{self.line}:{self.column}", named, self.element, self.code, shown, self.message]
        return " | ".join(part for part in parts if part)


class MspdiError(Exception):
    """A file that is not applied: its errors, in the order of the file."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(str(faults[0]))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class MspdiLink:
    """A link to a predecessor; the lag is in minutes of working time."""

    uid: int
    kind: LinkKind
    lag_minutes: Decimal
    place: tuple[int, int]

    def as_dict(self) -> dict[str, Any]:
        """Return the link for JSON."""
        return {
            "uid": self.uid,
            "type": self.kind.value,
            "lag_minutes": float(self.lag_minutes),
        }


@dataclass(frozen=True, slots=True)
class MspdiBaseline:
    """What a numbered baseline of the file holds of a task; its cost is in units."""

    number: int
    start: dt.datetime | None
    finish: dt.datetime | None
    cost: Decimal | None

    def as_dict(self) -> dict[str, Any]:
        """Return the baseline for JSON."""
        return {
            "number": self.number,
            "start": _written(self.start),
            "finish": _written(self.finish),
            "cost": None if self.cost is None else float(self.cost),
        }


@dataclass(slots=True)
class MspdiTask:
    """A row of the plan; a blank one (`is_null`) has nothing but its numbers."""

    uid: int
    id: int
    name: str | None
    is_null: bool
    place: tuple[int, int]
    outline_level: int = 0
    summary: bool = False
    milestone: bool = False
    start: dt.datetime | None = None
    finish: dt.datetime | None = None
    actual_start: dt.datetime | None = None
    actual_finish: dt.datetime | None = None
    duration_minutes: Decimal | None = None
    percent_complete: int | None = None
    costs: dict[str, Decimal] = field(default_factory=dict)
    predecessors: list[MspdiLink] = field(default_factory=list)
    baselines: list[MspdiBaseline] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Return the task for JSON; a cost that the file does not give has no key."""
        found: dict[str, Any] = {
            "uid": self.uid,
            "id": self.id,
            "name": self.name,
            "is_null": self.is_null,
        }
        if self.is_null:
            return found
        hours = self.duration_minutes
        found |= {
            "outline_level": self.outline_level,
            "summary": self.summary,
            "milestone": self.milestone,
            "start": _written(self.start),
            "finish": _written(self.finish),
            "duration_hours": None if hours is None else float(hours / MINUTES_PER_HOUR),
            "percent_complete": self.percent_complete,
        }
        found |= {
            name: float(self.costs[name]) for name in TASK_COSTS.values() if name in self.costs
        }
        found["predecessors"] = [link.as_dict() for link in self.predecessors]
        if self.baselines:
            found["baselines"] = [one.as_dict() for one in self.baselines]
        return found


@dataclass(slots=True)
class MspdiCalendar:
    """A calendar of the file: the week days that it works (0 is Monday), None when inherited."""

    uid: str
    name: str = ""
    base_uid: str = ""
    week: dict[int, bool] = field(default_factory=dict)


@dataclass(slots=True)
class MspdiFile:
    """A whole plan; `header` holds the texts of the file, `minutes_per_day` what a day means."""

    header: dict[str, str | None]
    minutes_per_day: int
    resources: int
    assignments: int
    tasks: list[MspdiTask]
    warnings: list[Fault]

    def real_tasks(self) -> Iterator[MspdiTask]:
        """Return what enters a plan: neither blank rows nor the summary of the whole project."""
        return (task for task in self.tasks if not task.is_null and task.uid != 0)

    def as_dict(self) -> dict[str, Any]:
        """Return the file for JSON, its amounts in units of its currency."""
        return {
            "project": self.header,
            "task_elements": len(self.tasks),
            "null_tasks": sum(task.is_null for task in self.tasks),
            "resources": self.resources,
            "assignments": self.assignments,
            "tasks": [task.as_dict() for task in self.tasks],
        }


def _written(moment: dt.datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
