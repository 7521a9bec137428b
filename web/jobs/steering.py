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
from jobs.permissions import may_steer
from jobs.services import cancel_job, retry_job
from web.mixins import PageView


class SteerView(PageView):
    """A decision on a visible job, by who may steer it."""

    verb: Action

    def decide(self, job: Job) -> tuple[Job, str]:
        """Do it; return the job to show and a message."""
        raise NotImplementedError

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Check the right, decide, go to the job."""
        job = get_object_or_404(Job.objects.visible_to(request.user), pk=pk)
        if not may_steer(request.user, self.verb, job):
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

    verb = Action.CANCEL
    needs = (Action.CANCEL, Resource.JOB)

    def decide(self, job: Job) -> tuple[Job, str]:
        """Cancel it."""
        cancelled = cancel_job(actor=self.request.user, job_id=job.pk)
        return cancelled, _("The job is cancelled.")


class RetryView(SteerView):
    """Queue the same work again; the domain refuses a job that lives or succeeded."""

    verb = Action.RETRY
    needs = (Action.RETRY, Resource.JOB)

    def decide(self, job: Job) -> tuple[Job, str]:
        """Ask for it again."""
        again = retry_job(actor=self.request.user, job_id=job.pk)
        return again, _("The work is queued again.")
