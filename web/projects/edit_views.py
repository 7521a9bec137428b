"""Writing a project: the form checks the shape, the service decides."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.enums import Action, Resource
from accounts.permissions import scopes_of
from projects.models import PortfolioNode, Project
from projects.services import baselines, estimates, progress
from projects.services import projects as services
from web.comparison import both_versions
from web.mixins import ServiceFormView
from web.projects.access import project_for, visible_project
from web.projects.comparison import current_values
from web.projects.forms import (
    BaselineForm,
    CloseForm,
    EstimateForm,
    NewProjectForm,
    ProgressForm,
    ProjectForm,
    ReopenForm,
    dated_today,
)


def may_hold(user: Any, node: PortfolioNode, manager: Any) -> bool:
    """Whether `user` may put a project in this node, under this manager."""
    scopes = scopes_of(user, Action.CREATE, Resource.PROJECT)
    if scopes.everywhere or node.pk in PortfolioNode.objects.subtree_ids(scopes.nodes):
        return True
    own = manager == user and bool(scopes.own_nodes)
    return own and node.pk in PortfolioNode.objects.subtree_ids(scopes.own_nodes)


class CreateProjectView(ServiceFormView):
    """A new project."""

    section = "projects"
    template_name = "web/projects/form.html"
    needs = (Action.CREATE, Resource.PROJECT)

    def form(self, data: Any = None) -> forms.Form:
        """Return the form; one manages one's own projects by default."""
        initial = {"manager": self.request.user, "phase": "framing"}
        return NewProjectForm(data, user=self.request.user, initial=initial)

    def decide(self, cleaned: dict[str, Any]) -> Project:
        """Create the project where the user may."""
        if not may_hold(self.request.user, cleaned["node"], cleaned["manager"]):
            raise PermissionDenied
        return services.create_project(actor=self.request.user, **cleaned)

    def after(self, result: Project) -> tuple[str, str]:
        """Go to the sheet."""
        return _("Project %(code)s was created.") % {"code": result.code}, sheet_of(result)

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Name the page."""
        return {"title": _("Create a project"), "submit": _("Create the project")}


def sheet_of(project: Project) -> str:
    """Return the address of the sheet."""
    return reverse("web:project", args=[project.code])


class ProjectFormView(ServiceFormView):
    """A form on one project; `action` is the verb of the policy."""

    section = "projects"
    template_name = "web/projects/form.html"
    action = ""
    project: Project

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Read the project, or refuse."""
        self.project = project_for(request.user, kwargs["code"], self.action)
        return super().dispatch(request, *args, **kwargs)

    def initial(self) -> dict[str, Any]:
        """Return what the form shows at first."""
        return {}

    def form(self, data: Any = None) -> forms.Form:
        """Return the form with the version that was read."""
        return self.form_class(data, initial={"version": self.project.version, **self.initial()})

    def target(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        """Return what every service asks for, taking the version out of the form's values."""
        return {
            "actor": self.request.user,
            "project_id": self.project.pk,
            "expected_version": cleaned.pop("version"),
        }

    def after(self, result: Any) -> tuple[str, str]:
        """Go back to the sheet."""
        return _("Saved. The indicators are being computed again."), sheet_of(self.project)

    def stale(self, form: forms.Form) -> dict[str, Any]:
        """Show what was saved beside what was typed; the next submission takes that version."""
        self.project = visible_project(self.request.user, self.project.code)
        form.data = {**form.data.dict(), "version": str(self.project.version)}  # type: ignore[attr-defined]
        saved = current_values(self.project, type(form))
        return {"comparison": both_versions(form, saved), "project": self.project}


class UpdateProjectView(ProjectFormView):
    """Identity of the project."""

    action = Action.UPDATE

    def form(self, data: Any = None) -> forms.Form:
        """Return the form filled with the current identity."""
        initial = current_values(self.project, ProjectForm) | {"version": self.project.version}
        return ProjectForm(data, user=self.request.user, initial=initial)

    def decide(self, cleaned: dict[str, Any]) -> Project:
        """Save what changed."""
        target, reason = self.target(cleaned), cleaned.pop("reason")
        moved = (cleaned["node"], cleaned["manager"]) != (self.project.node, self.project.manager)
        if moved and not may_hold(self.request.user, cleaned["node"], cleaned["manager"]):
            raise PermissionDenied
        return services.update_project(**target, changes=cleaned, reason=reason)

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Name the page."""
        return {"project": self.project, "title": _("Edit the project"), "submit": _("Save")}


class EstimateView(ProjectFormView):
    """Re-estimate the cost and the end date."""

    action = Action.ESTIMATE
    form_class = EstimateForm

    def initial(self) -> dict[str, Any]:
        """Start from the standing estimate."""
        return current_values(self.project, EstimateForm) | dated_today("edition_on")

    def decide(self, cleaned: dict[str, Any]) -> Any:
        """Record the estimate."""
        return estimates.estimate_project(**self.target(cleaned), **cleaned)

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Name the page."""
        return {
            "project": self.project,
            "title": _("Re-estimate cost and end date"),
            "submit": _("Record the estimate"),
        }


class ProgressView(ProjectFormView):
    """Report progress and weather."""

    action = Action.REPORT
    form_class = ProgressForm

    def initial(self) -> dict[str, Any]:
        """Start from the last report."""
        return current_values(self.project, ProgressForm) | dated_today("reported_on")

    def decide(self, cleaned: dict[str, Any]) -> Any:
        """Record the report."""
        return progress.report_progress(**self.target(cleaned), **cleaned)

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Name the page."""
        return {
            "project": self.project,
            "title": _("Report progress and weather"),
            "submit": _("Record the report"),
        }


class BaselineView(ProjectFormView):
    """Approve a baseline: a validation, which neither a manager nor a machine makes."""

    action = Action.VALIDATE
    form_class = BaselineForm

    def initial(self) -> dict[str, Any]:
        """Start from the standing estimate."""
        return current_values(self.project, BaselineForm) | dated_today("approved_on")

    def decide(self, cleaned: dict[str, Any]) -> Any:
        """Record the baseline."""
        return baselines.approve_baseline(**self.target(cleaned), **cleaned)

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Name the page."""
        return {
            "project": self.project,
            "title": _("Approve a baseline"),
            "submit": _("Approve the baseline"),
        }


class CloseView(ProjectFormView):
    """Close the project."""

    action = Action.CLOSE
    form_class = CloseForm

    def initial(self) -> dict[str, Any]:
        """Close today by default."""
        return dated_today("closed_on")

    def decide(self, cleaned: dict[str, Any]) -> Any:
        """Close."""
        target, reason = self.target(cleaned), cleaned.pop("closing_reason")
        return services.close_project(**target, reason=reason, **cleaned)

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Name the page."""
        return {
            "project": self.project,
            "title": _("Close the project"),
            "submit": _("Close the project"),
        }


class ReopenView(ProjectFormView):
    """Reopen the project."""

    action = Action.CLOSE
    form_class = ReopenForm

    def decide(self, cleaned: dict[str, Any]) -> Any:
        """Reopen."""
        return services.reopen_project(**self.target(cleaned), **cleaned)

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Name the page."""
        return {
            "project": self.project,
            "title": _("Reopen the project"),
            "submit": _("Reopen the project"),
        }
