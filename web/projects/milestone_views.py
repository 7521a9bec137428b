"""A milestone: its baselines, its forecasts that stay, and the form that tells the next one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import Action, Resource
from accounts.permissions import can
from common.fiscal import today
from common.models import ENDED_STATES
from projects.enums import TaskKind
from projects.models import BaselineTask, MilestoneForecast, Task
from projects.services.plan import forecast_milestone
from web.fields import DayField
from web.forms import VersionedForm
from web.mixins import ServiceFormView
from web.projects.plan_slip import forecasts_of, slip_of


class ForecastForm(VersionedForm):
    """The day on which the milestone is expected now."""

    forecast_on = DayField(label=gettext_lazy("Day expected"), help_text=gettext_lazy("DD/MM/YYYY"))
    reported_on = DayField(label=gettext_lazy("Told on"), help_text=gettext_lazy("DD/MM/YYYY"))
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=500)


class MilestoneView(ServiceFormView):
    """The page of a milestone; who may update the project tells its next day."""

    section = "projects"
    template_name = "web/projects/milestone.html"
    task: Task

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Read the milestone, or refuse."""
        if not can(request.user, Action.READ, Resource.PROJECT):
            raise PermissionDenied
        self.task = self._read(kwargs["pk"])
        if request.method == "POST" and not self._may_tell():
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def _read(self, pk: int) -> Task:
        rows = Task.objects.visible_to(self.request.user).select_related("project")
        return get_object_or_404(rows, pk=pk, kind=TaskKind.MILESTONE)

    def _may_tell(self) -> bool:
        rows = Task.objects.allowing(self.request.user, Action.UPDATE)
        return rows.filter(pk=self.task.pk).exists()

    def form(self, data: Any = None) -> forms.Form:
        """Start from the day that stands, told today."""
        day = self.task.end_on
        initial = {"version": self.task.version, "forecast_on": day, "reported_on": today()}
        return ForecastForm(data, initial=initial)

    def decide(self, cleaned: dict[str, Any]) -> MilestoneForecast:
        """Keep the forecast."""
        version = cleaned.pop("version")
        return forecast_milestone(
            actor=self.request.user, task_id=self.task.pk, expected_version=version, **cleaned
        )

    def after(self, result: MilestoneForecast) -> tuple[str, str]:
        """Stay on the page."""
        return _("The forecast is kept beside the former ones."), reverse(
            "web:milestone", args=[self.task.pk]
        )

    def stale(self, form: forms.Form) -> dict[str, Any]:
        """Show the day that was told meanwhile; the next submission takes that version."""
        self.task = self._read(self.task.pk)
        form.data = {**form.data.dict(), "version": str(self.task.version)}  # type: ignore[attr-defined]
        return self.shown(form)

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Return the milestone, what was approved of it and what was told."""
        task = self.task
        ended = task.state in ENDED_STATES or task.project.state in ENDED_STATES
        forecasts = forecasts_of([task])
        frozen = BaselineTask.objects.filter(task=task).select_related("baseline")
        return {
            "task": task,
            "project": task.project,
            "forecasts": forecasts,
            "slip": slip_of(forecasts),
            "baselines": [(row, _days(task, row)) for row in frozen.order_by("baseline__number")],
            "may_tell": not ended and task.actual_end_on is None and self._may_tell(),
        }


def _days(task: Task, row: BaselineTask) -> int | None:
    end = task.actual_end_on or task.end_on
    return None if end is None or row.end_on is None else (end - row.end_on).days
