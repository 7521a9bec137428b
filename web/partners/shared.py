"""What a partner sees of the projects that its contracts serve: their public part, no amount."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.enums import Action, Resource
from common.models import DataOrigin
from partners.models import Contract
from projects.models import Project
from web.forms import FilterForm
from web.listing import ListColumn
from web.lists import ListView
from web.mixins import PageView

READ_SHARED = (Action.READ, Resource.SHARED_PROJECT)


def shared_projects(user: Any) -> QuerySet[Project]:
    """Return the projects whose public part `user` may read."""
    rows = Project.objects.allowing(user, *READ_SHARED)
    return rows.select_related("node", "manager")


class SharedProjectsView(ListView):
    """The projects that one's contracts serve."""

    section = "shared-projects"
    name = "shared-projects"
    needs = READ_SHARED
    resource = Resource.SHARED_PROJECT
    title = _("Shared projects")
    caption = _("Projects that your contracts serve: their public part, without amounts")
    empty = _("No contract of yours serves a project yet.")
    form_class = FilterForm
    default_sort = "code"
    columns = (
        ListColumn(
            "code",
            _("Code"),
            lambda row: row.code,
            url=lambda row: reverse("web:shared_project", args=[row.code]),
            order=("code",),
            is_header=True,
        ),
        ListColumn("title", _("Title"), lambda row: row.title, order=("title",)),
        ListColumn(
            "phase",
            _("Phase"),
            lambda row: row.phase,
            order=("phase",),
            label=lambda row: row.get_phase_display(),
        ),
        ListColumn(
            "started_on",
            _("Start date"),
            lambda row: row.started_on,
            "day",
            "date",
            order=("started_on",),
        ),
        ListColumn("manager", _("Project manager"), lambda row: str(row.manager or "–")),
    )

    def rows(self, filters: dict[str, Any]) -> QuerySet[Any]:
        """Return the shared projects that the filters keep."""
        rows = shared_projects(self.request.user)
        if "q" in filters:
            rows = rows.filter(title__icontains=filters["q"]) | rows.filter(
                code__icontains=filters["q"]
            )
        if "origin" in filters:
            rows = rows.filter(data_origin=filters["origin"])
        return rows


class SharedProjectView(PageView):
    """The public part of one project, and one's own contracts on it."""

    section = "shared-projects"
    template_name = "web/partners/shared.html"
    needs = READ_SHARED

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        """Show it."""
        project = get_object_or_404(shared_projects(request.user), code=code)
        mine = Contract.objects.visible_to(request.user).filter(projects=project)
        return self.page(
            {
                "project": project,
                "contracts": mine.order_by("code").distinct(),
                "has_fictitious": project.data_origin == DataOrigin.FICTITIOUS,
            }
        )
