"""`jobs`: follow background work, ask for a computation, cancel, try again."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.enums import Action, Resource
from common.api.views import RowViewSet
from jobs.api.filters import JobFilters
from jobs.api.serializers import JobRow, NewJob
from jobs.models import Job
from jobs.permissions import may_request, may_steer
from jobs.services import cancel_job, request_job, retry_job


class JobViewSet(RowViewSet):
    """Jobs: all of them, or those that the caller asked for."""

    queryset = Job.objects.all()
    policy_resource = Resource.JOB
    policy_actions = {
        "create": (Action.RECOMPUTE, Resource.INDICATOR_VALUE),
        "cancel": Action.CANCEL,
        "retry": Action.RETRY,
    }
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
        if not may_request(request.user, fields["kind"]):
            raise PermissionDenied
        day = fields["as_of"].isoformat()
        job = request_job(
            kind=fields["kind"], key=day, payload={"as_of": day}, requested_by=request.user
        )
        return self._accepted(job)

    @extend_schema(request=None, responses={200: JobRow})
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, id: str) -> Response:
        """Cancel a job; one that runs stops at its next sign of life. 409 when it has ended."""
        job = self._steered(Action.CANCEL, id)
        cancel_job(actor=request.user, job_id=job.pk)
        return self.answer(self.find(pk=job.pk))

    @extend_schema(request=None, responses={202: JobRow})
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, id: str) -> Response:
        """Queue the same work as a new job; 409 unless it failed, was parked or cancelled."""
        job = self._steered(Action.RETRY, id)
        return self._accepted(retry_job(actor=request.user, job_id=job.pk))

    def _steered(self, verb: Action, job_id: str) -> Job:
        """Return the visible job that the caller may steer: 404 unseen, 403 refused."""
        job = self.get_queryset().filter(pk=job_id).first()
        if job is None:
            raise Http404
        if not may_steer(self.request.user, verb, job):
            raise PermissionDenied
        return job

    def _accepted(self, job: Job) -> Response:
        """Answer with the queued job and where to follow it, seen by its asker or not."""
        rows = list(Job.objects.filter(pk=job.pk).values(*JobRow.columns()))
        place = {"Location": reverse("api:jobs-detail", args=[job.pk])}
        return self.answer(JobRow().render(rows)[0], 202, place)
