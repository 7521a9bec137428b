"""A stale edit: what was saved in the meantime beside what was typed."""

from __future__ import annotations

from typing import Any

from django import forms

from projects.models import Baseline, Estimate, ProgressReport, Project
from web.projects.forms import BaselineForm, EstimateForm, ProgressForm, ProjectForm


def current_values(project: Project, form_class: type[forms.Form]) -> dict[str, Any]:
    """Return the saved values of the fields of a form."""
    if issubclass(form_class, ProjectForm):
        names = [name for name in form_class.base_fields if hasattr(Project, name)]
        return {name: getattr(project, name) for name in names if name != "version"}
    if issubclass(form_class, ProgressForm):
        report = ProgressReport.objects.filter(project=project).last()
        return (
            {"percent_complete": report.percent_complete, "weather": report.weather}
            if report
            else {}
        )
    if issubclass(form_class, EstimateForm | BaselineForm):
        return _standing(project)
    return {}


def _standing(project: Project) -> dict[str, Any]:
    row = Estimate.objects.filter(project=project).last() or (
        Baseline.objects.filter(project=project).last()
    )
    found = {"start_on": project.started_on}
    return found | ({"full_cost": row.full_cost, "end_on": row.end_on} if row else {})
