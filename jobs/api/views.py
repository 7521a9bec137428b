"""`jobs`: follow background work, ask for a computation."""

from __future__ import annotations

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.enums import Action, Resource
from common.api.views import RowViewSet
from jobs.api.filters import JobFilters
from jobs.api.serializers import JobRow, NewJob
from jobs.models import Job
from jobs.services import request_job


class JobViewSet(RowViewSet):
    """Jobs: all of them, or those that the caller asked for."""

    queryset = Job.objects.all()
    policy_resource = Resource.JOB
    policy_actions = {"create": (Action.RECOMPUTE, Resource.INDICATOR_VALUE)}
    row_serializer = JobRow
    filterset_class = JobFilters
    ordering = ("-id",)
    ordering_fields = {
        "id": "id",
        "kind": "kind",
        "state": "state",
        "created_at": "created_at",
        "finished_at": "finished_at",
    }

    @extend_schema(request=NewJob, responses={202: JobRow})
    def create(self, request: Request) -> Response:
        """Ask for the computation of the indicators at a date; the same request is one job."""
        fields = self.body(NewJob)
        day = fields["as_of"].isoformat()
        job = request_job(
            kind=fields["kind"], key=day, payload={"as_of": day}, requested_by=request.user
        )
        row = Job.objects.filter(pk=job.pk).values(*JobRow.columns())
        place = {"Location": reverse("api:jobs-detail", args=[job.pk])}
        return Response(JobRow().render(list(row))[0], status=202, headers=place)
