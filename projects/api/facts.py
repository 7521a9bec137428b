"""What hangs on a project: baselines, planned values, estimates, progress reports."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.idempotency import IdempotentMixin
from accounts.enums import Action, Resource
from common.api.etags import etag_of, expected_version
from common.api.views import RowViewSet
from projects.api.filters import (
    BaselineFilters,
    EstimateFilters,
    PlannedValueFilters,
    ProgressFilters,
)
from projects.api.inputs import NewBaseline, NewEstimate, NewProgress
from projects.api.rights import target_project
from projects.api.serializers import (
    BaselineRow,
    EstimateRow,
    PlannedValueRow,
    ProgressRow,
    ProjectRow,
)
from projects.api.views import with_current_figures
from projects.models import Baseline, Estimate, PlannedValue, ProgressReport, Project
from projects.services.baselines import approve_baseline
from projects.services.estimates import estimate_project
from projects.services.progress import report_progress


class RecordedViewSet(IdempotentMixin, RowViewSet):
    """Rows that are added to a project and never changed.

    The caller gives the version of the *project* that was read (If-Match); the answer bears its
    new version as ETag, so that a second row can follow.
    """

    policy_resource = Resource.PROJECT
    if_match_actions = frozenset({"create"})
    route: str

    def stored_record(self) -> dict[str, Any]:
        """Return the project: it is its version that the caller names."""
        sent: Any = self.request.data
        seen = Project.objects.visible_to(self.request.user)
        rows = with_current_figures(seen.filter(code=sent["project"]))
        row = rows.values(*ProjectRow.columns()).first()
        if row is None:
            raise Http404
        return ProjectRow().render([row])[0]

    def record(self, service: Any, form: type[Any]) -> Response:
        """Add a row to the project named by the body."""
        user = self.request.user
        fields = self.body(form)
        project = target_project(user, fields.pop("project"), self.policy_actions["create"])
        version = expected_version(self.request)
        row = service(actor=user, project_id=project.pk, expected_version=version, **fields)
        project.refresh_from_db(fields=["version"])
        place = {"Location": reverse(f"api:{self.route}-detail", args=[row.pk])}
        return self.answer(self.find(pk=row.pk), 201, {**place, **etag_of(project.version)})


class BaselineViewSet(RecordedViewSet):
    """Baselines."""

    queryset = Baseline.objects.all()
    idempotent_actions = frozenset({"create"})
    policy_actions = {"create": Action.VALIDATE}
    row_serializer = BaselineRow
    filterset_class = BaselineFilters
    route = "baselines"
    ordering = ("project__code", "number")
    ordering_fields = {
        "project": "project__code",
        "number": "number",
        "approved_on": "approved_on",
        "full_cost": "full_cost",
    }

    @extend_schema(request=NewBaseline, responses={201: BaselineRow})
    def create(self, request: Request) -> Response:
        """Approve a new baseline; it takes the next number."""
        return self.record(approve_baseline, NewBaseline)


class EstimateViewSet(RecordedViewSet):
    """Estimates."""

    queryset = Estimate.objects.all()
    idempotent_actions = frozenset({"create"})
    policy_actions = {"create": Action.ESTIMATE}
    row_serializer = EstimateRow
    filterset_class = EstimateFilters
    route = "estimates"
    ordering = ("project__code", "edition_on")
    ordering_fields = {
        "project": "project__code",
        "edition_on": "edition_on",
        "full_cost": "full_cost",
        "end_on": "end_on",
        "recorded_at": "recorded_at",
    }

    @extend_schema(request=NewEstimate, responses={201: EstimateRow})
    def create(self, request: Request) -> Response:
        """Re-estimate the cost or the end date of a project."""
        return self.record(_estimate, NewEstimate)


def _estimate(*, full_cost: Any = None, end_on: Any = None, **fields: Any) -> Estimate:
    return estimate_project(full_cost=full_cost, end_on=end_on, **fields)


class ProgressReportViewSet(RecordedViewSet):
    """Progress reports."""

    queryset = ProgressReport.objects.all()
    policy_actions = {"create": Action.REPORT}
    row_serializer = ProgressRow
    filterset_class = ProgressFilters
    route = "progress-reports"
    ordering = ("project__code", "reported_on")
    ordering_fields = {
        "project": "project__code",
        "reported_on": "reported_on",
        "percent_complete": "percent_complete",
        "recorded_at": "recorded_at",
    }

    @extend_schema(request=NewProgress, responses={201: ProgressRow})
    def create(self, request: Request) -> Response:
        """Report physical progress and weather at a date."""
        return self.record(report_progress, NewProgress)


class PlannedValueViewSet(RowViewSet):
    """Monthly planned values."""

    queryset = PlannedValue.objects.all()
    policy_resource = Resource.PROJECT
    row_serializer = PlannedValueRow
    filterset_class = PlannedValueFilters
    ordering = ("baseline__project__code", "baseline__number", "month")
    ordering_fields = {
        "project": "baseline__project__code",
        "baseline": "baseline__number",
        "month": "month",
        "amount": "amount",
    }
