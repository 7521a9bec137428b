"""The list of projects."""

from __future__ import annotations

from typing import Any

from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.enums import Action, Resource
from accounts.permissions import can
from common.models import DataOrigin
from indicators.models import IndicatorSnapshot
from projects.models import Project
from web.lists import ListView
from web.projects.columns import COLUMNS
from web.projects.forms import ProjectFilterForm
from web.projects.selectors import filtered_projects, project_rows, totals_by_origin


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
    attached = "project"
    needs = (Action.READ, Resource.PROJECT)

    def form_options(self) -> dict[str, Any]:
        """Offer only what the user may see."""
        return {"user": self.request.user}

    def rows(self, filters: dict[str, Any]) -> Any:
        """Return the projects that the filters keep."""
        return filtered_projects(project_rows(self.request.user), filters)

    def totals(self, rows: Any) -> dict[str, Any]:
        """Return the number and the cost of what is filtered, by origin; never their sum."""
        return {
            "labels": [_("Current cost")],
            "lines": totals_by_origin(rows),
            "source": _("latest estimates and indicators"),
        }

    def no_match(self, count: int) -> str:
        """Say that no project has these filters."""
        return ngettext(
            "No project matches this filter.", "No project matches these %(count)s filters.", count
        ) % {"count": count}

    def more(self) -> dict[str, Any]:
        """Say that rows are invented or being recomputed; offer to create."""
        seen = Project.objects.visible_to(self.request.user)
        latest = IndicatorSnapshot.objects.latest().filter(project__in=seen)
        stale = latest.exclude(figures_version=F("project__figures_version"))
        create = can(self.request.user, Action.CREATE, Resource.PROJECT)
        return {
            "stale": stale.exists(),
            "has_fictitious": seen.filter(data_origin=DataOrigin.FICTITIOUS).exists(),
            "create_url": reverse("web:project_create") if create else "",
            "create_label": _("Create a project"),
        }
