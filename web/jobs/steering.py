"""Decisions on a job: cancel it, try it again."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from accounts.enums import Action, Resource
from common.exceptions import DomainError
from jobs.models import Job
from jobs.services import cancel_job, retry_job
from web.jobs.selectors import ENDED_BADLY, may_steer
from web.mixins import PageView


class SteerView(PageView):
    """A decision on a visible job, by who may steer it."""

    needs = (Action.READ, Resource.JOB)

    def decide(self, job: Job) -> tuple[Job, str]:
        """Do it; return the job to show and a message."""
        raise NotImplementedError

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Check the right, decide, go to the job."""
        job = get_object_or_404(Job.objects.visible_to(request.user), pk=pk)
        if not may_steer(request.user, job):
            raise PermissionDenied
        try:
            job, message = self.decide(job)
        except DomainError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, message)
        return redirect("web:job", job.pk)


class CancelView(SteerView):
    """Cancel a job; the domain refuses one that has ended."""

    def decide(self, job: Job) -> tuple[Job, str]:
        """Cancel it."""
        return cancel_job(job_id=job.pk), _("The job is cancelled.")


class RetryView(SteerView):
    """Queue the same work again; one that lives or succeeded is left alone."""

    def decide(self, job: Job) -> tuple[Job, str]:
        """Ask for it again."""
        if job.state not in ENDED_BADLY:
            return job, _("Nothing was done: the job has not failed.")
        return retry_job(job=job, actor=self.request.user), _("The work is queued again.")
