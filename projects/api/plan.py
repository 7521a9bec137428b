"""The plan of a project by REST: tasks with their floats, forecasts, links, frozen days."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.idempotency import IdempotentMixin
from accounts.api.inputs import Ending, Moving
from accounts.api.owned import HistoryViewSet
from accounts.enums import Action, Resource
from accounts.services.owned import create_record, move_record, update_record
from common.api.etags import etag_of, expected_version
from common.api.views import RowViewSet
from projects.api.plan_rows import (
    BaselineTaskFilters,
    BaselineTaskRow,
    DependencyFilters,
    DependencyRow,
    ForecastFilters,
    ForecastRow,
    NewDependency,
    NewForecast,
    TaskCreation,
    TaskEdit,
    TaskFilters,
    TaskRow,
)
from projects.api.rights import target_project
from projects.enums import LinkKind
from projects.models import BaselineTask, Dependency, MilestoneForecast, Task
from projects.services.plan import TASKS, forecast_milestone, link_tasks, unlink_tasks
from projects.services.plan_network import place_plans


def target_task(user: Any, task_id: int, verb: str) -> Task:
    """Return the task; Http404 when unseen, PermissionDenied when the verb is refused."""
    task = Task.objects.visible_to(user).filter(pk=task_id).select_related("project").first()
    if task is None:
        raise Http404
    if not Task.objects.allowing(user, verb).filter(pk=task.pk).exists():
        raise PermissionDenied
    return task  # type: ignore[no-any-return]


class TaskViewSet(IdempotentMixin, HistoryViewSet):
    """Tasks and milestones."""

    queryset = Task.objects.all()
    policy_resource = Resource.PROJECT
    policy_actions = {
        "create": Action.UPDATE,
        "partial_update": Action.UPDATE,
        "close": Action.UPDATE,
        "reopen": Action.UPDATE,
    }
    if_match_actions = frozenset(policy_actions) - {"create"}
    idempotent_actions = frozenset({"create"})
    row_serializer = TaskRow
    filterset_class = TaskFilters
    versioned = True
    # The floats follow the other tasks, which no version of this one counts.
    fresh_by_version = False
    ordering = ("project__code", "rank")
    ordering_fields = {
        "project": "project__code",
        "rank": "rank",
        "code": "code",
        "name": "name",
        "start_on": "start_on",
        "end_on": "end_on",
        "cost": "cost",
    }

    def complete(self, rows: list[dict[str, Any]], *, detail: bool) -> None:
        """Add where the links place each task; two queries, whatever the number of plans."""
        places = place_plans({row["project__code"] for row in rows})
        for row in rows:
            place = places.get(row["id"])
            nested = asdict(place) if place else dict.fromkeys(TaskRow.Meta.nested)
            row.update({name: nested[name] for name in TaskRow.Meta.nested})

    @extend_schema(request=TaskCreation, responses={201: TaskRow})
    def create(self, request: Request) -> Response:
        """Add a task to the plan of a project."""
        fields = self.body(TaskCreation)
        fields["project"] = target_project(request.user, fields["project"], Action.UPDATE)
        _name_parent(fields, fields["project"].pk)
        task = create_record(actor=request.user, kind=TASKS, fields=fields, draft=False)
        place = reverse("api:tasks-detail", args=[task.pk])
        return self.answer(self.find(pk=task.pk), 201, {"Location": place})

    @extend_schema(request=TaskEdit, responses={200: TaskRow})
    def partial_update(self, request: Request, id: str) -> Response:
        """Change some fields of an open task."""
        task = target_task(request.user, int(id), Action.UPDATE)
        version = expected_version(request)
        changes = self.body(TaskEdit, partial=True)
        reason = changes.pop("reason", "")
        _name_parent(changes, task.project_id)
        return self._written(update_record, task, version, changes=changes, reason=reason)

    @extend_schema(request=Ending, responses={200: TaskRow})
    @action(detail=True, methods=["post"])
    def close(self, request: Request, id: str) -> Response:
        """Close a task: it stays visible, and leaves the plan."""
        return self._moved("close", id, Ending)

    @extend_schema(request=Moving, responses={200: TaskRow})
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, id: str) -> Response:
        """Bring a closed task back into the plan."""
        return self._moved("reopen", id, Moving)

    def _moved(self, move: str, id: str, form: type[Any]) -> Response:
        task = target_task(self.request.user, int(id), Action.UPDATE)
        version = expected_version(self.request)
        fields = self.body(form)
        return self._written(
            move_record,
            task,
            version,
            move=move,
            on=fields.get("closed_on"),
            reason=fields.get("reason", ""),
        )

    def _written(self, service: Any, task: Task, version: int, **fields: Any) -> Response:
        actor = self.request.user
        service(actor=actor, kind=TASKS, record_id=task.pk, expected_version=version, **fields)
        return self.answer(self.find(pk=task.pk))


class ForecastViewSet(RowViewSet):
    """Forecasts of milestones."""

    queryset = MilestoneForecast.objects.all()
    policy_resource = Resource.PROJECT
    policy_actions = {"create": Action.UPDATE}
    if_match_actions = frozenset({"create"})
    row_serializer = ForecastRow
    filterset_class = ForecastFilters
    ordering = ("task__project__code", "task_id", "reported_on", "id")
    ordering_fields = {
        "project": "task__project__code",
        "reported_on": "reported_on",
        "forecast_on": "forecast_on",
    }

    def stored_record(self) -> dict[str, Any]:
        """Return the milestone: it is its version that the caller names."""
        sent: Any = self.request.data
        task = target_task(self.request.user, int(sent["task"]), Action.READ)
        return {"task": task.pk, "end_on": str(task.end_on), "version": task.version}

    @extend_schema(request=NewForecast, responses={201: ForecastRow})
    def create(self, request: Request) -> Response:
        """Tell on which day a milestone is expected now; the former forecasts stay."""
        fields = self.body(NewForecast)
        task = target_task(request.user, fields.pop("task"), Action.UPDATE)
        version = expected_version(request)
        row = forecast_milestone(
            actor=request.user, task_id=task.pk, expected_version=version, **fields
        )
        task.refresh_from_db(fields=["version"])
        place = {"Location": reverse("api:milestone-forecasts-detail", args=[row.pk])}
        return self.answer(self.find(pk=row.pk), 201, {**place, **etag_of(task.version)})


class DependencyViewSet(RowViewSet):
    """Links between tasks."""

    queryset = Dependency.objects.all()
    policy_resource = Resource.PROJECT
    policy_actions = {"create": Action.UPDATE, "remove": Action.UPDATE}
    row_serializer = DependencyRow
    filterset_class = DependencyFilters
    ordering = ("successor__project__code", "successor_id", "predecessor_id")
    ordering_fields = {"project": "successor__project__code", "lag_days": "lag_days"}

    @extend_schema(request=NewDependency, responses={201: DependencyRow})
    def create(self, request: Request) -> Response:
        """Link two tasks; a cycle is refused and named."""
        fields = self.body(NewDependency)
        ends = {
            name: target_task(request.user, fields[name], Action.UPDATE)
            for name in ("predecessor", "successor")
        }
        link = link_tasks(
            actor=request.user,
            **ends,
            kind=fields.get("kind", LinkKind.FINISH_START),
            lag_days=fields.get("lag_days", 0),
        )
        place = reverse("api:dependencies-detail", args=[link.pk])
        return self.answer(self.find(pk=link.pk), 201, {"Location": place})

    @extend_schema(request=None, responses={204: None})
    @action(detail=True, methods=["post"])
    def remove(self, request: Request, id: str) -> Response:
        """Take a link out of the plan; its history stays."""
        rows = Dependency.objects.visible_to(request.user)
        link = rows.select_related("predecessor", "successor__project").filter(pk=id).first()
        if link is None:
            raise Http404
        target_task(request.user, link.successor_id, Action.UPDATE)
        unlink_tasks(actor=request.user, link=link)
        return Response(status=204)


class BaselineTaskViewSet(RowViewSet):
    """What baselines froze of the tasks."""

    queryset = BaselineTask.objects.all()
    policy_resource = Resource.PROJECT
    row_serializer = BaselineTaskRow
    filterset_class = BaselineTaskFilters
    ordering = ("baseline__project__code", "baseline__number", "task_id")
    ordering_fields = {
        "project": "baseline__project__code",
        "baseline": "baseline__number",
        "end_on": "end_on",
    }


def _name_parent(fields: dict[str, Any], project_id: int) -> None:
    """Turn the id of the summary into a task of the same plan."""
    if fields.get("parent") is None:
        return
    found = Task.objects.filter(project=project_id, pk=fields["parent"]).first()
    if found is None:
        raise ValidationError({"parent": ["There is no such task in this plan."]})
    fields["parent"] = found
