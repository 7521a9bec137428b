"""`projects`: read, create, edit, close, reopen."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.db.models import Case, Exists, OuterRef, QuerySet, Subquery, When
from django.http import Http404
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.enums import Action, Resource
from common.api.etags import expected_version
from common.api.filters import refuse_unknown
from common.api.views import CODE, RowViewSet
from common.fiscal import today
from projects.api.filters import ProjectFilters
from projects.api.inputs import Closing, ProjectCreation, ProjectEdit, Reopening
from projects.api.rights import check_placement, has_own_reach_only, target_project
from projects.api.serializers import ProjectDetail, ProjectEdits, ProjectRow
from projects.models import Baseline, Estimate, Project, ProjectAlias
from projects.selectors import project_edits
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


class ProjectViewSet(RowViewSet):
    """Projects."""

    queryset = Project.objects.all()
    policy_resource = Resource.PROJECT
    policy_actions = {
        "create": Action.CREATE,
        "partial_update": Action.UPDATE,
        "close": Action.CLOSE,
        "reopen": Action.CLOSE,
    }
    if_match_actions = frozenset({"close", "reopen"})
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
        return self._written(update_project, project, version, changes=changes, reason=reason)

    @extend_schema(request=Closing, responses={200: ProjectDetail})
    @action(detail=True, methods=["post"])
    def close(self, request: Request, code: str) -> Response:
        """Close a project: it stays visible and is read only."""
        project = target_project(request.user, code, Action.CLOSE)
        version = expected_version(request)
        return self._written(close_project, project, version, **self.body(Closing))

    @extend_schema(request=Reopening, responses={200: ProjectDetail})
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, code: str) -> Response:
        """Reopen a closed project."""
        project = target_project(request.user, code, Action.CLOSE)
        version = expected_version(request)
        return self._written(reopen_project, project, version, **self.body(Reopening))

    @extend_schema(responses={200: ProjectEdits})
    @action(detail=True, methods=["get"])
    def history(self, request: Request, code: str) -> Response:
        """Every recorded version of a project: who changed what, when and why."""
        refuse_unknown(request, set())
        seen = Project.objects.visible_to(request.user).filter(code=code).first()
        if seen is None:
            raise Http404
        return Response({"results": [asdict(edit) for edit in project_edits(seen)]})

    def _written(self, service: Any, project: Project, version: int, **fields: Any) -> Response:
        actor = self.request.user
        service(actor=actor, project_id=project.pk, expected_version=version, **fields)
        return self.answer(self.find(pk=project.pk))
