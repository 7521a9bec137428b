"""The list of projects."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.enums import Action, Resource
from accounts.permissions import can
from common.models import DataOrigin
from projects.models import Project
from web.lists import ListView
from web.projects.columns import COLUMNS
from web.projects.forms import ProjectFilterForm
from web.projects.selectors import filtered_projects, project_rows


class ProjectListView(ListView):
    """Projects: search, filters, sort, exports."""

    section = "projects"
    name = "projects"
    title = _("Projects")
    caption = _("Costs in M€, TTC · Source: latest estimates and indicators")
    empty = _("No project is in your perimeter. A project manager creates them, or an import.")
    columns = COLUMNS
    form_class = ProjectFilterForm
    default_sort = "code"
    resource = Resource.PROJECT
    needs = (Action.READ, Resource.PROJECT)

    def form_options(self) -> dict[str, Any]:
        """Offer only what the user may see."""
        return {"user": self.request.user}

    def rows(self, filters: dict[str, Any]) -> Any:
        """Return the projects that the filters keep."""
        return filtered_projects(project_rows(self.request.user), filters)

    def more(self) -> dict[str, Any]:
        """Say that rows are invented; offer to create."""
        seen = Project.objects.visible_to(self.request.user)
        create = can(self.request.user, Action.CREATE, Resource.PROJECT)
        return {
            "has_fictitious": seen.filter(data_origin=DataOrigin.FICTITIOUS).exists(),
            "create_url": reverse("web:project_create") if create else "",
        }
