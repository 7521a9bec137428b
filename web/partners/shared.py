"""What a partner sees of the projects that its contracts serve: their public part, no amount.

It says how far its own share has gone, and reads the indicators that the catalogue shares.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.enums import Action, Resource
from accounts.permissions import can
from common.fiscal import today
from common.models import DataOrigin, RecordState
from indicators.catalogue import SHARED
from indicators.models import IndicatorSnapshot
from indicators.selectors import indicator_value
from partners.models import Contract, EntityProgress, Partner
from partners.permissions import entities_on
from partners.services.progress import report_entity_progress
from projects.models import Project
from web.fields import DayField, PercentInput
from web.forms import FilterForm, PageForm
from web.listing import ListColumn
from web.lists import ListView
from web.mixins import PageView, ServiceFormView

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


def shared_values(user: Any, project: Project) -> dict[str, Any]:
    """Return the shared indicators of a project, from its latest snapshot."""
    snapshots = IndicatorSnapshot.objects.latest().shared_with(user)
    snapshot = snapshots.filter(project=project).first()
    if snapshot is None:
        return {"values": [], "as_of": None}
    values = []
    for indicator in SHARED:
        value, reason = indicator_value(snapshot, indicator.code)
        values.append({"indicator": indicator, "value": value, "reason": reason})
    return {"values": values, "as_of": snapshot.as_of}


class EntityProgressForm(PageForm):
    """How far the own share has gone; the entity is asked for where there are several."""

    entity: forms.ModelChoiceField[Partner] = forms.ModelChoiceField(
        label=_("Entity"), queryset=Partner.objects.none()
    )
    reported_on = DayField(label=_("Date of the report"), help_text=_("DD/MM/YYYY"))
    percent_complete = PercentInput(label=_("Progress of your share (%)"))
    comment = forms.CharField(
        label=_("Comment"), max_length=2000, required=False, widget=forms.Textarea({"rows": 4})
    )

    def __init__(self, data: Any = None, *, entities: QuerySet[Partner]) -> None:
        super().__init__(data, initial={"reported_on": today(), "entity": entities.first()})
        self.fields["entity"].queryset = entities  # type: ignore[attr-defined]


class SharedProgressView(ServiceFormView):
    """An entity reports the progress of its share; the figures of the project do not move."""

    section = "shared-projects"
    template_name = "web/partners/progress.html"
    needs = (Action.REPORT, Resource.SHARED_PROJECT)
    project: Project

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Read the project among those that are shared, or refuse."""
        if not can(request.user, *self.needs):
            raise PermissionDenied
        self.project = get_object_or_404(shared_projects(request.user), code=kwargs["code"])
        return super().dispatch(request, *args, **kwargs)

    def form(self, data: Any = None) -> forms.Form:
        """Return the form, with the entities of the person on this project."""
        return EntityProgressForm(data, entities=entities_on(self.request.user, self.project))

    def decide(self, cleaned: dict[str, Any]) -> EntityProgress:
        """Record the report."""
        return report_entity_progress(
            actor=self.request.user,
            project_id=self.project.pk,
            partner=cleaned.pop("entity"),
            **cleaned,
        )

    def after(self, result: EntityProgress) -> tuple[str, str]:
        """Go back to the project."""
        return str(_("Saved.")), reverse("web:shared_project", args=[self.project.code])

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Name the project."""
        return {"project": self.project}


class SharedProjectView(PageView):
    """The public part of one project, and one's own contracts on it."""

    section = "shared-projects"
    template_name = "web/partners/shared.html"
    needs = READ_SHARED

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        """Show it."""
        project = get_object_or_404(shared_projects(request.user), code=code)
        mine = Contract.objects.visible_to(request.user).filter(projects=project)
        reports = EntityProgress.objects.all().shared_with(request.user).filter(project=project)
        writes = entities_on(request.user, project).exists() and project.state == RecordState.OPEN
        return self.page(
            {
                "project": project,
                "contracts": mine.order_by("code").distinct(),
                "reports": reports.select_related("partner", "recorded_by"),
                "may_report": writes,
                **shared_values(request.user, project),
                "has_fictitious": project.data_origin == DataOrigin.FICTITIOUS,
            }
        )
