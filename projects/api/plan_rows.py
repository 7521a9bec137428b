"""Rows, bodies and filters of the plan: tasks, forecasts, links, what baselines froze."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers as drf

from accounts.api.inputs import CodeField, Editing
from common.api.fields import (
    DayField,
    MoneyStringField,
    PercentStringField,
    RowSerializer,
    StrictSerializer,
    TextField,
)
from common.api.filtersets import (
    CodeFilter,
    Filters,
    FlagFilter,
    IdFilter,
    NumberFilter,
    OneOf,
    SearchFilter,
    from_day,
    origin_filter,
    to_day,
)
from common.models import DataOrigin, RecordState
from projects.api.filters import NodeFilter, OfProjectFilters
from projects.enums import LinkKind, TaskKind

LARGEST_ID = 2**63 - 1
MOST_DAYS = 100_000


class TaskRow(RowSerializer):
    """A line of a plan, its cost in euros TTC, and where the links place it (docs/plan.md).

    The early and late days and the float, in working days, are null for a task without days and
    for a closed one. `is_pushed`: the links ask for a later day than `start_on`.
    """

    id = drf.IntegerField()
    project = drf.CharField(source="project__code")
    code = drf.CharField()
    name = drf.CharField()
    kind = drf.ChoiceField(TaskKind.choices)
    parent: Any = drf.IntegerField(source="parent_id", allow_null=True)
    rank = drf.IntegerField()
    start_on = DayField(allow_null=True)
    end_on = DayField(allow_null=True)
    duration_days = drf.IntegerField(allow_null=True)
    cost = MoneyStringField(allow_null=True)
    percent_complete = PercentStringField(allow_null=True)
    actual_start_on = DayField(allow_null=True)
    actual_end_on = DayField(allow_null=True)
    early_start_on = DayField(allow_null=True)
    early_end_on = DayField(allow_null=True)
    late_end_on = DayField(allow_null=True)
    total_float = drf.IntegerField(allow_null=True)
    is_critical = drf.BooleanField(allow_null=True)
    is_pushed = drf.BooleanField(allow_null=True)
    is_imported = drf.BooleanField()
    state = drf.ChoiceField(RecordState.choices)
    closed_on = DayField(allow_null=True)
    data_origin = drf.ChoiceField(DataOrigin.choices)
    version = drf.IntegerField()

    class Meta:
        nested = (
            "early_start_on", "early_end_on", "late_end_on", "total_float", "is_critical",
            "is_pushed",
        )  # fmt: skip


class ForecastRow(RowSerializer):
    """A day on which a milestone was expected, as told at a date; never changed."""

    id = drf.IntegerField()
    project = drf.CharField(source="task__project__code")
    task = drf.IntegerField(source="task_id")
    code = drf.CharField(source="task__code")
    reported_on = DayField()
    forecast_on = DayField()
    reason = drf.CharField()
    recorded_at = drf.DateTimeField()
    recorded_by = drf.CharField(source="recorded_by__username", allow_null=True)
    data_origin = drf.ChoiceField(DataOrigin.choices)


class DependencyRow(RowSerializer):
    """A link between two tasks; the lag is in working days."""

    id = drf.IntegerField()
    project = drf.CharField(source="successor__project__code")
    predecessor = drf.IntegerField(source="predecessor_id")
    successor = drf.IntegerField(source="successor_id")
    kind = drf.ChoiceField(LinkKind.choices)
    lag_days = drf.IntegerField()
    data_origin = drf.ChoiceField(DataOrigin.choices, source="successor__data_origin")


class BaselineTaskRow(RowSerializer):
    """The days and the cost (euros TTC) of a task in a baseline, as they stood."""

    id = drf.IntegerField()
    project = drf.CharField(source="baseline__project__code")
    baseline = drf.IntegerField(source="baseline__number")
    task = drf.IntegerField(source="task_id")
    code = drf.CharField(source="task__code")
    start_on = DayField(allow_null=True)
    end_on = DayField(allow_null=True)
    cost = MoneyStringField(allow_null=True)
    data_origin = drf.ChoiceField(DataOrigin.choices, source="task__data_origin")


class TaskFields(StrictSerializer):
    """What people edit of a task; `parent` is the id of a summary task of the same plan."""

    name = TextField(max_length=300)
    kind = drf.ChoiceField(TaskKind.choices, required=False)
    parent: Any = drf.IntegerField(
        min_value=1, max_value=LARGEST_ID, required=False, allow_null=True
    )
    rank = drf.IntegerField(min_value=0, max_value=MOST_DAYS, required=False)
    start_on = DayField(required=False, allow_null=True)
    end_on = DayField(required=False, allow_null=True)
    duration_days = drf.IntegerField(
        min_value=0, max_value=MOST_DAYS, required=False, allow_null=True
    )
    cost = MoneyStringField(required=False, allow_null=True)
    percent_complete = PercentStringField(required=False, allow_null=True)
    actual_start_on = DayField(required=False, allow_null=True)
    actual_end_on = DayField(required=False, allow_null=True)


class TaskCreation(TaskFields):
    """A new task of a project; its code is chosen once."""

    project = TextField(max_length=40)
    code = CodeField()


class TaskEdit(Editing, TaskFields):
    """Some fields of a task, and why they change; a milestone moves by a forecast."""


class NewForecast(StrictSerializer):
    """On which day a milestone is expected now, and why; If-Match names the version of the task."""

    task = drf.IntegerField(min_value=1, max_value=LARGEST_ID)
    forecast_on = DayField()
    reported_on = DayField(required=False, allow_null=True)
    reason = TextField(max_length=500)


class NewDependency(StrictSerializer):
    """A link between two tasks of one plan."""

    predecessor = drf.IntegerField(min_value=1, max_value=LARGEST_ID)
    successor = drf.IntegerField(min_value=1, max_value=LARGEST_ID)
    kind = drf.ChoiceField(LinkKind.choices, required=False)
    lag_days = drf.IntegerField(min_value=-5_000, max_value=5_000, required=False)


class TaskFilters(OfProjectFilters):
    """Filters of `tasks`: the milestones of every project are `kind=milestone`."""

    q = SearchFilter(["code", "name"])
    kind = OneOf("kind", TaskKind.choices)
    state = OneOf("state", RecordState.choices)
    parent = IdFilter("parent_id")
    is_imported = FlagFilter("is_imported")
    start_on_from = from_day("start_on")
    start_on_to = to_day("start_on")
    end_on_from = from_day("end_on")
    end_on_to = to_day("end_on")
    data_origin = origin_filter()


class ForecastFilters(Filters):
    """Filters of `milestone-forecasts`."""

    project = CodeFilter("task__project__code")
    node = NodeFilter("task__project__node_id")
    task = IdFilter("task_id")
    reported_on_from = from_day("reported_on")
    reported_on_to = to_day("reported_on")
    forecast_on_from = from_day("forecast_on")
    forecast_on_to = to_day("forecast_on")
    data_origin = origin_filter()


class DependencyFilters(Filters):
    """Filters of `dependencies`."""

    project = CodeFilter("successor__project__code")
    predecessor = IdFilter("predecessor_id")
    successor = IdFilter("successor_id")
    kind = OneOf("kind", LinkKind.choices)
    data_origin = origin_filter("successor__data_origin")


class BaselineTaskFilters(Filters):
    """Filters of `baseline-tasks`."""

    project = CodeFilter("baseline__project__code")
    baseline = NumberFilter("baseline__number")
    task = IdFilter("task_id")
    data_origin = origin_filter("task__data_origin")
