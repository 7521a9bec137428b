"""Jobs: their list, the progress of one, a computation on demand."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import Action, Resource
from accounts.permissions import can
from common.fiscal import today
from indicators.services.runs import request_computation
from jobs.enums import ENDED, JobState
from jobs.models import Job
from jobs.services import label_of
from web.jobs.forms import JobFilterForm, RecomputeForm
from web.jobs.selectors import (
    NOT_YET,
    OVER,
    error_shown,
    progress_of,
    results_shown,
    spoken,
    steering_of,
)
from web.listing import ListColumn
from web.lists import ListView
from web.mixins import PageView, ServiceFormView

# Seconds between two looks at a job: soon at first, then less and less often.
PAUSES = (2, 2, 4, 8, 15)


def page_of_job(job: Job) -> str:
    """Return the address of a job."""
    return reverse("web:job", args=[job.pk])


COLUMNS = (
    ListColumn(
        "id",
        gettext_lazy("Number"),
        lambda job: job.pk,
        kind="integer",
        url=page_of_job,
        order=("pk",),
        is_header=True,
    ),
    ListColumn("kind", gettext_lazy("Work"), lambda job: label_of(job.kind), order=("kind",)),
    ListColumn("key", gettext_lazy("On"), lambda job: job.key or str(gettext_lazy("everything"))),
    ListColumn(
        "state", gettext_lazy("State"), lambda job: job.get_state_display(), order=("state",)
    ),
    ListColumn(
        "attempts",
        gettext_lazy("Attempts"),
        lambda job: job.attempts,
        show="number",
        kind="integer",
    ),
    ListColumn(
        "requested_by",
        gettext_lazy("Requested by"),
        lambda job: str(job.requested_by or gettext_lazy("the system")),
    ),
    ListColumn(
        "created_at",
        gettext_lazy("Requested at"),
        lambda job: job.created_at,
        show="moment",
        kind="datetime",
        order=("created_at",),
    ),
    ListColumn(
        "finished_at",
        gettext_lazy("Ended at"),
        lambda job: job.finished_at,
        show="moment",
        kind="datetime",
        order=("finished_at",),
    ),
)


class JobListView(ListView):
    """The jobs that the user may read."""

    section = "jobs"
    name = "jobs"
    title = gettext_lazy("Jobs")
    caption = gettext_lazy("Background work, the latest first")
    empty = gettext_lazy("No job yet: an edit, an import or a computation asks for one.")
    template_name = "web/jobs/list.html"
    columns = COLUMNS
    form_class = JobFilterForm
    default_sort = "-id"
    resource = Resource.JOB
    needs = (Action.READ, Resource.JOB)

    def rows(self, filters: dict[str, Any]) -> Any:
        """Return the jobs that the filter keeps."""
        rows = Job.objects.visible_to(self.request.user).select_related("requested_by")
        return rows.filter(state=filters["state"]) if "state" in filters else rows

    def more(self) -> dict[str, Any]:
        """Offer a computation to whoever may ask for it; warn of what is parked."""
        user = self.request.user
        return {
            "can_recompute": can(user, Action.RECOMPUTE, Resource.INDICATOR_VALUE),
            "parked": Job.objects.visible_to(user).parked().count(),
        }


class JobView(PageView):
    """The progress of one job; htmx asks for the fragment, a reload gives the page."""

    section = "jobs"
    needs = (Action.READ, Resource.JOB)
    template_name = "web/jobs/job.html"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the job, or its progress alone."""
        jobs = Job.objects.visible_to(request.user).select_related("requested_by")
        job = get_object_or_404(jobs, pk=pk)
        look, said = _number(request, "look"), _number(request, "said", NOT_YET)
        progress = progress_of(job)
        asks_for_part = bool(getattr(request, "htmx", False))
        if asks_for_part:
            self.template_name = "web/jobs/_progress.html"
        return self.page(
            {
                "job": job,
                "label": label_of(job.kind),
                "has_ended": job.state in ENDED,
                "is_parked": job.state == JobState.QUARANTINE,
                "pause": PAUSES[min(look, len(PAUSES) - 1)],
                "look": look + 1,
                "progress": progress,
                "said": max(said, progress.mark),
                "spoken": spoken(job, progress.mark)
                if asks_for_part and progress.mark > said
                else "",
                "results": results_shown(job),
                "error": error_shown(job),
                "steering": steering_of(request.user, job),
            }
        )


def _number(request: HttpRequest, name: str, default: int = 0) -> int:
    """Return a small number of the address, or its default."""
    text = request.GET.get(name, "")
    return min(int(text), OVER) if text.isascii() and text.isdigit() and len(text) < 4 else default


class RecomputeView(ServiceFormView):
    """Ask for the computation of every indicator."""

    section = "jobs"
    template_name = "web/projects/form.html"
    needs = (Action.RECOMPUTE, Resource.INDICATOR_VALUE)

    def form(self, data: Any = None) -> forms.Form:
        """Return the form, for today by default."""
        return RecomputeForm(data, initial={"as_of": today()})

    def decide(self, cleaned: dict[str, Any]) -> Job:
        """Ask for the job."""
        return request_computation(cleaned["as_of"], actor=self.request.user)

    def after(self, result: Job) -> tuple[str, str]:
        """Follow the job."""
        return _("The computation was asked for."), page_of_job(result)

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Name the page."""
        return {"title": _("Compute the indicators again"), "submit": _("Compute")}
