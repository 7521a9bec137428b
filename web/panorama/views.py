"""The published editions of the panorama, and the rows of one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.enums import Action, Resource
from common.folding import folded_q
from common.models import DataOrigin
from projects.enums import Phase
from projects.models import PanoramaEntry
from web.forms import PageForm, any_of
from web.listing import ListColumn
from web.lists import ListView
from web.mixins import PageView
from web.panorama.selectors import editions


class PanoramaView(PageView):
    """The editions: counts, total and mean, as computed and as published."""

    section = "panorama"
    template_name = "web/panorama/editions.html"
    needs = (Action.READ, Resource.PROJECT)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the editions."""
        return self.page({"editions": editions(request.user)})


class EntryFilterForm(PageForm):
    """Filters of the rows of an edition."""

    q = forms.CharField(label=_("Search"), required=False, max_length=100)
    phase = forms.ChoiceField(label=_("Phase"), required=False, choices=any_of(Phase.choices))


COLUMNS = (
    ListColumn(
        "line",
        _("Line"),
        lambda row: row.source_line,
        show="number",
        kind="integer",
        order=("source_line",),
        definition=_("Line of the published file."),
    ),
    ListColumn(
        "title",
        _("Published title"),
        lambda row: row.title,
        url=lambda row: reverse("web:project", args=[row.project.code]),
        order=("title",),
        is_header=True,
    ),
    ListColumn("ministry", _("Published ministry"), lambda row: row.ministry_label),
    ListColumn("phase", _("Phase"), lambda row: row.get_phase_display(), order=("phase",)),
    ListColumn(
        "start",
        _("Start date"),
        lambda row: row.started_on,
        show="day",
        kind="date",
        order=("started_on",),
    ),
    ListColumn(
        "duration",
        _("Duration (years)"),
        lambda row: row.published_duration,
        show="number1",
        unit=_("years"),
        definition=_("As printed."),
    ),
    ListColumn(
        "cost",
        _("Cost (M€)"),
        lambda row: row.full_cost,
        show="millions",
        kind="money",
        order=("full_cost",),
        unit=_("euros"),
        definition=_("As printed; the export gives euros."),
    ),
    ListColumn("origin", _("Data origin"), lambda row: str(DataOrigin.PUBLISHED.label)),
)


class EditionView(ListView):
    """The rows of one edition."""

    section = "panorama"
    name = "panorama"
    caption = _("Costs in M€, as published · Source: DINUM panorama")
    columns = COLUMNS
    form_class = EntryFilterForm
    default_sort = "line"
    resource = Resource.PROJECT
    needs = (Action.READ, Resource.PROJECT)

    @property
    def title(self) -> str:  # type: ignore[override]
        """Name the edition."""
        return str(_("Panorama, edition %(code)s") % {"code": self.kwargs["code"]})

    def rows(self, filters: dict[str, Any]) -> Any:
        """Return the visible rows of the edition; Http404 when there is none."""
        rows = PanoramaEntry.objects.visible_to(self.request.user)
        rows = rows.filter(edition__code=self.kwargs["code"]).select_related("project")
        if not rows.exists():
            raise Http404
        if "q" in filters:
            rows = rows.filter(folded_q(filters["q"], "title", "ministry_label"))
        return rows.filter(phase=filters["phase"]) if "phase" in filters else rows
