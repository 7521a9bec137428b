"""`projects`: read, create, edit, close, reopen."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db.models import Case, Exists, OuterRef, QuerySet, Subquery, When
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.inputs import Ending, Moving
from accounts.api.merging import MERGING, MergingMixin
from accounts.api.owned import HistoryViewSet, OwnedViewSet
from accounts.enums import Action, Resource
from accounts.services.owned import delete_draft, move_record
from common.api.etags import expected_version
from common.api.views import CODE
from common.fiscal import today
from projects.api.filters import ProjectFilters
from projects.api.inputs import ProjectCreation, ProjectEdit
from projects.api.rights import check_placement, has_own_reach_only, target_project
from projects.api.serializers import ProjectDetail, ProjectRow
from projects.models import Baseline, Estimate, Project, ProjectAlias
from projects.services.kinds import PROJECTS
from projects.services.projects import (
    close_project,
    create_project,
    reopen_project,
    update_project,
)


def with_current_figures(projects: QuerySet[Project]) -> QuerySet[Project]:
    """Annotate current cost and end date: the latest estimate, else the last baseline.

    A figure that the standing estimate withdraws stays null, as in the indicators.
    """
    standing = Estimate.objects.filter(project=OuterRef("pk"), edition_on__lte=today())
    latest = standing.order_by("-edition_on", "-recorded_at", "-source_reference")
    approved = Baseline.objects.filter(project=OuterRef("pk"), approved_on__lte=today())
    figures = {
        f"current_{name}": Case(
            When(Exists(standing), then=Subquery(latest.values(column)[:1])),
            default=Subquery(
                approved.exclude(**{column: None}).order_by("-number").values(column)[:1]
            ),
        )
        for name, column in (("cost", "full_cost"), ("end_on", "end_on"))
    }
    return projects.annotate(
        current_edition_on=Subquery(latest.values("edition_on")[:1]), **figures
    )


class ProjectViewSet(MergingMixin, HistoryViewSet):
    """Projects."""

    queryset = Project.objects.all()
    policy_resource = Resource.PROJECT
    kind = PROJECTS
    policy_actions = {**OwnedViewSet.policy_actions, **MERGING}
    if_match_actions = OwnedViewSet.if_match_actions | {"merge"}
    row_serializer = ProjectRow
    detail_serializer = ProjectDetail
    filterset_class = ProjectFilters
    lookup_field = "code"
    lookup_value_regex = CODE
    versioned = True
    ordering = ("code",)
    ordering_fields = {
        "code": "code",
        "title": "title",
        "started_on": "started_on",
        "current_cost": "current_cost",
        "current_end_on": "current_end_on",
        "phase": "phase",
        "updated_at": "updated_at",
    }

    def get_queryset(self) -> QuerySet[Project]:
        """Return the visible projects with their current figures."""
        return with_current_figures(super().get_queryset())

    def complete(self, rows: list[dict[str, Any]], *, detail: bool) -> None:
        """Add the former titles to the detail."""
        for row in rows if detail else ():
            titles = ProjectAlias.objects.filter(project=row["id"]).order_by("title")
            row["aliases"] = list(titles.values_list("title", flat=True))

    @extend_schema(request=ProjectCreation, responses={201: ProjectDetail})
    def create(self, request: Request) -> Response:
        """Create a project in a node."""
        fields = self.body(ProjectCreation)
        if "manager" not in fields and has_own_reach_only(request.user, Action.CREATE):
            fields["manager"] = request.user
        check_placement(request.user, Action.CREATE, fields["node"], fields.get("manager"))
        project = create_project(actor=request.user, **fields)
        place = reverse("api:projects-detail", args=[project.code])
        return self.answer(self.find(pk=project.pk), 201, {"Location": place})

    @extend_schema(request=ProjectEdit, responses={200: ProjectDetail})
    def partial_update(self, request: Request, code: str) -> Response:
        """Change some fields of an open project."""
        project = target_project(request.user, code, Action.UPDATE)
        version = expected_version(request)
        changes = self.body(ProjectEdit, partial=True)
        reason = changes.pop("reason", "")
        if {"node", "manager"} & set(changes):
            node = changes.get("node", project.node)
            manager = changes.get("manager", project.manager)
            check_placement(request.user, Action.UPDATE, node, manager)
        service = partial(update_project, project_id=project.pk)
        return self._written(service, project, version, changes=changes, reason=reason)

    @extend_schema(request=Ending, responses={200: ProjectDetail})
    @action(detail=True, methods=["post"])
    def close(self, request: Request, code: str) -> Response:
        """Close a project: it stays visible and is read only."""
        project = target_project(request.user, code, Action.CLOSE)
        version = expected_version(request)
        service = partial(close_project, project_id=project.pk)
        return self._written(service, project, version, **self.body(Ending))

    @extend_schema(request=Moving, responses={200: ProjectDetail})
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, code: str) -> Response:
        """Reopen a closed project."""
        project = target_project(request.user, code, Action.CLOSE)
        version = expected_version(request)
        service = partial(reopen_project, project_id=project.pk)
        return self._written(service, project, version, reason=self.body(Moving).get("reason", ""))

    @extend_schema(request=Moving, responses={200: ProjectDetail})
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, code: str) -> Response:
        """Open a draft."""
        return self._moved("publish", code)

    @extend_schema(request=Moving, responses={200: ProjectDetail})
    @action(detail=True, methods=["post"])
    def archive(self, request: Request, code: str) -> Response:
        """Put a closed project aside: lists leave it out unless it is asked for."""
        return self._moved("archive", code)

    @extend_schema(request=Moving, responses={200: ProjectDetail})
    @action(detail=True, methods=["post"])
    def unarchive(self, request: Request, code: str) -> Response:
        """Take a project out of the archive."""
        return self._moved("unarchive", code)

    def destroy(self, request: Request, code: str) -> Response:
        """Delete a draft that nothing uses."""
        project = target_project(request.user, code, Action.DELETE)
        version = expected_version(request)
        delete_draft(
            actor=request.user, kind=PROJECTS, record_id=project.pk, expected_version=version
        )
        return Response(status=204)

    def _moved(self, move: str, code: str) -> Response:
        project = target_project(self.request.user, code, self.policy_actions[self.action])
        version = expected_version(self.request)
        reason = self.body(Moving).get("reason", "")
        service = partial(move_record, kind=PROJECTS, move=move, record_id=project.pk)
        return self._written(service, project, version, reason=reason)

    def _written(self, service: Any, project: Project, version: int, **fields: Any) -> Response:
        actor = self.request.user
        service(actor=actor, expected_version=version, **fields)
        return self.answer(self.find(pk=project.pk))
